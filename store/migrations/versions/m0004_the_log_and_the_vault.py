"""Histories an auditor can prove: what issue 5 added to the store."""

import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op

import store.columns
from domain.log.leaf import Kind, Leaf
from domain.log.tree import leaf_hash
from store.vault import Pen

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _log_keys()
    _leaves()
    _leaf_contents()
    _checkpoints()
    _erasures()
    _holds()
    _vault_keys()
    _erased_keys()
    _histories()
    _reads()
    _privacy_acts()
    _log_places()
    _log_epochs()
    _append_only()
    _balance()
    _personal_rows()


def downgrade() -> None:
    _personal_rows_as_before()
    for name in ("balance_reports", "balance_counted", "balance_declarations", "balance_switches"):
        op.drop_table(name)
    _changeable_again()
    op.drop_table("log_places")
    op.drop_table("log_epochs")
    op.drop_table("histories")
    op.drop_table("privacy_acts")
    op.drop_table("reads")
    op.drop_table("erased_keys")
    op.drop_table("key_destructions")
    op.drop_table("data_keys")
    op.drop_table("holds")
    op.drop_table("erasures")
    op.drop_table("checkpoints")
    op.drop_table("leaf_contents")
    _leaves_as_before()
    op.drop_table("log_keys")


def _erasures() -> None:
    """Who erased what was kept about a candidate, when and why."""
    op.create_table(
        "erasures",
        sa.Column("erasure", store.columns.Words(), nullable=False),
        sa.Column("candidate", store.columns.Words(), nullable=False),
        sa.Column("reason", store.columns.Words(), nullable=False),
        sa.Column("proposed_by", store.columns.Words(), nullable=False),
        sa.Column("proposed_at", store.columns.Instant(), nullable=False),
        sa.Column("approved_by", store.columns.Words(), nullable=True),
        sa.Column("erased_at", store.columns.Instant(), nullable=True),
        sa.CheckConstraint("proposed_by <> approved_by", name="four_eyes"),
        sa.PrimaryKeyConstraint("erasure", name="pk_erasures"),
    )
    op.create_index("ix_erasures_candidate", "erasures", ["candidate"])


