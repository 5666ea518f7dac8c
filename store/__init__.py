"""Everything kept in SQL: facts first, and whatever is derived from them in the same transaction."""
