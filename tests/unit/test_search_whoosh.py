"""What the index on disk answers, and that nothing breaks it for longer than a rebuild."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

import helpdesk
from helpdesk.search.backend import Document, Hit, SearchQuery, SearchResult
from helpdesk.search.whoosh_backend import WhooshBackend

DOSE = 40 if os.environ.get("HELPDESK_TEST_DOSE") == "full" else 3
HOME = Path(helpdesk.__file__).parents[1]


def document(article_id: int, title: str = "", body: str = "", **values: str) -> Document:
    given = {"language": "en", "category": "faq", "headings": "", "summary": "", "keywords": "", "stamp": "1"}
    given["title_language"] = values.get("language", "en")
    return Document(
        article_id=article_id,
        translation_id=article_id + 1000,
        section="basics",
        title=title,
        body=body,
        **{**given, **values},
    )


def built(root: Path, *documents: Document, locale: str = "en") -> WhooshBackend:
    backend = WhooshBackend(root)
    backend.rebuild(locale, documents)
    return backend


def found(backend: WhooshBackend, text: str, locale: str = "en") -> list[int]:
    return [hit.article_id for hit in backend.search(SearchQuery(locale, text)).hits]


def script(body: str, *arguments: object) -> subprocess.Popen[str]:
    """A process of its own that has `backend` and `document`, and prints what it has done."""
    prelude = (
        "import itertools, os, signal, sys\nfrom pathlib import Path\nsys.path.insert(0, 'tests/unit')\n"
        "from test_search_whoosh import WhooshBackend, SearchQuery, document, found\n"
        "backend = WhooshBackend(Path(sys.argv[1]))\n"
    )
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", prelude + body, *map(str, arguments)],
        cwd=HOME,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_importing_the_package_does_not_import_whoosh():
    code = (
        "import sys, helpdesk.search.backend, helpdesk.search.analysis, helpdesk.search.passages, "
        "helpdesk.search.ranking, helpdesk.search.builds\n"
        "sys.exit(any(name.split('.')[0] in ('whoosh', 'flask', 'sqlalchemy') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=HOME, check=False).returncode == 0


def test_a_hit_names_article_and_translation(tmp_path: Path):
    backend = built(tmp_path, document(1, "Withdraw money"), document(2, "Fees"))
    result = backend.search(SearchQuery("en", "withdrawals"))
    assert result == SearchResult((Hit(1, 1001, result.hits[0].score),), 1, {"faq": 1}, frozenset({"withdraw"}))


@pytest.mark.parametrize("text", ["", "   ", "?!", "…\n", "\x00", "zebra", "\ud800", "✔️"])
def test_nothing_to_find(tmp_path: Path, text: str):
    backend = built(tmp_path, document(1, "Withdraw money"))
    assert backend.search(SearchQuery("en", text)) == SearchResult((), 0, {}, frozenset())


def test_an_empty_index_is_ready_and_finds_nothing(tmp_path: Path):
    backend = built(tmp_path)
    assert backend.is_ready("en")
    assert found(backend, "anything") == []
    backend.update("en", add=[document(1, "Anything")], remove=[])
    assert found(backend, "anything") == [1]
    backend.update("en", add=[], remove=[1])
    assert found(backend, "anything") == []


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
    assert found(backend, "  Withdraw — funds?") == [3, 5, 1]


def test_the_same_title_is_found_though_its_words_are_everywhere(tmp_path: Path):
    backend = built(tmp_path, document(1, "The fees"), *(document(i, "fees", "rare") for i in range(2, 5)))
    assert found(backend, "the fees") == [1]


def test_equals_are_in_the_order_of_their_ids(tmp_path: Path):
    backend = built(tmp_path, *(document(i, "Fees", "text") for i in (7, 3, 5)), document(9, "x"), document(8, "y"))
    assert found(backend, "fee text") == [3, 5, 7]


def test_words_in_most_documents_bring_nothing_in_beside_a_rarer_one(tmp_path: Path):
    documents = [document(i, f"Title{i}", "how to do it") for i in range(1, 10)]
    backend = built(tmp_path, *documents, document(10, "Passkeys", "how to do it"))
    assert found(backend, "how to passkey") == [10]
    assert len(found(backend, "how to zebra")) == 10
    assert backend.search(SearchQuery("en", "how to passkey")).terms == frozenset({"passkey"})


def test_a_code_found_whole_is_not_searched_in_parts(tmp_path: Path):
    backend = built(tmp_path, document(1, "TRC-20"), document(2, "20 USDT"), document(3, "TRC20"), document(4, "x"))
    assert found(backend, "trc20") == [3, 1]
    assert found(backend, "ERC-20") == [1, 2, 3]


def test_counts_ignore_the_category_and_pages_do_not_overlap(tmp_path: Path):
    documents = [document(i, f"Fees {i}", category="faq" if i % 3 else "news") for i in range(1, 31)]
    backend = built(tmp_path, *documents, *(document(i, "other") for i in range(40, 80)))
    page = backend.search(SearchQuery("en", "fees", category="news", limit=4, offset=8))
    assert (len(page.hits), page.total, page.counts) == (2, 10, {"faq": 20, "news": 10})
    every = [
        hit.article_id
        for offset in range(0, 30, 7)
        for hit in backend.search(SearchQuery("en", "fees", limit=7, offset=offset)).hits
    ]
    assert sorted(every) == list(range(1, 31))
    assert backend.search(SearchQuery("en", "fees", limit=-1, offset=-5)).total == 30
    assert backend.search(SearchQuery("en", "fees", offset=10**18)).hits == ()
    assert backend.search(SearchQuery("en", "fees", category="none")).total == 0


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


def test_update_replaces_removes_and_may_be_repeated(tmp_path: Path):
    backend = built(tmp_path, document(1, "apple"), document(2, "banana"), document(3, "cherry"))
    for _ in range(2):
        backend.update("en", add=[document(1, "zebra", stamp="2"), document(4, "date")], remove=[2, 77])
    assert backend.stamps("en") == {1: "2", 3: "1", 4: "1"}
    assert [found(backend, word) for word in ("apple", "banana", "cherry", "zebra", "date")] == [[], [], [3], [1], [4]]


def test_an_update_of_nothing_changes_nothing(tmp_path: Path):
    backend = built(tmp_path, document(1, "apple"))
    before = (tmp_path / "en" / "current").read_bytes()
    backend.update("en", add=[], remove=[5])
    assert (tmp_path / "en" / "current").read_bytes() == before


def test_updates_answer_like_a_rebuild(tmp_path: Path):
    rng = random.Random(5)
    words = [f"w{i}" for i in range(60)]
    held: dict[int, Document] = {}
    backend = built(tmp_path / "a")
    for step in range(40):
        add = [
            document(
                rng.randrange(80),
                " ".join(rng.choices(words, k=3)),
                " ".join(rng.choices(words, k=30)),
                stamp=str(step),
            )
            for _ in range(rng.randrange(6))
        ]
        add = list({d.article_id: d for d in add}.values())
        remove = [i for i in rng.sample(range(80), 5) if i not in {d.article_id for d in add}]
        backend.update("en", add=add, remove=remove)
        held = {i: d for i, d in held.items() if i not in remove} | {d.article_id: d for d in add}
    fresh = built(tmp_path / "b", *held.values())
    assert backend.stamps("en") == {i: d.stamp for i, d in held.items()}
    for _ in range(100):
        query = SearchQuery("en", " ".join(rng.choices(words, k=4)), limit=100)
        assert backend.search(query) == fresh.search(query)


def test_another_process_sees_an_update_at_once(tmp_path: Path):
    reader = built(tmp_path, document(1, "apple"))
    writer = WhooshBackend(tmp_path)
    for i, fruit in enumerate(("banana", "cherry", "date", "elderberry", "fig", "grape"), 2):
        assert found(reader, fruit) == []
        writer.update("en", add=[document(i, fruit)], remove=[])
        assert found(reader, fruit) == [i]


def test_files_are_closed(tmp_path: Path):
    backend = built(tmp_path, document(1, "apple"))
    found(backend, "apple")
    before = len(os.listdir("/proc/self/fd"))
    for i in range(2, 20):
        backend.update("en", add=[document(i, "apple")], remove=[])
        assert len(found(backend, "apple")) == min(15, i)
    assert len(os.listdir("/proc/self/fd")) <= before + 8
    backend.close()
    assert len(os.listdir("/proc/self/fd")) < before
    assert len(found(backend, "apple")) == 15


def test_old_builds_go_when_nobody_can_be_reading_them(tmp_path: Path):
    backend = built(tmp_path, document(1, "apple"))
    for i in range(2, 6):
        backend.update("en", add=[document(i, "apple")], remove=[])
    folders = [path for path in (tmp_path / "en").iterdir() if path.is_dir()]
    assert len(folders) == 5
    for folder in folders:
        os.utime(folder, (time.time() - 61, time.time() - 61))
    backend.update("en", add=[document(6, "apple")], remove=[])
    # The new one, and the one that was current until now.
    assert len([path for path in (tmp_path / "en").iterdir() if path.is_dir()]) == 2
    assert found(backend, "apple") == [1, 2, 3, 4, 5, 6]
