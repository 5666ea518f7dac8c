"""Golden histories: what the stories looked like to Temporal. Code of today must still be able to tell them."""
