"""Articles in every state that readers do not see, or see in part. All are about zebras; each has a word of its own."""

from __future__ import annotations

from pathlib import Path

from helpdesk.services.importing import import_content
from helpdesk.services.site import Site

OPEN, DRAFT, SCHEDULED, ARCHIVED, WITHHELD, REGIONAL, FALLBACK = 101, 102, 103, 104, 105, 106, 107
# By article: its folder, fields of its own, and its translations as (tag, status or day, own word of title and text).
STATES = {
    OPEN: ("open", "", [("en", "", "qopen"), ("de", "title only", "qtitle"), ("ru", "status: draft", "qforming")]),
    DRAFT: ("draft", "", [("en", "status: draft", "qdraft")]),
    SCHEDULED: ("scheduled", "", [("en", "published_at: 2090-01-01", "qscheduled")]),
    ARCHIVED: ("archived", "", [("en", "status: archived", "qarchived")]),
    WITHHELD: ("withheld", "withheld: [en-SG]\n", [("en", "", "qwithheld"), ("en-SG", "", "qowned")]),
    REGIONAL: ("regional", "regions: [SG]\n", [("en", "", "qregional")]),
    FALLBACK: ("fallback", "", [("de", "", "qfallback")]),
}
SECRETS = ("qforming", "qdraft", "qscheduled", "qarchived", "qowned")
# Which of them lists, search and suggestions of a locale show.
LISTED = {
    "en": {OPEN, WITHHELD, FALLBACK},
    "en-SG": {OPEN, REGIONAL, FALLBACK},
    "de": {OPEN, WITHHELD, FALLBACK},
    "ru": {OPEN, WITHHELD, FALLBACK},
}


def plant(site: Site, root: Path) -> None:
    """Import the folder of all states, in one category `zoo`."""
    files = {"zoo/_index.en.md": "---\ntitle: Zoo\n---\n", "zoo/stripes/_index.en.md": "---\ntitle: Stripes\n---\n"}
    for article_id, (key, fields, translations) in STATES.items():
        folder = f"zoo/stripes/{key}"
        files[f"{folder}/_article.yaml"] = f"id: {article_id}\nsource: {translations[0][0]}\n{fields}"
        for tag, state, word in translations:
            # The open one links to what nobody may know of.
            body = "" if state == "title only" else f"A zebra {word}. See [it](article:draft).\n"
            front = "" if state == "title only" else f"{state}\n" * bool(state)
            files[f"{folder}/{tag}.md"] = f"---\ntitle: Zebra {word}\n{front}---\n{body}"
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    import_content(site, root)
