"""The console: who is signed in, how they prove who they are, and how they like it."""

import sqlalchemy as sa
from alembic import op

import store.columns
from store import four_eyes

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _sessions()
    _proofs()
    _likings()
    _since()
    _stuck()
    _feeds()
    _notes()
    _withdrawn()
    _handshakes()
    _four_eyes()
    _drafts()
    _systems()
    _held()
    _maintenance()


def downgrade() -> None:
    op.drop_table("maintenance")
    _may_do(OPERATED)
    op.drop_index("ix_conditions_authority", "conditions")
    op.drop_index("ix_deliveries_told", "deliveries")
    op.drop_index("ix_inbox_source", "inbox")
    for statement in four_eyes.undone(op.get_bind().dialect.name):
        op.execute(statement)
    for table in TWO_PEOPLE:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_four_eyes"), type_="check")
    for column in ("withdrawn_at", "withdrawn_by"):
        op.drop_column("erasures", column)
    for index, table, _, _ in STUCK:
        op.drop_index(index, table)
    for index in ("ix_hires_held", "ix_hires_board", "ix_hires_owner", "ix_hires_ended"):
        op.drop_index(index, "hires")
    op.drop_column("hires", "since")
    for table in ("held_acts", "notice_drafts", "handshakes", "notes", "calendar_feeds", "views", "preferences"):
        op.drop_table(table)
    for table in ("identities", "passwords", "sign_in_links", "sessions"):
        op.drop_table(table)


def _words(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, store.columns.Words(), nullable=nullable)


def _at(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, store.columns.Instant(), nullable=nullable)


def _sessions() -> None:
    op.create_table(
        "sessions",
        _words("session"),
        _words("person"),
        _words("how"),
        _at("created_at"),
        _at("seen_at"),
        _at("proved_at"),
        _at("ended_at", nullable=True),
        sa.CheckConstraint("how IN ('link', 'password', 'provider')", name="how"),
        sa.PrimaryKeyConstraint("session", name="pk_sessions"),
    )
    op.create_index("ix_sessions_person", "sessions", ["person"])


def _proofs() -> None:
    op.create_table(
        "sign_in_links",
        _words("sha256"),
        _words("person"),
        _at("expires_at"),
        _at("used_at", nullable=True),
        sa.PrimaryKeyConstraint("sha256", name="pk_sign_in_links"),
    )
    op.create_table(
        "passwords",
        _words("person"),
        _words("kept"),
        _at("set_at"),
        sa.Column("failures", sa.Integer(), nullable=False),
        _at("rests_until", nullable=True),
        sa.PrimaryKeyConstraint("person", name="pk_passwords"),
    )
    op.create_table(
        "identities",
        _words("issuer"),
        _words("subject"),
        _words("person"),
        _at("linked_at"),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_identities"),
    )
    op.create_index("ix_identities_person", "identities", ["person"])


