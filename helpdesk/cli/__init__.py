"""`flask helpdesk ...`: the commands of those who run, write and translate."""

from __future__ import annotations

from flask.cli import AppGroup

from helpdesk.cli import reading_reports
from helpdesk.cli.checking import check
from helpdesk.cli.content import content
from helpdesk.cli.data import data
from helpdesk.cli.feedback import feedback
from helpdesk.cli.instance import db, demo, doctor
from helpdesk.cli.messages import messages
from helpdesk.cli.nginx import nginx
from helpdesk.cli.notices import notice
from helpdesk.cli.reports import report
from helpdesk.cli.screens import screens
from helpdesk.cli.search_reports import searches
from helpdesk.cli.searching import search
from helpdesk.cli.telling import alerts, digest
from helpdesk.cli.translations import translations
from helpdesk.cli.users import user
from helpdesk.cli.views import views


def build_group() -> AppGroup:
    """The group of all commands; a fresh one for each application."""
    group = AppGroup("helpdesk", help="The help center: content, translations, feedback, team, upkeep.")
    content.add_command(check)
    messages.add_command(screens)
    report.add_command(searches)
    report.add_command(reading_reports.views)
    report.add_command(reading_reports.contacts)
    for command in (
        content, translations, notice, feedback, report, alerts, digest, views, messages, search, user, data, db, demo,
        doctor, nginx,
    ):  # fmt: skip
        group.add_command(command)
    return group
