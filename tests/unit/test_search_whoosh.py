"""How the index on disk is kept: in segments, a pointer, and folders that go when nobody needs them."""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from whoosh.filedb.filetables import HashReader

import helpdesk
from helpdesk.search import postings, titles
from helpdesk.search.backend import Document, Status
from helpdesk.search.builds import Segment
from helpdesk.search.collection import FIELD_PLACES, FIELDS, PLACES, Columns, Row, analysed
from helpdesk.search.ranking import marked
from helpdesk.search.vocabulary import WordList
from helpdesk.search.whoosh_backend import WhooshBackend
from helpdesk.search.whoosh_collection import WhooshCollection
from tests.support.processes import FULL
from tests.support.searching import document, found, word

HOME = Path(helpdesk.__file__).parents[1]


def built(root: Path, *documents: Document, locale: str = "en") -> WhooshBackend:
    backend = WhooshBackend(root)
    backend.rebuild(locale, documents)
    return backend


def opened(backend: WhooshBackend) -> WhooshCollection:
    return backend._slot("en").open()


def segments(backend: WhooshBackend) -> tuple[Segment, ...]:
    opened(backend)
    return backend._slot("en").segments


def row(columns: Columns, number: int) -> Row:
    """As it was given."""
    return Row(
        columns.article_ids[number],
        columns.translation_ids[number],
        columns.language_names.names[columns.languages[number]],
        columns.language_names.names[columns.title_languages[number]],
        columns.category_names.names[columns.categories[number]],
        columns.section_names.names[columns.sections[number]],
        bool(columns.foreign[number]),
        columns.published_on[number],
        columns.updated_at[number],
        columns.stamp(number),
        tuple(column[number] for column in columns.lengths),
    )


def folders(root: Path) -> set[str]:
    return {path.name for path in (root / "en").iterdir() if path.is_dir()}


