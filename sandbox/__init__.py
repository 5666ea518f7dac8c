"""Simulated partners, candidates and staff, and the conductor that plays them through time."""
