"""The two databases give the same answers, and what one cannot do now is said as a 503."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from helpdesk import clock
from helpdesk.db import Database, advance_ids, engine_options, new_id
from helpdesk.errors import Busy, ConfigurationError
from helpdesk.models import Article, Category, CategoryText, DailyTally, SearchLog, Translation
from helpdesk.queries.views import list_tallies
from helpdesk.services.importing import import_content
from helpdesk.services.site import Site
from helpdesk.sql import by_code
from tests.conftest import close, make_app
from tests.core.test_importing import FOLDER, found, write
from tests.support.databases import administer, connect, database_name, url_of, written_elsewhere
from tests.support.pages import CheckingClient
from tests.support.votes import count_votes, list_votes, translation_id

ARTICLE = "/en/articles/16-move-your-authenticator-to-a-new-phone"
PATHS = ["/en/", "/en/categories/faq?sort=updated", ARTICLE, "/de/search?q=api", "/ar/", "/en/search"]


# Answers


def test_a_row_with_an_id_of_its_own_is_followed_by_a_higher_one(empty_site: Site, tmp_path: Path) -> None:
    root = write(tmp_path / "content", FOLDER)
    write(root, {f"guides/money/{key}/en.md": "---\ntitle: T\n---\nText.\n" for key in ("one", "two", "zoo")})
    import_content(empty_site, root)
    with empty_site.database.transaction() as connection:
        found = dict(connection.execute(select(Article.key, Article.id)).all())
        group = {"category_id": 1, "section_id": 1, "source_locale": "en", "created_at": datetime.now(UTC)}
        later = new_id(connection, insert(Article).values(key="later", **group))
    assert found["pay"] == 70
    assert len(set(found.values())) == 4
    assert later == max(found.values()) + 1


@pytest.mark.on("postgresql")
def test_ids_that_were_given_out_are_not_given_again(empty_site: Site) -> None:
    with empty_site.database.transaction() as connection:
        first = [new_id(connection, insert(Category).values(key=f"c{n}")) for n in range(5)]
        connection.execute(insert(Category).values(id=3000, key="own"))
        advance_ids(connection, Category.id)
        connection.execute(insert(Category).values(id=50, key="low"))
        advance_ids(connection, Category.id)
        assert new_id(connection, insert(Category).values(key="next")) == 3001
    assert first == sorted(set(first))


def test_text_is_ordered_by_code_points(empty_site: Site) -> None:
    """The server of the tests would put `a` before `B` and pass over hyphens."""
    keys = ["zh-Hant", "a", "B", "zh", "a-b", "aa", "_", "é"]
    with empty_site.database.transaction() as connection:
        connection.execute(insert(Category), [{"key": key} for key in keys])
        found = connection.execute(select(Category.key).order_by(by_code(Category.key))).scalars().all()
        downwards = connection.execute(select(Category.key).order_by(by_code(Category.key).desc())).scalars().all()
    assert found == sorted(keys)
    assert downwards == sorted(keys, reverse=True)


def test_a_category_without_a_text_of_the_readers_has_the_first_by_tag(site: Site, client: CheckingClient) -> None:
    with site.database.transaction() as connection:
        faq = select(Category.id).where(Category.key == "faq").scalar_subquery()
        kept = connection.execute(update(CategoryText).where(CategoryText.category_id == faq, CategoryText.locale == "en").values(locale="x-B", title="Second")).rowcount  # fmt: skip
        connection.execute(
            insert(CategoryText).values(category_id=faq, locale="x-a", title="Third", slug="third", summary="")
        )
        connection.execute(
            insert(CategoryText).values(category_id=faq, locale="a-a", title="First", slug="first", summary="")
        )
        for tag in ("de", "ar", "ru", "zh-Hans", "zh-Hant"):
            connection.execute(
                update(CategoryText)
                .where(CategoryText.category_id == faq, CategoryText.locale == tag)
                .values(locale=f"x-{tag}")
            )
    assert kept == 1
    assert "First" in client.get("/en/").texts("a")


def test_days_are_listed_by_day_then_tag(site: Site) -> None:
    row = {"translation_id": translation_id(site, "move-authenticator", "en"), "day": date(2031, 1, 1), "views": 1}
    with site.database.transaction() as connection:
        connection.execute(insert(DailyTally), [row | {"locale": tag} for tag in ("zh", "en-SG", "en", "a", "B")])
    lines = list_tallies(site.database, 16, since=date(2031, 1, 1))
    assert [line.asked_locale for line in lines] == ["B", "a", "en", "en-SG", "zh"]


def test_an_article_without_a_date_of_update_comes_last(site: Site, client: CheckingClient) -> None:
    """NULL is the lowest on SQLite and the highest on PostgreSQL."""
    path = "/en/categories/faq?sort=updated"
    first = client.get(path).cards[0]
    with site.database.transaction() as connection:
        connection.execute(update(Translation).where(Translation.title == first["title"]).values(updated_at=None))
    pages = [client.get(path)]
    while following := [a.get("href") for a in pages[-1].all("a", rel="next")]:
        pages.append(client.get(following[0]))
    cards = [card for page in pages for card in page.cards]
    assert cards[-1]["title"] == first["title"]
    assert cards[-1]["meta"][0].replace("Published", "Updated") == cards[-1]["meta"][1]
    assert client.get(first["url"]).status == 200


def test_nul_is_no_text(site: Site, client: CheckingClient) -> None:
    said = {"answer": "no", "details": "1", "reason": "hard", "comment": "a\x00b", "q": "c\x00d"}
    assert client.post(f"{ARTICLE}/vote", said).status == 303
    assert [(vote["comment"], vote["query"]) for vote in list_votes(site)] == [("ab", "c d")]
    assert client.get("/en/search?q=identity%00check").status == 200
    with site.database.read() as connection:
        assert connection.execute(select(SearchLog.query)).scalars().all() == ["identity check"]
    paths = [
        "/en/categories/f%00aq",
        "/en/categories/faq/t%00",
        "/en/articles/16-a%00",
        "/en/%00",
        "/%00",
        "/media/%00",
    ]
    assert [client.get(path).status for path in paths] == [404, 404, 308, 404, 404, 404]
    page = client.post(f"{ARTICLE}/vote", {"answer": "yes"}, headers={"Cookie": "hd_visitor=a%00b.c"})
    assert page.status in (303, 403)


@pytest.mark.on("postgresql")
def test_zone_and_isolation_of_the_server_do_not_matter(build: Callable[..., Flask], demo_template: Path) -> None:
    app = build(demo_template)
    CheckingClient(app).get(ARTICLE)  # counted once, and a repeat from then on
    before = [CheckingClient(app).get(path).html for path in PATHS]
    url = url_of(app.extensions["helpdesk"].settings.instance_dir)
    name = database_name(url)
    for setting in ("timezone = 'Pacific/Kiritimati'", "default_transaction_isolation = 'serializable'"):
        administer(url, f"ALTER DATABASE {name} SET {setting}")
    app.extensions["helpdesk"].database.engine.dispose()
    assert [CheckingClient(app).get(path).html for path in PATHS] == before
    with app.extensions["helpdesk"].database.engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW timezone").scalar() == "Pacific/Kiritimati"
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "read committed"
    with app.extensions["helpdesk"].database.read() as connection:
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "repeatable read"


def test_a_machine_whose_clock_is_behind_misses_no_change(
    empty_app: Flask, empty_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = empty_site.settings.resolved_database_url
    other = make_app(tmp_path / "other", database_url=url)
    root = write(tmp_path / "content", FOLDER)
    import_content(empty_site, root)
    assert (found(other, "desk"), found(other, "counter")) == (["How to pay"], [])
    ahead = datetime.now(UTC) + timedelta(minutes=3)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: ahead)
        write(root, {"guides/money/pay/en.md": "---\ntitle: How to pay\n---\nUse the counter.\n"})
        import_content(empty_site, root)
    assert (found(other, "desk"), found(other, "counter")) == ([], ["How to pay"])
    close(other)


# The engine


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_psycopg_3(scheme: str) -> None:
    url, options = engine_options(f"{scheme}://hd:secret@db.example:5433/help?connect_timeout=9")
    assert url.render_as_string(hide_password=False) == (
        "postgresql+psycopg://hd:secret@db.example:5433/help?connect_timeout=9"
    )
    assert "connect_timeout" not in options["connect_args"]
    assert options["pool_pre_ping"] is True


@pytest.mark.parametrize("url", ["mysql://root:secret@db/help", "postgresql+psycopg2://u:secret@db/help", "secret", ""])
def test_other_databases_are_refused_without_a_word_of_the_url(url: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        engine_options(url)
    assert str(error.value) == "HELPDESK_DATABASE_URL must start with sqlite:/// or postgresql://."


def test_a_missing_driver_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_name: str) -> None:
        raise ImportError

    monkeypatch.setattr("helpdesk.db.import_module", fail)
    with pytest.raises(ConfigurationError) as error:
        engine_options("postgresql://db/help")
    assert str(error.value) == 'PostgreSQL needs its driver; run: pip install "helpdesk[postgres]"'


@pytest.mark.on("postgresql")
def test_postgresql_is_set_up_as_promised(site: Site) -> None:
    with site.database.engine.connect() as connection:
        found = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in ("lock_timeout", "statement_timeout")]
    assert found == ["5s", "15s"]
    with site.database.transaction(is_brief=True) as connection:
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "2s"
    with site.database.transaction() as connection:
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "5s"


def test_a_forked_process_opens_connections_of_its_own(site: Site) -> None:
    """As a server does that loads the app, answers a request for a trial, and forks."""
    with site.database.read() as connection:
        assert connection.execute(select(Article.id).limit(1)).scalar() is not None
    pool = site.database.engine.pool
    assert pool.checkedin() == 1
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:  # nothing here may run the tests' own endings
        os.write(writer, str(site.database.engine.pool is not pool).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reader, 10) == b"True"
    os.close(reader)
    os.close(writer)
    assert site.database.engine.pool is pool
    with site.database.read() as connection:
        assert connection.execute(select(Article.id).limit(1)).scalar() is not None


# What a server cannot do now


def answers(app: Flask) -> list[tuple[int, str | None]]:
    """Status and Retry-After of pages of all kinds, a vote, and the vote of a script."""
    client = CheckingClient(app)
    pages = [client.get(path) for path in PATHS]
    script = {"Sec-Fetch-Site": "same-origin", "X-Requested-With": "fetch"}
    pages.append(client.post(f"{ARTICLE}/vote", {"answer": "yes"}))
    pages.append(client.post(f"{ARTICLE}/vote", {"answer": "yes"}, headers=script))
    assert [page.root.get("lang") for page in pages[:3]] == ["en"] * 3
    return [(page.status, page.response.headers.get("Retry-After")) for page in pages]


UNAVAILABLE = [(503, "5")] * (len(PATHS) + 2)


def send_away(url: str) -> None:
    """End all connections to a database."""
    administer(url, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database_name(url)}'")


@pytest.mark.on("postgresql")
def test_lost_connections_are_made_again(app: Flask, site: Site) -> None:
    url = url_of(site.settings.instance_dir)
    before = answers(app)
    assert before == [(200, None)] * len(PATHS) + [(303, None), (200, None)]
    send_away(url)
    assert answers(app) == before

    def lose(database: Database) -> None:
        with database.transaction() as connection:
            send_away(url)
            connection.execute(update(Article).values(position=1))

    with pytest.raises(Busy):
        lose(site.database)
    assert answers(app) == before


@pytest.mark.on("postgresql")
@pytest.mark.parametrize("trouble", ["away", "full", "password", "nobody"])
def test_a_server_that_takes_no_connections_is_503(
    build: Callable[..., Flask], demo_template: Path, trouble: str
) -> None:
    app = build(demo_template)
    site: Site = app.extensions["helpdesk"]
    url = url_of(site.settings.instance_dir)
    if trouble == "full":
        other = url.replace("postgres@", "visitor@")
        administer(url, f"ALTER DATABASE {database_name(url)} CONNECTION LIMIT 0")
    else:
        other = {
            "password": url.replace("postgres@", "guest:wrong@"),
            "nobody": url.replace("postgres@", "nobody@"),
            "away": f"{url}-gone",
        }[trouble]
    cut_off = make_app(site.settings.instance_dir, database_url=other)
    assert answers(cut_off) == UNAVAILABLE
    client = CheckingClient(cut_off)
    assert [client.get(path).status for path in ("/healthz", "/readyz", "/media/nope.png")] == [200, 503, 503]
    assert "wrong" not in client.get("/en/").html
    cut_off.extensions["helpdesk"].database.engine.dispose()


@pytest.mark.on("postgresql")
def test_commands_say_in_a_sentence_that_the_database_is_away(app: Flask, site: Site) -> None:
    cut_off = make_app(site.settings.instance_dir, database_url=f"{url_of(site.settings.instance_dir)}-gone")
    for command in (["db", "upgrade"], ["db", "status"], ["search", "rebuild"]):
        result = cut_off.test_cli_runner().invoke(args=["helpdesk", *command])
        assert (result.exit_code, result.output.count("Error: The database is busy: ")) == (1, 1)
        assert result.output.endswith(". Nothing was changed.\n")


@pytest.mark.on("sqlite")
def test_who_waits_for_the_lock_asks_as_often_at_the_end_as_at_the_start(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's own waiting asks ten times a second in the end: the lock goes to who came last."""
    sleep, pauses = time.sleep, []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        sleep(seconds)

    monkeypatch.setattr("helpdesk.db.time.sleep", pause)
    monkeypatch.setattr("helpdesk.db.NOTE_TIMEOUT", 300)
    with written_elsewhere(site), pytest.raises(Busy, match="locked"), site.database.transaction(is_brief=True):
        pass
    assert 0 < max(pauses, default=0) <= 0.01
    with site.database.transaction(is_brief=True) as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 5000


