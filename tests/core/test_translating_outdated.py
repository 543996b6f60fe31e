"""Translations of a source that has changed: what is left to do, what is kept, what comes too late."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from helpdesk.services.publishing import delete_translation, restore
from helpdesk.services.site import Site
from helpdesk.services.translating import Outcome, import_translations
from tests.core.test_importing import png
from tests.support.content import take_in, translation
from tests.support.pages import CheckingClient
from tests.support.translating import GERMAN, SOURCE, edit, english, export, kept, told, translate


@pytest.fixture
def translated(empty_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return translate(empty_site, tmp_path, monkeypatch)


def revise(site: Site, tmp_path: Path, body: str, **fields: str) -> None:
    take_in(site, tmp_path / "content", {"pay": english(body, revision="2", **fields)})


def test_only_what_changed_is_left_to_do(translated: Path, empty_app: Flask, empty_site: Site, tmp_path: Path) -> None:
    assert export(empty_site, translated) == {}
    body = SOURCE.replace("Wait 24 hours.", "Wait for 48 hours.\n3. Go.").replace("| Sent", "| New | b |\n| Sent")
    revise(empty_site, tmp_path, body, summary="In very short words.", significance="major")
    found = export(empty_site, translated)
    assert [entry for entry in found.values() if entry[2] or not entry[1]] == [
        ("In very short words.", "Kurz.", True),
        ("Wait for 48 hours.", "Warten Sie 24 Stunden.", True),
        ("Go.", "", False),
        ("New", "", False),
        ("b", "", False),
    ]
    assert found["pay:title:2:1 0"] == ("How to pay", "So zahlen Sie", False)
    text = translated.read_text("utf-8")
    assert "#. Translated from revision 1; now it is revision 2. Outdated since 2026-03-04.\n" in text
    assert '#, fuzzy\n#| msgid "Wait 24 hours."\nmsgctxt "pay#steps"\n' in text
    assert text.count("#. New, or it cannot be told for sure which of the old words translate it.\n") == 3
    client = CheckingClient(empty_app)
    assert len(client.get("/de/articles/1-so-zahlen-sie").all("aside")) == 1
    words = GERMAN | {"In very short words.": "Ganz kurz.", "Wait for 48 hours.": "Warten Sie 48 Stunden."}
    edit(translated, lambda msgid, text: words.get(msgid, f"{msgid}ä"))
    assert import_translations(empty_site, translated, publish=True) == Outcome(changed=["pay"])
    state = kept(empty_site, "pay", "de")
    assert state is not None
    assert state[:3] == ("published", 2, 2)
    assert "1. Öffnen Sie **Profil**.\n2. Warten Sie 48 Stunden.\n3. Go.ä\n" in str(state[3])
    assert client.get("/de/articles/1-so-zahlen-sie").all("aside") == []
    assert export(empty_site, translated) == {}


@pytest.mark.on("sqlite")
def test_a_moved_block_keeps_its_translation(translated: Path, empty_site: Site, tmp_path: Path) -> None:
    revise(empty_site, tmp_path, SOURCE.replace("Pay at the *desk*.\n\n", "") + "\nPay at the *desk*.\n")
    assert [entry for entry in export(empty_site, translated).values() if entry[2] or not entry[1]] == []


def test_a_source_that_changed_meanwhile_leaves_the_translation_outdated(
    translated: Path, empty_app: Flask, empty_site: Site, tmp_path: Path
) -> None:
    delete_translation(empty_site, "pay", "de")
    revise(empty_site, tmp_path, SOURCE.replace("24", "48"))
    outcome = import_translations(empty_site, translated, publish=True)
    assert told(outcome) == [("outdated", "made from revision 1, since 2026-03-04 not the last")]
    assert kept(empty_site, "pay", "de")[:3] == ("published", 1, 1)  # type: ignore[index]
    assert len(CheckingClient(empty_app).get("/de/articles/1-so-zahlen-sie").all("aside")) == 1


@pytest.mark.on("sqlite")
def test_an_older_file_takes_no_newer_translation_back(translated: Path, empty_site: Site, tmp_path: Path) -> None:
    old = translated.read_bytes()
    revise(empty_site, tmp_path, SOURCE.replace("24", "48"))
    export(empty_site, translated)
    edit(translated, lambda msgid, text: text.replace("24", "48"))
    import_translations(empty_site, translated, publish=True)
    before = kept(empty_site, "pay", "de")
    translated.write_bytes(old)
    outcome = import_translations(empty_site, translated, publish=True)
    assert told(outcome) == [("older", "made from revision 1, the translation from 2 already")]
    assert kept(empty_site, "pay", "de") == before


@pytest.mark.on("sqlite")
def test_a_checked_translation_is_up_to_date_without_a_new_revision(
    translated: Path, empty_site: Site, tmp_path: Path
) -> None:
    revise(empty_site, tmp_path, SOURCE.replace("Open **Profile**.", "Open your **Profile**."))
    export(empty_site, translated)
    edit(translated, lambda _, text: text)
    assert import_translations(empty_site, translated, publish=True) == Outcome(changed=["pay"])
    assert kept(empty_site, "pay", "de")[:3] == ("published", 1, 2)  # type: ignore[index]
    assert export(empty_site, translated) == {}


@pytest.mark.on("sqlite")
def test_a_translated_picture_and_code_survive_an_update(
    translated: Path, empty_app: Flask, empty_site: Site, tmp_path: Path
) -> None:
    german = str(kept(empty_site, "pay", "de")[3])  # type: ignore[index]
    german = german.replace("desk.png", "schalter.png").replace("pay # now", "pay # jetzt")
    own = {"de.md": translation("So zahlen Sie", german, summary="Kurz.", keywords="bar, Karte", based_on="1")}
    take_in(empty_site, tmp_path / "content", {"pay": english() | own | {"schalter.png": png(40, 20)}})
    revise(empty_site, tmp_path, SOURCE.replace("24", "48"))
    (tmp_path / "content/guides/basics/pay/de.md").unlink()
    export(empty_site, translated)
    edit(translated, lambda _, text: text.replace("24", "48"))
    outcome = import_translations(empty_site, translated, publish=True)
    assert told(outcome) == [("image", "missing 'desk.png', new 'schalter.png'")]
    assert "pay # jetzt" in str(kept(empty_site, "pay", "de"))
    client = CheckingClient(empty_app)
    assert [img.get("width") for img in client.get("/de/articles/1-so-zahlen-sie").all("img")] == ["40"]
    restore(empty_site, "pay", "de", int(str(kept(empty_site, "pay", "de")[1])))  # type: ignore[index]
    assert [img.get("width") for img in client.get("/de/articles/1-so-zahlen-sie").all("img")] == ["40"]
