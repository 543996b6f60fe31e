"""Columns, constraints and indexes; nothing else. Importing this package fills `Base.metadata`."""

from helpdesk.models.articles import Article, Body, Counter, ImportState, Media, Redirect, Revision, Translation
from helpdesk.models.categories import Category, CategoryText, Section, SectionText
from helpdesk.models.feedback import (
    ContactTally,
    DailyTally,
    Reading,
    ReadingKey,
    RequestTally,
    SwitchTally,
    Triage,
    Vote,
)
from helpdesk.models.searching import Outbox, SearchChange, SearchClick, SearchLog, SearchNode, Synonym
from helpdesk.models.state import Alert, Notice, State
from helpdesk.models.users import RecoveryCode, Session, User, UserLink, UserScope

__all__ = [
    "Alert",
    "Article",
    "Body",
    "Category",
    "CategoryText",
    "ContactTally",
    "Counter",
    "DailyTally",
    "ImportState",
    "Media",
    "Notice",
    "Outbox",
    "Reading",
    "ReadingKey",
    "RecoveryCode",
    "Redirect",
    "RequestTally",
    "Revision",
    "SearchChange",
    "SearchClick",
    "SearchLog",
    "SearchNode",
    "Section",
    "SectionText",
    "Session",
    "State",
    "SwitchTally",
    "Synonym",
    "Translation",
    "Triage",
    "User",
    "UserLink",
    "UserScope",
    "Vote",
]