@pytest.mark.on("postgresql")
def test_a_standby_serves_pages_and_loses_no_vote(app: Flask, site: Site) -> None:
    before = answers(app)
    url = url_of(site.settings.instance_dir)
    administer(url, f"ALTER DATABASE {database_name(url)} SET default_transaction_read_only = on")
    site.database.engine.dispose()
    votes = count_votes(site)
    assert answers(app) == [*before[:-2], (503, "5"), (503, "5")]
    assert count_votes(site) == votes
    administer(url, f"ALTER DATABASE {database_name(url)} RESET default_transaction_read_only")
    site.database.engine.dispose()
    assert answers(app) == before


@pytest.mark.on("postgresql")
def test_a_table_that_is_locked_for_long_is_503_and_no_hanging_page(
    app: Flask, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answers(app)
    monkeypatch.setattr("helpdesk.db.BUSY_TIMEOUT", 50)
    site.database.engine.dispose()
    with closing(connect(site.settings.instance_dir)) as holder:
        holder.execute("LOCK TABLE hd_translation")
        assert answers(app) == UNAVAILABLE
    assert answers(app) == before
    monkeypatch.setattr("helpdesk.db.STATEMENT_TIMEOUT", 1)
    site.database.engine.dispose()
    with pytest.raises(Busy, match="statement timeout"), site.database.read() as connection:
        connection.exec_driver_sql("SELECT pg_sleep(1)")


@pytest.mark.on("postgresql")
def test_deadlocks_and_serialization_failures_are_busy(database: Database) -> None:
    with database.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id int PRIMARY KEY, n int)")
        connection.exec_driver_sql("INSERT INTO t VALUES (1, 0), (2, 0)")
    for code in ("40P01", "40001"):
        with pytest.raises(Busy), database.transaction() as connection:
            connection.exec_driver_sql(f"DO $$BEGIN RAISE SQLSTATE '{code}'; END$$")


@pytest.mark.on("postgresql")
def test_too_many_at_once_are_told_to_come_again(app: Flask, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.database.engine.pool, "_timeout", 0.05)
    taken = [site.database.engine.connect() for _ in range(15)]
    assert answers(app) == UNAVAILABLE
    for connection in taken:
        connection.close()
    assert answers(app)[0] == (200, None)


def test_a_picture_that_is_not_on_this_machine_is_404(app: Flask, site: Site, client: CheckingClient) -> None:
    """The media folder of one machine is not another's."""
    image = min(site.settings.media_path.iterdir())
    assert client.get(f"/media/{image.name}").status == 200
    image.unlink()
    assert client.get(f"/media/{image.name}").status == 404
    assert client.get(ARTICLE).status == 200
