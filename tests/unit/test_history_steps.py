"""The earlier texts that the demo's history makes up: each step back changes what it says it changes."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

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
