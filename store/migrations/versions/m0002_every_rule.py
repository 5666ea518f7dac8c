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
    # one column to find a person by, whatever the accents and capitals
    with op.batch_alter_table("people") as people:
        people.add_column(sa.Column("folded", store.columns.Words(), nullable=False, server_default=""))
    _fold_people()
    _policies()
    _overlays()


def downgrade() -> None:
    op.drop_table("overlays")
    op.drop_table("policies")
    with op.batch_alter_table("people") as people:
        people.drop_column("folded")
    op.execute("DELETE FROM leaves WHERE case_id LIKE 'staff/%'")
    op.execute("DELETE FROM journal WHERE case_id LIKE 'staff/%'")


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
