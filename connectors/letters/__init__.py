"""What we write to people: letter templates and their rendering, in English and French."""
