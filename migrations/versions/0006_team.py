"""The team: members, their limits, sessions, links and recovery codes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hd_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String()),
        sa.Column("totp_secret", sa.String()),
        sa.Column("totp_confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("totp_step", sa.Integer()),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "role IN ('admin', 'editor', 'author', 'translator', 'analyst')", name=op.f("ck_hd_user_role")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_hd_user"),
        sa.UniqueConstraint("email", name="uq_hd_user_email"),
    )
    op.create_table(
        "hd_user_scope",
        _owner(is_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('locale', 'category')", name=op.f("ck_hd_user_scope_kind")),
        _owned("hd_user_scope"),
        sa.PrimaryKeyConstraint("user_id", "kind", "value", name="pk_hd_user_scope"),
    )
    op.create_table(
        "hd_session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        _owner(is_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        _owned("hd_session"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_hd_session"),
    )
    op.create_index("ix_hd_session_user_id", "hd_session", ["user_id"])
    op.create_table(
        "hd_user_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        _owner(is_key=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("purpose IN ('first', 'invitation', 'reset')", name=op.f("ck_hd_user_link_purpose")),
        _owned("hd_user_link"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_hd_user_link"),
    )
    op.create_index("ix_hd_user_link_user_id", "hd_user_link", ["user_id"])
    op.create_table(
        "hd_recovery_code",
        _owner(is_key=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        _owned("hd_recovery_code"),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name="pk_hd_recovery_code"),
    )


def downgrade() -> None:
    """The accounts are gone; content, votes and views are not touched."""
    for name in ("hd_recovery_code", "hd_user_link", "hd_session", "hd_user_scope", "hd_user"):
        op.drop_table(name)


def _owner(*, is_key: bool) -> sa.Column:
    return sa.Column("user_id", sa.Integer(), nullable=not is_key)


def _owned(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["hd_user.id"], name=f"fk_{table}_user_id", ondelete="CASCADE")
