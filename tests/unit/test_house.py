"""The house's own rules: who imports whom, sizes, style, types, catalogs. Each was seen to fail when broken."""

from __future__ import annotations

import ast
import gzip
import os
import subprocess
import sys
from pathlib import Path

import brotli
import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "helpdesk"
MODULES = sorted([*PACKAGE.rglob("*.py"), ROOT / "app.py"])
STATIC = PACKAGE / "web" / "static"


def tool(*command: str) -> str:
    """Output of a tool of this very environment; empty means: nothing to say."""
    result = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ}
    )
    return "" if result.returncode == 0 else result.stdout + result.stderr


def test_import_contracts() -> None:
    """In a process of its own: the linter sets up logging for the whole process."""
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
    assert "0 broken" in result.stdout


def test_style() -> None:
    assert tool("ruff", "check", "--no-cache", ".") == ""


def test_format() -> None:
    assert tool("ruff", "format", "--no-cache", "--check", ".") == ""


def test_types() -> None:
    assert tool("mypy", "--no-error-summary") == ""


def test_modules_have_at_most_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines for path in MODULES if (lines := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_functions_have_at_most_60_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno >= 60
    ]
    assert long == []


def test_templates_have_at_most_150_lines_and_trust_only_the_article_body() -> None:
    templates = sorted((PACKAGE / "web" / "templates").rglob("*.html"))
    assert [path.name for path in templates if len(path.read_text().splitlines()) > 150] == []
    trusting = {path.name: path.read_text().count("|safe") for path in templates if "|safe" in path.read_text()}
    assert trusting == {"article.html": 1, "base.html": 1}


def test_what_readers_load_is_small() -> None:
    css = brotli.compress((STATIC / "site.css").read_bytes())
    script = gzip.compress((STATIC / "site.js").read_bytes())
    assert len(css) <= 4096
    assert len(script) <= 5 * 1024


def test_what_the_team_loads_besides_is_small() -> None:
    assert len(brotli.compress((STATIC / "team.css").read_bytes())) <= 8 * 1024


def test_styles_know_no_left_and_right() -> None:
    css = "".join((STATIC / name).read_text() for name in ("site.css", "team.css"))
    words = (
        "margin-left",
        "margin-right",
        "padding-left",
        "padding-right",
        "text-align: left",
        "float:",
        " left:",
        " right:",
    )
    assert [word for word in words if word in css] == []


def test_top_level_is_what_was_agreed() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    top = {name.split("/")[0] for name in listed.stdout.splitlines()}
    allowed = {
        "app.py",
        "pyproject.toml",
        "README.md",
        "helpdesk",
        "translations",
        "migrations",
        "tests",
        "LICENSE",
        "CHANGELOG.md",
    }
    assert {name for name in top if not name.startswith(".")} <= allowed


def test_whoosh_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, helpdesk.search.backend, helpdesk.queries.searching; print('whoosh' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"
