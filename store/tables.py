"""Every table, in three groups: the cases and their journals, what is derived from them, and the personal tables.

Personal data stands only in the last group. The others refer to it by random ids, without foreign keys, so that a person can be
erased, or the group moved behind a key, while the journals stay whole.
"""

from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)

from store.columns import Count, Instant, Kept, Searched, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _words(name: str, **more: Any) -> Column[str]:
    return Column(name, Words, nullable=more.pop("nullable", False), **more)


def _one_of(column: str, *values: str) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(v) for v in values)})", name=column)


def _only(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the rows that matter, so that what is long done costs nothing."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


# ---- cases, journals, what comes in and goes out -------------------------------------------------------------------------

cases = Table(
    "cases",
    metadata,
    _words("case_id", primary_key=True),
    _words("kind"),
    _words("vacancy"),
    _words("candidate", nullable=True),
    Column("linked", Boolean, nullable=False, default=False),
    Column("created_at", Instant, nullable=False),
    _one_of("kind", "hire", "vacancy"),
    # one hire per candidate and vacancy, for ever; a hire that re-uses another one's results is called by the vacancy, not applied for
    _only("uq_cases_vacancy_candidate", "vacancy", "candidate", where="kind = 'hire' AND NOT linked", unique=True),
    Index("ix_cases_candidate", "candidate"),
)

journal = Table(
    "journal",
    metadata,
    _words("case_id", primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    _words("actor"),
    _words("step"),
    _words("kind"),
    Column("body", Kept, nullable=False),
    CheckConstraint("number >= 1", name="number"),
    Index("ix_journal_kind", "kind"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("seq", Count, primary_key=True, autoincrement=True),
    _words("id", unique=True),
    _words("source"),
    _words("event_id"),
    _words("type"),
    Column("case_id", Words, ForeignKey("cases.case_id"), nullable=False),
    Column("received_at", Instant, nullable=False),
    _words("sha256"),
    _words("signature", nullable=True),
    _words("key_id", nullable=True),
    Column("data", Kept, nullable=False),
    _words("payload", nullable=True),
    _words("state"),
    _words("reason"),
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False),
    Column("closed_at", Instant),
    _words("closed_by_step", nullable=True),
    Column("receipt", Kept),
    _words("linked_to", nullable=True),
    UniqueConstraint("source", "event_id"),
    _one_of("state", "open", "applied", "parked", "superseded", "refused"),
    _only("ix_inbox_open", "lease_until", "seq", where="state = 'open'"),
    Index("ix_inbox_case_id", "case_id", "state"),
    Index("ix_inbox_source", "source", "received_at"),
    _only("ix_inbox_parked", "reason", where="state = 'parked'"),
    sqlite_autoincrement=True,
)

#: Accepted events whose case is not known here (yet): they wait, visibly, and become inbox rows when it is.
strays = Table(
    "strays",
    metadata,
    _words("id", primary_key=True),
    _words("source"),
    _words("event_id"),
    _words("type"),
    _words("subject"),
    Column("received_at", Instant, nullable=False),
    _words("sha256"),
    _words("signature", nullable=True),
    _words("key_id", nullable=True),
    _words("payload"),
    _words("state"),
    _words("reason"),
    Column("closed_at", Instant),
    Column("receipt", Kept),
    UniqueConstraint("source", "event_id"),
    _one_of("state", "unrouted", "discarded"),
    Index("ix_strays_subject", "subject", "state"),
)

#: What people decided about an event that waits or had no effect. A replay and a new route take a second person.
signal_decisions = Table(
    "signal_decisions",
    metadata,
    _words("decision", primary_key=True),
    _words("event"),
    _words("kind"),
    _words("to_case", nullable=True),
    _words("reason"),
    _words("proposed_by"),
    Column("proposed_at", Instant, nullable=False),
    _words("decided_by", nullable=True),
    Column("decided_at", Instant),
    _words("state"),
    _words("led_to", nullable=True),
    _one_of("kind", "discard", "replay", "reroute"),
    _one_of("state", "proposed", "done", "rejected"),
    CheckConstraint("kind = 'discard' OR decided_by IS NULL OR decided_by <> proposed_by", name="four_eyes"),
    _only("uq_signal_decisions_open", "event", where="state = 'proposed'", unique=True),
    Index("ix_signal_decisions_event", "event"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Count, primary_key=True, autoincrement=True),
    _words("id", unique=True),
    Column("case_id", Words, ForeignKey("cases.case_id")),  # NULL: mail to our own people that is about no single case
    Column("number", Integer, nullable=False),
    Column("n", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    _words("kind"),
    _words("type"),
    _words("subject"),
    Column("body", Kept, nullable=False),
    _words("state"),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant),  # NULL: at once
    Column("lease_until", Instant),
    Column("sent_at", Instant),
    _words("error"),
    Column("spread_at", Instant),  # an event: when its deliveries were made; its state is then what came of them all
    UniqueConstraint("case_id", "number", "n"),
    _one_of("kind", "event", "letter"),
    _one_of("state", "pending", "sent", "dead"),
    _only("ix_outbox_pending", "next_at", "seq", where="state = 'pending'"),
    _only("ix_outbox_head", "case_id", "seq", where="state = 'pending'"),
    _only("ix_outbox_dead", "seq", where="state = 'dead'"),
    _only("ix_outbox_unspread", "seq", where="state = 'pending' AND kind = 'event' AND spread_at IS NULL"),
    sqlite_autoincrement=True,
)

#: One event on its way to one subscriber. `parcel` and `seq` are the outbox row's; skipped: nobody is there to take it.
deliveries = Table(
    "deliveries",
    metadata,
    _words("id", primary_key=True),
    _words("parcel"),
    Column("seq", Count, nullable=False),
    _words("partner"),
    _words("case_id"),
    _words("state"),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant),  # NULL: at once
    Column("lease_until", Instant),
    Column("last_status", Integer),
    _words("error"),
    Column("sent_at", Instant),
    UniqueConstraint("parcel", "partner"),
    _one_of("state", "pending", "sent", "dead", "skipped"),
    _only("ix_deliveries_waiting", "partner", "case_id", "seq", where="state = 'pending'"),
    Index("ix_deliveries_partner", "partner", "state"),
    Index("ix_deliveries_told", "partner", "seq"),
    _only("ix_deliveries_dead", "seq", where="state = 'dead'"),
)

#: How each subscriber is: failing since when, or switched off (it answered 410), until somebody resumes it.
subscribers = Table(
    "subscribers",
    metadata,
    _words("partner", primary_key=True),
    Column("failing_since", Instant),
    Column("heard_at", Instant),
    Column("off_at", Instant),
    _words("error"),
)

#: What operators did: which delivery or letter was sent again or posted on paper, which subscription resumed, which maintenance planned,
#: by whom. `delivery` is what it was done to; of letters the `partner` is "mail".
delivery_acts = Table(
    "delivery_acts",
    metadata,
    Column("seq", Count, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    _words("person"),
    _words("act"),
    _words("partner"),
    _words("delivery", nullable=True),
    _one_of("act", "replay", "resume", "letter_again", "letter_posted", "maintenance_planned", "maintenance_ended"),
    sqlite_autoincrement=True,
)

#: The audit log's leaves, in the order they were committed. `position` is dense, from 0; `body` is the text that is hashed into the
#: tree, `sha256` that hash (RFC 6962). A fact's leaf names its case and number: the feed of announcements hangs on them.
leaves = Table(
    "leaves",
    metadata,
    Column("position", Count, primary_key=True, autoincrement=False),
    _words("kind"),
    _words("stream"),
    _words("ref"),
    _words("body"),
    _words("sha256"),
    _words("case_id", nullable=True),
    Column("number", Integer),
    UniqueConstraint("kind", "stream", "ref"),
    UniqueConstraint("case_id", "number"),
    Index("ix_leaves_stream", "stream", "position"),
)

#: Who looked at what of a case, one row and one leaf (`id` is its ref) a look: the index of who looked. `what` are categories of data.
reads = Table(
    "reads",
    metadata,
    _words("id", primary_key=True),
    Column("at", Instant, nullable=False),
    _words("reader"),
    _words("stream"),
    Column("what", Kept, nullable=False),
    _words("about"),
    _words("purpose"),
    Index("ix_reads_stream", "stream", "at"),
    Index("ix_reads_reader", "reader", "at"),
)

#: What a leaf is bound to where it stands nowhere else: everything but facts, which the journal has. Gone with the stream's key.
leaf_contents = Table(
    "leaf_contents",
    metadata,
    Column("position", Count, ForeignKey("leaves.position"), primary_key=True, autoincrement=False),
    Column("content", Kept, nullable=False),
)

#: The key a stream's leaves are bound under: erased with the person the stream is about, and then nobody opens them any more.
log_keys = Table(
    "log_keys",
    metadata,
    _words("stream", primary_key=True),
    Column("key", LargeBinary, nullable=False),
)

#: A subject's key for one compartment, wrapped by the compartment's key of that epoch: useless without the keyring, gone with its row.
data_keys = Table(
    "data_keys",
    metadata,
    _words("subject", primary_key=True),
    _words("compartment", primary_key=True),
    _words("epoch"),
    Column("wrapped", LargeBinary, nullable=False),
    Index("ix_data_keys_epoch", "compartment", "epoch"),
)

#: Whose keys were erased. A subject that stands here is given no new ones.
erased_keys = Table("erased_keys", metadata, _words("subject", primary_key=True), Column("erased_at", Instant, nullable=False))

#: Which generations of keys were to be destroyed, who said so, and which other person agreed.
key_destructions = Table(
    "key_destructions",
    metadata,
    _words("destruction", primary_key=True),
    _words("compartment"),
    _words("epoch"),
    _words("proposed_by"),
    Column("proposed_at", Instant, nullable=False),
    _words("approved_by", nullable=True),
    Column("approved_at", Instant),
    UniqueConstraint("compartment", "epoch"),
    CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="four_eyes"),
)

#: The log's checkpoints as they were signed, each the beginning of the next. `published_at`: when every place outside had it.
checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", Count, primary_key=True, autoincrement=False),
    _words("root"),
    _words("note"),
    Column("at", Instant, nullable=False),
    Column("published_at", Instant),
    _only("ix_checkpoints_unpublished", "size", where="published_at IS NULL"),
)

