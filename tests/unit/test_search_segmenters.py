"""A site's own functions in place of n-grams: when indexing and asking alike, and never in a reader's way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.config import load
from helpdesk.errors import ConfigurationError
from helpdesk.search.analysis import Token, analyse, places, query_terms
from helpdesk.search.segmenters import plug_in
from helpdesk.search.whoosh_backend import WhooshBackend
from tests.support.searching import document, found

LONGEST = "tests.support.segmenting:longest"


@pytest.fixture(autouse=True)
def _unplugged() -> Iterator[None]:
    yield
    plug_in({})


def test_words_stand_where_they_are_in_the_text():
    plug_in({"ja": LONGEST, "ko": LONGEST})
    assert analyse("ﾃﾞﾓの出金・USDT手数料", "ja") == [
        Token("デモ", 0, 0, 3),
        Token("出金", 1, 4, 6),
        Token("usdt", 2, 7, 11),
        Token("手数料", 3, 11, 14),
    ]
    assert analyse("출금을", "ko-KR") == [Token("출금을", 0, 0, 3), Token("출금", 0, 0, 2), Token("을", 1, 2, 3)]
    assert [token.term for token in analyse("出金口座", "zh-Hans")] == ["出金", "金口", "口座"]


def test_single_characters_stand_beside_words_in_the_index():
    plug_in({"ja": LONGEST})
    assert places("出金の税", "ja") == ({"出金": [0], "出": [0], "金": [0], "税": [1]}, 2)


def test_a_query_has_no_ngrams_beside_words():
    plug_in({"ja": LONGEST})
    assert query_terms("出金口座 fees", ["ja", "en"]) == {
        (0, 2): frozenset({"出金"}),
        (2, 4): frozenset({"口座"}),
        (5, 9): frozenset({"fees", "fee"}),
    }


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("tests.support.nothing:longest", "ModuleNotFoundError: No module named 'tests.support.nothing'"),
        (
            "tests.support.segmenting:shortest",
            "AttributeError: module 'tests.support.segmenting' has no attribute 'shortest'",
        ),
        ("tests.support.segmenting:broken", "LookupError: no model for 3 letters"),
        ("tests.support.segmenting:WORDS", "TypeError: 'set' object is not callable"),
    ],
)
def test_what_cannot_be_used_stops_the_start(name: str, reason: str):
    plug_in({"ja": LONGEST})
    with pytest.raises(ConfigurationError) as caught:
        plug_in({"ja": LONGEST, "th": name})
    assert str(caught.value) == f"HELPDESK_SEGMENTERS: `{name}` for th cannot be used: {reason}."
    assert [token.term for token in analyse("出金口座", "ja")] == ["出金", "口座"]


def test_a_failure_leaves_ngrams_and_one_line(caplog: pytest.LogCaptureFixture):
    plug_in({"ja": "tests.support.segmenting:moody"})
    for _ in range(2):
        assert [token.term for token in analyse("出金口座", "ja")] == ["出金", "金口", "口座"]
    assert caplog.messages == [
        "HELPDESK_SEGMENTERS: tests.support.segmenting:moody failed (ValueError('no dictionary')); n-grams are used."
    ]


def test_the_setting(tmp_path: Path):
    value = "ja: my.words:split; ko: my.words:divide"
    assert load(tmp_path, environ={"HELPDESK_SEGMENTERS": value}).segmenters == {
        "ja": "my.words:split",
        "ko": "my.words:divide",
    }
    for wrong in ("ja: my.words", "zh-Hans: a:b", "ja: a:b, c:d", "ja", "ja: os;:x"):
        with pytest.raises(ConfigurationError, match=r"HELPDESK_SEGMENTERS must be (functions|chains)"):
            load(tmp_path, environ={"HELPDESK_SEGMENTERS": wrong})


def test_an_index_of_other_words_is_not_opened(tmp_path: Path):
    article = document(1, "出金口座", language="ja")
    WhooshBackend(tmp_path).rebuild("ja", [article])
    assert WhooshBackend(tmp_path).status("ja").state == "ready"
    plug_in({"ja": LONGEST})
    backend = WhooshBackend(tmp_path)
    assert backend.status("ja").state == "broken"
    backend.rebuild("ja", [article])
    assert found(backend, "口座", "ja") == [1]
    assert [backend._slot("ja").open().frequency(term) for term in ("出金", "金口")] == [1, 0]
    plug_in({})
    assert WhooshBackend(tmp_path).status("ja").state == "broken"
