"""What every search backend does, whatever it keeps its documents in."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from helpdesk.search.backend import (
    Changes,
    Document,
    SearchBackend,
    SearchQuery,
    SearchUnavailable,
    Status,
)
from helpdesk.search.memory_backend import MemoryBackend
from helpdesk.search.whoosh_backend import WhooshBackend
from tests.support.processes import FULL
from tests.support.searching import document, found, giving, stamp, total

# How each backend is made; a folder is there for those that need one.
BACKENDS: Mapping[str, Callable[[Path], SearchBackend]] = {
    "memory": lambda _folder: MemoryBackend(),
    "whoosh": WhooshBackend,
}


@pytest.fixture(params=BACKENDS)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], SearchBackend]]:
    """Makes backends of one kind, each without any index."""
    made: list[SearchBackend] = []

    def new() -> SearchBackend:
        made.append(BACKENDS[request.param](tmp_path / str(len(made))))
        return made[-1]

    yield new
    for backend in made:
        backend.close()


@pytest.fixture
def index(make: Callable[[], SearchBackend]) -> SearchBackend:
    return make()


def words(index: SearchBackend, *texts: str) -> list[list[int]]:
    return [found(index, text) for text in texts]


def test_without_an_index_there_is_no_answer(index: SearchBackend):
    assert index.status("en") == Status("missing")
    assert index.stamps("en") == {}
    for ask in (
        lambda: found(index, "apple"),
        lambda: index.suggest("en", "app", limit=5),
        lambda: index.index("en", [document(1, "apple")]),
        lambda: index.delete("en", [1]),
    ):
        with pytest.raises(SearchUnavailable):
            ask()
    assert index.status("en") == Status("missing")


@pytest.mark.parametrize("locale", ["xx", "../en", "", "en/..", "en\n", "\x00", "a" * 300])
def test_a_locale_that_was_never_built_has_no_index(index: SearchBackend, locale: str):
    index.rebuild("en", [document(1, "apple")])
    assert index.status(locale) == Status("missing")
    assert index.stamps(locale) == {}
    with pytest.raises(SearchUnavailable):
        found(index, "apple", locale)


def test_locales_are_apart(index: SearchBackend):
    index.rebuild("en", [document(1, "apple")])
    index.rebuild("de", [document(2, "apple", language="de")])
    assert (found(index, "apple"), found(index, "apple", "de")) == ([1], [2])
    index.delete("de", [2])
    assert (found(index, "apple"), found(index, "apple", "de")) == ([1], [])


@pytest.mark.parametrize("text", ["", "   ", "?!", "…\n", "\x00", "zebra", "\ud800", "✔️"])
def test_nothing_to_find(index: SearchBackend, text: str):
    index.rebuild("en", [document(1, "Withdraw money")])
    result = index.search(SearchQuery(locale="en", text=text))
    assert (result.hits, result.total, result.local, dict(result.counts)) == ((), 0, 0, {})
    assert index.suggest("en", text, limit=5) == ()


def test_an_empty_index_is_ready_and_finds_nothing(index: SearchBackend):
    index.rebuild("en", [])
    assert (index.status("en").state, index.status("en").documents) == ("ready", 0)
    assert found(index, "anything") == []
    index.index("en", [document(1, "Anything")])
    assert found(index, "anything") == [1]
    index.delete("en", [1])
    assert found(index, "anything") == []
    assert (index.status("en").state, index.status("en").documents) == ("ready", 0)


def test_a_hit_names_article_and_translation(index: SearchBackend):
    index.rebuild("en", [document(1, "Withdraw money"), document(2, "Fees")])
    (hit,) = index.search(SearchQuery(locale="en", text="withdrawals")).hits
    assert (hit.article_id, hit.translation_id) == (1, 1001)


def test_an_update_replaces_takes_out_and_may_be_repeated(index: SearchBackend):
    before = [document(1, "apple"), document(2, "banana"), document(3, "cherry")]
    after = [document(1, "zebra"), document(4, "date")]
    index.rebuild("en", before)
    for _ in range(2):
        index.index("en", after, delete=[2, 77])
        assert index.stamps("en") == {1: after[0].stamp, 3: before[2].stamp, 4: after[1].stamp}
        assert words(index, "apple", "banana", "cherry", "zebra", "date") == [[], [], [3], [1], [4]]
        assert index.status("en").documents == 3


def test_of_the_same_article_twice_the_last_counts(index: SearchBackend):
    index.rebuild("en", [])
    index.index("en", [document(1, "apple"), document(1, "banana")])
    assert words(index, "apple", "banana") == [[], [1]]
    assert index.status("en").documents == 1


def test_a_document_that_cannot_be_indexed_changes_nothing(index: SearchBackend):
    index.rebuild("en", [document(1, "apple"), document(2, "banana")])
    before = index.stamps("en")
    with pytest.raises((SearchUnavailable, ValueError)):
        index.index("en", [document(3, "cherry"), document(4, "date", stamp="no stamp")], delete=[1])
    assert index.stamps("en") == before
    assert words(index, "apple", "banana", "cherry", "date") == [[1], [2], [], []]


def test_updates_answer_like_a_rebuild(index: SearchBackend, make: Callable[[], SearchBackend]):
    rng = random.Random(5)
    vocabulary = [f"{a}{b}" for a in "bdfgklmnprst" for b in ("aka", "emi", "oro", "ulu", "iti")]
    held: dict[int, Document] = {}
    index.rebuild("en", [])
    for _ in range(200 if FULL else 40):
        changed = {
            number: document(number, " ".join(rng.choices(vocabulary, k=3)), " ".join(rng.choices(vocabulary, k=30)))
            for number in rng.sample(range(80), rng.randrange(6))
        }
        gone = [number for number in rng.sample(range(80), 5) if number not in changed]
        index.index("en", list(changed.values()), delete=gone)
        held = {number: kept for number, kept in held.items() if number not in gone} | changed
    assert index.stamps("en") == {number: kept.stamp for number, kept in held.items()}
    fresh = make()
    fresh.rebuild("en", held.values())
    for _ in range(100):
        query = SearchQuery(locale="en", text=" ".join(rng.choices(vocabulary, k=4)), limit=100)
        assert index.search(query) == fresh.search(query)


def test_a_rebuild_replaces_everything(index: SearchBackend):
    index.rebuild("en", [document(1, "apple"), document(2, "banana")])
    index.rebuild("en", iter([document(2, "cherry"), document(3, "date")]))
    assert words(index, "apple", "banana", "cherry", "date") == [[], [], [2], [3]]
    assert sorted(index.stamps("en")) == [2, 3]


def test_a_rebuild_that_fails_leaves_the_old_index(index: SearchBackend):
    index.rebuild("en", [document(1, "apple")])

    def documents() -> Iterator[Document]:
        yield document(2, "banana")
        raise OSError(28, "No space left on device")

    @contextmanager
    def failing(_stamps: Mapping[int, str]) -> Iterator[Changes]:
        raise OSError(28, "No space left on device")
        yield (), ()

    with pytest.raises(SearchUnavailable):
        index.rebuild("en", documents())
    with pytest.raises(SearchUnavailable):
        index.rebuild("en", [document(2, "banana")], latest=failing)
    with pytest.raises(SearchUnavailable):
        index.rebuild("en", [document(2, "banana")], latest=lambda _stamps: giving(document(3, stamp="no stamp")))
    index.index("en", [document(3, "cherry")])
    assert words(index, "apple", "banana", "cherry") == [[1], [], [3]]


def test_a_rebuild_takes_in_what_changed_meanwhile(index: SearchBackend):
    old = [document(number, f"old{number}") for number in range(1, 5)]
    index.rebuild("en", old)
    seen: list[Mapping[int, str]] = []

    @contextmanager
    def latest(stamps: Mapping[int, str]) -> Iterator[Changes]:
        seen.append(stamps)
        # The old index answers still.
        assert words(index, "apple", "banana") == [[], []]
        yield [document(2, "banana"), document(9, "cherry")], [3, 77]
        assert words(index, "apple", "banana", "cherry", "date", "old1") == [[1], [2], [9], [], []]

    new = [document(1, "apple"), document(2, "avocado"), document(3, "date")]
    index.rebuild("en", new, latest=latest)
    assert seen == [{number.article_id: number.stamp for number in new}]
    assert sorted(index.stamps("en")) == [1, 2, 9]
    assert words(index, "avocado", "old4") == [[], []]


def test_the_old_index_is_kept_in_step_while_a_new_one_is_built(index: SearchBackend):
    index.rebuild("en", [document(1, "apple")])

    def documents() -> Iterator[Document]:
        yield document(1, "banana")
        index.index("en", [document(2, "cherry")])
        assert words(index, "apple", "cherry") == [[1], [2]]

    index.rebuild("en", documents(), latest=lambda _stamps: giving(document(2, "cherry")))
    assert words(index, "apple", "banana", "cherry") == [[], [1], [2]]


def test_stamps_are_those_given(index: SearchBackend):
    given = {number: stamp(number) for number in range(50)}
    index.rebuild("en", [document(number, f"apple{number}", stamp=own) for number, own in given.items()])
    assert index.stamps("en") == given


def test_titles_of_any_kind(index: SearchBackend):
    titles = ["", "?!", "a" * 5000, "word " * 1000, "İstanbul", "提现", "ﷺ" * 300, "apple"]
    index.rebuild("en", [document(number, title) for number, title in enumerate(titles)])
    assert found(index, "apple") == [7]
    assert index.status("en").documents == 8


def test_hits_come_in_pages_that_do_not_overlap(index: SearchBackend):
    documents = [document(number, f"Fees {number}") for number in range(1, 31)]
    index.rebuild("en", [*documents, *(document(number, "other") for number in range(40, 80))])
    pages = [found(index, "fees", limit=7, offset=offset) for offset in range(0, 30, 7)]
    assert sorted(number for page in pages for number in page) == list(range(1, 31))
    assert total(index, "fees") == 30


def test_closed_it_opens_anew(index: SearchBackend):
    index.rebuild("en", [document(1, "apple")])
    index.close()
    index.close()
    kept = words(index, "apple")
    assert kept == [[1]]


def test_threads_read_right_answers_while_another_writes(index: SearchBackend):
    steady = [document(number, f"Steady {number}", "alpha beta gamma " * 10) for number in range(20)]
    index.rebuild("en", [*steady, document(99, "Changing apple"), *(document(n, "x") for n in range(100, 130))])
    stop = threading.Event()
    wrong: list[object] = []
    answers = [0] * 4

    def read(worker: int) -> None:
        while not stop.is_set():
            try:
                one, other = found(index, "changing"), total(index, "steady alpha")
            except Exception as error:
                wrong.append(error)
                return
            answers[worker] += 1
            if (one, other) != ([99], 20):
                wrong.append((one, other))

    threads = [threading.Thread(target=read, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for step in range(400 if FULL else 30):
        word = ("apple", "banana")[step % 2]
        index.index("en", [document(99, f"Changing {word}")])
        assert found(index, word) == [99]
        if step % 10 == 9:
            index.rebuild("en", [*steady, document(99, f"Changing {word}")])
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert min(answers) > 0


HOSTILE = [
    "a" * 1_000_000,
    "a " * 500_000,
    "how " + " ".join(f"word{i}" for i in range(200)),
    "(" * 10_000,
    "[a TO z]",
    "?*?*?*?*",
    'title:apple AND NOT "x"~9^9',
    "提" * 300,
    "".join(chr(0x4E00 + i) for i in range(300)),
    "\u0301" * 300,
    "\ud800\udfff\x00\x1f",
    "\u202e" + "a\u200d" * 100,
    "-".join("a1" for _ in range(200)),
    "ﷺ" * 250,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_harmless(index: SearchBackend, text: str):
    documents = [document(number, f"apple {number}", "how a word a1 提醒 " * 20) for number in range(50)]
    index.rebuild("en", [*documents, document(60, text[:5000], text[:5000])])
    result = index.search(SearchQuery(locale="en", text=text))
    assert len({hit.article_id for hit in result.hits}) == len(result.hits) <= result.total <= 51
    assert len(index.suggest("en", text, limit=5)) <= 5
    assert found(index, "apple 7")[0] == 7
