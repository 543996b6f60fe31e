"""Small facts about the instance itself."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base


class State(Base):
    """One fact by name, such as how the database was started."""

    __tablename__ = "hd_state"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
