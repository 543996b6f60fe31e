"""`flask helpdesk ...` as people type it."""

from __future__ import annotations

import csv
import io
import shutil
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from helpdesk import clock
from helpdesk.cli.instance import settings_table
from helpdesk.cli.nginx import rules
from helpdesk.locales import SHIPPED
from helpdesk.services.site import Site
from tests.conftest import NOON
from tests.core.test_importing import FOLDER, write
from tests.support.content import DEMO_ARTICLES
from tests.support.indexes import Dying, damage, with_backend
from tests.support.pages import CheckingClient
from tests.support.votes import figures, list_votes

# What the services that they call do on PostgreSQL is told by the tests of these.
pytestmark = pytest.mark.on("sqlite")

ARTICLE = "/en/articles/16-move-your-authenticator-to-a-new-phone"
OTHER = "/en/articles/17-why-a-withdrawal-is-delayed"
FOLDER_OF_NGINX = "/var/cache/nginx/helpdesk"
MANUAL = Path(__file__).parents[2] / "helpdesk/sampledata/product-documents/this-help-center"


@pytest.fixture
def run(app: Flask):
    runner: FlaskCliRunner = app.test_cli_runner()

    def invoke(*args: str) -> str:
        result = runner.invoke(args=["helpdesk", *args])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return f"{result.exit_code}\n{result.output}"

    return invoke


def vote(app: Flask, answer: str, comment: str, address: str = ARTICLE) -> None:
    client = CheckingClient(app)
    client.post(f"{address}/vote", {"answer": answer, "details": "1", "reason": "hard", "comment": comment})


def test_doctor_lists_every_setting(run) -> None:
    output = run("doctor")
    assert output.startswith("0\n")
    assert "HELPDESK_PAGE_SIZE               15" in output
    assert "a key for tests" not in output
    assert "database  ready" in output
    assert output.count("index     ") == 7


@pytest.mark.parametrize("tag", ["en", "de", "es", "ar", "ja", "zh-Hans", "zh-Hant"])
def test_the_manual_documents_every_setting(tag: str) -> None:
    text = (MANUAL / "settings" / f"{tag}.md").read_text("utf-8")
    rows = [line.split("|")[1:3] for line in settings_table().splitlines()[2:]]
    assert [row for row in rows if "|".join(row) not in text] == []
    if tag == "en":
        assert settings_table() in text


def test_the_manual_documents_every_command(app: Flask) -> None:
    text = "".join(path.read_text("utf-8") for path in MANUAL.rglob("en.md"))
    group = app.cli.commands["helpdesk"]
    names = []
    for name, command in group.commands.items():
        names += [f"{name} {sub}" for sub in command.commands] if hasattr(command, "commands") else [name]
    missing = [name for name in names if f"helpdesk {name}" not in text]
    assert [name for name in missing if name not in ("db status",)] == []


def test_import_and_its_errors(run, tmp_path: Path) -> None:
    root = write(tmp_path / "content", FOLDER)
    assert run("content", "import", str(root), "--dry-run").endswith(
        "Would import translations: 2 new, 0 changed, 0 unchanged, 0 kept, 0 deleted; 0 notes.\n"
    )
    assert run("content", "import", str(root)) == (
        "0\nnew: pay/en\nnew: pay/de\nImported translations: 2 new, 0 changed, 0 unchanged, 0 kept, 0 deleted; 0 notes.\n"
    )
    write(root, {"guides/money/pay/en.md": "---\ntitle: T\nstatus: x\n---\nText.\n"})
    assert run("content", "import", str(root)) == (
        "1\nguides/money/pay/en.md:3: `status` must be one of draft, in_review, published, archived, not `x`\n"
        "Error: Nothing was imported.\n"
    )


