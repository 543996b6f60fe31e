"""An index that was damaged, or is read and written by many processes at once, answers rightly or is built anew."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from helpdesk.search.backend import SearchUnavailable, Status
from helpdesk.search.whoosh_backend import WhooshBackend
from tests.support.processes import FULL
from tests.support.searching import document, found, stamp, total, word
from tests.unit.test_search_whoosh import built, folders, script


def segment_file(root: Path, ending: str) -> Path:
    (file,) = (root / "en").glob(f"*/*{ending}")
    return file


def pointer(root: Path) -> Path:
    return root / "en" / "current"


def change_one_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGES: list[Callable[[Path], object]] = [
    lambda root: pointer(root).write_bytes(b""),
    lambda root: pointer(root).write_bytes(b"\xff\x00{"),
    lambda root: pointer(root).write_bytes(b"00000000\n"),
    lambda root: pointer(root).write_text('{"fingerprint": "", "segments": []}'),
    lambda root: [(root / "en" / name).rename(root / "moved") for name in folders(root)],
    lambda root: segment_file(root, ".toc").unlink(),
    lambda root: segment_file(root, ".pst").unlink(),
    lambda root: change_one_byte(pointer(root)),
    lambda root: change_one_byte(segment_file(root, ".trm")),
    lambda root: change_one_byte(segment_file(root, "rows")),
    lambda root: os.truncate(segment_file(root, "rows"), 100),
    lambda root: os.truncate(segment_file(root, "words"), 0),
    lambda root: change_one_byte(segment_file(root, "postings")),
    lambda root: os.truncate(segment_file(root, "postings"), 4),
    lambda root: segment_file(root, "postings").unlink(),
    lambda root: change_one_byte(segment_file(root, "keys")),
    lambda root: os.truncate(segment_file(root, "keys"), 4),
    lambda root: segment_file(root, "keys").unlink(),
    lambda root: change_one_byte(segment_file(root, "titles")),
    lambda root: os.truncate(segment_file(root, "titles"), 4),
    lambda root: segment_file(root, "titles").unlink(),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_broken_and_is_rebuilt(tmp_path: Path, damage: Callable[[Path], object]):
    documents = [document(number, f"apple {number}", "text " * 50) for number in range(30)]
    backend = built(tmp_path, *documents)
    assert total(backend, "apple") == 30
    damage(tmp_path)
    for broken in (backend, WhooshBackend(tmp_path)):
        assert broken.status("en") == Status("broken")
        assert broken.stamps("en") == {}
        with pytest.raises(SearchUnavailable):
            found(broken, "apple")
        with pytest.raises(SearchUnavailable):
            broken.index("en", [document(1, "apple")])
    backend.rebuild("en", documents)
    assert total(backend, "apple") == 30
    assert backend.status("en").state == "ready"


def test_without_its_pointer_an_index_is_missing(tmp_path: Path):
    backend = built(tmp_path, document(1, "apple"))
    pointer(tmp_path).unlink()
    assert backend.status("en") == Status("missing")


def truncate(rng: random.Random, path: Path, _other: Path) -> None:
    os.truncate(path, rng.randrange(path.stat().st_size))


def zero_a_block(rng: random.Random, path: Path, _other: Path) -> None:
    with path.open("r+b") as file:
        file.seek(rng.randrange(path.stat().st_size))
        file.write(bytes(rng.choice((8, 64, 4096))))


def flip_a_byte(rng: random.Random, path: Path, _other: Path) -> None:
    content = bytearray(path.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


def delete(_rng: random.Random, path: Path, _other: Path) -> None:
    path.unlink()


def swap(_rng: random.Random, path: Path, other: Path) -> None:
    aside = path.with_name("aside")
    path.rename(aside)
    other.rename(path)
    aside.rename(other)


def test_random_damage_never_gives_a_wrong_answer(tmp_path: Path):
    """Files of two segments and the pointer; under an index that is open, and before it is opened anew."""
    rng = random.Random()
    common = [word(number) for number in range(800, 840)]
    texts = [" ".join(rng.choices(common, k=40)) for _ in range(80)]
    writer = built(tmp_path / "whole", *(document(number, word(number), texts[number]) for number in range(60)))
    writer.index("en", [document(number, word(100 + number), texts[number]) for number in range(50, 65)])
    queries = [word(3), word(155), word(55), *common[:6]]
    right = {text: found(writer, text) for text in queries}
    assert [right[word(3)], right[word(155)], right[word(55)]] == [[3], [55], []]
    refused = 0
    for number in range(300 if FULL else 20):
        root = tmp_path / "copy"
        shutil.copytree(tmp_path / "whole", root)
        reader = WhooshBackend(root)
        assert reader.status("en").documents == 65
        files = sorted(path for path in root.rglob("*") if path.is_file() and path.name != "lock")
        path, other = rng.sample([path for path in files if path.stat().st_size], 2)
        damage = rng.choice((truncate, zero_a_block, flip_a_byte, delete, swap))
        damage(rng, path, other)
        for backend in (reader, WhooshBackend(root)):
            for text in queries:
                try:
                    assert found(backend, text) == right[text], f"{number}: {damage.__name__} of {path} and {other}"
                except SearchUnavailable:
                    refused += 1
            backend.close()
        shutil.rmtree(root)
    assert refused


def test_two_processes_update_at_once(tmp_path: Path):
    built(tmp_path, document(1, "apple")).close()
    body = (
        "first = int(sys.argv[2])\n"
        "for i in range(first, first + 15):\n    backend.index('en', [document(i, f'apple {i}')])\n"
        "print(total(backend, 'apple'))"
    )
    processes = [script(body, tmp_path, first) for first in (100, 200)]
    outputs = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert "31\n" in outputs
    expected = [1, *range(100, 115), *range(200, 215)]
    assert sorted(WhooshBackend(tmp_path).stamps("en")) == expected


def test_a_forked_process_answers_though_a_thread_of_its_parent_was_searching(tmp_path: Path):
    documents = [document(i, f"{word(i)} apple", f"text{i % 7} " * 200) for i in range(400)]
    built(tmp_path, *documents).close()
    body = """
