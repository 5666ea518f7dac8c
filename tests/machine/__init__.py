"""The state machine over a hire: everything that can be said, done or waited for, in any order, and what must hold all the same."""
