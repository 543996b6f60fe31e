"""Compounds of the Germanic languages."""

from __future__ import annotations

import pytest

from helpdesk.search.compounds import split, wider
from helpdesk.search.vocabulary import WordList

GERMAN = WordList.of(
    [
        ("identität", 9), ("prüfung", 8), ("identitätsprüfung", 4), ("kontoprüfung", 5), ("konto", 30), ("konten", 3),
        ("prüfungsergebnis", 1), ("ergebnis", 2), ("xyzprüfung", 1), ("benutzer", 7), ("name", 9), ("passwort", 9),
        ("änderung", 9), ("zwei", 3), ("faktor", 3), ("authentifizierung", 3), ("auszahlung", 6), ("gebühr", 5),
        ("gebühren", 6), ("auszahlungsgebühr", 2), ("kunde", 2), ("service", 2), ("sicherheit", 4), ("überprüfung", 2),
    ]
)  # fmt: skip
DUTCH = WordList.of([("account", 3), ("beveiliging", 2), ("rekening", 3), ("nummer", 1), ("rekeningnummer", 1)])
SWEDISH = WordList.of([("konto", 3), ("uttag", 2), ("avgift", 4), ("uttagsavgift", 1), ("lösenord", 2), ("byte", 4)])


@pytest.mark.parametrize(
    ("word", "language", "part", "expected"),
    [
        ("Prüfung", "de", GERMAN, ("kontoprüfung", "identitätsprüfung", "prüfungsergebnis")),
        ("identität", "de-AT", GERMAN, ("identitätsprüfung",)),
        ("gebühr", "de", GERMAN, ("auszahlungsgebühr",)),
        ("konto", "de", GERMAN, ("kontoprüfung",)),
        ("konto", "en", GERMAN, ()),
        ("nummer", "nl", DUTCH, ("rekeningnummer",)),
        ("avgift", "sv", SWEDISH, ("uttagsavgift",)),
        ("kon", "de", GERMAN, ()),
        ("", "de", GERMAN, ()),
        ("zwei-faktor", "de", GERMAN, ()),
    ],
)
def test_wider(word: str, language: str, part: WordList, expected: tuple[str, ...]) -> None:
    assert wider(word, language, [part], 9) == expected


def test_as_many_as_asked_for_from_all_parts() -> None:
    more = WordList.of([("identitätsprüfung", 20), ("nachprüfung", 1)])
    assert wider("prüfung", "de", [GERMAN, more], 2) == ("identitätsprüfung", "kontoprüfung")
    assert wider("prüfung", "de", [GERMAN, WordList.of([("nach", 1)]), more], 9)[-1] == "prüfungsergebnis"
    assert "nachprüfung" in wider("prüfung", "de", [GERMAN, WordList.of([("nach", 1)]), more], 9)


@pytest.mark.parametrize(
    ("word", "language", "part", "expected"),
    [
        ("Identitätsprüfung", "de", GERMAN, ("identität", "prüfung")),
        ("Identitätsprüfungen", "de", GERMAN, ("identität", "prüfung")),
        ("Passwortänderung", "de", GERMAN, ("passwort", "änderung")),
        ("Benutzername", "de", GERMAN, ("benutzer", "name")),
        ("Zweifaktorauthentifizierung", "de", GERMAN, ("zwei", "faktor", "authentifizierung")),
        ("Kundenservice", "de", GERMAN, ("kunde", "service")),
        ("Sicherheitsüberprüfung", "de", GERMAN, ("sicherheit", "überprüfung")),
        ("Prüfungsergebnis", "de", GERMAN, ("prüfung", "ergebnis")),
        ("Kontoelefant", "de", GERMAN, ()),
        ("Konto", "de", GERMAN, ()),
        ("Kontoprüfung", "fr", GERMAN, ()),
        ("accountbeveiliging", "nl", DUTCH, ("account", "beveiliging")),
        ("uttagsavgift", "sv", SWEDISH, ("uttag", "avgift")),
        ("lösenordsbyte", "sv", SWEDISH, ("lösenord", "byte")),
        ("", "de", GERMAN, ()),
    ],
)
def test_split(word: str, language: str, part: WordList, expected: tuple[str, ...]) -> None:
    assert split(word, language, [part]) == expected


def test_the_fewest_parts() -> None:
    some = WordList.of((word, 1) for word in ("haus", "aufgabe", "hausaufgabe", "hilfe"))
    assert split("Hausaufgabenhilfe", "de", [some]) == ("hausaufgabe", "hilfe")
    some = WordList.of((word, 1) for word in ("auto", "haus", "meister", "autohausmei", "ster"))
    assert split("Autohausmeister", "de", [some]) == ("autohausmei", "ster")


def test_parts_of_a_compound_may_be_of_different_lists() -> None:
    assert split("kontonummer", "de", [WordList.of([("konto", 1)]), WordList.of([("nummer", 1)])]) == (
        "konto",
        "nummer",
    )
