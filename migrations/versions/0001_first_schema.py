"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hd_category",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hd_category")),
        sa.UniqueConstraint("key", name=op.f("uq_hd_category_key")),
    )
    op.create_table(
        "hd_media",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("extension", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_hd_media")),
    )
    op.create_table(
        "hd_reading",
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_hd_reading")),
    )
    op.create_index(op.f("ix_hd_reading_read_at"), "hd_reading", ["read_at"], unique=False)

    op.create_table(
        "hd_reading_key",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_hd_reading_key")),
    )
    op.create_table(
        "hd_redirect",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('category', 'section')", name=op.f("ck_hd_redirect_kind")),
        sa.PrimaryKeyConstraint("kind", "locale", "slug", "target_id", name=op.f("pk_hd_redirect")),
    )
    op.create_table(
        "hd_request_tally",
        sa.Column("network", sa.LargeBinary(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("network", "minute", name=op.f("pk_hd_request_tally")),
    )
    op.create_table(
        "hd_search_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("searched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("results", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hd_search_log")),
    )
    op.create_index(
        op.f("ix_hd_search_log_locale_searched_at"), "hd_search_log", ["locale", "searched_at"], unique=False
    )

    op.create_table(
        "hd_search_node",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hd_search_node")),
        sa.UniqueConstraint("name", name=op.f("uq_hd_search_node_name")),
    )
    op.create_table(
        "hd_state",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_hd_state")),
    )
    op.create_table(
        "hd_category_text",
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["hd_category.id"], name=op.f("fk_hd_category_text_category_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("category_id", "locale", name=op.f("pk_hd_category_text")),
    )
    op.create_index(op.f("ix_hd_category_text_slug"), "hd_category_text", ["slug", "locale"], unique=False)

    op.create_table(
        "hd_outbox",
        sa.Column("node_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["node_id"], ["hd_search_node.id"], name=op.f("fk_hd_outbox_node_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("node_id", "article_id", name=op.f("pk_hd_outbox")),
    )
    op.create_table(
        "hd_section",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["hd_category.id"], name=op.f("fk_hd_section_category_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hd_section")),
        sa.UniqueConstraint("category_id", "key", name=op.f("uq_hd_section_category_id_key")),
    )
    op.create_table(
        "hd_article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source_locale", sa.String(), nullable=False),
        sa.Column("regions", sa.String(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["hd_category.id"], name=op.f("fk_hd_article_category_id")),
        sa.ForeignKeyConstraint(["section_id"], ["hd_section.id"], name=op.f("fk_hd_article_section_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hd_article")),
        sa.UniqueConstraint("key", name=op.f("uq_hd_article_key")),
    )
    op.create_index(
        op.f("ix_hd_article_category_id_position"),
        "hd_article",
        ["category_id", "position", "id", "section_id", "source_locale"],
        unique=False,
    )
    op.create_index(
        op.f("ix_hd_article_section_id_position"),
        "hd_article",
        ["section_id", "position", "id", "source_locale"],
        unique=False,
    )

    op.create_table(
        "hd_section_text",
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["section_id"], ["hd_section.id"], name=op.f("fk_hd_section_text_section_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("section_id", "locale", name=op.f("pk_hd_section_text")),
    )
    op.create_index(op.f("ix_hd_section_text_slug"), "hd_section_text", ["slug", "locale"], unique=False)

    op.create_table(
        "hd_translation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("excerpt", sa.String(), nullable=False),
        sa.Column("keywords", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'in_review', 'published', 'archived')", name=op.f("ck_hd_translation_status")
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["hd_article.id"], name=op.f("fk_hd_translation_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hd_translation")),
        sa.UniqueConstraint("article_id", "locale", name=op.f("uq_hd_translation_article_id_locale")),
    )
    op.create_index(op.f("ix_hd_translation_updated_at"), "hd_translation", ["updated_at", "article_id"], unique=False)
    op.create_index(
        op.f("ix_hd_translation_visible"),
        "hd_translation",
        ["article_id", "status", "published_at", "locale", "id"],
        unique=False,
    )

    op.create_table(
        "hd_body",
        sa.Column("translation_id", sa.Integer(), nullable=False),
        sa.Column("markdown", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("headings", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["translation_id"], ["hd_translation.id"], name=op.f("fk_hd_body_translation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("translation_id", name=op.f("pk_hd_body")),
    )
    op.create_table(
        "hd_counter",
        sa.Column("translation_id", sa.Integer(), nullable=False),
        sa.Column("views", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("yes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("no", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["translation_id"], ["hd_translation.id"], name=op.f("fk_hd_counter_translation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("translation_id", name=op.f("pk_hd_counter")),
    )
    op.create_index(op.f("ix_hd_counter_views"), "hd_counter", ["views", "translation_id"], unique=False)

    op.create_table(
        "hd_daily_tally",
        sa.Column("translation_id", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("views", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("repeats", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("prefetches", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("bots", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("team", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["translation_id"], ["hd_translation.id"], name=op.f("fk_hd_daily_tally_translation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("translation_id", "locale", "day", name=op.f("pk_hd_daily_tally")),
    )
    op.create_table(
        "hd_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("translation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("markdown", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("significance", sa.String(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("significance IN ('typo', 'minor', 'major')", name=op.f("ck_hd_revision_significance")),
        sa.ForeignKeyConstraint(
            ["translation_id"], ["hd_translation.id"], name=op.f("fk_hd_revision_translation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hd_revision")),
        sa.UniqueConstraint("translation_id", "number", name=op.f("uq_hd_revision_translation_id_number")),
    )
    op.create_table(
        "hd_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visitor", sa.String(), nullable=False),
        sa.Column("translation_id", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("is_helpful", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('counted', 'held')", name=op.f("ck_hd_vote_status")),
        sa.ForeignKeyConstraint(
            ["translation_id"], ["hd_translation.id"], name=op.f("fk_hd_vote_translation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hd_vote")),
        sa.UniqueConstraint("visitor", "translation_id", name=op.f("uq_hd_vote_visitor_translation_id")),
    )
    op.create_index(op.f("ix_hd_vote_figures"), "hd_vote", ["translation_id", "status", "is_helpful"], unique=False)
    op.create_index(op.f("ix_hd_vote_updated_at"), "hd_vote", ["updated_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_hd_vote_updated_at"), "hd_vote")
    op.drop_index(op.f("ix_hd_vote_figures"), "hd_vote")

    op.drop_table("hd_vote")
    op.drop_table("hd_revision")
    op.drop_table("hd_daily_tally")
    op.drop_index(op.f("ix_hd_counter_views"), "hd_counter")

    op.drop_table("hd_counter")
    op.drop_table("hd_body")
    op.drop_index(op.f("ix_hd_translation_visible"), "hd_translation")
    op.drop_index(op.f("ix_hd_translation_updated_at"), "hd_translation")

    op.drop_table("hd_translation")
    op.drop_index(op.f("ix_hd_section_text_slug"), "hd_section_text")

    op.drop_table("hd_section_text")
    op.drop_index(op.f("ix_hd_article_section_id_position"), "hd_article")
    op.drop_index(op.f("ix_hd_article_category_id_position"), "hd_article")

    op.drop_table("hd_article")
    op.drop_table("hd_section")
    op.drop_table("hd_outbox")
    op.drop_index(op.f("ix_hd_category_text_slug"), "hd_category_text")

    op.drop_table("hd_category_text")
    op.drop_table("hd_state")
    op.drop_table("hd_search_node")
    op.drop_index(op.f("ix_hd_search_log_locale_searched_at"), "hd_search_log")

    op.drop_table("hd_search_log")
    op.drop_table("hd_request_tally")
    op.drop_table("hd_redirect")
    op.drop_table("hd_reading_key")
    op.drop_index(op.f("ix_hd_reading_read_at"), "hd_reading")

    op.drop_table("hd_reading")
    op.drop_table("hd_media")
    op.drop_table("hd_category")
