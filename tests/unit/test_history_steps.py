"""What the demo's history is told from: each step back changes what it says it changes; comments in every language."""

from __future__ import annotations

import csv
from typing import Any

import pytest
import yaml

from helpdesk.config import REASONS
from helpdesk.locales import SHIPPED
from helpdesk.services.demo import SAMPLEDATA
from helpdesk.services.history import earlier_text
from helpdesk.text.frontmatter import split

HISTORY = yaml.safe_load((SAMPLEDATA / "history.yaml").read_text("utf-8"))
MENDED = [(key, tag, steps) for key, texts in HISTORY["revisions"].items() for tag, steps in texts.items()]


@pytest.mark.parametrize(("key", "tag", "steps"), MENDED)
def test_each_step_back_changes_the_text(key: str, tag: str, steps: list[dict[str, Any]]) -> None:
    (path,) = SAMPLEDATA.glob(f"*/*/{key}/{tag}.md")
    text = split(path.read_text("utf-8")).body.strip("\n") + "\n"
    dates = [step["date"] for step in steps[:-1]]
    assert dates == sorted(dates)
    for step in reversed(steps[:-1]):
        changes = [{"without": [start]} for start in step.get("without", ())]
        changes += [{"instead": {new: old}} for new, old in step.get("instead", {}).items()]
        assert [change for change in changes if earlier_text(text, change) == text] == []
        text = earlier_text(text, step)
    assert len(text) > 300


def test_the_comments_are_of_customers_in_every_language() -> None:
    comments = list(csv.DictReader((SAMPLEDATA / "history-comments.csv").read_text("utf-8").splitlines(keepends=True)))
    assert {line["locale"] for line in comments} == set(SHIPPED)
    keys = {path.parent.name for path in SAMPLEDATA.rglob("_article.yaml")}
    assert {line["article"] for line in comments} | set(HISTORY["articles"]) <= keys
    assert {reason for line in comments for reason in line["reasons"].split()} == set(REASONS)
    assert {line["answer"] for line in comments} == {"yes", "no"}
    texts = [line["comment"] for line in comments]
    assert len(set(texts)) == len(texts) > 120
    assert max(map(len, texts)) <= 1000
    # Of a text that was mended, a comment says which revision it is about.
    mended = {(key, tag) for key, tag, _steps in MENDED}
    assert [line for line in comments if not line["revision"] and (line["article"], line["locale"]) in mended] == []
