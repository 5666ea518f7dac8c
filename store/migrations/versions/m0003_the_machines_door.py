"""The machines' door: what issue 4 added to the store."""

import sqlalchemy as sa
from alembic import op

import store.columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _partner_reach()
    _partner_asks()
    _partner_chasers()
    _tokens()
    _feed_readers()
    _api_answers()
    _deliveries()
    _signal_desk()


def downgrade() -> None:
    op.drop_table("signal_decisions")
    op.drop_table("strays")
    with op.batch_alter_table("inbox") as inbox:
        inbox.drop_column("linked_to")
    _no_deliveries()
    op.drop_table("api_answers")
    op.drop_table("feed_readers")
    op.drop_table("tokens")
    op.drop_table("partner_chasers")
    op.drop_table("partner_asks")
    op.drop_table("partner_reach")


def _partner_reach() -> None:
    """What our requests found at each partner's door."""
    op.create_table(
        "partner_reach",
        sa.Column("partner", store.columns.Words(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("rests", sa.Integer(), nullable=False),
        sa.Column("failing_since", store.columns.Instant(), nullable=True),
        sa.Column("error", store.columns.Words(), nullable=False),
        sa.Column("next_try", store.columns.Instant(), nullable=True),
        sa.Column("probe_until", store.columns.Instant(), nullable=True),
        sa.Column("tried_at", store.columns.Instant(), nullable=True),
        sa.Column("reached_at", store.columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("partner", name="pk_partner_reach"),
    )


def _partner_asks() -> None:
    """Every request we put, and whether it may have arrived."""
    op.create_table(
        "partner_asks",
        sa.Column("key", store.columns.Words(), nullable=False),
        sa.Column("partner", store.columns.Words(), nullable=False),
        sa.Column("first_tried_at", store.columns.Instant(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("arrived", store.columns.Words(), nullable=False),
        sa.Column("reference", store.columns.Words(), nullable=False),
        sa.Column("expected", sa.Date(), nullable=True),
        sa.CheckConstraint("arrived IN ('no', 'maybe', 'yes')", name=op.f("ck_partner_asks_arrived")),
        sa.PrimaryKeyConstraint("key", name="pk_partner_asks"),
    )
    op.create_index("ix_partner_asks_partner", "partner_asks", ["partner"], unique=False)


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("token", store.columns.Words(), nullable=False),
        sa.Column("sha256", store.columns.Words(), nullable=False),
        sa.Column("person", store.columns.Words(), nullable=False),
        sa.Column("label", store.columns.Words(), nullable=False),
        sa.Column("scope", store.columns.Words(), nullable=False),
        sa.Column("created_at", store.columns.Instant(), nullable=False),
        sa.Column("expires_at", store.columns.Instant(), nullable=False),
        sa.Column("last_used", sa.Date(), nullable=True),
        sa.Column("revoked_at", store.columns.Instant(), nullable=True),
        sa.CheckConstraint("scope IN ('read', 'act')", name="scope"),
        sa.PrimaryKeyConstraint("token", name="pk_tokens"),
        sa.UniqueConstraint("sha256", name="uq_tokens_sha256"),
    )
    op.create_index("ix_tokens_person", "tokens", ["person"])


def _partner_chasers() -> None:
    """What was written to a partner about answers that are overdue."""
    op.create_table(
        "partner_chasers",
        sa.Column("chaser", store.columns.Words(), nullable=False),
        sa.Column("partner", store.columns.Words(), nullable=False),
        sa.Column("person", store.columns.Words(), nullable=False),
        sa.Column("at", store.columns.Instant(), nullable=False),
        sa.Column("asks", store.columns.Kept, nullable=False),
        sa.Column("sha256", store.columns.Words(), nullable=False),
        sa.PrimaryKeyConstraint("chaser", name="pk_partner_chasers"),
    )
    op.create_index("ix_partner_chasers_partner", "partner_chasers", ["partner"], unique=False)


def _feed_readers() -> None:
    """Where each reader of the feed stands."""
    op.create_table(
        "feed_readers",
        sa.Column("partner", store.columns.Words(), nullable=False),
        sa.Column("position", store.columns.Count, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("acknowledged_at", store.columns.Instant(), nullable=False),
        sa.Column("seen_at", store.columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("partner", name="pk_feed_readers"),
    )


def _api_answers() -> None:
    """Idempotency-Keys of the people's API."""
    op.create_table(
        "api_answers",
        sa.Column("token", store.columns.Words(), nullable=False),
        sa.Column("route", store.columns.Words(), nullable=False),
        sa.Column("key", store.columns.Words(), nullable=False),
        sa.Column("sha256", store.columns.Words(), nullable=False),
        sa.Column("claim", store.columns.Words(), nullable=False),
        sa.Column("taken_at", store.columns.Instant(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("token", "route", "key", name="pk_api_answers"),
    )
    op.create_index("ix_api_answers_taken_at", "api_answers", ["taken_at"])


def _deliveries() -> None:
    """One delivery per event and subscriber, how each subscriber is, and what operators did."""
    fresh = sa.text("state = 'pending' AND kind = 'event' AND spread_at IS NULL")
    op.add_column("outbox", sa.Column("spread_at", store.columns.Instant(), nullable=True))
    op.create_index("ix_outbox_unspread", "outbox", ["seq"], sqlite_where=fresh, postgresql_where=fresh)
    op.create_table(
        "deliveries",
        sa.Column("id", store.columns.Words(), nullable=False),
        sa.Column("parcel", store.columns.Words(), nullable=False),
        sa.Column("seq", store.columns.Count, nullable=False),
        sa.Column("partner", store.columns.Words(), nullable=False),
        sa.Column("case_id", store.columns.Words(), nullable=False),
        sa.Column("state", store.columns.Words(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", store.columns.Instant(), nullable=True),
        sa.Column("lease_until", store.columns.Instant(), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("error", store.columns.Words(), nullable=False),
        sa.Column("sent_at", store.columns.Instant(), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'sent', 'dead', 'skipped')", name=op.f("ck_deliveries_state")),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("parcel", "partner", name="uq_deliveries_parcel_partner"),
    )
    waiting = sa.text("state = 'pending'")
    op.create_index("ix_deliveries_waiting", "deliveries", ["partner", "case_id", "seq"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_index("ix_deliveries_partner", "deliveries", ["partner", "state"])
    op.create_table(
        "subscribers",
        sa.Column("partner", store.columns.Words(), nullable=False),
        sa.Column("failing_since", store.columns.Instant(), nullable=True),
        sa.Column("heard_at", store.columns.Instant(), nullable=True),
        sa.Column("off_at", store.columns.Instant(), nullable=True),
        sa.Column("error", store.columns.Words(), nullable=False),
        sa.PrimaryKeyConstraint("partner", name="pk_subscribers"),
    )
    op.create_table(
        "delivery_acts",
        sa.Column("seq", store.columns.Count, autoincrement=True, nullable=False),
        sa.Column("at", store.columns.Instant(), nullable=False),
        sa.Column("person", store.columns.Words(), nullable=False),
        sa.Column("act", store.columns.Words(), nullable=False),
        sa.Column("partner", store.columns.Words(), nullable=False),
        sa.Column("delivery", store.columns.Words(), nullable=True),
        sa.CheckConstraint("act IN ('replay', 'resume')", name=op.f("ck_delivery_acts_act")),
        sa.PrimaryKeyConstraint("seq", name="pk_delivery_acts"),
        sqlite_autoincrement=True,
    )


def _no_deliveries() -> None:
    for table in ("delivery_acts", "subscribers", "deliveries"):
        op.drop_table(table)
    op.drop_index("ix_outbox_unspread", "outbox")
    op.drop_column("outbox", "spread_at")


def _signal_desk() -> None:
    """Events whose case is not known, what people decide about events, and which event a replayed one repeats."""
    with op.batch_alter_table("inbox") as inbox:
        inbox.add_column(sa.Column("linked_to", store.columns.Words(), nullable=True))
    op.create_table(
        "strays",
        sa.Column("id", store.columns.Words(), nullable=False),
        sa.Column("source", store.columns.Words(), nullable=False),
        sa.Column("event_id", store.columns.Words(), nullable=False),
        sa.Column("type", store.columns.Words(), nullable=False),
        sa.Column("subject", store.columns.Words(), nullable=False),
        sa.Column("received_at", store.columns.Instant(), nullable=False),
        sa.Column("sha256", store.columns.Words(), nullable=False),
        sa.Column("signature", store.columns.Words(), nullable=True),
        sa.Column("key_id", store.columns.Words(), nullable=True),
        sa.Column("payload", store.columns.Words(), nullable=False),
        sa.Column("state", store.columns.Words(), nullable=False),
        sa.Column("reason", store.columns.Words(), nullable=False),
        sa.Column("closed_at", store.columns.Instant(), nullable=True),
        sa.Column("receipt", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint("state IN ('unrouted', 'discarded')", name=op.f("ck_strays_state")),
        sa.PrimaryKeyConstraint("id", name="pk_strays"),
        sa.UniqueConstraint("source", "event_id", name="uq_strays_source_event_id"),
    )
    op.create_index("ix_strays_subject", "strays", ["subject", "state"])
    op.create_table(
        "signal_decisions",
        sa.Column("decision", store.columns.Words(), nullable=False),
        sa.Column("event", store.columns.Words(), nullable=False),
        sa.Column("kind", store.columns.Words(), nullable=False),
        sa.Column("to_case", store.columns.Words(), nullable=True),
        sa.Column("reason", store.columns.Words(), nullable=False),
        sa.Column("proposed_by", store.columns.Words(), nullable=False),
        sa.Column("proposed_at", store.columns.Instant(), nullable=False),
        sa.Column("decided_by", store.columns.Words(), nullable=True),
        sa.Column("decided_at", store.columns.Instant(), nullable=True),
        sa.Column("state", store.columns.Words(), nullable=False),
        sa.Column("led_to", store.columns.Words(), nullable=True),
        sa.CheckConstraint("kind IN ('discard', 'replay', 'reroute')", name=op.f("ck_signal_decisions_kind")),
        sa.CheckConstraint("state IN ('proposed', 'done', 'rejected')", name=op.f("ck_signal_decisions_state")),
        sa.CheckConstraint(
            "kind = 'discard' OR decided_by IS NULL OR decided_by <> proposed_by", name=op.f("ck_signal_decisions_four_eyes")
        ),
        sa.PrimaryKeyConstraint("decision", name="pk_signal_decisions"),
    )
    op.create_index("ix_signal_decisions_event", "signal_decisions", ["event"])
    op.create_index(
        "uq_signal_decisions_open",
        "signal_decisions",
        ["event"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
