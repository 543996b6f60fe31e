"""What a search finds and in which order, over an index on disk."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from pathlib import Path
from random import Random

import numpy as np
import pytest

from helpdesk.search.asking import words_of
from helpdesk.search.backend import Document, SearchQuery
from helpdesk.search.collection import FIELDS, Analysed, Columns, analysed
from helpdesk.search.memory_backend import _Memory as Memory
from helpdesk.search.ranking import BOOSTS, BREVITY, K1, B, brevity, foremost, idf, rank
from helpdesk.search.whoosh_backend import WhooshBackend
from tests.support.searching import document, found


def built(root: Path, *documents: Document, locale: str = "en") -> WhooshBackend:
    backend = WhooshBackend(root)
    backend.rebuild(locale, documents)
    return backend


def test_fields_weigh_in_their_order(tmp_path: Path):
    filler = [document(i, f"other{i}", "nothing", headings="x", summary="x", keywords="x") for i in range(9, 30)]
    backend = built(
        tmp_path,
        document(4, "one", "passkey"),
        document(3, "one", "two", summary="passkey"),
        document(2, "one", "two", headings="passkey"),
        document(1, "passkey stuff", "two"),
        *filler,
    )
    assert found(backend, "passkey please") == [1, 2, 3, 4]


def test_more_of_the_words_come_before_one_in_a_heading(tmp_path: Path):
    filler = [document(i, f"other{i}", "nothing here") for i in range(9, 30)]
    backend = built(
        tmp_path, document(1, "Keys", headings="Passkey"), document(2, "Guide", "lost your passkey"), *filler
    )
    assert found(backend, "lost passkey") == [2, 1]


def test_the_same_title_stands_first_and_together(tmp_path: Path):
    backend = built(
        tmp_path,
        document(1, "How to withdraw withdraw withdraw", "withdraw funds funds", keywords="withdraw funds"),
        document(5, "Withdraw FUNDS!"),
        document(3, "withdraw funds", "and a long body about something else " * 50),
        *(document(i, f"other{i}") for i in range(20, 40)),
    )
    assert found(backend, "  Withdraw — funds?") == [5, 3, 1]


def test_a_long_text_gains_less_from_having_more_of_the_words():
    columns = Columns()
    for number, lengths in enumerate([(1, 0), (0, 0), (300, 300), (100, 300), (2_000, 0), (250, 150)]):
        columns.append(analysed(document(number)).row._replace(lengths=(*lengths, 0, 0, 0)), is_living=number < 4)
    assert brevity(columns).round(3).tolist() == pytest.approx([2.071, 2.071, 0.736, 0.849, 0.483, 0.849])
    assert brevity(Columns()).tolist() == []


def test_scores_are_those_of_the_formula():
    """Every number of it reckoned again, one document after the other."""
    rng, words = Random(4), ["alpha", "beta", "gamma", "delta"]
    texts = [" ".join(rng.choices(words, (2, 4, 60, 90), k=rng.randrange(1, 40))) for _ in range(60)]
    documents = [analysed(document(n, f"t{n} {text[:5]}", text, summary=text[-5:])) for n, text in enumerate(texts)]
    memory = Memory(dict(enumerate(documents)))
    found = rank(memory, words_of("beta alpha gamma", ("en",)), BOOSTS, lambda among: among)

    def having(word: str, fields: Sequence[str] = FIELDS) -> list[bool]:
        return [any(word in each.terms[name] for name in fields) for each in documents]

    def fit(word: str, name: str, own: Analysed) -> float:
        lengths = [each.row.lengths[FIELDS.index(name)] for each in documents]
        average = sum(lengths) / sum(map(bool, lengths)) if any(lengths) else 1
        times = len(own.terms[name].get(word, ()))
        norm = K1 * (1 - B + B * own.row.lengths[FIELDS.index(name)] / average)
        return BOOSTS[name] * idf(sum(having(word, [name])), 60) * (K1 + 1) * times / (times + norm)

    weights = {word: idf(sum(having(word)), 60) for word in words[:3]}
    assert sum(having("alpha")) < sum(having("beta")) < 30 < sum(having("gamma"))
    average, expected = sum(sum(each.row.lengths) for each in documents) / 60, {}
    for number, own in enumerate(documents):
        share = sum(weights[word] for word in weights if having(word)[number]) / sum(weights.values())
        gain = 1 + share * (sum(own.row.lengths) / average) ** BREVITY
        if having("alpha")[number] or having("beta")[number]:
            expected[number] = gain * sum(fit(word, name, own) for word in weights for name in FIELDS)
    assert len(expected) > 20
    assert dict(zip(found.numbers.tolist(), found.scores.tolist(), strict=True)) == pytest.approx(expected, rel=1e-6)


def test_the_first_of_many_are_those_of_all():
    rng = Random(3)
    values, ids = np.array([rng.randrange(9) / 3 for _ in range(200)]), np.array(rng.sample(range(900), 200))
    best_first = sorted(range(200), key=lambda at: (-values[at], ids[at]))
    for number in (0, 1, 15, 150, 200, 300):
        assert foremost(values, ids, number).tolist() == best_first[:number]


def test_the_same_title_is_found_though_its_words_are_everywhere(tmp_path: Path):
    backend = built(tmp_path, document(1, "The fees"), *(document(i, "fees", "rare") for i in range(2, 5)))
    assert found(backend, "the fees") == [1, 2, 3, 4]


def test_equals_are_in_the_order_of_their_ids(tmp_path: Path):
    backend = built(tmp_path, *(document(i, "Fees", "text") for i in (7, 3, 5)), document(9, "x"), document(8, "y"))
    assert found(backend, "fee text") == [3, 5, 7]


def test_words_in_one_stretch_count_for_more_than_words_far_apart(tmp_path: Path):
    few, many = "so it goes on " * 4, "so it goes on " * 20
    near, far = f"{many}fees {few}limits", f"fees {many}{few}limits"
    filler = [document(i, f"other{i}", "text") for i in range(20, 40)]
    backend = built(tmp_path, document(1, "", far), document(2, "", near), *filler)
    assert found(backend, "limits fees") == [2, 1]
    # What a title says, each stretch is about.
    titled = [document(1, "Fees", f"fees {many}{few}limits"), document(2, "Fees", f"{many}fees {few}limits")]
    assert found(built(tmp_path / "titled", *titled, *filler), "limits fees") == [1, 2]


def test_words_in_most_documents_bring_nothing_in_beside_a_rarer_one(tmp_path: Path):
    documents = [document(i, f"Title{i}", "how to do it") for i in range(1, 10)]
    backend = built(tmp_path, *documents, document(10, "Passkeys", "how to do it"))
    assert found(backend, "how to passkey") == [10]
    assert len(found(backend, "how to")) == 10
    assert found(backend, "how to zebra") == []


def test_a_word_in_most_documents_tells_those_apart_that_a_rarer_one_brings_in(tmp_path: Path):
    usual = [document(i, f"Title{i}", "your account and more") for i in range(20, 30)]
    wanted, other = document(9, "Close the account"), document(2, "Close the position")
    assert found(built(tmp_path, wanted, other, *usual), "close account") == [9, 2]


def test_a_code_found_whole_is_not_searched_in_parts(tmp_path: Path):
    backend = built(tmp_path, document(1, "TRC-20"), document(2, "20 USDT"), document(3, "TRC20"), document(4, "x"))
    assert found(backend, "trc20") == [3, 1]
    assert found(backend, "ERC-20") == [1, 2, 3]


def test_counts_ignore_the_category_and_pages_do_not_overlap(tmp_path: Path):
    documents = [document(i, f"Fees {i}", category="faq" if i % 3 else "news") for i in range(1, 31)]
    backend = built(tmp_path, *documents, *(document(i, "other") for i in range(40, 80)))
    page = backend.search(SearchQuery(locale="en", text="fees", category="news", limit=4, offset=8))
    assert (len(page.hits), page.total, page.counts) == (2, 10, {"faq": 20, "news": 10})
    every = [
        hit.article_id
        for offset in range(0, 30, 7)
        for hit in backend.search(SearchQuery(locale="en", text="fees", limit=7, offset=offset)).hits
    ]
    assert sorted(every) == list(range(1, 31))
    assert backend.search(SearchQuery(locale="en", text="fees", limit=-1, offset=-5)).total == 30
    assert backend.search(SearchQuery(locale="en", text="fees", offset=10**18)).hits == ()
    assert backend.search(SearchQuery(locale="en", text="fees", category="none")).total == 0


def test_a_fallback_in_another_language_is_found_in_either(tmp_path: Path):
    backend = built(
        tmp_path,
        document(1, "出金について", "銀行口座", language="ja"),
        document(2, "Withdrawing funds", language="en"),
        document(3, "Gebühren für Auszahlungen", language="de"),
        locale="ja",
    )
    assert found(backend, "出金", "ja") == [1]
    assert found(backend, "withdrawals", "ja") == [2]
    assert found(backend, "gebuehr", "ja") == [3]


def test_chinese_pairs_across_two_words_do_not_outvote_a_word(tmp_path: Path):
    filler = [document(i, f"其它{i}", "这里的事") for i in range(9, 30)]
    backend = built(
        tmp_path, document(1, "说明", "他的船"), document(2, "说明", "船票在码头出售处"), *filler, locale="zh-Hans"
    )
    assert found(backend, "卖的船票", locale="zh-Hans") == [2, 1]


def test_what_stands_for_a_word_is_not_worth_more_because_it_is_rarer(tmp_path: Path):
    usual = [document(i, "Eins", "Prüfung im Haus", language="de") for i in range(2, 9)]
    rest = [document(i, f"other{i}", "Haus Garten Identität", language="de") for i in range(20, 60)]
    compound = document(1, "Eins", "Identitätsprüfung im Haus", language="de")
    backend = built(tmp_path, compound, *usual, *rest, locale="de")
    assert found(backend, "Prüfung", "de") == [*range(2, 9), 1]


def test_a_long_name_does_not_outvote_another_word_by_its_many_pairs(tmp_path: Path):
    filler = [document(i, f"其它{i}", "其它内容") for i in range(9, 40)]
    named, asked = document(1, "说明", "杰克逊维尔的历史"), document(2, "说明", "此地的博物院于1964年重建")
    backend = built(tmp_path, named, asked, *filler, locale="zh-Hans")
    text = "杰克逊维尔 博物院 1964 重建"
    assert found(backend, text, locale="zh-Hans") == [2, 1]
    for hit in backend.search(SearchQuery(locale="zh-Hans", text=text, is_explained=True)).hits:
        added = sum(reason.value for reason in hit.reasons if not reason.is_factor)
        assert added * prod(reason.value for reason in hit.reasons if reason.is_factor) == pytest.approx(hit.score)
