"""An index that was damaged, or is read and written by many at once, answers rightly or is built anew."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from helpdesk.search.backend import SearchQuery, SearchUnavailable
from helpdesk.search.builds import Builds
from helpdesk.search.whoosh_backend import WhooshBackend
from tests.unit.test_search_whoosh import DOSE, built, document, found, script


def current(root: Path) -> Path:
    return Builds(root / "en").current().folder


def zero_a_block(root: Path) -> None:
    (segment,) = current(root).glob("*.seg")
    with segment.open("r+b") as file:
        file.seek(segment.stat().st_size // 2)
        file.write(bytes(64))


def cut_a_segment(root: Path) -> None:
    (segment,) = current(root).glob("*.seg")
    os.truncate(segment, segment.stat().st_size - 10)


DAMAGES: list[Callable[[Path], object]] = [
    lambda root: (root / "en" / "current").unlink(),
    lambda root: (root / "en" / "current").write_bytes(b""),
    lambda root: (root / "en" / "current").write_bytes(b"\xff\x00{"),
    lambda root: (root / "en" / "current").write_text("[]"),
    lambda root: (root / "en" / "current").write_text('{"format": 0, "build": "../../etc", "files": {}}'),
    lambda root: (root / "en" / "current").write_text('{"format": 1, "build": "00000009-00000000", "files": {}}'),
    lambda root: current(root).rename(root / "moved"),
    lambda root: [path.unlink() for path in current(root).glob("*.toc")],
    lambda root: [path.unlink() for path in current(root).glob("*.seg")],
    cut_a_segment,
    zero_a_block,
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_not_ready_and_is_rebuilt(tmp_path: Path, damage: Callable[[Path], object]):
    documents = [document(i, f"apple {i}", "text " * 50) for i in range(30)]
    built(tmp_path, *documents).close()
    damage(tmp_path)
    backend = WhooshBackend(tmp_path)
    assert not backend.is_ready("en")
    assert backend.stamps("en") == {}
    with pytest.raises(SearchUnavailable):
        backend.search(SearchQuery("en", "apple"))
    with pytest.raises(SearchUnavailable):
        backend.update("en", add=[document(1, "apple")], remove=[])
    backend.rebuild("en", documents)
    assert backend.search(SearchQuery("en", "apple")).total == 30


@pytest.mark.parametrize("locale", ["xx", "../en", "", "en/..", "en\n", "\x00", "a" * 300])
def test_no_index_no_answer(tmp_path: Path, locale: str):
    backend = built(tmp_path, document(1, "apple"))
    assert not backend.is_ready(locale)
    assert backend.stamps(locale) == {}
    with pytest.raises(SearchUnavailable):
        backend.search(SearchQuery(locale, "apple"))


def test_damage_under_an_open_index_is_noticed_and_mended(tmp_path: Path):
    documents = [document(i, f"apple{i}", "text " * 50) for i in range(300)]
    backend = built(tmp_path, *documents)
    assert found(backend, "apple7") == [7]
    (segment,) = current(tmp_path).glob("*.seg")
    os.truncate(segment, 0)
    with pytest.raises(SearchUnavailable):
        found(backend, "apple8 text")
    assert not backend.is_ready("en")
    backend.rebuild("en", documents)
    assert found(backend, "apple8") == [8]


def test_a_rebuild_that_fails_leaves_the_old_index(tmp_path: Path):
    backend = built(tmp_path, document(1, "apple"))

    def documents():
        yield document(2, "banana")
        raise OSError(28, "No space left on device")

    with pytest.raises(SearchUnavailable):
        backend.rebuild("en", documents())
    assert len([path for path in (tmp_path / "en").iterdir() if path.is_dir()]) == 1
    backend.update("en", add=[document(3, "cherry")], remove=[])
    assert [found(backend, word) for word in ("apple", "banana", "cherry")] == [[1], [], [3]]


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
def test_hostile_text_is_harmless(tmp_path: Path, text: str):
    documents = [document(i, f"apple {i}", "how a word a1 提醒 " * 20) for i in range(50)]
    backend = built(tmp_path, *documents, document(60, text[:5000], text[:5000]))
    result = backend.search(SearchQuery("en", text))
    assert len({hit.article_id for hit in result.hits}) == len(result.hits) <= result.total <= 51
    assert found(backend, "apple 7")[0] == 7


def test_threads_read_right_answers_while_another_writes(tmp_path: Path):
    steady = [document(i, f"Steady {i}", "alpha beta gamma " * 10) for i in range(20)]
    backend = built(tmp_path, *steady, document(99, "Changing apple"), *(document(i, "x") for i in range(100, 130)))
    stop = threading.Event()
    wrong: list[object] = []
    answers = [0] * 4

    def read(worker: int) -> None:
        while not stop.is_set():
            try:
                one, other = found(backend, "changing"), backend.search(SearchQuery("en", "steady alpha")).total
            except Exception as error:
                wrong.append(error)
                return
            answers[worker] += 1
            if (one, other) != ([99], 20):
                wrong.append((one, other))

    threads = [threading.Thread(target=read, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for i in range(10 * DOSE):
        word = ("apple", "banana")[i % 2]
        backend.update("en", add=[document(99, f"Changing {word}")], remove=[])
        assert found(backend, word) == [99]
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert min(answers) > 0


def test_two_processes_update_at_once(tmp_path: Path):
    built(tmp_path, document(1, "apple")).close()
    body = (
        "first = int(sys.argv[2])\n"
        "for i in range(first, first + 15):\n    backend.update('en', add=[document(i, f'apple {i}')], remove=[])\n"
        "print(backend.search(SearchQuery('en', 'apple')).total)"
    )
    processes = [script(body, tmp_path, first) for first in (100, 200)]
    outputs = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert "31\n" in outputs
    expected = [1, *range(100, 115), *range(200, 215)]
    assert sorted(WhooshBackend(tmp_path).stamps("en")) == expected


def test_a_forked_process_answers_though_a_thread_of_its_parent_was_searching(tmp_path: Path):
    documents = [document(i, f"word{i} apple", f"text{i % 7} " * 200) for i in range(400)]
    built(tmp_path, *documents).close()
    body = """
