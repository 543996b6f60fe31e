"""What the team makes of feedback: triage, where views came from, contacts, refined searches, alerts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SOURCES = ("searched", "listed", "linked")
FEEDBACK = sa.text("NOT is_helpful OR comment <> ''")
UNREAD = sa.text("NOT is_read AND (NOT is_helpful OR comment <> '')")
MARKS = ("is_read", "is_resolved")
OF_QUERY = ["locale", "query", "page", "searched_on", "id", "results", "correction", "refined"]
REFINED = sa.text("refined <> ''")


def upgrade() -> None:
    for name in MARKS:
        op.add_column("hd_vote", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    for index, names, where in (
        ("ix_hd_vote_feedback", ["updated_at", "id", "status", "is_resolved", "translation_id"], FEEDBACK),
        ("ix_hd_vote_unread", ["translation_id", "status"], UNREAD),
    ):
        op.create_index(index, "hd_vote", names, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "hd_triage",
        sa.Column("vote_id", sa.Integer(), nullable=False),
        sa.Column("assignee", sa.String(), server_default="", nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True)),
        sa.Column("resolved_by", sa.String(), server_default="", nullable=False),
        sa.Column("revision", sa.Integer()),
        sa.ForeignKeyConstraint(["vote_id"], ["hd_vote.id"], name="fk_hd_triage_vote_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("vote_id", name="pk_hd_triage"),
    )
    for name in SOURCES:
        op.add_column("hd_daily_tally", sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.create_table(
        "hd_contact_tally",
        sa.Column("translation_id", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("contacts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["translation_id"], ["hd_translation.id"], name="fk_hd_contact_tally_translation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("translation_id", "locale", "day", name="pk_hd_contact_tally"),
    )
    op.create_index("ix_hd_contact_tally_day", "hd_contact_tally", ["day"])
    op.add_column("hd_search_log", sa.Column("refined", _ordered(), server_default="", nullable=False))
    op.create_index("ix_hd_search_log_query", "hd_search_log", OF_QUERY)
    op.create_index(
        "ix_hd_search_log_refined",
        "hd_search_log",
        ["locale", "searched_on", "refined", "query"],
        sqlite_where=REFINED,
        postgresql_where=REFINED,
    )
    _create_search_change()
    op.create_table(
        "hd_alert",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True)),
        sa.Column("posted_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("kind", "subject", name="pk_hd_alert"),
    )
    op.add_column("hd_user", sa.Column("identity", sa.String()))
    op.create_index("ix_hd_user_identity", "hd_user", ["identity"], unique=True)


def _create_search_change() -> None:
    op.create_table(
        "hd_search_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("query", _ordered(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), server_default="", nullable=False),
        sa.Column("article_id", sa.Integer()),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('synonym', 'keyword', 'article', 'ignored')", name=op.f("ck_hd_search_change_kind")
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["hd_article.id"], name="fk_hd_search_change_article_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_hd_search_change"),
    )
    op.create_index("ix_hd_search_change_locale_query", "hd_search_change", ["locale", "query"])
    op.create_index("ix_hd_search_change_article_id", "hd_search_change", ["article_id"])


def downgrade() -> None:
    op.drop_index("ix_hd_user_identity", "hd_user")
    op.drop_column("hd_user", "identity")
    op.drop_table("hd_alert")
    op.drop_table("hd_search_change")
    op.drop_index("ix_hd_search_log_refined", "hd_search_log")
    op.drop_index("ix_hd_search_log_query", "hd_search_log")
    op.drop_column("hd_search_log", "refined")
    op.drop_table("hd_contact_tally")
    for name in SOURCES:
        op.drop_column("hd_daily_tally", name)
    op.drop_table("hd_triage")
    for index in ("ix_hd_vote_unread", "ix_hd_vote_feedback"):
        op.drop_index(index, "hd_vote")
    for name in MARKS:
        op.drop_column("hd_vote", name)


def _ordered() -> sa.String:
    return sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()
