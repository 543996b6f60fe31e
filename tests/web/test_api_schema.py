"""The API against its own OpenAPI document: questions right and wrong, and what each may be answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import schemathesis
from flask import Flask
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.engine import events, from_schema

EXAMPLES = 12  # random ones for each operation, beside its own examples, every bound and every wrong method
PLAIN = {"Accept-Encoding": "identity"}


@pytest.fixture
def generous_app(build: Callable[..., Flask], demo_template: Path) -> Flask:
    return build(demo_template, api_per_minute=1_000_000)


def run(app: Flask) -> tuple[Counter[str], list[str]]:
    """Checks made by name, and all that failed, in words."""
    generation = GenerationConfig(deterministic=True, max_examples=EXAMPLES, database="none")
    config = SchemathesisConfig(
        seed=1, projects=ProjectsConfig(default=ProjectConfig(generation=generation, headers=PLAIN))
    )
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, config=config)
    made: Counter[str] = Counter()
    failed: list[str] = []
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            failed.append(str(event))
        if isinstance(event, events.ScenarioFinished):
            for case, checks in event.recorder.checks.items():
                made.update(check.name for check in checks)
                request = event.recorder.interactions[case].request
                failed += [
                    f"{request.method} {request.uri}: {check.failure_info.failure}"
                    for check in checks
                    if check.failure_info
                ]
    return made, failed


def test_every_answer_is_one_that_the_document_promises(generous_app: Flask) -> None:
    made, failed = run(generous_app)
    print(made, *failed, sep="\n")
    assert failed == []
