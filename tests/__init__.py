"""The tests, laid out like the packages they hold to their word."""
