"""Folders of any size in the product's own layout."""

from __future__ import annotations

from pathlib import Path

WORDS = [
    *"abcdefghijklmnopqrstuvwxyz",
    "open",
    "the",
    "account",
    "confirm",
    "by",
    "code",
    "then",
    "wait",
    "for",
    "a",
    "letter",
]


def plant_tree(root: Path, articles: int, tags: tuple[str, ...], *, sections: int = 40, words: int = 400) -> Path:
    """So many articles in each of the locales, spread over sections in four categories."""
    groups = {f"category-{n % 4}/section-{n}" for n in range(sections)}
    for name in sorted(groups | {group.partition("/")[0] for group in groups}):
        for tag in tags:
            _write(root / name / f"_index.{tag}.md", f"---\ntitle: {name} {tag}\n---\n")
    for n in range(articles):
        section = n % sections
        home = root / f"category-{section % 4}" / f"section-{section}" / f"article-{n}"
        _write(home / "_article.yaml", f"id: {n + 1}\nsource: {tags[0]}\nposition: {n + 1}\n")
        for tag in tags:
            front = f"title: Article {n} in {tag}\npublished_at: 2026-01-02\nupdated_at: 2026-03-04\nrevision: 1\n"
            _write(home / f"{tag}.md", f"---\n{front}---\n{_text(n, words)}")
    return root


def _text(seed: int, words: int) -> str:
    chosen = [WORDS[(seed + n * n) % len(WORDS)] for n in range(words)]
    paragraphs = [" ".join(chosen[n : n + 60]) for n in range(0, words, 60)]
    return "".join(f"## Step {n} {{ #step-{n} }}\n\n{text} **now**.\n\n" for n, text in enumerate(paragraphs))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