def test_export_and_what_is_kept_and_deleted(run, tmp_path: Path) -> None:
    root, out = write(tmp_path / "content", FOLDER), tmp_path / "out"
    run("content", "import", str(root))
    run("content", "archive", "pay", "--locale", "en")
    (root / "guides/money/pay/de.md").unlink()
    ending = "0 new, 0 changed, 0 unchanged, 1 kept, 1 deleted; 0 notes.\n"
    listed = "0\nedited here since: pay/en\ndeleted: pay/de\n"
    for option, word in (("--dry-run", "Would import"), ("--prune", "Imported")):
        output = run("content", "import", str(root), "--prune", option)
        assert output == f"{listed}{word} translations: {ending}"
    assert run("content", "import", str(root), "--keep", "folder") == (
        "0\nchanged: pay/en\nImported translations: 0 new, 1 changed, 0 unchanged, 0 kept, 0 deleted; 0 notes.\n"
    )
    first = run("content", "export", str(out))
    assert f" translations of {DEMO_ARTICLES + 1} articles: " in first
    assert first.endswith(" files written, 0 the same already, 0 removed; 0 notes.\n")
    assert " 0 files written" in run("content", "export", str(out))
    assert run("content", "export", str(root)) == (
        f"1\nError: {root} holds files that no export wrote; name an empty folder.\n"
    )


def test_notes_are_counted_and_reported(run, tmp_path: Path) -> None:
    files = {"a.md": "# A\n\n{* x *}\n\n{* y *}\n\nText.\n", "b.md": "# B\n\n{* z *}\n\nText.\n"}
    root = write(tmp_path / "manual", files)
    output = run("content", "import", str(root), "--locale", "de", "--report", str(tmp_path / "report.txt"))
    assert output == (
        "0\nnew: a/de\nnew: b/de\nnote: include line left out: 2 (first: a.md:3)\n"
        "Imported translations: 2 new, 0 changed, 0 unchanged, 0 kept, 0 deleted; 2 notes.\n"
    )
    missing = tmp_path / "missing" / "report.txt"
    assert run("content", "import", str(root), "--locale", "de", "--report", str(missing)).endswith(
        f"Error: {missing}: No such file or directory. The report was not written.\n"
    )
    report = (tmp_path / "report.txt").read_text()
    assert report == "a.md:3: include line left out: {* x *}; {* y *}\nb.md:3: include line left out: {* z *}\n"
    assert run("content", "import", str(root), "--locale", "fr") == (
        "1\n.:1: no locale of this site; add to HELPDESK_LOCALES: fr\nError: Nothing was imported.\n"
    )


def test_publish_and_unpublish(run, client: CheckingClient) -> None:
    assert (
        run("content", "unpublish", "tax-report-germany", "--locale", "de") == "0\ntax-report-germany/de is a draft.\n"
    )
    assert client.get("/en/articles/18").status == 404
    assert run("content", "unpublish", "tax-report-germany", "--locale", "de").endswith("was a draft already.\n")
    assert run("content", "publish", "tax-report-germany", "--locale", "de").endswith("is published.\n")
    assert client.get("/en/articles/18").status == 308
    assert (
        run("content", "publish", "nope", "--locale", "de") == "1\nError: There is no translation of `nope` in `de`.\n"
    )


def test_feedback_list_shows_each_no_with_reason_and_comment(app: Flask, run) -> None:
    vote(app, "no", "Step 3\nis \x1b[31mgone")
    vote(app, "yes", "Great")
    output = run("feedback", "list", "--article", "16", "--since", "2026-06-01")
    assert "  no   16 en  revision 1  Move your authenticator to a new phone" in output
    assert "    reasons: hard\n    comment: Step 3 is [31mgone\n" in output
    assert "Great" not in output
    assert "Great" in run("feedback", "list", "--all", "--since", "2026-06-01")
    assert run("feedback", "list", "--locale", "fr") == "0\nNo feedback yet.\n"


def test_feedback_export_is_csv_that_no_spreadsheet_runs(app: Flask, run) -> None:
    vote(app, "no", '=HYPERLINK("http://evil.example")')
    vote(app, "no", '@cmd, with "quotes"\nand lines')
    output = run("feedback", "export", "--since", "2026-06-01")
    rows = list(csv.DictReader(io.StringIO(output.partition("\n")[2])))
    assert [row["comment"] for row in rows] == [
        '\'@cmd, with "quotes"\nand lines',
        '\'=HYPERLINK("http://evil.example")',
    ]
    assert (rows[0]["article_id"], rows[0]["is_helpful"], rows[0]["reasons"]) == ("16", "False", "hard")


@pytest.fixture
def held(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A counted vote, then two held ones: at noon on article 16, an hour later on 17."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    object.__setattr__(app.extensions["helpdesk"].settings, "new_voters_per_hour", 1)
    vote(app, "no", "counted one")
    vote(app, "no", "=held(one)")
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=59))
    vote(app, "yes", "held other", OTHER)
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=1))


