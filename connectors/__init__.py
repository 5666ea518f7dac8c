"""The other systems, one file each: the real one over the wire, and a twin that prints."""
