"""What each role may do: the one table, and the one question that is asked of it."""

from __future__ import annotations

from enum import Enum

from helpdesk.queries.users import Member


class Permission(Enum):
    """Something that not everybody may do."""

    USE_ACCOUNT = "use_account"
    READ_REPORTS = "read_reports"
    READ_FEEDBACK = "read_feedback"
    RESOLVE_FEEDBACK = "resolve_feedback"
    WRITE = "write"
    TRANSLATE = "translate"
    PUBLISH = "publish"
    MANAGE_USERS = "manage_users"


_READING = frozenset({Permission.USE_ACCOUNT, Permission.READ_REPORTS, Permission.READ_FEEDBACK})
_EDITING = _READING | {Permission.RESOLVE_FEEDBACK, Permission.WRITE, Permission.TRANSLATE, Permission.PUBLISH}
PERMISSIONS = {
    "admin": _EDITING | {Permission.MANAGE_USERS},
    "editor": _EDITING,
    "author": _READING | {Permission.WRITE},
    "translator": _READING | {Permission.TRANSLATE},
    "analyst": _READING,
}


def may(member: Member, permission: Permission, *, locale: str | None = None, category: str | None = None) -> bool:
    """Whether a member may do it, in that locale (a tag) and category (a key) where it is about one."""
    return (
        permission in PERMISSIONS[member.role]
        and (locale is None or not member.locales or locale in member.locales)
        and (category is None or not member.categories or category in member.categories)
    )
