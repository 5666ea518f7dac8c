"""The long proofs: whole properties shown on a running installation, each file `prove_<name>.py` a program of its own."""
