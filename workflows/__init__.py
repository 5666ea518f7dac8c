"""The stories: what happens to a hire and to a vacancy, in order, and how long anyone is waited for."""
