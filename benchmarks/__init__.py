"""What is fast and how fast: each benchmark prints its figures, the ratio last."""
