"""Small facts about the instance itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base, UtcDateTime


class State(Base):
    """One fact by name, such as how the database was started."""

    __tablename__ = "hd_state"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Notice(Base):
    """What every page of a locale says above all else, while it lasts."""

    __tablename__ = "hd_notice"
    locale: Mapped[str] = mapped_column(primary_key=True)
    markdown: Mapped[str]
    html: Mapped[str]
    # Changes with the text: who put an older notice away sees the new one.
    token: Mapped[str]
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # NULL: until it is cleared.
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Alert(Base):
    """Something that the team was told of, or is to be; told once while it lasts."""

    __tablename__ = "hd_alert"
    kind: Mapped[str] = mapped_column(primary_key=True)
    # What it is about, such as the id of a translation, or a locale and a query.
    subject: Mapped[str] = mapped_column(primary_key=True)
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # NULL: not taken yet, by the mail server and by the program that alerts are posted to.
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    posted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
