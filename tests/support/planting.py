"""Many rows at once, made by the database itself: what lists and searches look like on a large site."""

from __future__ import annotations

from sqlalchemy import text

from helpdesk.services.site import Site

# 40 sections in 4 categories; every article has an English and a German text, every tenth is a draft.
PLANTED = """
INSERT INTO hd_category (id, key, position, is_demo)
  SELECT 1000 + n, 'category-' || n, n, false FROM numbers WHERE n < 4;
INSERT INTO hd_category_text (category_id, locale, title, slug, summary)
  SELECT 1000 + n, 'en', 'Category ' || n, 'category-' || n, '' FROM numbers WHERE n < 4;
INSERT INTO hd_section (id, category_id, key, position, is_demo)
  SELECT 1000 + n, 1000 + n % 4, 'section-' || n, n, false FROM numbers WHERE n < 40;
INSERT INTO hd_section_text (section_id, locale, title, slug, summary)
  SELECT 1000 + n, 'en', 'Section ' || n, 'section-' || n, '' FROM numbers WHERE n < 40;
INSERT INTO hd_article (id, key, category_id, section_id, position, source_locale, is_demo, created_at)
  SELECT 10000 + n, 'article-' || n, 1000 + n % 4, 1000 + n % 40, n, 'en', false, '2026-01-01 00:00:00' FROM numbers;
INSERT INTO hd_translation (id, article_id, locale, title, slug, summary, excerpt, keywords, status, published_at, updated_at, revision)
  SELECT 100000 + 2 * n, 10000 + n, 'en', 'Title ' || n, 'title-' || n, '', '', '', CASE n % 10 WHEN 0 THEN 'draft' ELSE 'published' END,
    '2026-01-01 00:00:00', '2026-01-02 00:00:00', 1 FROM numbers;
INSERT INTO hd_translation (id, article_id, locale, title, slug, summary, excerpt, keywords, status, published_at, updated_at, revision)
  SELECT 100001 + 2 * n, 10000 + n, 'de', 'Titel ' || n, 'titel-' || n, '', '', '', 'published',
    '2026-01-01 00:00:00', '2026-01-02 00:00:00', 1 FROM numbers;
INSERT INTO hd_body (translation_id, markdown, html, text, headings)
  SELECT id, 'text', '<p>text</p>', 'text', '[]' FROM hd_translation WHERE id >= 100000;
INSERT INTO hd_counter (translation_id, views, yes, no)
  SELECT id, id % 5003, id % 7, id % 5 FROM hd_translation WHERE id >= 100000;
INSERT INTO hd_vote (id, visitor, translation_id, locale, is_helpful, status, revision, reasons, comment, query, created_at, updated_at)
  SELECT 100000 + n, 'visitor-' || n, 100000 + 2 * (n % 500), 'en', n % 3 > 0, CASE n % 100 WHEN 0 THEN 'held' ELSE 'counted' END,
    1, '', '', '', '2026-01-03 00:00:00', '2026-01-03 00:00:00' FROM numbers
"""
NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {last}) "


def plant_articles(site: Site, number: int) -> None:
    """So many articles in English and German, spread over 4 categories and 40 sections; the statistics are made."""
    with site.database.transaction() as connection:
        for statement in PLANTED.split(";\n"):
            head, _, rest = statement.strip().partition("SELECT")
            numbers = NUMBERS.format(last=number - 1) if "FROM numbers" in rest else ""
            connection.execute(text(f"{head} {numbers} SELECT {rest}"))
    with site.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if site.database.is_postgres else "ANALYZE")
