"""The muster command, one file per noun."""
