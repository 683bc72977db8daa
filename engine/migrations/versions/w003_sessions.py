"""Sessions on the server, tries counted by whoever makes them, and accounts that end, with roles from a day until a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "w003"
down_revision = "w002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("failures", "rests_until"):
        op.drop_column("account", column)
    for added in (
        sa.Column("closed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("seen", UTCDateTime(), nullable=True),
        sa.Column("link", sa.String(length=64), nullable=True),
        sa.Column("link_ends", UTCDateTime(), nullable=True),
    ):
        op.add_column("account", added)
    op.create_index(op.f("ix_account_link"), "account", ["link"])
    _roles_with_days()
    op.create_table(
        "account_session",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("began", UTCDateTime(), nullable=False),
        sa.Column("ends", UTCDateTime(), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_session_account_id_account")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_account_session")),
    )
    op.create_index(op.f("ix_account_session_account_id"), "account_session", ["account_id"])
    op.create_table(
        "sign_in_tries",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ends", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_in_tries")),
    )


def _roles_with_days() -> None:
    """A role was its id alone, and counts without bounds from now on."""
    account = sa.table("account", sa.column("id"), sa.column("roles", sa.JSON()))
    connection = op.get_bind()
    for row in connection.execute(sa.select(account)).all():
        kept = [{"role": each} for each in row.roles]
        connection.execute(sa.update(account).where(account.c.id == row.id).values(roles=kept))
