"""Regions, withheld and partial translations, notices, switches, held votes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ARTICLE_LISTS = {
    "ix_hd_article_category_id_position": ["category_id", "position", "id", "section_id", "source_locale"],
    "ix_hd_article_section_id_position": ["section_id", "position", "id", "source_locale"],
}
VISIBLE = ["article_id", "status", "published_at", "locale"]
COLUMNS = {
    "hd_article": [
        lambda: sa.Column("withheld", sa.String()),
        lambda: sa.Column("related", sa.String(), nullable=False, server_default=sa.text("''")),
    ],
    "hd_translation": [lambda: sa.Column("has_body", sa.Boolean(), nullable=False, server_default=sa.true())],
    "hd_body": [
        lambda: sa.Column("targets", sa.String(), nullable=False, server_default=sa.text("'{}'")),
        lambda: sa.Column("minutes", sa.Integer(), nullable=False, server_default=sa.text("0")),
    ],
    "hd_revision": [
        lambda: sa.Column("keywords", sa.String(), nullable=False, server_default=sa.text("''")),
        lambda: sa.Column("targets", sa.String(), nullable=False, server_default=sa.text("'{}'")),
    ],
    "hd_request_tally": [
        lambda: sa.Column("newcomers", sa.Integer(), nullable=False, server_default=sa.text("0")),
    ],
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for column in columns:
            op.add_column(table, column())
    # What had no text was shown as an empty page; it is a title now, and the text comes from the chain.
    op.execute(
        "UPDATE hd_translation SET has_body = false WHERE EXISTS ("
        "SELECT 1 FROM hd_body b, hd_article a WHERE b.translation_id = hd_translation.id AND trim(b.text) = ''"
        " AND a.id = hd_translation.article_id AND a.source_locale <> hd_translation.locale)"
    )
    for name, columns in ARTICLE_LISTS.items():
        op.drop_index(name, "hd_article")
        op.create_index(name, "hd_article", [*columns, "regions", "withheld"])
    op.drop_index("ix_hd_translation_visible", "hd_translation")
    op.create_index("ix_hd_translation_visible", "hd_translation", [*VISIBLE, "has_body", "id"])
    op.create_index("ix_hd_translation_published_at", "hd_translation", ["published_at"])
    held = sa.text("status = 'held'")
    op.create_index(
        "ix_hd_vote_held", "hd_vote", ["created_at", "translation_id"], sqlite_where=held, postgresql_where=held
    )
    op.create_table(
        "hd_notice",
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("markdown", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("locale", name="pk_hd_notice"),
    )
    op.create_table(
        "hd_switch_tally",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("from_locale", sa.String(), nullable=False),
        sa.Column("to_locale", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("switches", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["hd_article.id"], name="fk_hd_switch_tally_article_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "from_locale", "to_locale", "day", name="pk_hd_switch_tally"),
    )


def downgrade() -> None:
    op.drop_table("hd_switch_tally")
    op.drop_table("hd_notice")
    op.drop_index("ix_hd_vote_held", "hd_vote")
    op.drop_index("ix_hd_translation_published_at", "hd_translation")
    op.drop_index("ix_hd_translation_visible", "hd_translation")
    op.create_index("ix_hd_translation_visible", "hd_translation", [*VISIBLE, "id"])
    for name, columns in ARTICLE_LISTS.items():
        op.drop_index(name, "hd_article")
        op.create_index(name, "hd_article", columns)
    for table, columns in COLUMNS.items():
        for column in columns:
            op.drop_column(table, column().name)
