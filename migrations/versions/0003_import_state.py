"""What imports of a folder read and left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

GROUPS = ("hd_category", "hd_section")


def upgrade() -> None:
    op.create_table(
        "hd_import_state",
        sa.Column("translation_id", sa.Integer(), nullable=False),
        sa.Column("files", sa.String(), nullable=False),
        sa.Column("maker", sa.String(), nullable=False),
        sa.Column("card", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["translation_id"], ["hd_translation.id"], name="fk_hd_import_state_translation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("translation_id", name="pk_hd_import_state"),
    )
    for table in GROUPS:
        op.add_column(table, sa.Column("is_imported", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    for table in GROUPS:
        op.drop_column(table, "is_imported")
    op.drop_table("hd_import_state")
