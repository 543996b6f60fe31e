"""`flask helpdesk content check`: what writers and translators have to mend, for people and for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from helpdesk.cli.progress import show_progress, with_site
from helpdesk.cli.showing import refusing
from helpdesk.queries.checking import Finding
from helpdesk.queries.translations import STATES
from helpdesk.services.checking import check_folder, check_site
from helpdesk.services.site import Site

COLUMNS = ("errors", "warnings", *STATES)


@click.command("check")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--locale", "tags", multiple=True, help="Only this locale, with all that it lacks; may be repeated.")
@click.option("--json", "is_json", is_flag=True, help="Print findings and totals as JSON.")
@with_site
def check(site: Site, folder: Path | None, tags: tuple[str, ...], is_json: bool) -> None:
    """Find broken links and anchors, missing images, and translations that lack or lag; exit 1 on errors.

    With FOLDER, as if it had been imported; nothing is changed.
    """
    for tag in tags:
        if site.locales.find(tag) is None:
            raise click.BadParameter(f"{tag} is not a locale of this site.", param_hint="--locale")
    with refusing("Nothing was checked."):
        found = check_folder(site, folder, show_progress) if folder else check_site(site)
    shown = tags or tuple(locale.tag for locale in site.locales.all)
    found = [finding for finding in found if finding.locale in shown]
    totals = {tag: _totals(tag, found) for tag in shown}
    if is_json:
        items = [asdict(finding) | {"is_error": finding.is_error} for finding in found]
        click.echo(json.dumps({"findings": items, "locales": totals}, ensure_ascii=False, indent=2))
    else:
        _print(found if tags else [finding for finding in found if finding.kind not in STATES], totals)
    errors = sum(total["errors"] for total in totals.values())
    if errors:
        raise click.ClickException(f"errors in the content: {errors}.")


def _totals(tag: str, found: Sequence[Finding]) -> dict[str, int]:
    def column(finding: Finding) -> str:
        return finding.kind if finding.kind in STATES else "errors" if finding.is_error else "warnings"

    numbers = Counter(column(finding) for finding in found if finding.locale == tag)
    return {name: numbers[name] for name in COLUMNS}


def _print(found: Sequence[Finding], totals: dict[str, dict[str, int]]) -> None:
    for finding in found:
        place = f"{finding.key}/{finding.locale}" + (f":{finding.line}" if finding.line else "")
        sign = "error" if finding.is_error else "note" if finding.kind in STATES else "warning"
        click.echo(f"{place}: {sign}: {finding.kind}" + (f": {finding.detail}" if finding.detail else ""))
    click.echo(f"{'locale':<12}" + "".join(f"{name:>12}" for name in COLUMNS))
    for tag, total in totals.items():
        click.echo(f"{tag:<12}" + "".join(f"{total[name] or '-':>12}" for name in COLUMNS))
