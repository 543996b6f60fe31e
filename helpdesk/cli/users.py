"""`flask helpdesk user`: who may sign in, and the links by which they choose a password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from flask import current_app

from helpdesk import clock
from helpdesk.cli.progress import with_site
from helpdesk.config import ROLES
from helpdesk.errors import NotSent, printable
from helpdesk.queries.users import Member, list_sessions, list_users
from helpdesk.services.mailing import send
from helpdesk.services.signing_in import end_sessions
from helpdesk.services.site import Site
from helpdesk.services.users import (
    Rights,
    change_rights,
    disable,
    enable,
    folded,
    forget_identity,
    get_by_email,
    invite,
    link_address,
    make_reset_link,
)


def _rights(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--category", "categories", multiple=True, help="Key of a category to work in; may be repeated."),
        click.option("--locale", "locales", multiple=True, help="Tag of a locale to work in; may be repeated."),
    ):
        command = option(command)
    return command


def _hand_over(site: Site, member: str, token: str, *, by_mail: bool) -> None:
    """Send the link to the account's own address, or print it. Raises NotSent, and then it was printed."""
    if site.settings.oidc_only:
        click.echo(f"Passwords are off: {member} signs in with the provider of HELPDESK_OIDC_ISSUER.")
        return
    address = link_address(site, token, mount=current_app.extensions["helpdesk_prefix"])
    if by_mail:
        try:
            letters = current_app.extensions["helpdesk_letters"]
            own = folded(member)
            send(site.settings, [own], letters.link(site.locales.default, own, address))
        except NotSent:
            _show_link(site, member, address)
            raise
        click.echo(f"Sent to {member}; the link works once, within {site.settings.link_hours} hours.")
    else:
        _show_link(site, member, address)


def _show_link(site: Site, member: str, address: str) -> None:
    click.echo(f"Send this link to {member}; it works once, within {site.settings.link_hours} hours:")
    click.echo(address)


def check_mail(site: Site, is_wanted: bool = True) -> None:
    """Raises UsageError where mail cannot be sent at all."""
    if is_wanted and not site.settings.smtp_url:
        raise click.UsageError("No mail server is set: HELPDESK_SMTP_URL.")


_by_mail = click.option("--send", "by_mail", is_flag=True, help="Send it to EMAIL instead.")


@click.group()
def user() -> None:
    """The team: who may sign in, and as what."""


@user.command("invite")
@click.argument("email")
@click.option("--name", help="As others see it; the part before the @ where nothing is said.")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What the member may do.")
@_rights
@_by_mail
@with_site
def invite_user(site: Site, email: str, name: str | None, role: str, by_mail: bool, **limits: tuple[str, ...]) -> None:
    """Make an account for EMAIL and print the link that sets its password; `user reset` prints another."""
    check_mail(site, by_mail)
    name = name or email.partition("@")[0]
    token = invite(site, email, name, Rights(role=role, **limits), now=clock.now())
    _hand_over(site, email, token, by_mail=by_mail)


@user.command("list")
@with_site
def list_accounts(site: Site) -> None:
    """Print every account: role, state, last sign-in, limits."""
    members = list_users(site.database)
    if not members:
        click.echo("No accounts yet: flask helpdesk user invite YOU@EXAMPLE.COM --role admin")
    for member in members:
        limits = ", ".join((*member.locales, *member.categories)) or "everywhere"
        signed_in = f"{member.signed_in_at:%Y-%m-%d %H:%M}" if member.signed_in_at else "never"
        click.echo(
            f"{member.email:32} {member.role:10} {_state(member):9} {signed_in:16}  {limits}  {printable(member.name)}"
        )


def _state(member: Member) -> str:
    if member.is_disabled:
        return "disabled"
    if not member.has_password:
        return "provider" if member.has_identity else "invited"
    return "app" if member.has_totp else "password"


@user.command("disable")
@click.argument("email")
@with_site
def disable_user(site: Site, email: str) -> None:
    """Sign EMAIL out everywhere and let nobody in with it."""
    disable(site, get_by_email(site, email).id)
    click.echo("Disabled.")


@user.command("enable")
@click.argument("email")
@with_site
def enable_user(site: Site, email: str) -> None:
    """Let EMAIL in again, with the password of before."""
    enable(site, get_by_email(site, email).id)
    click.echo("Enabled.")


@user.command("role")
@click.argument("email")
@click.argument("role", type=click.Choice(ROLES))
@_rights
@with_site
def change_role(site: Site, email: str, role: str, locales: tuple[str, ...], categories: tuple[str, ...]) -> None:
    """Give EMAIL the ROLE, with these limits and no others."""
    change_rights(site, get_by_email(site, email).id, Rights(role=role, locales=locales, categories=categories))
    click.echo("Changed, from the next request on.")


@user.command("reset")
@click.argument("email")
@click.option("--without-app", is_flag=True, help="Ask for no code: the app and its recovery codes are lost.")
@_by_mail
@with_site
def reset_user(site: Site, email: str, without_app: bool, by_mail: bool) -> None:
    """Print a link with which EMAIL chooses another password."""
    check_mail(site, by_mail)
    member = get_by_email(site, email)
    token = make_reset_link(site, member.id, without_totp=without_app, now=clock.now())
    _hand_over(site, member.email, token, by_mail=by_mail)


@user.command("unlink")
@click.argument("email")
@with_site
def unlink(site: Site, email: str) -> None:
    """Forget with which account of the OpenID Connect provider EMAIL came in, and sign it out everywhere."""
    forget_identity(site, get_by_email(site, email).id)
    click.echo("Forgotten; whoever signs in next with this e-mail address, verified by the provider, gets the account.")


@user.command("sessions")
@click.argument("email")
@with_site
def show_sessions(site: Site, email: str) -> None:
    """Print where EMAIL is signed in."""
    lines = list_sessions(site.database, site.settings, get_by_email(site, email).id, now=clock.now())
    if not lines:
        click.echo("Signed in nowhere.")
    for line in lines:
        click.echo(f"{line.key}  {line.created_at:%Y-%m-%d %H:%M}  {line.seen_at:%Y-%m-%d %H:%M}  {line.browser}")


@user.command("revoke")
@click.argument("email")
@click.argument("session", required=False)
@with_site
def revoke(site: Site, email: str, session: str | None) -> None:
    """Sign EMAIL out of the SESSION that `user sessions` names, or of all."""
    click.echo(f"Ended: {end_sessions(site, get_by_email(site, email).id, session)}.")
