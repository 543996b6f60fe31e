"""Helpdesk: a help center engine for Flask."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpdesk.db import include_object as include_object
    from helpdesk.extension import Helpdesk as Helpdesk
    from helpdesk.factory import create_app as create_app

# Found when they are asked for: who imports one module of ours does not load the others.
_PUBLIC = {"Helpdesk": "helpdesk.extension", "create_app": "helpdesk.factory", "include_object": "helpdesk.db"}


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)
