"""Hosts to mount the help center into."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.mounted import Host, MakeHost, mounted


@pytest.fixture
def make_host(tmp_path: Path) -> Iterator[MakeHost]:
    hosts: list[Host] = []

    def make(name: str = "host", **options: Any) -> Host:
        hosts.append(Host(tmp_path / name, **options))
        return hosts[-1]

    yield make
    for host in hosts:
        host.close()


@pytest.fixture
def host(make_host: MakeHost, demo_template: Path) -> Host:
    """A host with the demo in it."""
    return mounted(make_host(), demo_template)
