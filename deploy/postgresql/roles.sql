-- The role Muster's processes connect as: it adds to the record (facts, leaves, looks, handovers, checkpoints) and changes or removes nothing of
-- it. Run it after every `muster migrate`, as the owner of the tables, who alone migrates; a second time changes nothing. Then make
-- the login the processes use a member: GRANT muster_app TO <login>.
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'muster_app') THEN
    CREATE ROLE muster_app NOLOGIN;
  END IF;
END $$;

GRANT USAGE ON SCHEMA public TO muster_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO muster_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO muster_app;

REVOKE UPDATE, DELETE, TRUNCATE, TRIGGER ON journal, leaves, reads, log_epochs, checkpoints FROM muster_app;
GRANT UPDATE (published_at) ON checkpoints TO muster_app;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM muster_app;
