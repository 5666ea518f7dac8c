"""Tests of reading notices: the published originals where they stand beside the checkout, and notices of our own."""
