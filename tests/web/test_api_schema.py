"""The API against its own OpenAPI document: questions right and wrong, and what each may be answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import schemathesis
from flask import Flask
from schemathesis.config import (
    GenerationConfig,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
    StatefulPhaseConfig,
)
from schemathesis.engine import events, from_schema

EXAMPLES = 12  # random ones for each operation, beside its own examples, every bound and every wrong method
PLAIN = {"Accept-Encoding": "identity"}


def run(app: Flask) -> tuple[Counter[str], list[str]]:
    """Checks made by name, and all that failed, in words. The same questions at every run."""
    project = ProjectConfig(
        generation=GenerationConfig(deterministic=True, max_examples=EXAMPLES, database="none"),
        phases=PhasesConfig(stateful=StatefulPhaseConfig(enabled=False)),
        headers=PLAIN,
    )
    config = SchemathesisConfig(seed=1, projects=ProjectsConfig(default=project))
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


@pytest.mark.on("sqlite")
def test_every_answer_is_one_that_the_document_promises(build: Callable[..., Flask], demo_template: Path) -> None:
    made, failed = run(build(demo_template, api_per_minute=1_000_000))
    assert failed == []
    missing = {
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
        "positive_data_acceptance",
        "unsupported_method",
        "allow_header_conformance",
    } - set(made)
    assert missing == set()