#: The handovers of the log from one key to the next (`domain/log/epochs.py`).
log_epochs = Table(
    "log_epochs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("size", Count, nullable=False, unique=True),
    _words("before"),
    _words("key", unique=True),
    _words("note"),
    _words("by"),
    Column("at", Instant, nullable=False),
)

#: The places outside that checkpoints go to, one row each: up to which size it has them since when, and since when it cannot be told.
log_places = Table(
    "log_places",
    metadata,
    _words("place", primary_key=True),
    Column("size", Count, nullable=False),
    Column("at", Instant),
    Column("failed_at", Instant),
    _words("error"),
)

#: One row: how many leaves there are. Raising it is what makes positions dense with several writers.
log_size = Table(
    "log_size",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", Count, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

#: Up to which leaf each reader of the feed has acknowledged what was announced, and when it last asked.
feed_readers = Table(
    "feed_readers",
    metadata,
    _words("partner", primary_key=True),
    Column("position", Count, nullable=False),
    Column("n", Integer, nullable=False),
    Column("acknowledged_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
)

# ---- the vacancies and the ledger of their posts -------------------------------------------------------------------------

vacancies = Table(
    "vacancies",
    metadata,
    _words("reference", primary_key=True),
    Column("spec", Kept, nullable=False),
    Column("rules", Kept, nullable=False),
    _words("sha256"),
    Column("closes_at", Instant),
    Column("published_at", Instant, nullable=False),
    _words("status"),
    _words("title_en"),
    _words("title_fr"),
    Column("number", Integer, nullable=False),
    _one_of("status", "", "published", "closed", "cancelled", "filled", "partly_filled", "lapsed"),
)

#: The editions of policies. NULL in `published_at`: proposed, waiting for a second person.
policies = Table(
    "policies",
    metadata,
    _words("name", primary_key=True),
    _words("version", primary_key=True),
    _words("sha256"),
    Column("rules", Kept, nullable=False),
    Column("effective_from", Instant),
    _words("proposed_by"),
    Column("proposed_at", Instant, nullable=False),
    _words("approved_by", nullable=True),
    Column("published_at", Instant),
    CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by OR proposed_by = 'shipped'", name="four_eyes"),
)

#: Overlays on open cases. NULL in `approved_at`: proposed, waiting for a second person; in `lifted_at`: not lifted.
overlays = Table(
    "overlays",
    metadata,
    _words("overlay", primary_key=True),
    _words("sha256"),
    Column("body", Kept, nullable=False),
    _words("proposed_by"),
    Column("proposed_at", Instant, nullable=False),
    _words("approved_by", nullable=True),
    Column("approved_at", Instant),
    _words("lifted_by", nullable=True),
    Column("lifted_at", Instant),
    CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="four_eyes"),
)

#: Acts on many cases, and what became of each.
operations = Table(
    "operations",
    metadata,
    _words("operation", primary_key=True),
    _words("act"),
    Column("args", Kept, nullable=False),
    _words("person"),
    Column("at", Instant, nullable=False),
)

operation_items = Table(
    "operation_items",
    metadata,
    Column("operation", Words, ForeignKey("operations.operation"), primary_key=True),
    _words("case_id", primary_key=True),
    Column("n", Integer, nullable=False),
    _words("state"),
    Column("number", Integer),
    _words("code"),
    _words("why"),
    _one_of("state", "pending", "done", "refused", "failed", "cancelled"),
)

#: The calendars published here, by version; the newest of an id is in force, unless a newer one comes with the software.
calendars = Table(
    "calendars",
    metadata,
    _words("id", primary_key=True),
    _words("version", primary_key=True),
    _words("sha256"),
    Column("body", Kept, nullable=False),
    _words("published_by"),
    Column("published_at", Instant, nullable=False),
)

posts = Table(
    "posts",
    metadata,
    _words("id", primary_key=True),
    Column("vacancy", Words, ForeignKey("vacancies.reference"), nullable=False),
    _words("post"),
    _words("kind"),
    _words("grade_low"),
    _words("grade_high"),
    _words("division"),
    _words("role_profile"),
    Column("funded", Boolean, nullable=False),
    _words("state"),
    _words("hire", nullable=True),
    _words("policy", server_default=""),  # a post given later: the policy then in force
    UniqueConstraint("vacancy", "post"),
    _one_of("state", "open", "reserved", "filled", "withdrawn"),
    CheckConstraint("(state IN ('reserved', 'filled')) = (hire IS NOT NULL)", name="held"),
    _only("uq_posts_hire", "hire", where="hire IS NOT NULL", unique=True),  # a hire holds one post
)

#: The diary of a selection board: a moment at a place is kept for one candidate of a vacancy at a time.
interview_slots = Table(
    "interview_slots",
    metadata,
    Column("vacancy", Words, ForeignKey("vacancies.reference"), primary_key=True),
    Column("starts_at", Instant, primary_key=True),
    _words("place", primary_key=True),
    _words("hire"),
    Index("ix_interview_slots_hire", "hire"),
)

# ---- the read model: every row can be derived again from the journal -----------------------------------------------------

#: Hires that need something of somebody: few, and what everybody's list is made of.
NEEDY = "needs <> '[]'"

hires = Table(
    "hires",
    metadata,
    _words("case_id", primary_key=True),
    _words("vacancy"),
    _words("candidate"),
    _words("stage", nullable=True),
    _words("ending", nullable=True),
    _words("ended_by", nullable=True),
    Column("number", Integer, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("needs", Searched, nullable=False),
    Column("turn", Searched, nullable=False),
    Column("next_deadline", Instant),
    _words("post", nullable=True),
    Column("rank", Integer),
    Column("score", Integer),
    Column("received_at", Instant),
    Column("late", Boolean, nullable=False),
    Column("updated_at", Instant, nullable=False),
    _words("owner", nullable=True),
    _words("review"),
    Column("since", Instant),  # when it came to its stage; of one that has ended, when it ended
    Index("ix_hires_vacancy", "vacancy", "stage"),
    Index("ix_hires_next_deadline", "next_deadline"),
    # the board: a column's counts and its first cards are read from the index alone
    _only("ix_hires_board", "stage", "next_deadline", "case_id", "since", where="ending IS NULL"),
    _only("ix_hires_owner", "owner", "stage", "next_deadline", where="ending IS NULL"),
    _only("ix_hires_ended", "since", "case_id", where="ending IS NOT NULL"),
    # whose clocks stand still: few, and asked for beside every deadline
    Index("ix_hires_held", "case_id", sqlite_where=text("held = 1"), postgresql_where=text("held")),
    _only("ix_hires_needy", "next_deadline", "case_id", where=NEEDY),
)

conditions = Table(
    "conditions",
    metadata,
    _words("case_id", primary_key=True),
    _words("condition", primary_key=True),
    _words("authority"),
    _words("state"),
    _words("outcome", nullable=True),
    Column("expected", Date),
    Column("valid_until", Date),
    Column("requested_at", Instant),
    Column("round", Integer, nullable=False),
    _words("reference", nullable=True),
    _words("reopened_for", nullable=True),
    _words("waiver", nullable=True),
    Column("held", Boolean, nullable=False),
    Column("held_until", Instant),
    Index("ix_conditions_valid_until", "valid_until"),
    Index("ix_conditions_authority", "authority", "requested_at"),
)

deadlines = Table(
    "deadlines",
    metadata,
    _words("case_id", primary_key=True),
    _words("key", primary_key=True),
    _words("party"),
    _words("who"),
    Column("started_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("limit_at", Instant),
    _words("state"),
    Column("reminded", Integer, nullable=False),
    Column("escalated", Boolean, nullable=False),
    Column("missed", Boolean, nullable=False),
    _words("rule"),
    _words("calendar"),
    _words("zone"),
    _one_of("state", "open", "met", "dropped", "lapse_due"),
    Index("ix_deadlines_state", "state", "due_at"),
)

# ---- who works here, and the door's clock --------------------------------------------------------------------------------

staff = Table(
    "staff",
    metadata,
    _words("person", primary_key=True),
    _words("name"),
    _words("email"),
    Column("roles", Kept, nullable=False),
    Column("language", Words, nullable=False, server_default=""),  # empty: the installation's own
)

#: Personal access tokens for the people's API: only the hash of each is here.
tokens = Table(
    "tokens",
    metadata,
    _words("token", primary_key=True),
    _words("sha256", unique=True),
    _words("person"),
    _words("label"),
    _words("scope"),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("last_used", Date),
    Column("revoked_at", Instant),
    _one_of("scope", "read", "act"),
    Index("ix_tokens_person", "person"),
)

#: Idempotency-Keys of the people's API, with the answer once there is one. Receipts and references only.
api_answers = Table(
    "api_answers",
    metadata,
    _words("token", primary_key=True),
    _words("route", primary_key=True),
    _words("key", primary_key=True),
    _words("sha256"),
    _words("claim"),
    Column("taken_at", Instant, nullable=False),
    Column("status", Integer),
    Column("headers", Kept),
    Column("body", Kept),
    Index("ix_api_answers_taken_at", "taken_at"),
)

#: One row at most: a demonstration's door clock. Empty, or NULL, in production: then the system's clock counts.
clock = Table(
    "clock",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("now", Instant),
    CheckConstraint("id = 1", name="one_row"),
)

#: When each door was up: one row per run of a door, kept alive while it runs. Between two runs of a door it was shut.
door_log = Table(
    "door_log",
    metadata,
    _words("run", primary_key=True),
    _words("door"),
    Column("began_at", Instant, nullable=False),
    Column("alive_at", Instant, nullable=False),
)

#: What our requests found at each partner's door (`domain.reach`); made anew by the next request when it is lost.
partner_reach = Table(
    "partner_reach",
    metadata,
    _words("partner", primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("rests", Integer, nullable=False),
    Column("failing_since", Instant),
    _words("error"),
    Column("next_try", Instant),
    Column("probe_until", Instant),
    Column("tried_at", Instant),
    Column("reached_at", Instant),
)

#: When a system is known to be away, as a person said; over early, or called off, where `ended_at` stands.
maintenance = Table(
    "maintenance",
    metadata,
    _words("plan", primary_key=True),
    _words("partner"),
    Column("begins", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    _words("person"),
    Column("planned_at", Instant, nullable=False),
    _words("ended_by", nullable=True),
    Column("ended_at", Instant),
    Index("ix_maintenance_until", "until"),
)

#: Every request we put, written before its first try: whether it may have arrived, and what the partner answered at once.
partner_asks = Table(
    "partner_asks",
    metadata,
    _words("key", primary_key=True),
    _words("partner"),
    Column("first_tried_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    _words("arrived"),
    _words("reference"),
    Column("expected", Date),
    _one_of("arrived", "no", "maybe", "yes"),
    Index("ix_partner_asks_partner", "partner"),
)

#: What was written to a partner about answers that are overdue, by whom; references only.
partner_chasers = Table(
    "partner_chasers",
    metadata,
    _words("chaser", primary_key=True),
    _words("partner"),
    _words("person"),
    Column("at", Instant, nullable=False),
    Column("asks", Kept, nullable=False),
    _words("sha256"),
    Index("ix_partner_chasers_partner", "partner"),
)

#: Sessions of the console, by the hash of their secret. Over as soon as `ended_at` stands, whatever a browser still holds.
sessions = Table(
    "sessions",
    metadata,
    _words("session", primary_key=True),
    _words("person"),
    _words("how"),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("proved_at", Instant, nullable=False),
    Column("ended_at", Instant),
    _one_of("how", "link", "password", "provider"),
    Index("ix_sessions_person", "person"),
)

#: One-time links into the console, by the hash of their secret.
sign_in_links = Table(
    "sign_in_links",
    metadata,
    _words("sha256", primary_key=True),
    _words("person"),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

#: Passwords of staff, as argon2 keeps them, and how often a wrong one was given in a row.
passwords = Table(
    "passwords",
    metadata,
    _words("person", primary_key=True),
    _words("kept"),
    Column("set_at", Instant, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("rests_until", Instant),
)

#: Addresses under which a diary reads what its owner follows, by the hash of their secret. Somebody has one at a time.
calendar_feeds = Table(
    "calendar_feeds",
    metadata,
    _words("sha256", primary_key=True),
    _words("person"),
    Column("created_at", Instant, nullable=False),
    Column("last_used", Date),
    Column("revoked_at", Instant),
    _only("uq_calendar_feeds_person", "person", where="revoked_at IS NULL", unique=True),
)

#: Whom an identity provider means: its issuer and its own name for somebody, never their address.
identities = Table(
    "identities",
    metadata,
    _words("issuer", primary_key=True),
    _words("subject", primary_key=True),
    _words("person"),
    Column("linked_at", Instant, nullable=False),
    Index("ix_identities_person", "person"),
)

#: Notices on their way to a vacancy: the published text, and what a person has settled so far.
notice_drafts = Table(
    "notice_drafts",
    metadata,
    _words("draft", primary_key=True),
    _words("person"),
    _words("source"),
    _words("body"),
    Column("answers", Kept, nullable=False),
    Column("posts", Kept, nullable=False),
    _words("reference", nullable=True),
    Column("begun_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("ended_at", Instant),
)

#: Who is on the way to the identity provider, by the hash of the state that comes back; used once.
handshakes = Table(
    "handshakes",
    metadata,
    _words("state", primary_key=True),
    _words("session"),
    _words("wanted"),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

#: Acts that take effect a moment after they were confirmed; what they ask goes when they are settled.
held_acts = Table(
    "held_acts",
    metadata,
    _words("held", primary_key=True),
    _words("person"),
    _words("case_id"),
    _words("act"),
    Column("args", Kept, nullable=False),
    Column("version", Integer, nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    _words("state"),
    Column("number", Integer),
    _words("code"),
    _words("why"),
    Column("settled_at", Instant),
    Column("seen_at", Instant),
    Index("ix_held_acts_state", "state", "due_at"),
    Index("ix_held_acts_person", "person", "given_at"),
)

#: How somebody likes the console: language, theme, keys; and the views they saved.
preferences = Table("preferences", metadata, _words("person", primary_key=True), Column("body", Kept, nullable=False))

views = Table(
    "views",
    metadata,
    _words("view", primary_key=True),
    _words("screen"),
    _words("name"),
    _words("query"),
    _words("owner"),
    Column("shared", Boolean, nullable=False),
    Column("saved_at", Instant, nullable=False),
    Index("ix_views_screen", "screen"),
)

#: Workflow histories as they were taken out of Temporal, encrypted as they were there: canonical JSON, compressed. The body of one that
#: a later one of the same run continues is not kept twice; hash and leaf stay. The salt opens its one leaf, also after an erasure.
histories = Table(
    "histories",
    metadata,
    _words("case_id", primary_key=True),
    _words("run_id", primary_key=True),
    Column("last_event", Integer, primary_key=True, autoincrement=False),
    _words("build_id"),
    _words("sha256"),
    Column("body", LargeBinary),
    Column("salt", LargeBinary, nullable=False),
    Column("closed_at", Instant),
    Column("exported_at", Instant, nullable=False),
    Index("ix_histories_closed_at", "closed_at"),
)

#: Erasures as they were proposed, approved and carried out: who, when, why; never a name. What was erased is gone, this stays.
erasures = Table(
    "erasures",
    metadata,
    _words("erasure", primary_key=True),
    _words("candidate"),
    _words("reason"),
    _words("proposed_by"),
    Column("proposed_at", Instant, nullable=False),
    _words("approved_by", nullable=True),
    Column("erased_at", Instant),
    _words("withdrawn_by", nullable=True),
    Column("withdrawn_at", Instant),
    CheckConstraint("proposed_by <> approved_by", name="four_eyes"),
    Index("ix_erasures_candidate", "candidate"),
)

#: Legal holds on a candidate, a case or a vacancy: while one stands nothing it covers is erased. Lifted by two persons.
holds = Table(
    "holds",
    metadata,
    _words("hold", primary_key=True),
    _words("kind"),
    _words("subject"),
    _words("reason"),
    Column("until", Date),
    _words("placed_by"),
    Column("placed_at", Instant, nullable=False),
    _words("lift_proposed_by", nullable=True),
    _words("lifted_by", nullable=True),
    Column("lifted_at", Instant),
    _one_of("kind", "candidate", "case", "vacancy"),
    CheckConstraint("lift_proposed_by <> lifted_by", name="four_eyes"),
    Index("ix_holds_subject", "subject"),
)

#: What was done for people's privacy beside erasures and holds: refusals, retention runs with their signed report, exports. No names.
privacy_acts = Table(
    "privacy_acts",
    metadata,
    _words("id", primary_key=True),
    _words("act"),
    _words("subject", nullable=True),
    _words("reason"),
    _words("person"),
    Column("at", Instant, nullable=False),
    Column("body", Kept),
    _one_of("act", "erasure_refused", "retention", "export"),
    Index("ix_privacy_acts_subject", "subject"),
)

# ---- balance watch: off until two offices turn it on ---------------------------------------------------------------------

#: Who turned the watch on or off: proposed by one office, approved by the other. The newest approved one holds.
balance_switches = Table(
    "balance_switches",
    metadata,
    _words("switch", primary_key=True),
    _words("turn"),
    _words("proposed_by"),
    Column("proposed_at", Instant, nullable=False),
    _words("approved_by", nullable=True),
    Column("approved_at", Instant),
    _one_of("turn", "on", "off"),
    CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="four_eyes"),
)

#: What somebody declared about themselves, sealed with their own key of the compartment "balance"; nothing of it in clear.
balance_declarations = Table(
    "balance_declarations",
    metadata,
    _words("candidate", primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("declared_at", Instant, nullable=False),
)

#: In which report somebody was counted: in one of each kind, ever, so that no two reports have anybody in common.
balance_counted = Table(
    "balance_counted",
    metadata,
    _words("candidate", primary_key=True),
    _words("by", primary_key=True),
)

#: The reports as they were issued; each once, and never again with other figures.
balance_reports = Table(
    "balance_reports",
    metadata,
    _words("slice", primary_key=True),
    _words("by", primary_key=True),
    Column("body", Kept, nullable=False),
    _words("issued_by"),
    Column("issued_at", Instant, nullable=False),
)

# ---- personal data: here and nowhere else --------------------------------------------------------------------------------

# Sealed, each value with the key of its subject and compartment, where the installation has a keyring (`store/vault.py`).

people = Table(
    "people",
    metadata,
    _words("candidate", primary_key=True),
    _words("source"),
    _words("source_id"),
    _words("name"),
    _words("email"),
    _words("language"),
    UniqueConstraint("source", "source_id"),
)

#: By which words somebody is found: keyed hashes of their beginnings.
people_words = Table("people_words", metadata, _words("word", primary_key=True), _words("candidate", primary_key=True))

applications = Table(
    "applications",
    metadata,
    _words("application", primary_key=True),
    _words("candidate"),
    _words("case_id"),
    Column("received_at", Instant, nullable=False),
    Column("body", Kept, nullable=False),
    Index("ix_applications_candidate", "candidate"),
)

payloads = Table(
    "payloads",
    metadata,
    _words("ref", primary_key=True),
    Column("body", LargeBinary, nullable=False),
    _words("subject", server_default=""),
    _words("compartment", server_default="identity"),
)

letters = Table(
    "letters",
    metadata,
    _words("letter", primary_key=True),
    _words("case_id"),
    _words("candidate"),
    _words("template"),
    _words("language"),
    _words("to"),
    _words("subject"),
    _words("body"),
    _words("calendar", nullable=True),
    _words("calendar_method"),
    _words("sha256"),
    Column("at", Instant, nullable=False),
    # What the PDF that went out was, byte for byte, with its hash and with what it was made; NULL until it is first sent.
    Column("pdf", LargeBinary),
    _words("pdf_sha256", nullable=True),
    _words("pdf_made_with", nullable=True),
    Index("ix_letters_candidate", "candidate"),
    Index("ix_letters_case_id", "case_id"),
)

#: What HR noted about a hire, in their own words: no fact, and nothing a decision may rest on.
notes = Table(
    "notes",
    metadata,
    _words("note", primary_key=True),
    _words("case_id"),
    _words("candidate"),
    _words("person"),
    Column("at", Instant, nullable=False),
    _words("body"),
    Index("ix_notes_case_id", "case_id"),
    Index("ix_notes_candidate", "candidate"),
)

#: The tables a later issue puts behind a key; nothing personal may stand anywhere else.
PERSONAL = (people, applications, payloads, letters, notes)
