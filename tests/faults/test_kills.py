"""Processes killed at random moments: nothing is half done afterwards, and the next one goes on from there."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from helpdesk.services.bootstrapping import prepare
from helpdesk.services.demo import SAMPLEDATA
from helpdesk.services.importing import import_content
from tests.conftest import close
from tests.support.instances import (
    assert_in_step,
    assert_sound,
    contents,
    copied,
    file_of,
    find,
    make,
    opened,
    rows,
    site_of,
)
from tests.support.killing import KILLS, Killer, both, in_a_row, moments
from tests.support.pages import READER
from tests.support.processes import Worker, ready, run, say

ARTICLE = "/en/articles/1-why-an-identity-check-fails"
# Of the demo: enough for several to be between, in two scripts.
LOCALES = ("en", "ar")
FIGURES = {"hd_state", "hd_vote", "hd_daily_tally", "hd_counter"}


# Votes


def vote_on(instance: Path, network: str) -> None:
    """A worker: voter after voter votes and changes the answer twice; tells before and after each post."""
    app = make(instance)
    number = 0
    assert app.test_client().get(ARTICLE).status_code == 200  # templates are compiled before the clock runs
    ready()
    while True:
        number += 1
        client, cookie = app.test_client(), None
        for answer in ("yes", "no", "yes"):
            say(("asks", cookie, answer))
            response = client.post(
                f"{ARTICLE}/vote",
                data={"answer": answer},
                headers={"User-Agent": READER, "Sec-Fetch-Site": "same-origin"},
                environ_base={"REMOTE_ADDR": f"{network}.{number // 250}.{number % 250}"},
            )
            assert response.status_code == 303
            found = client.get_cookie("hd_visitor")
            assert found is not None
            cookie = found.value
            say(("told", cookie, answer))


def vote_again(instance: Path, cookie: str, answer: str) -> int:
    """A worker: the browser sends its post again; the status."""
    app = make(instance)
    client = app.test_client()
    client.set_cookie("hd_visitor", cookie)
    ready()
    headers = {"User-Agent": READER, "Sec-Fetch-Site": "same-origin"}
    status = client.post(f"{ARTICLE}/vote", data={"answer": answer}, headers=headers).status_code
    close(app)
    return int(status)


def visitor(cookie: str) -> str:
    return cookie.partition(".")[0]


def votes(instance: Path) -> dict[str, str]:
    query = "SELECT visitor, CASE is_helpful WHEN 1 THEN 'yes' ELSE 'no' END FROM hd_vote"
    found = rows(instance, query)
    assert len(dict(found)) == len(found)
    return dict(found)


def test_votes_that_were_confirmed_outlive_the_kill(demo_template: Path, tmp_path: Path) -> None:
    instance = copied(demo_template, tmp_path / "instance")
    with closing(sqlite3.connect(file_of(instance))) as connection, connection:
        connection.execute("DELETE FROM hd_vote")
        connection.execute("UPDATE hd_counter SET yes = 0, no = 0")
    known: dict[str, str] = {}
    hits = confirmed = 0
    for number, moment in enumerate(moments()):
        voters = [Worker(vote_on, instance, f"10.{number}"), Worker(vote_on, instance, f"11.{number}")]
        for worker in voters:
            worker.wait_until_ready()
        for worker in voters:
            worker.go()
        hits += [voters[0].kill(after=moment / 2), voters[1].kill()].count(None)
        stored, strangers, open_posts = votes(instance), 0, []
        for worker in voters:
            told = [(cookie, answer) for kind, cookie, answer in worker.said if kind == "told"]
            confirmed += len(told)
            known |= {visitor(cookie): answer for cookie, answer in told}
            kind, cookie, answer = worker.said[-1] if worker.said else ("told", "", "")
            if kind == "asks" and cookie is None:
                strangers += 1  # a first vote may be stored, and its cookie never sent
            elif kind == "asks":
                open_posts.append((cookie, answer))
                if stored[visitor(cookie)] == answer:
                    known[visitor(cookie)] = answer
        assert {name: stored.get(name) for name in known} == known
        assert len(stored) - len(known) in range(strangers + 1)
        known = stored
        assert_sound(instance)
        for cookie, answer in open_posts:
            assert run(vote_again, instance, cookie, answer) == 303
            known[visitor(cookie)] = answer
            assert votes(instance) == known
    assert_sound(instance)
    print(f"{confirmed} answers confirmed")
    assert hits == 2 * KILLS


# Content and first start


def start(instance: Path) -> float:
    """A worker: the first start with the demo, until the first search is answered; seconds."""
    app = make(instance, locales=LOCALES)
    ready()
    begun = time.perf_counter()
    prepare(site_of(app), "demo")
    find(site_of(app), "en", "identity check")
    taken = time.perf_counter() - begun
    close(app)
    return taken


def take_in(instance: Path, source: Path) -> float:
    """A worker: import the demo's folder, or an archive of it; seconds."""
    tempfile.tempdir = str(instance.parent)  # where a killed one leaves what it unpacked
    app = make(instance, locales=LOCALES)
    ready()
    begun = time.perf_counter()
    import_content(site_of(app), source, is_demo=True)
    taken = time.perf_counter() - begun
    close(app)
    return taken


