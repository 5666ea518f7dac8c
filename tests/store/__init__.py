"""The store, held to the same words on both engines."""
