"""The table of operations: what can be asked, and the OpenAPI document is made of it."""

from __future__ import annotations

from helpdesk.web.api import articles, groups, machines, searching
from helpdesk.web.api.operations import Operation

OPERATIONS = (
    Operation("/status", machines.status, is_stable=False),
    Operation("/locales", machines.locales),
    Operation("/categories", groups.categories),
    Operation("/articles", articles.articles, statuses=(404,)),
    Operation("/articles/<article_id>", articles.article, statuses=(404, 410)),
    Operation("/articles/<article_id>/translations", articles.translations, statuses=(404, 410)),
    # What is found also depends on how far the index has come, which no validator knows.
    Operation("/search", searching.search, statuses=(404,), is_stable=False),
    Operation("/suggest", searching.suggest),
)
