"""The machines' door, both ways: signed events come in, are kept and delivered; ours go out."""
