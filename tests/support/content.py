"""Small sites written as folders: one category, one section, and articles with whatever a test needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpdesk.services.demo import SAMPLEDATA
from helpdesk.services.folder import ContentErrors
from helpdesk.services.importing import import_content
from helpdesk.services.site import Site

DEMO_ARTICLES = len(list(SAMPLEDATA.rglob("_article.yaml")))


def translation(title: str, body: str = "Text.", **fields: str) -> str:
    """A Markdown file; strings are written so that YAML gives back every character."""
    lines = {"title": title, "published_at": "2026-01-02", "updated_at": "2026-03-04"} | fields
    return f"---\n{yaml.safe_dump(lines)}---\n{body}\n"


def take_in(site: Site, root: Path, articles: Mapping[str, Mapping[str, str | bytes]], **titles: str) -> None:
    """Import articles by key, each a mapping of file names to contents; `titles` of category and section by tag."""
    texts = {tag.replace("_", "-"): title for tag, title in (titles or {"en": "Guides", "de": "Anleitungen"}).items()}
    files: dict[str, str | bytes] = {}
    for tag, title in texts.items():
        for folder in ("guides", "guides/basics"):
            files[f"{folder}/_index.{tag}.md"] = f"---\n{yaml.safe_dump({'title': title})}---\n"
    for number, (key, own) in enumerate(articles.items(), start=1):
        files[f"guides/basics/{key}/_article.yaml"] = f"id: {number}\nposition: {number}\n"
        files |= {f"guides/basics/{key}/{name}": content for name, content in own.items()}
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    import_content(site, root)


def errors_of(site: Site, root: Path, **options: Any) -> list[str]:
    """What an import of a folder is refused for."""
    with pytest.raises(ContentErrors) as refused:
        import_content(site, root, **options)
    return [str(error) for error in refused.value.errors]
