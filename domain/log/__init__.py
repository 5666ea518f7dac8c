"""The tamper-evident log, computed: pure functions over bytes, so that a stranger can verify."""