def script(body: str, *arguments: object) -> subprocess.Popen[str]:
    """A process of its own that has `backend`, `document` and `found`, and prints what it has done."""
    prelude = (
        "import itertools, os, signal, sys\nfrom pathlib import Path\n"
        "from helpdesk.search.whoosh_backend import WhooshBackend\n"
        "from tests.support.searching import document, found, stamp, total, word\n"
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
        "helpdesk.search.engine, helpdesk.search.collection, helpdesk.search.builds\n"
        "sys.exit(any(name.split('.')[0] in ('whoosh', 'flask', 'sqlalchemy') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=HOME, check=False).returncode == 0


def test_the_collection_gives_what_was_analysed(tmp_path: Path):
    rng = random.Random(7)
    words = [f"{a}{b}" for a in "bdfgkl" for b in ("aka", "emi", "oro")] + ["提现", "出金する", "İstanbul's", "TRC-20"]
    documents = {
        number: document(
            number,
            " ".join(rng.choices(words, k=3)),
            " ".join(rng.choices(words, k=rng.choice((0, 5, 200)) if number else 9_000)),
            headings=rng.choice(words),
            is_foreign=number % 3 == 0,
            published_on=number,
            updated_at=10**10 + number,
            category=f"c{number % 4}",
            section=f"s{number % 7}",
        )
        for number in range(120)
    }
    backend = built(tmp_path, *list(documents.values())[:100])
    for number in range(90, 120, 3):
        backend.index("en", [documents[n] for n in range(number, number + 3)], delete=[number - 90])
        documents.pop(number - 90)
    kept = opened(backend)
    columns = kept.columns
    numbers = {columns.article_ids[n]: n for n in range(len(columns)) if columns.living[n]}
    assert kept.living == len(documents)
    assert {i: row(columns, n) for i, n in numbers.items()} == {i: analysed(d).row for i, d in documents.items()}
    of = {numbers[i]: analysed(d) for i, d in documents.items()}
    assert len(segments(backend)) > 2
    assert any(segment.deleted for segment in segments(backend))
    for name in FIELDS:
        for term in {"nowhere"}.union(*(own.terms[name] for own in of.values())):
            expected = {n: own.terms[name][term] for n, own in of.items() if term in own.terms[name]}
            posting = kept.postings(term).get(name)
            pairs = list(zip(posting.numbers.tolist(), posting.often.tolist(), strict=True)) if posting else []
            assert {n: f for n, f in pairs if columns.living[n]} == {n: len(at) for n, at in expected.items()}
            assert [n for n, _ in pairs] == sorted({n for n, _ in pairs})
            having = sum(any(term in own.terms[field] for field in FIELDS) for own in of.values())
            assert min(1, having) <= kept.frequency(term) <= having
    for n, own in of.items():
        assert n in set(kept.titled(own.title))
    words_of: dict[str, int] = {}
    for part in kept.parts():
        for surface, frequency in part.words:
            words_of[surface] = words_of.get(surface, 0) + frequency
    for surface in {surface for own in of.values() for surface in own.words}:
        assert words_of[surface] >= sum(surface in own.words for own in of.values())


@pytest.mark.parametrize("count", [0, 1, 3, 40, 90])
@pytest.mark.parametrize("sought", [0, 2_500])
def test_places_are_found_of_few_documents_and_of_all(
    tmp_path: Path, count: int, sought: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(postings, "_SOUGHT", sought)
    rng = random.Random(8)
    documents = [
        document(n, word(n % 3), " ".join(word(rng.randrange(4)) for _ in range(rng.choice((1, 9, 9)) if n else 2_000)))
        for n in range(90)
    ]
    backend = built(tmp_path, *documents[:80])
    backend.index("en", documents[80:])
    kept = opened(backend)
    for term in map(word, range(5)):
        wanted = set(rng.sample(range(90), count))
        expected = {
            number * PLACES + field * FIELD_PLACES + place
            for number in wanted
            for field, name in enumerate(FIELDS)
            for place in analysed(documents[number]).terms[name].get(term, ())
        }
        places = kept.places(term, marked(90, sorted(wanted))).tolist()
        assert (set(places), len(places)) == (expected, len(expected))


def test_a_term_that_lives_is_known_however_many_are_deleted(tmp_path: Path):
    backend = built(tmp_path, *(document(number, word(number)) for number in range(20)))
    backend.delete("en", range(8))
    (segment,) = segments(backend)
    assert len(segment.deleted) == 8
    assert [opened(backend).frequency(word(number)) for number in range(20)] == [0] * 8 + [1] * 12


def test_parts_are_kept_while_their_segment_is(tmp_path: Path):
    backend = built(tmp_path, *(document(number, f"apple {number}") for number in range(30)))
    (first,) = opened(backend).parts()
    backend.index("en", [document(99, "banana")])
    parts = opened(backend).parts()
    assert [part.offset for part in parts] == [0, 30]
    assert parts[0].words is first.words
    assert parts[0].titles is first.titles
    assert list(parts[1].words) == [("banana", 1)]


def test_small_segments_cost_one_look_up_of_a_word(tmp_path: Path):
    words = [word(number) for number in range(2_100)]
    backend = built(tmp_path, document(0, body=" ".join(words)))
    for number in range(1, 5):
        backend.index("en", [document(number, body=f"{words[number]} {words[number + 1]}")])
    kept = opened(backend)
    assert len(kept.parts()) == 5
    large, small = kept.word_lists
    assert large is kept.parts()[0].words
    assert dict(small) == {words[1]: 1, words[2]: 2, words[3]: 2, words[4]: 2, words[5]: 1}


def test_of_a_small_segment_all_headers_are_read_when_many_terms_were_sought(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    backend = built(tmp_path, document(1, "Fees", word(700)))
    (kept,) = opened(backend).opened.values()
    expected = kept.headers(word(700)), kept.headers("fees", b"e")
    assert [list(headers) for headers in expected] == [[FIELDS.index("body")], [0]]
    assert [kept.headers(word(number)) for number in range(60)] == [{}] * 60
    kept._headers.clear()
    monkeypatch.setattr(HashReader, "get", None)
    assert (kept.headers(word(700)), kept.headers("fees", b"e")) == expected
    assert kept.headers(word(701)) == {}


def test_words_are_found_by_keys_that_were_written_with_their_segment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    rng = random.Random(5)
    words = ["".join(rng.choices(("ber", "den", "ing", "kon", "ter", "ü"), k=rng.randint(2, 4))) for _ in range(500)]
    documents = [document(number, body=" ".join(rng.choices(words, k=60))) for number in range(24)]
    backend = built(tmp_path, *documents[:12])
    for at in range(12, 24, 4):
        backend.index("en", documents[at : at + 4], delete=[at - 10])
    lists = [part.words for part in opened(backend).parts()]
    in_memory = [WordList.of(words) for words in lists]
    typed = [edit(rng, rng.choice(words)) for _ in range(100)]
    expected = [[sorted(words.near(word)) for words in in_memory] for word in typed]
    assert sum(map(any, expected)) > 80
    # Nothing is made when it is asked for.
    monkeypatch.setattr(WordList, "packed_keys", None)
    assert len(lists) > 2
    assert [[sorted(words.near(word)) for words in lists] for word in typed] == expected


def edit(rng: random.Random, word: str) -> str:
    """A word with a fault or two: a letter more, less or another, or two swapped."""
    for _ in range(rng.randint(1, 2)):
        at, letter = rng.randrange(len(word) + 1), rng.choice("aeinrst")
        before, after = word[:at], word[at:]
        ways = letter + after, after[1:], letter + after[1:], after[1::-1] + after[2:]
        word = before + rng.choice(ways)
    return word


def test_segments_do_not_pile_up_and_more_live_than_are_deleted(tmp_path: Path):
    rng = random.Random(3)
    backend = built(tmp_path, *(document(number, f"apple {number}") for number in range(200)))
    for step in range(1000 if FULL else 60):
        number = rng.randrange(100 if step % 2 else 250)
        backend.index("en", [document(number, f"banana {step}")])
    kept = segments(backend)
    assert len(kept) <= 9
    assert all(len(segment.deleted) <= segment.living for segment in kept)
    sizes = sorted(segment.living for segment in kept)
    assert sum(sizes) == backend.status("en").documents == len(backend.stamps("en"))


def test_an_update_of_nothing_changes_nothing(tmp_path: Path):
    backend = built(tmp_path, document(1, "apple"))
    before = (tmp_path / "en" / "current").read_bytes()
    backend.index("en", [], delete=[5])
    backend.delete("en", [])
    assert (tmp_path / "en" / "current").read_bytes() == before


def test_another_process_sees_an_update_at_once(tmp_path: Path):
    reader = built(tmp_path, document(1, "apple"))
    writer = WhooshBackend(tmp_path)
    for number, fruit in enumerate(("banana", "cherry", "date", "elderberry", "fig", "grape"), 2):
        assert found(reader, fruit) == []
        writer.index("en", [document(number, fruit)])
        assert found(reader, fruit) == [number]


def test_files_are_closed(tmp_path: Path):
    backend = built(tmp_path, document(1, "apple"))
    found(backend, "apple")
    before = len(os.listdir("/proc/self/fd"))
    for number in range(2, 40):
        backend.index("en", [document(number, "apple")])
        assert len(found(backend, "apple")) == min(15, number)
    # Four files of each of six segments.
    assert len(os.listdir("/proc/self/fd")) <= before + 20
    backend.close()
    assert len(os.listdir("/proc/self/fd")) < before
    assert len(found(backend, "apple")) == 15


def test_status_counts_documents_and_bytes(tmp_path: Path):
    backend = built(tmp_path, *(document(number, "apple") for number in range(5)))
    backend.delete("en", [1, 2])
    files = [path for path in (tmp_path / "en").rglob("*") if path.is_file() and path.parent != tmp_path / "en"]
    assert backend.status("en") == Status("ready", 3, sum(path.stat().st_size for path in files))


def test_an_index_that_other_code_made_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    backend = built(tmp_path, document(1, "apple"))
    slot = backend._slot("en")
    monkeypatch.setattr(slot.builds, "_fingerprint", "another")
    slot.drop()
    assert backend.status("en") == Status("broken")
    backend.rebuild("en", [document(2, "apple")])
    assert found(backend, "apple") == [2]
    assert WhooshBackend(tmp_path).status("en") == Status("broken")


def test_old_segments_go_when_nobody_can_be_reading_them(tmp_path: Path):
    backend = built(tmp_path, document(1, "apple"))
    for number in range(2, 6):
        backend.index("en", [document(number, "apple")])
    old = folders(tmp_path)
    assert len(old) == 5
    for name in old:
        os.utime(tmp_path / "en" / name, (time.time() - 61, time.time() - 61))
    counted = {segment.name for segment in segments(backend)}
    backend.rebuild("en", [document(number, "apple") for number in range(1, 7)])
    # The new one, and those that counted until now.
    assert folders(tmp_path) == counted | {segment.name for segment in segments(backend)}
    assert found(backend, "apple") == [1, 2, 3, 4, 5, 6]


def test_what_dead_builders_left_goes_and_what_living_ones_write_stays(tmp_path: Path):
    backend = built(tmp_path, document(1, "apple"))
    dead, alive, young = (tmp_path / "en" / name for name in ("dead", "alive", "young"))
    for folder in (dead, alive, young):
        folder.mkdir()
        (folder / "file").touch()
    for folder in (dead, alive):
        os.utime(folder, (time.time() - 61, time.time() - 61))
    descriptor = os.open(alive, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    backend.index("en", [document(2, "apple")])
    assert {"alive", "young"} <= folders(tmp_path)
    assert "dead" not in folders(tmp_path)
    os.close(descriptor)
    backend.index("en", [document(3, "apple")])
    assert "alive" not in folders(tmp_path)
    shutil.rmtree(young)


def test_a_long_rebuild_is_not_swept_away(tmp_path: Path):
    backend = built(tmp_path, document(1, "apple"))

    def documents():
        yield document(1, "banana")
        (own,) = folders(tmp_path) - {segment.name for segment in segments(backend)}
        os.utime(tmp_path / "en" / own, (time.time() - 3600, time.time() - 3600))
        WhooshBackend(tmp_path).index("en", [document(2, "cherry")])
        assert own in folders(tmp_path)

    backend.rebuild("en", documents())
    assert found(backend, "banana") == [1]


def test_suggestions_come_from_titles_that_were_written_with_their_segment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    built(tmp_path, document(1, "Fees for all"), document(2, "All fees"), document(3)).close()
    monkeypatch.setattr(titles, "pack", None)
    assert WhooshBackend(tmp_path).suggest("en", "fees al", limit=8) == (1, 2)
