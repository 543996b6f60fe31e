"""Checks the content of a site, or a folder as if it had been imported; and its counters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from helpdesk import clock
from helpdesk.queries.checking import Finding, check_content
from helpdesk.queries.counters import Drift
from helpdesk.services.counting import recount
from helpdesk.services.importing import import_content
from helpdesk.services.site import Progress, Site, no_progress


def check_site(site: Site) -> list[Finding]:
    """What is wrong with the content of the site. Raises Busy."""
    return check_content(site.database, site.locales, now=clock.now(), media=site.settings.media_path)


def check_folder(site: Site, root: Path, progress: Progress = no_progress) -> list[Finding]:
    """What would be wrong with the site once the folder is imported; changes nothing. Raises ContentErrors, Busy."""
    with site.database.transaction(is_dry=True):
        import_content(site, root, dry_run=True, progress=progress)
        return check_content(site.database, site.locales, now=clock.now(), media=None)


def mend_counters(site: Site, drifts: Sequence[Drift]) -> None:
    """Count anew what has drifted, all in one transaction. Raises Busy."""
    with site.database.transaction() as connection:
        recount(connection, {drift.translation_id for drift in drifts})
        site.indexer.note(connection, [])
