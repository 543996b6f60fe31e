"""The team: its members, where they may work, and what lets them in; secrets as hashes, those of apps encrypted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.config import ROLES
from helpdesk.db import Base, UtcDateTime
from helpdesk.models.articles import one_of


class User(Base):
    """A member of the team."""

    __tablename__ = "hd_user"
    __table_args__ = (CheckConstraint(one_of("role", ROLES), name="role"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    # As `services.users.folded` writes it, which makes one account of its spellings.
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    # NULL: invited, and no password chosen yet.
    password_hash: Mapped[str | None]
    # As `services.second_factor` seals it under the site's secret key; from before it did, the secret itself.
    totp_secret: Mapped[str | None]
    # NULL: the secret was shown, and no code of it came back yet; it is not asked for.
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The step of time whose code was taken last; no code of it or before it is taken again.
    totp_step: Mapped[int | None]
    # Issuer and subject of OpenID Connect between a space, once somebody came in with it.
    identity: Mapped[str | None] = mapped_column(index=True, unique=True)
    is_disabled: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class UserScope(Base):
    """A locale (its tag) or category (its key) that a member is limited to; none of a kind: everywhere."""

    __tablename__ = "hd_user_scope"
    __table_args__ = (CheckConstraint(one_of("kind", ("locale", "category")), name="kind"),)
    user_id: Mapped[int] = mapped_column(ForeignKey("hd_user.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)


class Session(Base):
    """A browser in which a member is signed in, by the SHA-256 of the token in its cookie."""

    __tablename__ = "hd_session"
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("hd_user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # To the minute.
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Such as `Firefox, Linux`: enough for its owner to know it again, and no more.
    browser: Mapped[str]


class UserLink(Base):
    """A link that sets one password, once, by the SHA-256 of its token."""

    __tablename__ = "hd_user_link"
    __table_args__ = (CheckConstraint(one_of("purpose", ("first", "invitation", "reset")), name="purpose"),)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    # NULL: of the first administrator, whom nobody knows yet.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("hd_user.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """A code that is taken once instead of an app's, by its SHA-256."""

    __tablename__ = "hd_recovery_code"
    user_id: Mapped[int] = mapped_column(ForeignKey("hd_user.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
