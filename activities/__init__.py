"""The steps a story takes in the world: one file per kind of step, each naming what it needs."""
