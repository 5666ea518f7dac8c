"""How the tables came to be: Alembic migrations, one head, for SQLite and PostgreSQL."""