class Demo:
    """The demo as a start that nobody disturbs makes it, and how many seconds that takes."""

    def __init__(self, instance: Path) -> None:
        self.seconds = run(start, instance)
        with opened(instance, locales=LOCALES) as site:
            self.contents = contents(site)
            self.answer = find(site, "en", "identity check")
        self.images = names(instance)


def names(instance: Path) -> list[str]:
    """The stored images; each is whole, or its name would be another."""
    found = sorted((instance / "media").glob("[!.]*"))
    assert [hashlib.sha256(path.read_bytes()).hexdigest()[:32] for path in found] == [path.stem for path in found]
    return [path.name for path in found]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return Demo(tmp_path_factory.mktemp("demo") / "instance")


def text_of(tables: dict[str, Any]) -> dict[str, Any]:
    """What an import writes, without the demo's figures."""
    return {name: found for name, found in tables.items() if name not in FIGURES}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's folder as a ZIP archive."""
    return Path(shutil.make_archive(str(tmp_path_factory.mktemp("zip") / "demo"), "zip", SAMPLEDATA))


def test_an_import_is_taken_in_whole_or_not_at_all(
    demo: Demo, archive: Path, empty_template: Path, tmp_path: Path
) -> None:
    """Of a folder and of an archive in turns: content, pictures and index are as before or as after, never between."""
    with opened(copied(empty_template, tmp_path / "before"), locales=LOCALES) as site:
        nothing = contents(site)

    killer = Killer(demo.seconds)

    def trial(instance: Path, source: Path, row: Sequence[float]) -> None:
        copied(empty_template, instance)
        found = text_of(nothing)
        for moment in row:
            killer.kill(moment, take_in, instance, source, is_whole=found == text_of(nothing))
            with opened(instance, locales=LOCALES) as site:
                found = text_of(contents(site))
                assert found in (text_of(nothing), text_of(demo.contents))
                assert set(stored(found)) <= set(names(instance))
                assert find(site, "en", "identity check") == (demo.answer if found != text_of(nothing) else (0, []))
                assert_in_step(site)
            assert_sound(instance)
        run(take_in, instance, source)
        with opened(instance, locales=LOCALES) as site:
            assert text_of(contents(site)) == text_of(demo.contents)
            assert_in_step(site)
            assert find(site, "en", "identity check") == demo.answer
        assert names(instance) == stored(text_of(demo.contents)) == demo.images

    rows_of_kills = enumerate(in_a_row(moments()))
    both(trial, ((tmp_path / f"trial{n}" / "instance", (SAMPLEDATA, archive)[n % 2], row) for n, row in rows_of_kills))
    assert killer.report("import") > 0


def stored(tables: dict[str, Any]) -> list[str]:
    """The images that the database knows."""
    return sorted(f"{digest}.{extension}" for digest, extension, *_size in tables["hd_media"])


def test_a_first_start_ends_with_the_demo_exactly_once(demo: Demo, tmp_path: Path) -> None:
    killer = Killer(demo.seconds)

    def trial(instance: Path, row: Sequence[float]) -> None:
        found: dict[str, Any] = {}
        for moment in row:
            killer.kill(moment, start, instance, is_whole=found != demo.contents)
            with opened(instance, locales=LOCALES) as site:
                found = contents(site)
            assert found == demo.contents or {name for name in found if found[name]} <= {"hd_state"}
            assert rows(instance, "PRAGMA integrity_check") == [("ok",)]
        run(start, instance)
        with opened(instance, locales=LOCALES) as site:
            assert contents(site) == demo.contents
            assert find(site, "en", "identity check") == demo.answer
            assert_in_step(site)
        assert_sound(instance)
        assert names(instance) == demo.images

    both(trial, ((tmp_path / f"instance{n}", row) for n, row in enumerate(in_a_row(moments()))))
    assert killer.report("first start") > 0