def _holds() -> None:
    """Legal holds."""
    op.create_table(
        "holds",
        sa.Column("hold", store.columns.Words(), nullable=False),
        sa.Column("kind", store.columns.Words(), nullable=False),
        sa.Column("subject", store.columns.Words(), nullable=False),
        sa.Column("reason", store.columns.Words(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("placed_by", store.columns.Words(), nullable=False),
        sa.Column("placed_at", store.columns.Instant(), nullable=False),
        sa.Column("lift_proposed_by", store.columns.Words(), nullable=True),
        sa.Column("lifted_by", store.columns.Words(), nullable=True),
        sa.Column("lifted_at", store.columns.Instant(), nullable=True),
        sa.CheckConstraint("kind IN ('candidate', 'case', 'vacancy')", name="kind"),
        sa.CheckConstraint("lift_proposed_by <> lifted_by", name="four_eyes"),
        sa.PrimaryKeyConstraint("hold", name="pk_holds"),
    )
    op.create_index("ix_holds_subject", "holds", ["subject"])


def _log_keys() -> None:
    """The key each stream's leaves are bound under."""
    op.create_table(
        "log_keys",
        sa.Column("stream", store.columns.Words(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("stream", name="pk_log_keys"),
    )


def _leaves() -> None:
    """Leaves as texts that say nothing by themselves. Those of facts written before are made again, each in its place."""
    facts = _facts()
    op.drop_table("leaves")
    op.create_table(
        "leaves",
        sa.Column("position", store.columns.Count, autoincrement=False, nullable=False),
        sa.Column("kind", store.columns.Words(), nullable=False),
        sa.Column("stream", store.columns.Words(), nullable=False),
        sa.Column("ref", store.columns.Words(), nullable=False),
        sa.Column("body", store.columns.Words(), nullable=False),
        sa.Column("sha256", store.columns.Words(), nullable=False),
        sa.Column("case_id", store.columns.Words(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("position", name="pk_leaves"),
        sa.UniqueConstraint("kind", "stream", "ref", name="uq_leaves_kind_stream_ref"),
        sa.UniqueConstraint("case_id", "number", name="uq_leaves_case_id_number"),
    )
    op.create_index("ix_leaves_stream", "leaves", ["stream", "position"])
    _write_again(facts)


def _leaf_contents() -> None:
    """What leaves are bound to that no other table keeps."""
    op.create_table(
        "leaf_contents",
        sa.Column("position", store.columns.Count, autoincrement=False, nullable=False),
        sa.Column("content", store.columns.Kept, nullable=False),
        sa.ForeignKeyConstraint(["position"], ["leaves.position"], name="fk_leaf_contents_position_leaves"),
        sa.PrimaryKeyConstraint("position", name="pk_leaf_contents"),
    )


_LEAVES = sa.table(
    "leaves",
    sa.column("position"),
    sa.column("case_id"),
    sa.column("number"),
    sa.column("kind"),
    sa.column("stream"),
    sa.column("ref"),
    sa.column("body"),
    sa.column("sha256"),
)
_KEYS = sa.table("log_keys", sa.column("stream"), sa.column("key", sa.LargeBinary()))
_JOURNAL = sa.table(
    "journal",
    sa.column("case_id"),
    sa.column("number"),
    sa.column("at", store.columns.Instant()),
    sa.column("recorded_at", store.columns.Instant()),
    sa.column("actor"),
    sa.column("step"),
    sa.column("body", store.columns.Kept),
)


def _facts() -> list[dict[str, Any]]:
    """What stands in the log, with the entries it is about, in the log's order."""
    here = sa.and_(_LEAVES.c.case_id == _JOURNAL.c.case_id, _LEAVES.c.number == _JOURNAL.c.number)
    wanted = sa.select(_JOURNAL).join_from(_LEAVES, _JOURNAL, here).order_by(_LEAVES.c.position)
    return [dict(row) for row in op.get_bind().execute(wanted).mappings()]


def _write_again(facts: list[dict[str, Any]]) -> None:
    from store.log import of_fact
    from store.records import entry_of

    keys = {row["case_id"]: secrets.token_bytes(32) for row in facts}
    rows = []
    for position, row in enumerate(facts):
        leaf: Leaf = of_fact(entry_of(row), row["recorded_at"])
        text = leaf.text(keys[leaf.stream])
        named = {"kind": str(Kind.FACT), "stream": leaf.stream, "ref": leaf.ref, "case_id": leaf.stream, "number": row["number"]}
        rows.append({"position": position, "body": text, "sha256": leaf_hash(text.encode()).hex(), **named})
    if rows:
        op.bulk_insert(_KEYS, [{"stream": stream, "key": key} for stream, key in keys.items()])
        op.bulk_insert(_LEAVES, rows)
    op.execute(f"UPDATE log_size SET size = {len(rows)}")


def _leaves_as_before() -> None:
    """One a fact, by a plain hash; the log begins again with these positions."""
    op.execute("DELETE FROM leaves WHERE kind <> 'fact'")
    op.drop_index("ix_leaves_stream", "leaves")
    with op.batch_alter_table("leaves") as leaves:
        leaves.drop_constraint("uq_leaves_kind_stream_ref", type_="unique")
        for name in ("kind", "stream", "ref", "body"):
            leaves.drop_column(name)
        leaves.alter_column("case_id", existing_type=store.columns.Words(), nullable=False)
        leaves.alter_column("number", existing_type=sa.Integer(), nullable=False)


def _checkpoints() -> None:
    """The checkpoints that were signed, and when they had been published."""
    op.create_table(
        "checkpoints",
        sa.Column("size", store.columns.Count, autoincrement=False, nullable=False),
        sa.Column("root", store.columns.Words(), nullable=False),
        sa.Column("note", store.columns.Words(), nullable=False),
        sa.Column("at", store.columns.Instant(), nullable=False),
        sa.Column("published_at", store.columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("size", name="pk_checkpoints"),
    )
    waiting = sa.text("published_at IS NULL")
    op.create_index("ix_checkpoints_unpublished", "checkpoints", ["size"], sqlite_where=waiting, postgresql_where=waiting)


def _vault_keys() -> None:
    """Wrapped keys of subjects, and the destruction of compartments' keys by two people."""
    op.create_table(
        "data_keys",
        sa.Column("subject", store.columns.Words(), nullable=False),
        sa.Column("compartment", store.columns.Words(), nullable=False),
        sa.Column("epoch", store.columns.Words(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "compartment", name="pk_data_keys"),
    )
    op.create_index("ix_data_keys_epoch", "data_keys", ["compartment", "epoch"])
    op.create_table(
        "key_destructions",
        sa.Column("destruction", store.columns.Words(), nullable=False),
        sa.Column("compartment", store.columns.Words(), nullable=False),
        sa.Column("epoch", store.columns.Words(), nullable=False),
        sa.Column("proposed_by", store.columns.Words(), nullable=False),
        sa.Column("proposed_at", store.columns.Instant(), nullable=False),
        sa.Column("approved_by", store.columns.Words(), nullable=True),
        sa.Column("approved_at", store.columns.Instant(), nullable=True),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name=op.f("ck_key_destructions_four_eyes")),
        sa.PrimaryKeyConstraint("destruction", name="pk_key_destructions"),
        sa.UniqueConstraint("compartment", "epoch", name="uq_key_destructions_compartment_epoch"),
    )


def _erased_keys() -> None:
    """Whose keys were erased."""
    op.create_table(
        "erased_keys",
        sa.Column("subject", store.columns.Words(), nullable=False),
        sa.Column("erased_at", store.columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_erased_keys"),
    )


def _reads() -> None:
    """Who looked at what."""
    op.create_table(
        "reads",
        sa.Column("id", store.columns.Words(), nullable=False),
        sa.Column("at", store.columns.Instant(), nullable=False),
        sa.Column("reader", store.columns.Words(), nullable=False),
        sa.Column("stream", store.columns.Words(), nullable=False),
        sa.Column("what", store.columns.Kept, nullable=False),
        sa.Column("about", store.columns.Words(), nullable=False),
        sa.Column("purpose", store.columns.Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reads"),
    )
    op.create_index("ix_reads_stream", "reads", ["stream", "at"])
    op.create_index("ix_reads_reader", "reads", ["reader", "at"])


def _privacy_acts() -> None:
    """Refusals of erasures, retention runs and exports."""
    op.create_table(
        "privacy_acts",
        sa.Column("id", store.columns.Words(), nullable=False),
        sa.Column("act", store.columns.Words(), nullable=False),
        sa.Column("subject", store.columns.Words(), nullable=True),
        sa.Column("reason", store.columns.Words(), nullable=False),
        sa.Column("person", store.columns.Words(), nullable=False),
        sa.Column("at", store.columns.Instant(), nullable=False),
        sa.Column("body", store.columns.Kept, nullable=True),
        sa.CheckConstraint("act IN ('erasure_refused', 'retention', 'export')", name="act"),
        sa.PrimaryKeyConstraint("id", name="pk_privacy_acts"),
    )
    op.create_index("ix_privacy_acts_subject", "privacy_acts", ["subject"])


def _histories() -> None:
    """Workflow histories that were taken out of Temporal."""
    op.create_table(
        "histories",
        sa.Column("case_id", store.columns.Words(), nullable=False),
        sa.Column("run_id", store.columns.Words(), nullable=False),
        sa.Column("last_event", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("build_id", store.columns.Words(), nullable=False),
        sa.Column("sha256", store.columns.Words(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("closed_at", store.columns.Instant(), nullable=True),
        sa.Column("exported_at", store.columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "run_id", "last_event", name="pk_histories"),
    )
    op.create_index("ix_histories_closed_at", "histories", ["closed_at"])


#: What is only ever added to. Of a checkpoint the moment it was published is noted later, once.
ADDED_TO = ("journal", "leaves", "reads", "log_epochs")
_LATER = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in ("size", "root", "note", "at")) + " OR OLD.published_at IS NOT NULL"


def _append_only() -> None:
    """Whoever is no administrator changes and removes nothing of the record; an administrator is found out by the published checkpoints."""
    if op.get_bind().dialect.name == "sqlite":
        for table in ADDED_TO:
            _refused_on_sqlite(table, "UPDATE")
        _refused_on_sqlite("checkpoints", "UPDATE", f"WHEN {_LATER}")
        for table in (*ADDED_TO, "checkpoints"):
            _refused_on_sqlite(table, "DELETE")
        return
    op.execute(
        "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$"
    )
    for table in ADDED_TO:
        _refused_on_postgresql(table, "UPDATE", "FOR EACH ROW")
    _refused_on_postgresql("checkpoints", "UPDATE", f"FOR EACH ROW WHEN ({_LATER})")
    for table in (*ADDED_TO, "checkpoints"):
        _refused_on_postgresql(table, "DELETE", "FOR EACH ROW")
        _refused_on_postgresql(table, "TRUNCATE", "FOR EACH STATEMENT")


def _refused_on_sqlite(table: str, act: str, when: str = "") -> None:
    name = f"{table}_no_{act.lower()}"
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} {when} BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END")


def _refused_on_postgresql(table: str, act: str, which: str) -> None:
    op.execute(f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} {which} EXECUTE FUNCTION append_only()")


def _changeable_again() -> None:
    """Without the triggers: what was before could be changed."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in (*ADDED_TO, "checkpoints"):
        for act in ("update", "delete") if on_sqlite else ("update", "delete", "truncate"):
            op.execute(f"DROP TRIGGER {table}_no_{act}" + ("" if on_sqlite else f" ON {table}"))
    if not on_sqlite:
        op.execute("DROP FUNCTION append_only()")


def _balance() -> None:
    """Balance watch: who turned it on, what was declared, who was counted, what was issued."""
    op.create_table(
        "balance_switches",
        sa.Column("switch", store.columns.Words(), nullable=False),
        sa.Column("turn", store.columns.Words(), nullable=False),
        sa.Column("proposed_by", store.columns.Words(), nullable=False),
        sa.Column("proposed_at", store.columns.Instant(), nullable=False),
        sa.Column("approved_by", store.columns.Words(), nullable=True),
        sa.Column("approved_at", store.columns.Instant(), nullable=True),
        sa.CheckConstraint("turn IN ('on', 'off')", name=op.f("ck_balance_switches_turn")),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name=op.f("ck_balance_switches_four_eyes")),
        sa.PrimaryKeyConstraint("switch", name="pk_balance_switches"),
    )
    op.create_table(
        "balance_declarations",
        sa.Column("candidate", store.columns.Words(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("declared_at", store.columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("candidate", name="pk_balance_declarations"),
    )
    op.create_table(
        "balance_counted",
        sa.Column("candidate", store.columns.Words(), nullable=False),
        sa.Column("by", store.columns.Words(), nullable=False),
        sa.PrimaryKeyConstraint("candidate", "by", name="pk_balance_counted"),
    )
    op.create_table(
        "balance_reports",
        sa.Column("slice", store.columns.Words(), nullable=False),
        sa.Column("by", store.columns.Words(), nullable=False),
        sa.Column("body", store.columns.Kept, nullable=False),
        sa.Column("issued_by", store.columns.Words(), nullable=False),
        sa.Column("issued_at", store.columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("slice", "by", name="pk_balance_reports"),
    )


def _personal_rows() -> None:
    """Whose key seals an event's bytes; and the words somebody is found by in a table of their own, for they may be keyed hashes."""
    with op.batch_alter_table("payloads") as batch:
        batch.add_column(sa.Column("subject", store.columns.Words(), nullable=False, server_default=""))
        batch.add_column(sa.Column("compartment", store.columns.Words(), nullable=False, server_default="identity"))
    op.create_table(
        "people_words",
        sa.Column("word", store.columns.Words(), nullable=False),
        sa.Column("candidate", store.columns.Words(), nullable=False),
        sa.PrimaryKeyConstraint("word", "candidate", name="pk_people_words"),
    )
    tx = op.get_bind()
    pen = Pen(tx, None)
    for row in tx.execute(sa.text("SELECT candidate, name, email FROM people")).all():
        found_by = [{"word": word, "candidate": row.candidate} for word in sorted(pen.blind_words(row.name, row.email))]
        if found_by:
            tx.execute(sa.text("INSERT INTO people_words (word, candidate) VALUES (:word, :candidate)"), found_by)
    with op.batch_alter_table("people") as batch:
        batch.drop_column("folded")


def _personal_rows_as_before() -> None:
    with op.batch_alter_table("people") as batch:
        batch.add_column(sa.Column("folded", store.columns.Words(), nullable=False, server_default=""))
    op.drop_table("people_words")
    with op.batch_alter_table("payloads") as batch:
        batch.drop_column("compartment")
        batch.drop_column("subject")


def _log_epochs() -> None:
    """Which key the log was handed to, after how many leaves."""
    op.create_table(
        "log_epochs",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", store.columns.Count, nullable=False),
        sa.Column("before", store.columns.Words(), nullable=False),
        sa.Column("key", store.columns.Words(), nullable=False),
        sa.Column("note", store.columns.Words(), nullable=False),
        sa.Column("by", store.columns.Words(), nullable=False),
        sa.Column("at", store.columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_log_epochs"),
        sa.UniqueConstraint("size", name="uq_log_epochs_size"),
        sa.UniqueConstraint("key", name="uq_log_epochs_key"),
    )


def _log_places() -> None:
    """How publishing goes, place by place."""
    op.create_table(
        "log_places",
        sa.Column("place", store.columns.Words(), nullable=False),
        sa.Column("size", store.columns.Count, autoincrement=False, nullable=False),
        sa.Column("at", store.columns.Instant(), nullable=True),
        sa.Column("failed_at", store.columns.Instant(), nullable=True),
        sa.Column("error", store.columns.Words(), nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_log_places"),
    )