def check(rounds):
    for n in range(rounds):
        for i in range(7, 400, 37):
            if found(backend, f"word{i}") != [i]:
                return 1
    return 0
check(1)
pids = []
for _ in range(3):
    with backend._slot("en").lock:
        pid = os.fork()
        if pid == 0:
            signal.alarm(60)
            os._exit(check(30))
    pids.append(pid)
mine = check(30)
print(mine, [os.waitpid(pid, 0)[1] for pid in pids])
"""
    process = script(body, tmp_path)
    try:
        assert process.communicate(timeout=60)[0] == "0 [0, 0, 0]\n"
    finally:
        process.kill()


def test_reading_does_not_depend_on_the_offset_that_forked_processes_share(tmp_path: Path):
    built(tmp_path, *(document(i, f"word{i} apple", f"text{i % 7} " * 200) for i in range(400))).close()
    body = """
found(backend, "apple")
numbers = [int(n) for n in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{n}")]
shared = [n for n in numbers if os.readlink(f"/proc/self/fd/{n}").endswith(".seg")]
pid = os.fork()
if pid == 0:
    signal.alarm(60)
while pid == 0:
    for number in shared:
        os.lseek(number, 12345, os.SEEK_SET)
wrong = [i for i in range(400) if found(backend, f"word{i}") != [i]]
os.kill(pid, 9)
os.waitpid(pid, 0)
print(len(shared), wrong)
"""
    process = script(body, tmp_path)
    assert process.communicate(timeout=60)[0] == "1 []\n"


KILLED = {
    "rebuild": "backend.rebuild('en', documents)",
    "update": "backend.update('en', add=documents, remove=[])",
}


@pytest.mark.parametrize("change", KILLED)
def test_kill_leaves_the_index_complete_before_or_after(tmp_path: Path, change: str):
    built(tmp_path, *(document(i, f"apple stamp0 {i}", "text " * 100, stamp="0") for i in range(40))).close()
    body = f"""
start = int(sys.argv[2])
for n in itertools.count(start):
    documents = [document(i, f"apple stamp{{n}} {{i}}", "text " * 100, stamp=str(n)) for i in range(40)]
    {KILLED[change]}
    print(n, flush=True)
"""
    rng = random.Random(3)
    last = 0
    for _ in range(DOSE):
        process = script(body, tmp_path, last + 1)
        assert process.stdout
        done = int(process.stdout.readline())
        time.sleep(rng.random() * 0.15)
        process.kill()
        done = max([done, *map(int, process.communicate()[0].split())])
        backend = WhooshBackend(tmp_path)
        stamps = backend.stamps("en")
        (last,) = {int(stamp) for stamp in stamps.values()}
        assert len(stamps) == 40
        assert last in (done, done + 1)
        assert backend.search(SearchQuery("en", "apple")).total == 40
        assert backend.search(SearchQuery("en", f"stamp{last}")).total == 40
        backend.update("en", add=[document(0, f"apple stamp{last}", stamp=str(last))], remove=[])
        backend.close()
