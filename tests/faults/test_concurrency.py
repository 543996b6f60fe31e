"""Many readers and writers at once, in real processes on real files: nothing is lost and nothing counts twice."""

from __future__ import annotations

import http.client
import os
import sqlite3
from collections import Counter as Tally
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from helpdesk import clock, db
from helpdesk.config import Settings, load
from helpdesk.services.bootstrapping import secret_key
from tests.conftest import NOON, close
from tests.support.instances import (
    assert_sound,
    copied,
    file_of,
    make,
    rows,
)
from tests.support.pages import READER, CheckingClient
from tests.support.processes import FULL, PATIENCE, Worker, listen, ready, run, run_together, say

PROCESSES = 4
READERS = 1000 if FULL else 400
VOTERS = 400 if FULL else 100

ARTICLE = "/en/articles/1-why-an-identity-check-fails"
OTHER_ARTICLE = "/en/articles/2-"
# What a form on our own page sends along.
OWN_PAGE = {"User-Agent": READER, "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def instance(demo_template: Path, tmp_path: Path) -> Path:
    return copied(demo_template, tmp_path / "instance")


def translation_of(instance: Path, article_id: int = 1) -> int:
    query = "SELECT id FROM hd_translation WHERE article_id = ? AND locale = 'en'"
    return int(rows(instance, query, article_id)[0][0])


def clear_figures(instance: Path) -> None:
    """The demo's own votes and views go, so that all that is there afterwards is the test's."""
    with closing(sqlite3.connect(file_of(instance))) as connection, connection:
        connection.execute("DELETE FROM hd_vote")
        connection.execute("DELETE FROM hd_daily_tally")
        connection.execute("UPDATE hd_counter SET views = 0, yes = 0, no = 0")


def figures(instance: Path) -> tuple[int, int, int]:
    query = "SELECT views, yes, no FROM hd_counter WHERE translation_id = ?"
    return rows(instance, query, translation_of(instance))[0]  # type: ignore[return-value]


def tally(instance: Path) -> list[tuple[Any, ...]]:
    return rows(instance, "SELECT locale, day, views, repeats, prefetches, bots, team FROM hd_daily_tally")


@contextmanager
def running(instance: Path, **settings: object) -> Iterator[Flask]:
    """In a worker: the app, its connections closed at the end; no disk that stands still for seconds makes it give up."""
    db.BUSY_TIMEOUT = db.NOTE_TIMEOUT = 1_000 * PATIENCE
    app = make(instance, **settings)
    try:
        yield app
    finally:
        close(app)


# Votes


class _Quiet(WSGIRequestHandler):
    def log(self, *_arguments: Any) -> None:
        """Nothing: the tests read what the server answers."""


def serve(instance: Path, settings: dict[str, object]) -> None:
    """A worker: a threaded server until the test says stop."""
    app = make(instance, **settings)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    with ThreadPoolExecutor(1) as background:
        background.submit(server.serve_forever)
        say(server.port)
        ready()
        listen()
        server.shutdown()
    server.server_close()
    close(app)


@contextmanager
def server(instance: Path, **settings: object) -> Iterator[int]:
    """A server in a process of its own; its port."""
    worker = Worker(serve, instance, settings).wait_until_ready().go()
    try:
        yield worker.said[0]
    finally:
        worker.tell("stop")
        worker.result()


def fetch(port: int, method: str, path: str, form: str | None = None, cookie: str = "") -> tuple[int, dict[str, str]]:
    headers = OWN_PAGE | {"Content-Type": "application/x-www-form-urlencoded"} | ({"Cookie": cookie} if cookie else {})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with closing(connection):
        connection.request(method, path, form, headers)
        response = connection.getresponse()
        response.read()
        return response.status, dict(response.getheaders())


def fetch_at_once(calls: Sequence[tuple[Any, ...]]) -> list[tuple[int, dict[str, str]]]:
    """Answers to requests that leave at the same moment."""
    barrier = Barrier(len(calls))

    def call(arguments: tuple[Any, ...]) -> tuple[int, dict[str, str]]:
        barrier.wait()
        return fetch(*arguments)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


def test_twenty_posts_of_one_voter_at_once_are_one_vote(instance: Path) -> None:
    clear_figures(instance)
    with server(instance) as port:
        _status, headers = fetch(port, "POST", f"{OTHER_ARTICLE}/vote", "answer=no")
        cookie = headers["Set-Cookie"].partition(";")[0]
        answers = fetch_at_once([(port, "POST", f"{ARTICLE}/vote", "answer=yes", cookie)] * 20)
    assert Tally(status for status, _headers in answers) == {303: 20}
    query = "SELECT count(*), count(DISTINCT visitor) FROM hd_vote WHERE translation_id = ?"
    assert rows(instance, query, translation_of(instance)) == [(1, 1)]
    assert figures(instance) == (0, 1, 0)
    assert rows(instance, "SELECT count(DISTINCT visitor), count(*) FROM hd_vote") == [(1, 2)]


def test_twenty_first_votes_at_once_on_a_site_without_a_key_yet(instance: Path) -> None:
    clear_figures(instance)
    with server(instance, secret_key="") as port:
        answers = fetch_at_once([(port, "POST", f"{ARTICLE}/vote", "answer=yes")] * 20)
        assert Tally(status for status, _headers in answers) == {303: 20}
        cookies = [headers["Set-Cookie"].partition(";")[0] for _status, headers in answers]
        again = fetch_at_once([(port, "POST", f"{ARTICLE}/vote", "answer=no", cookie) for cookie in cookies])
    assert Tally(status for status, _headers in again) == {303: 20}
    assert figures(instance) == (0, 0, 20)


def find_keys(instances: Sequence[Path]) -> list[set[str]]:
    """A worker: ten threads ask for the key of each instance at the same moment."""
    keys = []
    ready()
    with ThreadPoolExecutor(10) as pool:
        for instance in instances:
            settings, barrier = load(instance, environ={}), Barrier(10)

            def ask(_number: int, settings: Settings = settings, barrier: Barrier = barrier) -> str:
                barrier.wait()
                return secret_key(settings)

            keys.append(set(pool.map(ask, range(10))))
    return keys


def test_the_key_is_made_by_whoever_needs_it_first(tmp_path: Path) -> None:
    instances = [tmp_path / f"instance{n}" for n in range(40)]
    first, second = run_together([(find_keys, (instances,))] * 2)
    assert [len(keys) for keys in first] == [1] * len(instances)
    assert second == first
    assert len(set().union(*first)) == len(instances)
    assert [[path.name for path in instance.iterdir()] for instance in instances] == [["development.key"]] * 40


def vote_as(instance: Path, cookies: Sequence[str | None], answers: Sequence[str], network: str) -> list[str]:
    """A worker: each voter in turn, without a cookie or with one, gives all the answers; the cookies then held."""
    held = []
    with running(instance) as app:
        ready()
        for number, cookie in enumerate(cookies):
            client = app.test_client()
            if cookie is not None:
                client.set_cookie("hd_visitor", cookie)
            for answer in answers:
                address = f"{network}.{number // 250}.{number % 250}"
                response = client.post(
                    f"{ARTICLE}/vote",
                    data={"answer": answer},
                    headers=OWN_PAGE,
                    environ_base={"REMOTE_ADDR": address},
                )
                assert response.status_code == 303
            found = client.get_cookie("hd_visitor")
            assert found is not None
            held.append(found.value)
    return held


def test_each_of_many_voters_counts_once_whatever_they_repeat(instance: Path) -> None:
    clear_figures(instance)
    share = VOTERS // PROCESSES
    answers = ["yes", "no"] * (PROCESSES // 2)
    jobs = [(vote_as, (instance, [None] * share, [answer], f"10.{n}")) for n, answer in enumerate(answers)]
    first = run_together(jobs)
    assert figures(instance) == (0, VOTERS // 2, VOTERS // 2)
    query = "SELECT count(*), count(DISTINCT visitor) FROM hd_vote WHERE status = 'counted'"
    assert rows(instance, query) == [(VOTERS, VOTERS)]
    # The same people again, each from two processes at once, and all of them with a yes.
    again = [cookies[:20] for cookies in first[:2]] * 2
    run_together([(vote_as, (instance, cookies, ["yes"], f"10.{n + 9}")) for n, cookies in enumerate(again)])
    assert rows(instance, query) == [(VOTERS, VOTERS)]
    assert figures(instance) == (0, VOTERS // 2 + 20, VOTERS // 2 - 20)
    assert_sound(instance)


def vote_as_newcomers(instance: Path, number: int, address: str, at: datetime) -> list[int]:
    """A worker: so many first votes of different visitors of one network at a fixed time; the statuses answered."""
    clock.now = lambda: at
    statuses = []
    with running(instance) as app:
        ready()
        for _ in range(number):
            data, place = {"answer": "no"}, {"REMOTE_ADDR": address}
            response = app.test_client().post(f"{ARTICLE}/vote", data=data, headers=OWN_PAGE, environ_base=place)
            statuses.append(response.status_code)
    return statuses


def test_of_two_hundred_newcomers_of_one_network_at_once_thirty_count_and_none_is_lost(instance: Path) -> None:
    clear_figures(instance)
    jobs = [(vote_as_newcomers, (instance, 200 // PROCESSES, "192.0.2.1", clock.now()))] * PROCESSES
    assert [status for statuses in run_together(jobs) for status in statuses] == [303] * 200
    query = "SELECT status, count(*), count(DISTINCT visitor) FROM hd_vote GROUP BY status ORDER BY status"
    assert rows(instance, query) == [("counted", 30, 30), ("held", 170, 170)]
    assert figures(instance) == (0, 0, 30)
    assert_sound(instance)


def test_fifty_flips_of_one_voter_leave_one_vote_with_the_last_answer(instance: Path) -> None:
    clear_figures(instance)
    cookie = run(vote_as, instance, [None], ["yes"], "10.1")[0]
    jobs = [(vote_as, (instance, [cookie], ["yes", "no"] * 6, f"10.{number}")) for number in range(PROCESSES)]
    run_together(jobs)
    (helpful,) = rows(instance, "SELECT is_helpful FROM hd_vote")[0]
    assert figures(instance) == (0, helpful, 1 - helpful)
    for answer, expected in (("yes", (0, 1, 0)), ("no", (0, 0, 1))):
        run(vote_as, instance, [cookie], [answer], "10.1")
        assert rows(instance, "SELECT is_helpful FROM hd_vote") == [(answer == "yes",)]
        assert figures(instance) == expected


# Views


def read_as(instance: Path, readers: Sequence[tuple[str, str]], at: datetime) -> None:
    """A worker: readers, each an address and a user agent, open the article at a fixed time."""
    clock.now = lambda: at
    with running(instance) as app:
        client = app.test_client()
        ready()
        for address, user_agent in readers:
            response = client.get(ARTICLE, headers={"User-Agent": user_agent}, environ_base={"REMOTE_ADDR": address})
            assert response.status_code == 200


def some_readers(first: int, number: int) -> list[tuple[str, str]]:
    """Readers of whom every two differ in address or in browser: four browsers behind each address."""
    return [(f"10.{n // 1000}.{n // 4 % 250}.7", f"{READER} build/{n % 4}") for n in range(first, first + number)]


def test_each_of_many_readers_at_once_is_one_view(instance: Path) -> None:
    clear_figures(instance)
    share = READERS // PROCESSES
    run_together([(read_as, (instance, some_readers(n * share, share), NOON)) for n in range(PROCESSES)])
    assert figures(instance) == (READERS, 0, 0)
    assert tally(instance) == [("en", "2026-05-13", READERS, 0, 0, 0, 0)]
    assert rows(instance, "SELECT count(*) FROM hd_reading") == [(READERS,)]
    assert_sound(instance)


def test_one_reader_in_four_processes_at_once_is_one_view(instance: Path) -> None:
    clear_figures(instance)
    run_together([(read_as, (instance, some_readers(1, 1) * 10, NOON)) for _ in range(PROCESSES)])
    assert figures(instance) == (1, 0, 0)
    assert tally(instance) == [("en", "2026-05-13", 1, 39, 0, 0, 0)]


def test_a_new_day_met_by_four_processes_at_once_has_one_key(instance: Path) -> None:
    clear_figures(instance)
    readers = some_readers(0, 40)
    run(read_as, instance, readers, NOON)
    old = rows(instance, "SELECT fingerprint FROM hd_reading")
    shares = [readers[n::PROCESSES] for n in range(PROCESSES)]
    run_together([(read_as, (instance, share, NOON + timedelta(days=1))) for share in shares])
    assert rows(instance, "SELECT day, length(key) FROM hd_reading_key") == [("2026-05-14", 32)]
    new = rows(instance, "SELECT fingerprint FROM hd_reading")
    assert (len(old), len(new), len({*old, *new})) == (40, 40, 80)
    assert figures(instance) == (80, 0, 0)


def test_what_is_a_view_and_what_is_none(
    build: Callable[..., Flask], instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clear_figures(instance)
    reader = CheckingClient(build(instance))

    def counted(at: datetime, method: str = "GET", **headers: str) -> list[tuple[Any, ...]]:
        monkeypatch.setattr(clock, "now", lambda: at)
        assert reader.open(method, ARTICLE, headers=headers).status == 200
        return [row[2:] for row in tally(instance)]

    midnight = datetime(2026, 5, 14, tzinfo=UTC)
    before = midnight - timedelta(minutes=40)
    assert counted(before, "HEAD") == []
    assert counted(before) == [(1, 0, 0, 0, 0)]
    assert counted(before) == [(1, 1, 0, 0, 0)]
    assert counted(before, "HEAD") == [(1, 1, 0, 0, 0)]
    assert counted(before, **{"Sec-Purpose": "prefetch"}) == [(1, 1, 1, 0, 0)]
    assert counted(before, **{"Purpose": "prefetch"}) == [(1, 1, 2, 0, 0)]
    assert counted(before, **{"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}) == [(1, 1, 2, 1, 0)]
    assert counted(before, **{"User-Agent": "curl/8.5.0"}) == [(1, 1, 2, 2, 0)]
    assert counted(before + timedelta(minutes=29, seconds=59)) == [(1, 2, 2, 2, 0)]
    # A repeat does not move the half hour, which is over 31 minutes after the view that counted.
    assert counted(before + timedelta(minutes=31)) == [(2, 2, 2, 2, 0)]
    old_key = rows(instance, "SELECT day, key FROM hd_reading_key")
    old_prints = rows(instance, "SELECT fingerprint FROM hd_reading")
    assert (old_key[0][0], len(old_key), len(old_prints)) == ("2026-05-13", 1, 1)
    assert counted(midnight) == [(2, 2, 2, 2, 0), (1, 0, 0, 0, 0)]
    new_key = rows(instance, "SELECT day, key FROM hd_reading_key")
    new_prints = rows(instance, "SELECT fingerprint FROM hd_reading")
    assert (new_key[0][0], len(new_key), len(new_prints)) == ("2026-05-14", 1, 1)
    assert (new_key[0][1], new_prints) != (old_key[0][1], old_prints)
    assert set(new_prints).isdisjoint(old_prints)
    assert figures(instance) == (3, 0, 0)


# A database that takes no writes


def test_a_locked_database_serves_pages_and_loses_no_vote(instance: Path) -> None:
    clear_figures(instance)
    before = figures(instance)
    paths = ["/en/", ARTICLE, "/de/articles/1-", "/ar/categories/faq", "/en/search?q=identity", "/en/search"]
    with server(instance) as port:
        status, headers = fetch(port, "POST", f"{OTHER_ARTICLE}/vote", "answer=yes")
        cookie = headers["Set-Cookie"].partition(";")[0]
        votes = rows(instance, "SELECT * FROM hd_vote")
        assert (status, len(votes)) == (303, 1)
        form = urlencode({"answer": "no", "details": "1", "reason": "wrong", "comment": "Step 2 is gone"})
        posts = [
            (port, "POST", f"{ARTICLE}/vote", form, cookie),
            (port, "POST", f"{ARTICLE}/vote", "answer=yes"),
            (port, "POST", f"{OTHER_ARTICLE}/vote", "answer=remove", cookie),
        ]
        with closing(sqlite3.connect(file_of(instance), isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            answers = fetch_at_once([*posts, *((port, "GET", path) for path in paths)])
            tried, pages = answers[: len(posts)], answers[len(posts) :]
            assert figures(instance) == before
            assert rows(instance, "SELECT * FROM hd_vote") == votes
            assert tally(instance) == []
            holder.execute("ROLLBACK")
        assert [(status, headers.get("Retry-After")) for status, headers in tried] == [(503, "5")] * len(posts)
        assert ["Set-Cookie" in headers for _status, headers in tried] == [False] * len(posts)
        assert [headers["Cache-Control"] for _status, headers in tried] == ["no-store"] * len(posts)
        assert [fetch(port, "GET", path)[0] for path in ("/healthz", "/readyz")] == [200, 200]
        followed = [status if status != 308 else 200 for status, _headers in pages]
        assert dict(zip(paths, followed, strict=True)) == dict.fromkeys(paths, 200)
        assert [fetch(*post)[0] for post in posts] == [303] * len(posts)
    assert figures(instance) == (0, 1, 1)
    query = "SELECT is_helpful, reasons, comment FROM hd_vote ORDER BY is_helpful"
    assert rows(instance, query) == [(0, "wrong", "Step 2 is gone"), (1, "", "")]
    assert_sound(instance)


def test_a_read_only_database_file_serves_pages(instance: Path) -> None:
    clear_figures(instance)
    file = file_of(instance)
    file.chmod(0o444)
    # Root may write whatever the mode says, so there SQLite itself is told to refuse.
    url = f"sqlite:///file:{file}?mode=ro&uri=true" if os.geteuid() == 0 else f"sqlite:///{file}"
    paths = ["/en/", ARTICLE, "/zh-Hans/search?q=api", "/readyz"]
    with server(instance, database_url=url) as port:
        assert [fetch(port, "GET", path)[0] for path in paths] == [200] * len(paths)
        status, headers = fetch(port, "POST", f"{ARTICLE}/vote", "answer=yes")
        assert (status, headers["Retry-After"]) == (503, "5")
    assert figures(instance) == (0, 0, 0)
