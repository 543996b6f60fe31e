"""A help center of a company that does not exist, as Zendesk's API answers it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from helpdesk.locales import Locales
from helpdesk.services.folder import Folder, read_folder
from helpdesk.services.import_state import Files
from helpdesk.services.zendesk import Summary, convert_dump

LOCALES = Locales.parse(["en", "de", "zh-Hant", "nb", "es-419"], default="en")
HOST = "https://harbourbikes.zendesk.com"
FIRST = 360001000000
STAMPS = {"created_at": "2021-03-04T09:14:57Z", "updated_at": "2024-06-07T08:09:10Z"}


def category(ident: int, name: str, **other: Any) -> dict[str, Any]:
    return {
        "id": ident,
        "url": f"{HOST}/api/v2/help_center/en-us/categories/{ident}.json",
        "html_url": f"{HOST}/hc/en-us/categories/{ident}-{slug(name)}",
        "position": 0,
        **STAMPS,
        "name": name,
        "description": "",
        "locale": "en-us",
        "source_locale": "en-us",
        "outdated": False,
    } | other


def section(ident: int, category_id: int, name: str, **other: Any) -> dict[str, Any]:
    return (
        category(ident, name)
        | {
            "url": f"{HOST}/api/v2/help_center/en-us/sections/{ident}.json",
            "html_url": f"{HOST}/hc/en-us/sections/{ident}-{slug(name)}",
            "category_id": category_id,
            "theme_template": "section_page",
            "parent_section_id": None,
        }
        | other
    )


def article(ident: int, section_id: int, title: str, body: str | None = "<p>Text.</p>", **other: Any) -> dict[str, Any]:
    return {
        "id": ident,
        "url": f"{HOST}/api/v2/help_center/en-us/articles/{ident}.json",
        "html_url": f"{HOST}/hc/en-us/articles/{ident}-{slug(title)}",
        "author_id": 3600211,
        "comments_disabled": False,
        "draft": False,
        "promoted": False,
        "position": 0,
        "vote_sum": 3,
        "vote_count": 5,
        "section_id": section_id,
        **STAMPS,
        "edited_at": "2024-05-06T07:08:09Z",
        "name": title,
        "title": title,
        "source_locale": "en-us",
        "locale": "en-us",
        "outdated": False,
        "outdated_locales": [],
        "user_segment_id": None,
        "permission_group_id": 1701,
        "content_tag_ids": [],
        "label_names": [],
        "body": body,
    } | other


def translation(source_id: int, locale: str, title: str, body: str = "<p>Text.</p>", **other: Any) -> dict[str, Any]:
    kind = other.get("source_type", "Article")
    plural = f"{kind.lower()}s".replace("ys", "ies")
    return {
        "id": source_id * 10 + len(locale),
        "url": f"{HOST}/api/v2/help_center/{plural}/{source_id}/translations/{locale}.json",
        "html_url": f"{HOST}/hc/{locale}/{plural}/{source_id}-{slug(title)}",
        "source_id": source_id,
        "source_type": kind,
        "locale": locale,
        "title": title,
        "body": body,
        "outdated": False,
        "draft": False,
        "hidden": False,
        **STAMPS,
        "created_by_id": 3600211,
        "updated_by_id": 3600211,
    } | other


def attachment(ident: int, article_id: int, file_name: str, **other: Any) -> dict[str, Any]:
    return {
        "id": ident,
        "url": f"{HOST}/api/v2/help_center/articles/attachments/{ident}.json",
        "article_id": article_id,
        "file_name": file_name,
        "content_type": "image/png",
        "content_url": f"{HOST}/hc/article_attachments/{ident}",
        "size": 70,
        "inline": True,
        **STAMPS,
    } | other


def answer(kind: str, items: list[dict[str, Any]], **other: Any) -> dict[str, Any]:
    page = {"page": 1, "per_page": 30, "page_count": 1, "next_page": None, "previous_page": None, "count": len(items)}
    return {kind: items, **page, "sort_by": "position", "sort_order": "asc", **other}


def save(root: Path, files: dict[str, Any]) -> Path:
    """Bytes as they are, everything else as JSON."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode())
    return root


def slug(title: str) -> str:
    return "-".join(title.split())


GROUPS = {
    "categories.json": answer("categories", [category(1, "Riding")]),
    "sections.json": answer("sections", [section(11, 1, "Pay")]),
}
HERE = "riding/pay/a-fine/en.md"


def one(body: str, title: str = "A fine", **other: Any) -> dict[str, Any]:
    """A dump with one article, which becomes HERE."""
    return {**GROUPS, "articles.json": answer("articles", [article(360000000101, 11, title, body, **other)])}


def convert(tmp_path: Path, files: dict[str, Any]) -> Summary:
    """Into tmp_path / "out"."""
    summary = convert_dump(save(tmp_path / "dump", files), tmp_path / "out", LOCALES)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dump", "out"]
    return summary


def read(tmp_path: Path) -> Folder:
    """The folder as an import reads it."""
    return read_folder(tmp_path / "out", LOCALES, Files(tmp_path / "out", "", {}, tmp_path))


def written(tmp_path: Path) -> dict[str, str]:
    """All texts and fields by path."""
    files = {path.relative_to(tmp_path / "out").as_posix(): path for path in sorted((tmp_path / "out").rglob("*"))}
    return {name: path.read_text("utf-8") for name, path in files.items() if path.suffix in (".md", ".yaml")}


def body_of(tmp_path: Path, name: str = HERE) -> str:
    return written(tmp_path)[name].split("---\n", 2)[2].rstrip("\n")