@pytest.mark.usefixtures("held")
def test_held_votes_are_listed_apart_and_marked_in_the_export(run) -> None:
    output = run("feedback", "list", "--since", "2026-05-13")
    assert "comment: counted one" in output
    assert "held(one)" not in output
    assert output.endswith("2 held, in no figure: feedback list --held --all\n")
    output = run("feedback", "list", "--held", "--since", "2026-05-13")
    assert "comment: =held(one)" in output
    assert [word for word in ("counted one", "held other", "in no figure") if word in output] == []
    assert "comment: held other" in run("feedback", "list", "--held", "--all")
    table = run("feedback", "export", "--since", "2026-05-13").partition("\n")[2]
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [(row["comment"], row["status"]) for row in rows] == [
        ("held other", "held"),
        ("'=held(one)", "held"),
        ("counted one", "counted"),
    ]


@pytest.mark.usefixtures("held")
def test_held_votes_are_released_or_dropped_once_their_number_was_seen(app: Flask, run) -> None:
    site = app.extensions["helpdesk"]
    before = figures(site, "move-authenticator", "en")
    for wrong in ([], ["--all", "--article", "16"]):
        assert "Say which held votes: --article, --since and --until, or --all." in run("feedback", "release", *wrong)
    asked = run("feedback", "release", "--all")
    seen = "2 held votes (1 yes, 1 no) on 2 articles, first given 2026-05-13 12:00 to 2026-05-13 12:59\n"
    assert asked.startswith(f"1\n{seen}")
    assert ("Count them? [y/N]: " in asked, "Aborted!" in asked, "Counted" in asked) == (True, True, False)
    assert run("feedback", "drop", "--article", "18") == "0\nNo held votes there.\n"
    assert run("feedback", "drop", "--until", "2026-05-13T12:00Z", "--yes") == "0\nNo held votes there.\n"
    assert figures(site, "move-authenticator", "en") == before
    output = run("feedback", "release", "--since", "2026-05-13T12:00Z", "--until", "2026-05-13T12:59Z", "--yes")
    assert output.endswith("12:00\nCounted 1 votes.\n")
    assert figures(site, "move-authenticator", "en") == (*before[:2], before[2] + 1)
    other = figures(site, "withdrawal-delays", "en")
    assert run("feedback", "drop", "--all", "--yes").endswith("Deleted 1 votes.\n")
    assert figures(site, "withdrawal-delays", "en") == other
    assert [row["comment"] for row in list_votes(site)] == ["counted one", "=held(one)"]


def test_data_is_forgotten_and_a_visitor_erased(app: Flask, run, client: CheckingClient) -> None:
    words = "Forgotten: 0 searches, 0 rows of clicks, the words of 0 votes, 0 rows of switches."
    assert run("data", "forget") == f"0\n{words}\n"
    client.post(f"{ARTICLE}/vote", {"answer": "no"})
    cookie = client.flask.get_cookie("hd_visitor", path="/")
    assert cookie is not None
    assert "Aborted!" in run("data", "erase", cookie.decoded_value)
    assert len(list_votes(app.extensions["helpdesk"])) == 1
    assert run("data", "erase", cookie.decoded_value, "--yes") == "0\nDeleted 1 votes.\n"
    assert run("data", "erase", "nobody", "--yes") == "0\nDeleted 0 votes.\n"


def test_views_switches(run, client: CheckingClient) -> None:
    assert run("views", "switches", "16") == "0\nNobody has switched the language of this article yet.\n"
    for _ in range(2):
        client.get("/de/language?route=article&id=16&from=en", headers={"Sec-Fetch-Site": "same-origin"})
    assert run("views", "switches", "16").splitlines()[1:] == [
        "left      for        switches",
        "en        de                2",
    ]


def test_notices(run, client: CheckingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    assert run("notice", "list") == "0\nNo notices.\n"
    assert run("notice", "set", "All **well**", "--locale", "en", "--locale", "de") == "0\nShown in en, de.\n"
    assert run("notice", "set", "Until one", "--until", "2026-05-13T13:00Z") == "0\nShown in en.\n"
    assert run("notice", "set", "x", "--locale", "fr").startswith("1\nError: fr is not one of the locales: en, en-SG")
    assert (
        run("notice", "set", "x", "--until", "2026-05-13T12:00Z") == "1\nError: The notice would have ended already.\n"
    )
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(hours=2))
    assert run("notice", "list").splitlines()[1:] == [
        "de        2026-05-13 12:00  All **well**",
        "en        2026-05-13 12:00 until 2026-05-13 13:00 (ended)  Until one",
    ]
    assert "All well" in client.get("/de/").text
    assert run("notice", "clear", "--locale", "de") == "0\nCleared in de.\n"
    assert "All well" not in client.get("/de/").text
    assert run("notice", "clear") == "0\nCleared in en.\n"
    assert run("notice", "clear") == "0\nThere was none.\n"