def _likings() -> None:
    """Preferences and saved views."""
    op.create_table(
        "preferences",
        _words("person"),
        sa.Column("body", store.columns.Kept, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_preferences"),
    )
    op.create_table(
        "views",
        _words("view"),
        _words("screen"),
        _words("name"),
        _words("query"),
        _words("owner"),
        sa.Column("shared", sa.Boolean(), nullable=False),
        _at("saved_at"),
        sa.PrimaryKeyConstraint("view", name="pk_views"),
    )
    op.create_index("ix_views_screen", "views", ["screen"])


def _since() -> None:
    """Since when each hire stands where it stands: from its journal, where it was written all along."""
    op.add_column("hires", _at("since", nullable=True))
    for kind, now in (("ending_reached", "IS NOT NULL"), ("stage_entered", "IS NULL")):
        last = f"SELECT j.at FROM journal j WHERE j.case_id = hires.case_id AND j.kind = '{kind}' ORDER BY j.number DESC LIMIT 1"
        op.execute(f"UPDATE hires SET since = ({last}) WHERE ending {now}")
    open_, ended = sa.text("ending IS NULL"), sa.text("ending IS NOT NULL")
    board, owner = ["stage", "next_deadline", "case_id", "since"], ["owner", "stage", "next_deadline"]
    op.create_index("ix_hires_board", "hires", board, sqlite_where=open_, postgresql_where=open_)
    op.create_index("ix_hires_owner", "hires", owner, sqlite_where=open_, postgresql_where=open_)
    op.create_index("ix_hires_ended", "hires", ["since", "case_id"], sqlite_where=ended, postgresql_where=ended)


#: What a page of what is stuck asks for: the few rows that are.
STUCK = (
    ("ix_hires_needy", "hires", ["next_deadline", "case_id"], "needs <> '[]'"),
    ("ix_outbox_dead", "outbox", ["seq"], "state = 'dead'"),
    ("ix_deliveries_dead", "deliveries", ["seq"], "state = 'dead'"),
    ("ix_inbox_parked", "inbox", ["reason"], "state = 'parked'"),
)


def _stuck() -> None:
    op.create_index("ix_hires_held", "hires", ["case_id"], sqlite_where=sa.text("held = 1"), postgresql_where=sa.text("held"))
    for name, table, columns, where in STUCK:
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _feeds() -> None:
    op.create_table(
        "calendar_feeds",
        _words("sha256"),
        _words("person"),
        _at("created_at"),
        sa.Column("last_used", sa.Date()),
        _at("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("sha256", name="pk_calendar_feeds"),
    )
    live = sa.text("revoked_at IS NULL")
    op.create_index("uq_calendar_feeds_person", "calendar_feeds", ["person"], unique=True, sqlite_where=live, postgresql_where=live)


def _notes() -> None:
    columns = (_words(name) for name in ("note", "case_id", "candidate", "person"))
    op.create_table("notes", *columns, _at("at"), _words("body"), sa.PrimaryKeyConstraint("note", name="pk_notes"))
    op.create_index("ix_notes_case_id", "notes", ["case_id"])
    op.create_index("ix_notes_candidate", "notes", ["candidate"])


def _withdrawn() -> None:
    """Who took the proposal of an erasure back."""
    op.add_column("erasures", _words("withdrawn_by", nullable=True))
    op.add_column("erasures", _at("withdrawn_at", nullable=True))


def _handshakes() -> None:
    columns = (_words(name) for name in ("state", "session", "wanted"))
    key = sa.PrimaryKeyConstraint("state", name="pk_handshakes")
    op.create_table("handshakes", *columns, _at("expires_at"), _at("used_at", nullable=True), key)


#: Proposed by one person and approved by another; an edition that came with the software was proposed by nobody.
TWO_PEOPLE = {
    "policies": "approved_by IS NULL OR approved_by <> proposed_by OR proposed_by = 'shipped'",
    "overlays": "approved_by IS NULL OR approved_by <> proposed_by",
}


def _four_eyes() -> None:
    """Whoever writes, no second pair of eyes is the first one: on policies, overlays and every fact that decides on another."""
    for table, holds in TWO_PEOPLE.items():
        with op.batch_alter_table(table) as batch:
            batch.create_check_constraint(op.f(f"ck_{table}_four_eyes"), holds)
    for statement in four_eyes.statements(op.get_bind().dialect.name):
        op.execute(sa.text(statement.replace(":", "\\:")))


def _drafts() -> None:
    columns = (_words(name) for name in ("draft", "person", "source", "body"))
    kept = (sa.Column(name, store.columns.Kept, nullable=False) for name in ("answers", "posts"))
    moments = (_at("begun_at"), _at("changed_at"), _at("ended_at", nullable=True))
    key = sa.PrimaryKeyConstraint("draft", name="pk_notice_drafts")
    op.create_table("notice_drafts", *columns, *kept, _words("reference", nullable=True), *moments, key)


def _systems() -> None:
    """What a page of one system asks for: what it sent last, what it was told last, what it was asked last."""
    op.create_index("ix_inbox_source", "inbox", ["source", "received_at"])
    op.create_index("ix_deliveries_told", "deliveries", ["partner", "seq"])
    op.create_index("ix_conditions_authority", "conditions", ["authority", "requested_at"])


def _held() -> None:
    words = (_words(name) for name in ("held", "person", "case_id", "act"))
    asked = sa.Column("args", store.columns.Kept, nullable=False), sa.Column("version", sa.Integer(), nullable=False)
    times = (_at(name) for name in ("given_at", "due_at"))
    ends = _words("state"), sa.Column("number", sa.Integer()), _words("code"), _words("why")
    key = sa.PrimaryKeyConstraint("held", name="pk_held_acts")
    op.create_table("held_acts", *words, *asked, *times, *ends, _at("settled_at", nullable=True), _at("seen_at", nullable=True), key)
    op.create_index("ix_held_acts_state", "held_acts", ["state", "due_at"])
    op.create_index("ix_held_acts_person", "held_acts", ["person", "given_at"])


#: What operators did before the console, and what they do with it.
OPERATED = ("replay", "resume")
LOOKED_AFTER = ("letter_again", "letter_posted", "maintenance_planned", "maintenance_ended")


def _maintenance() -> None:
    words, moments = (_words(name) for name in ("plan", "partner")), (_at(name) for name in ("begins", "until"))
    ended = _words("ended_by", nullable=True), _at("ended_at", nullable=True)
    key = sa.PrimaryKeyConstraint("plan", name="pk_maintenance")
    op.create_table("maintenance", *words, *moments, _words("person"), _at("planned_at"), *ended, key)
    op.create_index("ix_maintenance_until", "maintenance", ["until"])
    _may_do((*OPERATED, *LOOKED_AFTER))


def _may_do(acts: tuple[str, ...]) -> None:
    """Operators may do these; what they did that is none of them goes, on the way back."""
    named = ", ".join(f"'{act}'" for act in acts)
    op.execute(f"DELETE FROM delivery_acts WHERE act NOT IN ({named})")
    with op.batch_alter_table("delivery_acts", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.drop_constraint(op.f("ck_delivery_acts_act"), type_="check")
        batch.create_check_constraint(op.f("ck_delivery_acts_act"), f"act IN ({named})")
