"""Withdrawing, retiring, restoring, deleting: right in every channel at the next request."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.errors import RevisionNotFound, SourceNeeded, TranslationNotFound
from helpdesk.models import Body, Counter, Revision, Translation, Vote
from helpdesk.services.importing import import_content
from helpdesk.services.publishing import archive, delete_article, delete_translation, publish, restore, unpublish
from helpdesk.services.site import Site
from tests.core.test_importing import FOLDER, PLAIN, png, write
from tests.support.pages import CheckingClient


def revisions(site: Site, key: str, tag: str) -> list[tuple[int, str, str]]:
    statement = (
        select(Revision.number, Revision.title, Revision.comment)
        .join(Translation, Translation.id == Revision.translation_id)
        .where(Translation.locale == tag, Translation.article_id == 70)
        .order_by(Revision.number)
    )
    with site.database.read() as connection:
        return [tuple(row) for row in connection.execute(statement)]


def html(site: Site, tag: str) -> str:
    statement = select(Body.html).join(Translation).where(Translation.locale == tag)
    with site.database.read() as connection:
        return str(connection.execute(statement).scalars().first())


def with_two_revisions(site: Site, folder: Path) -> None:
    large = {"guides/money/pay/desk.png": png(640, 480)}
    import_content(site, write(folder, FOLDER | large))
    text = "---\ntitle: How to pay now\n---\nPay by card.\n\n## Other { #other }\n"
    import_content(site, write(folder, {"guides/money/pay/en.md": text}))


def test_a_restored_text_is_a_new_revision_with_its_pictures_and_heading_ids(
    empty_app: Flask, empty_site: Site, tmp_path: Path
) -> None:
    with_two_revisions(empty_site, tmp_path / "content")
    client = CheckingClient(empty_app)
    before = client.get("/en/articles/70-how-to-pay-now")
    assert (before.texts("h1"), before.all("img")) == (["How to pay now"], [])
    assert restore(empty_site, "pay", "en", 1) == 3
    after = client.get("/en/articles/70-how-to-pay-now")
    assert (after.texts("h1"), len(after.all("img")), after.one("h2", id="h-steps").text) == (
        ["How to pay"],
        1,
        "Steps",
    )
    assert revisions(empty_site, "pay", "en") == [
        (1, "How to pay", ""),
        (2, "How to pay now", ""),
        (3, "How to pay", "Revision 1 restored"),
    ]
    assert [card["title"] for card in client.get("/en/search?q=desk").cards] == ["How to pay"]
    assert restore(empty_site, "pay", "en", 3) == 3, "what is the current text already stays as it is"


def test_a_restored_translation_takes_the_source_s_heading_ids(empty_site: Site, tmp_path: Path) -> None:
    import_content(empty_site, write(tmp_path / "content", FOLDER))
    other = "---\ntitle: Anders\nstatus: draft\n---\nAnders.\n"
    import_content(empty_site, write(tmp_path / "content", {"guides/money/pay/de.md": other}))
    assert 'id="h-steps"' not in html(empty_site, "de")
    assert restore(empty_site, "pay", "de", 1, significance="typo") == 3
    assert 'id="h-steps">Schritte' in html(empty_site, "de")
    with empty_site.database.read() as connection:
        status = connection.execute(select(Translation.status).where(Translation.locale == "de")).scalar_one()
    assert status == "draft", "restoring publishes nothing"


def test_a_restored_page_of_a_plain_tree_still_leads_to_its_neighbours(empty_site: Site, tmp_path: Path) -> None:
    root = write(tmp_path / "manual", PLAIN)
    import_content(empty_site, root)
    statement = select(Body.html).join(Translation).where(Translation.locale == "en", Translation.title == "Welcome")
    with empty_site.database.read() as connection:
        first = connection.execute(statement).scalar_one()
    assert 'href="article:guide-setup#first"' in first
    import_content(empty_site, write(root, {"en/index.md": "# Welcome\n\nOther.\n"}))
    restore(empty_site, "index", "en", 1)
    with empty_site.database.read() as connection:
        assert connection.execute(statement).scalar_one() == first


def test_what_is_retired_everywhere_is_gone_and_what_is_deleted_is_unknown(
    empty_app: Flask, empty_site: Site, tmp_path: Path
) -> None:
    import_content(empty_site, write(tmp_path / "content", FOLDER))
    client = CheckingClient(empty_app)
    assert archive(empty_site, "pay", "en")
    assert not archive(empty_site, "pay", "en")
    assert (client.get("/en/articles/70").status, client.get("/en/search?q=desk").cards) == (410, [])
    assert publish(empty_site, "pay", "en")
    page = client.get("/en/articles/70-how-to-pay")
    assert page.status == 200
    client.post("/en/articles/70-how-to-pay/vote", {"answer": "yes"})
    delete_article(empty_site, "pay")
    assert (client.get("/en/articles/70-how-to-pay").status, client.get("/en/search?q=desk").cards) == (404, [])
    with empty_site.database.read() as connection:
        left = [
            connection.execute(select(func.count()).select_from(model)).scalar_one()
            for model in (Translation, Body, Revision, Vote, Counter)
        ]
    assert left == [0, 0, 0, 0, 0]


def test_a_deleted_translation_falls_back_and_the_source_stays(
    empty_app: Flask, empty_site: Site, tmp_path: Path
) -> None:
    import_content(empty_site, write(tmp_path / "content", FOLDER))
    publish(empty_site, "pay", "de")
    client = CheckingClient(empty_app)
    assert client.get("/de/articles/70-so-zahlen-sie").texts("h1") == ["So zahlen Sie"]
    delete_translation(empty_site, "pay", "de")
    page = client.get(client.get("/de/articles/70-so-zahlen-sie").response.headers["Location"])
    assert (page.texts("h1"), page.one("h1").get("lang")) == (["How to pay"], "en")
    with pytest.raises(SourceNeeded, match="`en` is the source of `pay`"):
        delete_translation(empty_site, "pay", "en")


def test_what_is_not_there_is_said(empty_site: Site, tmp_path: Path) -> None:
    import_content(empty_site, write(tmp_path / "content", FOLDER))
    for call in (unpublish, archive, delete_translation):
        with pytest.raises(TranslationNotFound):
            call(empty_site, "pay", "ar")
    with pytest.raises(RevisionNotFound, match="`pay` has no revision 9 in `en`"):
        restore(empty_site, "pay", "en", 9)
    with pytest.raises(TranslationNotFound, match="There is no article `nope`"):
        delete_article(empty_site, "nope")
