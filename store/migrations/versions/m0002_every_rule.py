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


def downgrade() -> None:
    with op.batch_alter_table("people") as people:
        people.drop_column("folded")
    op.execute("DELETE FROM leaves WHERE case_id LIKE 'staff/%'")
    op.execute("DELETE FROM journal WHERE case_id LIKE 'staff/%'")


def _fold_people() -> None:
    people = sa.table("people", sa.column("candidate"), sa.column("name"), sa.column("email"), sa.column("folded"))
    rows = op.get_bind().execute(sa.select(people.c.candidate, people.c.name, people.c.email)).all()
    for candidate, name, email in rows:
        op.execute(people.update().where(people.c.candidate == candidate).values(folded=folded(name, email)))