def check(rounds):
    for n in range(rounds):
        for i in range(7, 400, 37):
            if found(backend, word(i)) != [i]:
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
    built(tmp_path, *(document(i, f"{word(i)} apple", f"text{i % 7} " * 200) for i in range(400))).close()
    body = """
found(backend, "apple")
numbers = [int(n) for n in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{n}")]
shared = [n for n in numbers if os.readlink(f"/proc/self/fd/{n}").endswith((".trm", ".pst"))]
pid = os.fork()
if pid == 0:
    signal.alarm(60)
while pid == 0:
    for number in shared:
        os.lseek(number, 12345, os.SEEK_SET)
wrong = [i for i in range(400) if found(backend, word(i)) != [i]]
os.kill(pid, 9)
os.waitpid(pid, 0)
print(len(shared), wrong)
"""
    process = script(body, tmp_path)
    assert process.communicate(timeout=60)[0] == "2 []\n"


KILLED = {
    "rebuild": "backend.rebuild('en', documents)",
    "index": "backend.index('en', documents)",
}


@pytest.mark.parametrize("change", KILLED)
def test_kill_leaves_the_index_complete_before_or_after(tmp_path: Path, change: str):
    built(tmp_path, *(document(i, f"apple {word(0)} {i}", "text " * 100, stamp=stamp(0)) for i in range(40))).close()
    body = f"""
start = int(sys.argv[2])
for n in itertools.count(start):
    documents = [document(i, f"apple {{word(n)}} {{i}}", "text " * 100, stamp=stamp(n)) for i in range(40)]
    {KILLED[change]}
    print(n, flush=True)
"""
    rng = random.Random(3)
    last = 0
    for _ in range(40 if FULL else 3):
        process = script(body, tmp_path, last + 1)
        assert process.stdout
        done = int(process.stdout.readline())
        time.sleep(rng.random() * 0.15)
        process.kill()
        done = max([done, *map(int, process.communicate()[0].split())])
        backend = WhooshBackend(tmp_path)
        stamps = backend.stamps("en")
        (last,) = [n for n in (done, done + 1) if {stamp(n)} == set(stamps.values())]
        assert len(stamps) == 40
        assert total(backend, "apple") == 40
        assert total(backend, word(last)) == 40
        backend.index("en", [document(0, f"apple {word(last)}", stamp=stamp(last))])
        backend.close()


def test_a_killed_rebuild_leaves_a_folder_that_the_next_publication_removes(tmp_path: Path):
    backend = built(tmp_path, document(1, "apple"))
    body = """
def documents():
    yield document(2, "banana")
    print("begun", flush=True)
    signal.pause()
backend.rebuild("en", documents())
"""
    process = script(body, tmp_path)
    assert process.stdout
    assert process.stdout.readline() == "begun\n"
    assert len(folders(tmp_path)) == 2
    for folder in folders(tmp_path):
        os.utime(tmp_path / "en" / folder, (time.time() - 61, time.time() - 61))
    backend.index("en", [document(3, "cherry")])
    # The process lives: its folder stays.
    assert len(folders(tmp_path)) == 3
    process.kill()
    process.communicate()
    for folder in folders(tmp_path):
        os.utime(tmp_path / "en" / folder, (time.time() - 61, time.time() - 61))
    backend.index("en", [document(4, "date")])
    counted = {segment.name for segment in backend._slot("en").segments}
    assert [found(backend, word) for word in ("apple", "banana", "cherry", "date")] == [[1], [], [3], [4]]
    assert len(folders(tmp_path) - counted) <= 2
