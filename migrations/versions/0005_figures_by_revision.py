"""Votes by revision, and what a revision was, are read from indexes alone."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FIGURES = ["translation_id", "status", "is_helpful"]


def upgrade() -> None:
    op.drop_index("ix_hd_vote_figures", "hd_vote")
    op.create_index("ix_hd_vote_figures", "hd_vote", [*FIGURES, "revision"])
    op.create_index("ix_hd_revision_steps", "hd_revision", ["translation_id", "number", "significance", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_hd_revision_steps", "hd_revision")
    op.drop_index("ix_hd_vote_figures", "hd_vote")
    op.create_index("ix_hd_vote_figures", "hd_vote", FIGURES)
