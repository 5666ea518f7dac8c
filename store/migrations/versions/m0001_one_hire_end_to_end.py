"""One hire, end to end."""

import sqlalchemy as sa
from alembic import op

import store.columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "applications",
        sa.Column("application", store.columns.Words(), nullable=False),
        sa.Column("candidate", store.columns.Words(), nullable=False),
        sa.Column("case_id", store.columns.Words(), nullable=False),
        sa.Column("received_at", store.columns.Instant(), nullable=False),
        sa.Column("body", store.columns.Kept, nullable=False),
        sa.PrimaryKeyConstraint("application", name="pk_applications"),
    )
    op.create_index("ix_applications_candidate", "applications", ["candidate"], unique=False)

    op.create_table(
        "cases",
        sa.Column("case_id", store.columns.Words(), nullable=False),
        sa.Column("kind", store.columns.Words(), nullable=False),
        sa.Column("vacancy", store.columns.Words(), nullable=False),
        sa.Column("candidate", store.columns.Words(), nullable=True),
        sa.Column("linked", sa.Boolean(), nullable=False),
        sa.Column("created_at", store.columns.Instant(), nullable=False),
        sa.CheckConstraint("kind IN ('hire', 'vacancy')", name=op.f("ck_cases_kind")),
        sa.PrimaryKeyConstraint("case_id", name="pk_cases"),
    )
    op.create_index("ix_cases_candidate", "cases", ["candidate"], unique=False)
    op.create_index(
        "uq_cases_vacancy_candidate",
        "cases",
        ["vacancy", "candidate"],
        unique=True,
        sqlite_where=sa.text("kind = 'hire' AND NOT linked"),
        postgresql_where=sa.text("kind = 'hire' AND NOT linked"),
    )

    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("now", store.columns.Instant(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_clock_one_row")),
        sa.PrimaryKeyConstraint("id", name="pk_clock"),
    )
    op.create_table(
        "conditions",
        sa.Column("case_id", store.columns.Words(), nullable=False),
        sa.Column("condition", store.columns.Words(), nullable=False),
        sa.Column("authority", store.columns.Words(), nullable=False),
        sa.Column("state", store.columns.Words(), nullable=False),
        sa.Column("outcome", store.columns.Words(), nullable=True),
        sa.Column("expected", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("requested_at", store.columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "condition", name="pk_conditions"),
    )
    op.create_index("ix_conditions_valid_until", "conditions", ["valid_until"], unique=False)

    op.create_table(
        "deadlines",
        sa.Column("case_id", store.columns.Words(), nullable=False),
        sa.Column("key", store.columns.Words(), nullable=False),
        sa.Column("party", store.columns.Words(), nullable=False),
        sa.Column("who", store.columns.Words(), nullable=False),
        sa.Column("started_at", store.columns.Instant(), nullable=False),
        sa.Column("due_at", store.columns.Instant(), nullable=False),
        sa.Column("limit_at", store.columns.Instant(), nullable=True),
        sa.Column("state", store.columns.Words(), nullable=False),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("escalated", sa.Boolean(), nullable=False),
        sa.Column("missed", sa.Boolean(), nullable=False),
        sa.Column("rule", store.columns.Words(), nullable=False),
        sa.Column("calendar", store.columns.Words(), nullable=False),
        sa.Column("zone", store.columns.Words(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'met', 'dropped', 'lapse_due')", name=op.f("ck_deadlines_state")),
        sa.PrimaryKeyConstraint("case_id", "key", name="pk_deadlines"),
    )
    op.create_index("ix_deadlines_state", "deadlines", ["state", "due_at"], unique=False)

    op.create_table(
        "hires",
        sa.Column("case_id", store.columns.Words(), nullable=False),
        sa.Column("vacancy", store.columns.Words(), nullable=False),
        sa.Column("candidate", store.columns.Words(), nullable=False),
        sa.Column("stage", store.columns.Words(), nullable=True),
        sa.Column("ending", store.columns.Words(), nullable=True),
        sa.Column("ended_by", store.columns.Words(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("needs", store.columns.Searched, nullable=False),
        sa.Column("turn", store.columns.Searched, nullable=False),
        sa.Column("next_deadline", store.columns.Instant(), nullable=True),
        sa.Column("post", store.columns.Words(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("received_at", store.columns.Instant(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("updated_at", store.columns.Instant(), nullable=False),
        sa.Column("owner", store.columns.Words(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", name="pk_hires"),
    )
    op.create_index("ix_hires_next_deadline", "hires", ["next_deadline"], unique=False)
    op.create_index("ix_hires_vacancy", "hires", ["vacancy", "stage"], unique=False)

    op.create_table(
        "journal",
        sa.Column("case_id", store.columns.Words(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", store.columns.Instant(), nullable=False),
        sa.Column("recorded_at", store.columns.Instant(), nullable=False),
        sa.Column("actor", store.columns.Words(), nullable=False),
        sa.Column("step", store.columns.Words(), nullable=False),
        sa.Column("kind", store.columns.Words(), nullable=False),
        sa.Column("body", store.columns.Kept, nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_journal_number")),
        sa.PrimaryKeyConstraint("case_id", "number", name="pk_journal"),
    )
    op.create_index("ix_journal_kind", "journal", ["kind"], unique=False)

    op.create_table(
        "leaves",
        sa.Column("position", store.columns.Count, autoincrement=False, nullable=False),
        sa.Column("case_id", store.columns.Words(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", store.columns.Words(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_leaves"),
        sa.UniqueConstraint("case_id", "number", name="uq_leaves_case_id_number"),
    )
    op.create_table(
        "letters",
        sa.Column("letter", store.columns.Words(), nullable=False),
        sa.Column("case_id", store.columns.Words(), nullable=False),
        sa.Column("candidate", store.columns.Words(), nullable=False),
        sa.Column("template", store.columns.Words(), nullable=False),
        sa.Column("language", store.columns.Words(), nullable=False),
        sa.Column("to", store.columns.Words(), nullable=False),
        sa.Column("subject", store.columns.Words(), nullable=False),
        sa.Column("body", store.columns.Words(), nullable=False),
        sa.Column("calendar", store.columns.Words(), nullable=True),
        sa.Column("calendar_method", store.columns.Words(), nullable=False),
        sa.Column("sha256", store.columns.Words(), nullable=False),
        sa.PrimaryKeyConstraint("letter", name="pk_letters"),
    )
    op.create_index("ix_letters_candidate", "letters", ["candidate"], unique=False)

    op.create_table(
        "log_size",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", store.columns.Count, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_log_size_one_row")),
        sa.PrimaryKeyConstraint("id", name="pk_log_size"),
    )
    op.create_table(
        "payloads",
        sa.Column("ref", store.columns.Words(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("ref", name="pk_payloads"),
    )
    op.create_table(
        "people",
        sa.Column("candidate", store.columns.Words(), nullable=False),
        sa.Column("source", store.columns.Words(), nullable=False),
        sa.Column("source_id", store.columns.Words(), nullable=False),
        sa.Column("name", store.columns.Words(), nullable=False),
        sa.Column("email", store.columns.Words(), nullable=False),
        sa.Column("language", store.columns.Words(), nullable=False),
        sa.PrimaryKeyConstraint("candidate", name="pk_people"),
        sa.UniqueConstraint("source", "source_id", name="uq_people_source_source_id"),
    )
    op.create_table(
        "staff",
        sa.Column("person", store.columns.Words(), nullable=False),
        sa.Column("name", store.columns.Words(), nullable=False),
        sa.Column("email", store.columns.Words(), nullable=False),
        sa.Column("roles", store.columns.Kept, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_staff"),
    )
    op.create_table(
        "vacancies",
        sa.Column("reference", store.columns.Words(), nullable=False),
        sa.Column("spec", store.columns.Kept, nullable=False),
        sa.Column("rules", store.columns.Kept, nullable=False),
        sa.Column("sha256", store.columns.Words(), nullable=False),
        sa.Column("closes_at", store.columns.Instant(), nullable=True),
        sa.Column("published_at", store.columns.Instant(), nullable=False),
        sa.Column("status", store.columns.Words(), nullable=False),
        sa.Column("title_en", store.columns.Words(), nullable=False),
        sa.Column("title_fr", store.columns.Words(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('', 'published', 'closed', 'cancelled', 'filled', 'lapsed')", name=op.f("ck_vacancies_status")),
        sa.PrimaryKeyConstraint("reference", name="pk_vacancies"),
    )
    op.create_table(
        "inbox",
        sa.Column("seq", store.columns.Count, autoincrement=True, nullable=False),
        sa.Column("id", store.columns.Words(), nullable=False),
        sa.Column("source", store.columns.Words(), nullable=False),
        sa.Column("event_id", store.columns.Words(), nullable=False),
        sa.Column("type", store.columns.Words(), nullable=False),
        sa.Column("case_id", store.columns.Words(), nullable=False),
        sa.Column("received_at", store.columns.Instant(), nullable=False),
        sa.Column("sha256", store.columns.Words(), nullable=False),
        sa.Column("signature", store.columns.Words(), nullable=True),
        sa.Column("key_id", store.columns.Words(), nullable=True),
        sa.Column("data", store.columns.Kept, nullable=False),
        sa.Column("payload", store.columns.Words(), nullable=True),
        sa.Column("state", store.columns.Words(), nullable=False),
        sa.Column("reason", store.columns.Words(), nullable=False),
        sa.Column("lease_until", store.columns.Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("closed_at", store.columns.Instant(), nullable=True),
        sa.Column("closed_by_step", store.columns.Words(), nullable=True),
        sa.Column("receipt", store.columns.Kept, nullable=True),
        sa.CheckConstraint("state IN ('open', 'applied', 'parked', 'superseded', 'refused')", name=op.f("ck_inbox_state")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_inbox_case_id"),
        sa.PrimaryKeyConstraint("seq", name="pk_inbox"),
        sa.UniqueConstraint("id", name="uq_inbox_id"),
        sa.UniqueConstraint("source", "event_id", name="uq_inbox_source_event_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_case_id", "inbox", ["case_id", "state"], unique=False)
    op.create_index(
        "ix_inbox_open",
        "inbox",
        ["lease_until", "seq"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )

    op.create_table(
        "outbox",
        sa.Column("seq", store.columns.Count, autoincrement=True, nullable=False),
        sa.Column("id", store.columns.Words(), nullable=False),
        sa.Column("case_id", store.columns.Words(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", store.columns.Instant(), nullable=False),
        sa.Column("kind", store.columns.Words(), nullable=False),
        sa.Column("type", store.columns.Words(), nullable=False),
        sa.Column("subject", store.columns.Words(), nullable=False),
        sa.Column("body", store.columns.Kept, nullable=False),
        sa.Column("state", store.columns.Words(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", store.columns.Instant(), nullable=True),
        sa.Column("lease_until", store.columns.Instant(), nullable=True),
        sa.Column("sent_at", store.columns.Instant(), nullable=True),
        sa.Column("error", store.columns.Words(), nullable=False),
        sa.CheckConstraint("kind IN ('event', 'letter')", name=op.f("ck_outbox_kind")),
        sa.CheckConstraint("state IN ('pending', 'sent', 'dead')", name=op.f("ck_outbox_state")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_outbox_case_id"),
        sa.PrimaryKeyConstraint("seq", name="pk_outbox"),
        sa.UniqueConstraint("case_id", "number", "n", name="uq_outbox_case_id_number_n"),
        sa.UniqueConstraint("id", name="uq_outbox_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_head",
        "outbox",
        ["case_id", "seq"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["next_at", "seq"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )

    op.create_table(
        "posts",
        sa.Column("id", store.columns.Words(), nullable=False),
        sa.Column("vacancy", store.columns.Words(), nullable=False),
        sa.Column("post", store.columns.Words(), nullable=False),
        sa.Column("kind", store.columns.Words(), nullable=False),
        sa.Column("grade_low", store.columns.Words(), nullable=False),
        sa.Column("grade_high", store.columns.Words(), nullable=False),
        sa.Column("division", store.columns.Words(), nullable=False),
        sa.Column("role_profile", store.columns.Words(), nullable=False),
        sa.Column("funded", sa.Boolean(), nullable=False),
        sa.Column("state", store.columns.Words(), nullable=False),
        sa.Column("hire", store.columns.Words(), nullable=True),
        sa.CheckConstraint("(state IN ('reserved', 'filled')) = (hire IS NOT NULL)", name=op.f("ck_posts_held")),
        sa.CheckConstraint("state IN ('open', 'reserved', 'filled', 'withdrawn')", name=op.f("ck_posts_state")),
        sa.ForeignKeyConstraint(["vacancy"], ["vacancies.reference"], name="fk_posts_vacancy"),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
        sa.UniqueConstraint("vacancy", "post", name="uq_posts_vacancy_post"),
    )


def downgrade() -> None:
    op.drop_table("posts")

    op.drop_table("outbox")

    op.drop_table("inbox")
    op.drop_table("vacancies")
    op.drop_table("staff")
    op.drop_table("people")
    op.drop_table("payloads")
    op.drop_table("log_size")

    op.drop_table("letters")
    op.drop_table("leaves")

    op.drop_table("journal")

    op.drop_table("hires")

    op.drop_table("deadlines")

    op.drop_table("conditions")
    op.drop_table("clock")

    op.drop_table("cases")

    op.drop_table("applications")
