"""What was searched on which day, what was read of it, synonyms."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

REPORT = ["locale", "searched_on", "query", "page", "results", "correction"]
BATCH = 10_000


def upgrade() -> None:
    op.drop_index("ix_hd_search_log_locale_searched_at", "hd_search_log")
    for column in (
        sa.Column("searched_on", sa.Date()),
        sa.Column("page", sa.Integer()),
        sa.Column("correction", sa.String()),
    ):
        op.add_column("hd_search_log", column)
    # Only first pages were noted, and nothing was corrected.
    op.execute("UPDATE hd_search_log SET page = 1, correction = ''")
    _rewrite("searched_at", "searched_on", _day_of, _normalized)
    with op.batch_alter_table("hd_search_log") as batch:
        for name in ("searched_on", "page", "correction"):
            batch.alter_column(name, nullable=False)
        batch.alter_column("query", type_=_ordered())
        batch.drop_column("searched_at")
    op.create_index("ix_hd_search_log_locale_searched_on", "hd_search_log", REPORT)
    op.create_index("ix_hd_daily_tally_day", "hd_daily_tally", ["day"])
    op.create_table(
        "hd_search_click",
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("query", _ordered(), nullable=False),
        sa.Column("clicked_on", sa.Date(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["hd_article.id"], name="fk_hd_search_click_article_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("locale", "query", "clicked_on", "article_id", "position", name="pk_hd_search_click"),
    )
    op.create_index("ix_hd_search_click_article_id", "hd_search_click", ["article_id"])
    op.create_table(
        "hd_synonym",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("is_two_way", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hd_synonym"),
        sa.UniqueConstraint("locale", "words", "means", name="uq_hd_synonym_locale_words_means"),
    )


def downgrade() -> None:
    """The time of day is gone, and with it how a query was written; further pages were not noted."""
    op.drop_table("hd_synonym")
    op.drop_table("hd_search_click")
    op.drop_index("ix_hd_daily_tally_day", "hd_daily_tally")
    op.drop_index("ix_hd_search_log_locale_searched_on", "hd_search_log")
    op.execute("DELETE FROM hd_search_log WHERE page <> 1")
    op.add_column("hd_search_log", sa.Column("searched_at", sa.DateTime(timezone=True)))
    _rewrite("searched_on", "searched_at", _midnight, str)
    with op.batch_alter_table("hd_search_log") as batch:
        batch.alter_column("searched_at", nullable=False)
        batch.alter_column("query", type_=sa.String())
        for name in ("searched_on", "page", "correction"):
            batch.drop_column(name)
    op.create_index("ix_hd_search_log_locale_searched_at", "hd_search_log", ["locale", "searched_at"])


def _ordered() -> sa.String:
    return sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()


def _rewrite(old, new, when, how) -> None:
    """Each row's new time and query out of the old ones, some thousand rows at a time."""
    moments = {"searched_at": sa.DateTime(timezone=True), "searched_on": sa.Date()}
    log = sa.table(
        "hd_search_log",
        sa.column("id", sa.Integer),
        sa.column("query", sa.String),
        *(sa.column(name, kind) for name, kind in moments.items()),
    )
    change = (
        sa.update(log)
        .where(log.c.id == sa.bindparam("row"))
        .values({new: sa.bindparam("moment"), "query": sa.bindparam("text")})
    )
    page = sa.select(log.c.id, log.c.query, log.c[old]).order_by(log.c.id).limit(BATCH)
    rows = op.get_bind().execute(page).all()
    while rows:
        values = [{"row": row.id, "text": how(row.query), "moment": when(row[2])} for row in rows]
        op.get_bind().execute(change, values)
        rows = op.get_bind().execute(page.where(log.c.id > rows[-1].id)).all()


def _day_of(moment: datetime) -> date:
    return (moment if moment.tzinfo is None else moment.astimezone(UTC)).date()


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _normalized(query: str) -> str:
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", query).lower())
    return " ".join(text.split())[:256].rstrip()
