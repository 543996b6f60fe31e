"""What this machine has, and what is left out without it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from tests.support.databases import find_postgres

# Of the shipped locales, those that most tests run with: an index each is copied for every test.
TAGS = ("en", "en-SG", "de", "ru", "ar", "zh-Hans", "zh-Hant")
# By the names in HELPDESK_REQUIRE, which turns absence into failure.
LEFT_OUT = {
    "browser": "browser tests left out: no Chromium on this machine",
    "postgres": "PostgreSQL tests left out: no PostgreSQL on this machine",
    "nginx": "tests behind a cache left out: no nginx on this machine",
    "whoosh3": "tests on whoosh3 left out: .ci/run says how to install it",
}


def find_chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("google-chrome")


def find_nginx() -> str | None:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def find_whoosh3() -> Path | None:
    """A folder beside the packages of this environment, where it cannot hide Whoosh itself."""
    folder = Path(sys.prefix) / "whoosh3"
    return folder if (folder / "whoosh").is_dir() else None


def absent() -> list[str]:
    """The names of what is missing here."""
    here = {
        "browser": find_chromium(),
        "postgres": find_postgres(),
        "nginx": find_nginx(),
        "whoosh3": find_whoosh3(),
    }
    return [name for name in LEFT_OUT if here[name] is None]


def leave_out(name: str) -> NoReturn:
    """Skip the test, or fail it where HELPDESK_REQUIRE asks for what is missing."""
    is_required = name in os.environ.get("HELPDESK_REQUIRE", "").split(",")
    (pytest.fail if is_required else pytest.skip)(LEFT_OUT[name])
    raise AssertionError
