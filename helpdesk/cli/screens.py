"""`flask helpdesk messages screens`: for translators, pictures of where each message of the interface stands."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import click
from babel.messages.catalog import Catalog
from flask import Flask, current_app
from flask.cli import with_appcontext
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from werkzeug.serving import WSGIRequestHandler, make_server

from helpdesk import clock
from helpdesk.cli.message_checks import ids, strings
from helpdesk.cli.messages import (
    PACKAGE,
    catalog_path,
    codes_argument,
    existing_codes,
    extract_catalog,
    find_message,
    list_messages,
    read_catalog,
    translations_option,
)
from helpdesk.cli.progress import ending_with_a_sentence, show_progress
from helpdesk.config import load
from helpdesk.services.bootstrapping import prepare
from helpdesk.services.importing import import_content
from helpdesk.services.notices import set_notice
from helpdesk.services.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

TEMPLATE, SCRIPT, _TOUR = (
    Path(__file__).with_name(f"screens.{kind}").read_text("utf-8") for kind in ("html", "js", "toml")
)
TOUR = tomllib.loads(_TOUR)


class Demo:
    """A demo on an instance of its own; `asked` holds the messages that its pages asked for, as they were shown.

    Requests are made to look as `environ` says, None for what they lack.
    """

    def __init__(self, instance: Path, translations: Path, codes: Sequence[str]) -> None:
        tags = dict.fromkeys(
            [*load(instance, environ={}).locales, *map(_tag, codes)]
        )  # the demo's, and those asked for
        own = {"locales": tuple(tags), "translations_dir": translations, **TOUR["settings"]}
        self.app = Flask("helpdesk", instance_path=str(instance), static_folder=None)
        current_app.extensions["helpdesk_mount"](self.app, url_prefix="", settings=load(instance, environ={}, **own))
        self.site: Site = self.app.extensions["helpdesk"]
        self.environ: dict[str, str | None] = {}
        self.asked: dict[str, str] = {}
        self.app.extensions["helpdesk_domain"].recorder = self.asked.__setitem__

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        seen = {name: value for name, value in {**environ, **self.environ}.items() if value is not None}
        return self.app(seen, start_response)

    def fill(self) -> None:
        """Take in the demo, a notice, and what the tour needs beside them."""
        prepare(self.site, "demo", show_progress)
        tags = [locale.tag for locale in self.site.locales.all]
        set_notice(self.site, "…", tags, now=clock.now())
        folder = self.site.settings.instance_dir / "staged"
        for name, text in TOUR["files"].items():
            for path in {folder / name.format(tag=tag) for tag in tags}:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
        import_content(self.site, folder)

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve it in this process; its address."""
        server = make_server("127.0.0.1", 0, self, threaded=True, request_handler=_Silent)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            self.site.indexer.backend.close()
            self.site.database.engine.dispose()


class _Silent(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Requests are no news."""


def _tag(code: str) -> str:
    return code.replace("_", "-")


@contextmanager
def _chromium() -> Iterator[Browser]:
    try:
        from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415  # an option that few need
    except ImportError:
        raise click.ClickException(
            "Pictures need Playwright and Chromium: pip install 'helpdesk[screens]', then playwright install chromium."
        ) from None
    with sync_playwright() as playwright:
        try:
            path = shutil.which("chromium") or shutil.which("google-chrome")
            yield playwright.chromium.launch(executable_path=path)
        except Error as error:
            raise click.ClickException(f"Chromium: {error.message.splitlines()[0]}") from None


def visit(
    demo: Demo, page: Page, code: str, folder: Path, stops: Sequence[Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """By message what was seen of it in a catalog's language: `address`, `place`, and `picture` below `folder`."""
    seen: dict[str, dict[str, Any]] = {}
    (folder / code).mkdir(parents=True, exist_ok=True)
    network = ".".join(str(byte) for byte in code[:4].ljust(4).encode())  # each language has a first voter
    for stop in stops:
        demo.asked.clear()
        seen_as = {"REMOTE_ADDR": network, "HTTP_SEC_FETCH_SITE": "same-origin"}
        demo.environ = seen_as | stop.get("environ", {}) | dict.fromkeys(stop.get("lacks", ()))
        _go(page, stop, _tag(code))
        for message, text in list(demo.asked.items()):
            if message in seen and "picture" in seen[message]:
                continue
            found = page.evaluate(SCRIPT, Markup(text).striptags())  # noqa: S704  # read, not shown
            if found and (clip := found.pop("clip", None)):
                found["picture"] = f"{code}/{len(seen)}.png"
                page.screenshot(path=folder / found["picture"], clip=clip)
            seen |= {message: found} if found else {}
    return seen


def _go(page: Page, stop: Mapping[str, Any], tag: str) -> None:
    path = stop["path"].format(tag=tag) if "{tag}" in stop["path"] else f"/{tag}{stop['path']}"
    if stop.get("is_new"):
        page.context.clear_cookies()
    if form := stop.get("form"):
        for _ in range(1, stop.get("times", 1)):
            page.request.post(path, form=form, max_redirects=0)
        page.route(f"**{path}", lambda route: _send(route, form), times=1)
    page.goto(path)


def _send(route: Route, form: Mapping[str, str]) -> None:
    """Go to an address as a form does that is sent there."""
    headers = route.request.headers | {"content-type": "application/x-www-form-urlencoded"}
    route.continue_(method="POST", post_data=urlencode(form), headers=headers)


def write(path: Path, template: Catalog, catalog: Catalog, seen: Mapping[str, Mapping[str, Any]]) -> str:
    """Write a catalog's page; a sentence that says how much of it there is to see."""
    found = [(message, find_message(catalog, message)) for message in list_messages(template)]
    rows = [(ids(message), strings(old) if old else (), message, seen.get(ids(message)[0])) for message, old in found]
    page = Environment(autoescape=True, undefined=StrictUndefined).from_string(TEMPLATE)
    path.write_text(page.render(code=path.stem, tag=_tag(path.stem), rows=rows), "utf-8")
    pictures = sum(1 for row in rows if row[3] and "picture" in row[3])
    return f"{path}: {sum(1 for row in rows if row[3])} of {len(rows)} messages found, {pictures} with a picture."


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@translations_option
@codes_argument
@with_appcontext
@ending_with_a_sentence()
def screens(folder: Path, translations: Path, codes: tuple[str, ...]) -> None:
    """Write to FOLDER, for each catalog, a page that shows where its messages stand on a demo made for it."""
    codes = codes or existing_codes(translations)
    template = extract_catalog(PACKAGE)
    with _chromium() as browser, TemporaryDirectory() as instance:
        demo = Demo(Path(instance), translations, codes)
        demo.fill()
        with demo.served() as address:
            for code in codes:
                with browser.new_page(viewport={"width": 1280, "height": 900}, base_url=address) as page:
                    seen = visit(demo, page, code, folder, TOUR["stops"])
                catalog = read_catalog(catalog_path(translations, code), code)
                click.echo(write(folder / f"{code}.html", template, catalog, seen))
