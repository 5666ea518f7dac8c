"""Every rule of the notices: what issue 3 added to the store."""

import sqlalchemy as sa
from alembic import op

import store.columns
from store.names import folded

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _conditions_with_shelf_life()
    _letters_on_paper()
    # one column to find a person by, whatever the accents and capitals
    with op.batch_alter_table("people") as people:
        people.add_column(sa.Column("folded", store.columns.Words(), nullable=False, server_default=""))
    _fold_people()
    _interview_slots()
    _policies()
    _overlays()
    _posts_by_rule()
    _operations()
    # where the review of an ending stands: a case that has ended is over only when this says so
    with op.batch_alter_table("hires") as hires:
        hires.add_column(sa.Column("review", store.columns.Words(), nullable=False, server_default=""))
    _calendars()
    _door_log()
    _mail_about_no_case(allowed=True)
    with op.batch_alter_table("staff") as staff:
        staff.add_column(sa.Column("language", store.columns.Words(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("staff") as staff:
        staff.drop_column("language")
    op.execute("DELETE FROM outbox WHERE case_id IS NULL")
    _mail_about_no_case(allowed=False)
    with op.batch_alter_table("hires") as hires:
        hires.drop_column("review")
    op.drop_table("interview_slots")
    _posts_as_before()
    op.drop_table("operation_items")
    op.drop_table("operations")
    op.drop_table("door_log")
    op.drop_table("calendars")
    _conditions_without_shelf_life()
    op.drop_table("overlays")
    op.drop_table("policies")
    with op.batch_alter_table("people") as people:
        people.drop_column("folded")
    op.execute("DELETE FROM leaves WHERE case_id LIKE 'staff/%'")
    op.execute("DELETE FROM journal WHERE case_id LIKE 'staff/%'")
    _letters_without_paper()


def _conditions_with_shelf_life() -> None:
    """Round, reference, waiver and hold of each condition as asked of one nation; made from the facts, like every row beside it."""
    with op.batch_alter_table("conditions") as conditions:
        conditions.add_column(sa.Column("round", sa.Integer(), nullable=False, server_default="0"))
        conditions.add_column(sa.Column("reference", store.columns.Words(), nullable=True))
        conditions.add_column(sa.Column("reopened_for", store.columns.Words(), nullable=True))
        conditions.add_column(sa.Column("waiver", store.columns.Words(), nullable=True))
        conditions.add_column(sa.Column("held", sa.Boolean(), nullable=False, server_default=sa.false()))
        conditions.add_column(sa.Column("held_until", store.columns.Instant(), nullable=True))


def _conditions_without_shelf_life() -> None:
    with op.batch_alter_table("conditions") as conditions:
        for column in ("held_until", "held", "waiver", "reopened_for", "reference", "round"):
            conditions.drop_column(column)


def _letters_on_paper() -> None:
    """When each letter was written, which the journal has always known, and the PDF it went out as."""
    with op.batch_alter_table("letters") as letters:
        letters.add_column(sa.Column("at", store.columns.Instant(), nullable=True))
        letters.add_column(sa.Column("pdf", sa.LargeBinary(), nullable=True))
        letters.add_column(sa.Column("pdf_sha256", store.columns.Words(), nullable=True))
        letters.add_column(sa.Column("pdf_made_with", store.columns.Words(), nullable=True))
        letters.create_index("ix_letters_case_id", ["case_id"])
    op.execute(
        "UPDATE letters SET at = (SELECT journal.at FROM journal WHERE journal.case_id = letters.case_id"
        " AND journal.kind = 'letter_written' AND CAST(journal.body AS TEXT) LIKE '%\"' || letters.letter || '\"%')"
    )
    with op.batch_alter_table("letters") as letters:
        letters.alter_column("at", existing_type=store.columns.Instant(), nullable=False)


def _letters_without_paper() -> None:
    with op.batch_alter_table("letters") as letters:
        letters.drop_index("ix_letters_case_id")
        for column in ("pdf_made_with", "pdf_sha256", "pdf", "at"):
            letters.drop_column(column)


def _interview_slots() -> None:
    op.create_table(
        "interview_slots",
        sa.Column("vacancy", store.columns.Words(), nullable=False),
        sa.Column("starts_at", store.columns.Instant(), nullable=False),
        sa.Column("place", store.columns.Words(), nullable=False),
        sa.Column("hire", store.columns.Words(), nullable=False),
        sa.ForeignKeyConstraint(["vacancy"], ["vacancies.reference"], name="fk_interview_slots_vacancy"),
        sa.PrimaryKeyConstraint("vacancy", "starts_at", "place", name="pk_interview_slots"),
    )
    op.create_index("ix_interview_slots_hire", "interview_slots", ["hire"], unique=False)


def _fold_people() -> None:
    people = sa.table("people", sa.column("candidate"), sa.column("name"), sa.column("email"), sa.column("folded"))
    rows = op.get_bind().execute(sa.select(people.c.candidate, people.c.name, people.c.email)).all()
    for candidate, name, email in rows:
        op.execute(people.update().where(people.c.candidate == candidate).values(folded=folded(name, email)))


def _policies() -> None:
    op.create_table(
        "policies",
        sa.Column("name", store.columns.Words(), nullable=False),
        sa.Column("version", store.columns.Words(), nullable=False),
        sa.Column("sha256", store.columns.Words(), nullable=False),
        sa.Column("rules", store.columns.Kept, nullable=False),
        sa.Column("effective_from", store.columns.Instant(), nullable=True),
        sa.Column("proposed_by", store.columns.Words(), nullable=False),
        sa.Column("proposed_at", store.columns.Instant(), nullable=False),
        sa.Column("approved_by", store.columns.Words(), nullable=True),
        sa.Column("published_at", store.columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("name", "version", name="pk_policies"),
    )


def _overlays() -> None:
    op.create_table(
        "overlays",
        sa.Column("overlay", store.columns.Words(), nullable=False),
        sa.Column("sha256", store.columns.Words(), nullable=False),
        sa.Column("body", store.columns.Kept, nullable=False),
        sa.Column("proposed_by", store.columns.Words(), nullable=False),
        sa.Column("proposed_at", store.columns.Instant(), nullable=False),
        sa.Column("approved_by", store.columns.Words(), nullable=True),
        sa.Column("approved_at", store.columns.Instant(), nullable=True),
        sa.Column("lifted_by", store.columns.Words(), nullable=True),
        sa.Column("lifted_at", store.columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("overlay", name="pk_overlays"),
    )


OVER = "'cancelled', 'filled', 'lapsed'"


def _posts_by_rule() -> None:
    """A vacancy that was filled in part says so; a post given later names its policy; a hire holds one post."""
    _statuses(f"{OVER}, 'partly_filled'")
    with op.batch_alter_table("posts") as posts:
        posts.add_column(sa.Column("policy", store.columns.Words(), nullable=False, server_default=""))
    held = sa.text("hire IS NOT NULL")
    op.create_index("uq_posts_hire", "posts", ["hire"], unique=True, sqlite_where=held, postgresql_where=held)


def _posts_as_before() -> None:
    op.drop_index("uq_posts_hire", table_name="posts")
    with op.batch_alter_table("posts") as posts:
        posts.drop_column("policy")
    op.execute("UPDATE vacancies SET status = 'lapsed' WHERE status = 'partly_filled'")
    _statuses(OVER)


def _statuses(over: str) -> None:
    with op.batch_alter_table("vacancies") as vacancies:
        vacancies.drop_constraint(op.f("ck_vacancies_status"), type_="check")
        vacancies.create_check_constraint(op.f("ck_vacancies_status"), f"status IN ('', 'published', 'closed', {over})")


def _operations() -> None:
    op.create_table(
        "operations",
        sa.Column("operation", store.columns.Words(), nullable=False),
        sa.Column("act", store.columns.Words(), nullable=False),
        sa.Column("args", store.columns.Kept, nullable=False),
        sa.Column("person", store.columns.Words(), nullable=False),
        sa.Column("at", store.columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("operation", name="pk_operations"),
    )
    op.create_table(
        "operation_items",
        sa.Column("operation", store.columns.Words(), nullable=False),
        sa.Column("case_id", store.columns.Words(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("state", store.columns.Words(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("code", store.columns.Words(), nullable=False),
        sa.Column("why", store.columns.Words(), nullable=False),
        sa.CheckConstraint("state IN ('pending', 'done', 'refused', 'failed', 'cancelled')", name=op.f("ck_operation_items_state")),
        sa.ForeignKeyConstraint(["operation"], ["operations.operation"], name="fk_operation_items_operation"),
        sa.PrimaryKeyConstraint("operation", "case_id", name="pk_operation_items"),
    )


def _calendars() -> None:
    op.create_table(
        "calendars",
        sa.Column("id", store.columns.Words(), nullable=False),
        sa.Column("version", store.columns.Words(), nullable=False),
        sa.Column("sha256", store.columns.Words(), nullable=False),
        sa.Column("body", store.columns.Kept, nullable=False),
        sa.Column("published_by", store.columns.Words(), nullable=False),
        sa.Column("published_at", store.columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name="pk_calendars"),
    )


def _door_log() -> None:
    op.create_table(
        "door_log",
        sa.Column("run", store.columns.Words(), nullable=False),
        sa.Column("door", store.columns.Words(), nullable=False),
        sa.Column("began_at", store.columns.Instant(), nullable=False),
        sa.Column("alive_at", store.columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("run", name="pk_door_log"),
    )


def _mail_about_no_case(*, allowed: bool) -> None:
    """Mail to our own people may be about many cases. SQLite copies the table, and would forget how its numbers are counted."""
    with op.batch_alter_table("outbox", table_kwargs={"sqlite_autoincrement": True}) as outbox:
        outbox.alter_column("case_id", existing_type=store.columns.Words(), nullable=allowed)
