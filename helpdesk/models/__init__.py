"""Columns, constraints and indexes; nothing else. Importing this package fills `Base.metadata`."""

from helpdesk.models.articles import Article, Body, Counter, ImportState, Media, Redirect, Revision, Translation
from helpdesk.models.categories import Category, CategoryText, Section, SectionText
from helpdesk.models.feedback import DailyTally, Reading, ReadingKey, RequestTally, SwitchTally, Vote
from helpdesk.models.searching import Outbox, SearchClick, SearchLog, SearchNode, Synonym
from helpdesk.models.state import Notice, State
from helpdesk.models.users import RecoveryCode, Session, User, UserLink, UserScope

__all__ = [
    "Article",
    "Body",
    "Category",
    "CategoryText",
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
    "User",
    "UserLink",
    "UserScope",
    "Vote",
]