def test_views_explain(run, client: CheckingClient) -> None:
    client.get(ARTICLE)
    client.get(ARTICLE)
    client.get(ARTICLE, headers={"User-Agent": "curl/8"})
    line = run("views", "explain", "16", "--since", "2026-06-01").splitlines()[2].split()
    assert line[1:] == ["en", "en", "1", "0", "0", "0", "1", "0", "1", "0"]
    assert run("views", "explain", "999") == "0\nNobody has opened this article yet.\n"


def test_search_rebuild(run) -> None:
    assert run("search", "rebuild").endswith(f"Indexed {DEMO_ARTICLES} articles in 7 locales.\n")


def test_a_rebuild_that_dies_ends_with_a_sentence(run, site: Site) -> None:
    with_backend(site, Dying)
    assert run("search", "rebuild") == (
        "1\nError: The rebuild was killed by signal 9; the index is as it was. Run the command again.\n"
    )


def test_doctor_tells_how_the_indexes_are(run, site: Site) -> None:
    damage(site, "de")
    shutil.rmtree(site.settings.index_path / "ar")
    lines = {line.split()[1]: line.split(maxsplit=2)[2] for line in run("doctor").splitlines() if line[:6] == "index "}
    assert lines["en"].startswith(f"ready, {len(site.indexer.backend.stamps('en'))} documents, ")
    assert lines["de"] == "broken, to be built anew; searches are answered from the database until then"
    assert lines["ar"] == "missing, made by the first search"


def test_nginx_refuses_without_a_trusted_proxy(run) -> None:
    assert run("nginx") == (
        "1\nError: Set HELPDESK_TRUSTED_PROXIES first: 1 when readers reach this nginx themselves, "
        "2 when through a CDN.\n"
    )


def test_nginx_prints_rules_of_the_settings(build: Callable[..., Flask], demo_template: Path) -> None:
    app = build(demo_template, site_url="https://example.com/help", trusted_proxies=1, cdn_seconds=60)
    runner = app.test_cli_runner()
    result = runner.invoke(args=["helpdesk", "nginx", "--listen", "8080", "--upstream", "10.0.0.5:8000"])
    assert (result.exit_code, result.output) == (
        0,
        rules(app.extensions["helpdesk"].settings, listen="8080", upstream="10.0.0.5:8000", cache=FOLDER_OF_NGINX),
    )
    for line in ("listen 8080;", "server 10.0.0.5:8000;", "server_name example.com;", "location /help/ {"):
        assert result.output.count(line) == 1
    refused = runner.invoke(args=["helpdesk", "nginx", "--cache", "/tmp/x; include /etc/passwd"])
    assert (refused.exit_code, "letters, digits and" in refused.output) == (2, True)


def test_db_status(run) -> None:
    assert run("db", "status") == "0\ndatabase 0007, code 0007\n"
    assert run("db", "upgrade") == "0\nThe schema is at 0007.\n"


def test_demo_remove_asks_first(run, site: Site) -> None:
    assert run("demo", "remove").startswith("1\n")
    assert run("demo", "remove", "--yes") == f"0\nRemoved {DEMO_ARTICLES} demo articles.\n"


def test_catalogs_that_ship_are_current_complete_and_sound() -> None:
    from helpdesk.cli.messages import check_catalogs, existing_codes

    root = Path(__file__).parents[2]
    codes = existing_codes(root / "translations")
    assert set(codes) == {tag.replace("-", "_") for tag in SHIPPED} - {"en_SG"}
    assert check_catalogs(root / "helpdesk", root / "translations", codes) == []


def test_pictures_of_messages_need_a_browser(run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    assert run("messages", "screens", str(tmp_path / "out"), "de") == (
        "1\nError: Pictures need Playwright and Chromium: pip install 'helpdesk[screens]', "
        "then playwright install chromium.\n"
    )
    assert not (tmp_path / "out").exists()
