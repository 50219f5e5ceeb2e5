"""Files appear whole or not at all: killed writers, several at once, full disks,
read-only folders. What is locked is one writer's.
"""

import errno
import json
import os
import stat
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from heart.atomic import (
    STALE_S,
    create_atomically,
    open_atomically,
    take_lock,
    write_atomically,
)

ROOT = Path(__file__).resolve().parents[2]
needs_locks = pytest.mark.skipif(os.name == "nt", reason="no locks of this kind here")
OLD, NEW = b"old" * 100_000, b"newer" * 100_000

# a child writes the two contents in turn and tells of each; it is killed after some of them and a
# part of the next, so that on no machine it is too slow to have written anything
KILLS = """
import json, os, random, signal, sys, time
from pathlib import Path
from heart.atomic import write_atomically
target, contents = Path(sys.argv[1]), (b"old" * 100_000, b"newer" * 100_000)
random.seed(0)
seen, interrupted = [0, 0], 0
start = time.perf_counter()
for _ in range(10):
    write_atomically(contents[0], target)
one_write = (time.perf_counter() - start) / 10
for kill in range(200):
    written, tell = os.pipe()
    child = os.fork()
    if child == 0:
        while True:
            for content in contents:
                write_atomically(content, target)
                os.write(tell, b".")
    os.close(tell)
    for _ in range(random.randrange(4)):
        assert os.read(written, 1) == b"."
    time.sleep(random.random() * one_write)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(written)
    found = target.read_bytes()
    assert found in contents, len(found)
    seen[contents.index(found)] += 1
    left = [*target.parent.glob(".heart-*.part")]
    interrupted += bool(left)
    for path in left:
        path.unlink()
print(json.dumps([seen, interrupted]))
"""
HOLDER = """
import os, sys, time
from heart.atomic import take_lock
assert take_lock(os.open(sys.argv[1], os.O_RDONLY))
print("held", flush=True)
time.sleep(60)
"""
LIMITED = """
import resource, sys
from pathlib import Path
from heart.atomic import write_atomically
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    write_atomically(b"newer" * 100_000, Path(sys.argv[1]))
except OSError as error:
    print(error.strerror)
"""
UNPRIVILEGED = """
import os, sys
from pathlib import Path
from heart.atomic import write_atomically
if os.geteuid() == 0:
    os.setuid(65534)
try:
    write_atomically(b"newer", Path(sys.argv[1]))
except OSError as error:
    print(error.strerror)
"""


def run(script, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def target(tmp_path):
    path = tmp_path / "a.joblib"
    path.write_bytes(OLD)
    return path


def test_writing_replaces_the_file_and_leaves_no_other(target):
    write_atomically(NEW, target)
    assert (target.read_bytes(), names_in(target.parent)) == (NEW, ["a.joblib"])


def test_two_hundred_kills_leave_the_old_file_or_the_new_one_whole(target):
    seen, interrupted = json.loads(run(KILLS, target))
    assert sum(seen) == 200
    assert min(seen) > 10  # the kills met both
    assert interrupted > 10  # and writers at work


def test_what_killed_writers_left_is_swept_away_later(target):
    left, fresh = (target.parent / f".heart-{digit * 16}.part" for digit in "ab")
    for path in (left, fresh):
        path.write_bytes(b"half")
    os.utime(left, (time.time() - STALE_S - 60,) * 2)
    write_atomically(NEW, target)
    # the fresh one may belong to a writer at work
    assert names_in(target.parent) == [fresh.name, "a.joblib"]


@pytest.mark.parametrize(
    "name",
    [".film.part", ".a-x.part", ".heart-film.part", ".heart-0123456789abcdeX.part", "heart.part"],
)
@pytest.mark.parametrize("write", [write_atomically, create_atomically])
def test_old_files_of_others_stay(tmp_path, name, write):
    theirs = tmp_path / name
    theirs.write_bytes(b"half a film")
    os.utime(theirs, (0, 0))
    write(NEW, tmp_path / "a.joblib")
    assert theirs.read_bytes() == b"half a film"


def test_link_that_is_called_as_ours_stays_with_what_it_points_to(tmp_path):
    (tmp_path / "theirs").write_bytes(b"x")
    os.utime(tmp_path / "theirs", (0, 0))
    link = tmp_path / f".heart-{'a' * 16}.part"
    link.symlink_to(tmp_path / "theirs")
    write_atomically(NEW, tmp_path / "a.joblib")
    assert link.read_bytes() == b"x"


@pytest.fixture
def umask():
    """Sets the umask for one test."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


@pytest.mark.parametrize("write", [write_atomically, create_atomically])
@pytest.mark.parametrize("mask", [0o000, 0o002, 0o022, 0o027, 0o077])
def test_permissions_follow_the_umask(tmp_path, umask, mask, write):
    umask(mask)
    write(NEW, tmp_path / "a.joblib")
    assert stat.S_IMODE((tmp_path / "a.joblib").stat().st_mode) == 0o666 & ~mask


@pytest.mark.usefixtures("umask")
def test_replaced_file_becomes_no_more_public_than_it_was(target):
    target.chmod(0o600)
    write_atomically(NEW, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_error_while_writing_leaves_the_old_file_and_no_other(target):
    def write_half():
        with open_atomically(target, replace=True) as file:
            file.write(NEW[:100])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert (target.read_bytes(), names_in(target.parent)) == (OLD, ["a.joblib"])


def test_where_files_have_one_name_only_creating_still_does_not_replace(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    create_atomically(OLD, tmp_path / "a.joblib")
    with pytest.raises(FileExistsError):
        create_atomically(NEW, tmp_path / "a.joblib")
    assert (tmp_path / "a.joblib").read_bytes() == OLD
    assert names_in(tmp_path) == ["a.joblib"]


def test_of_two_writers_at_once_one_wins_whole(target):
    contents = [bytes([letter]) * 300_000 for letter in b"abcd"]
    barrier = threading.Barrier(len(contents))

    def write(content):
        barrier.wait()
        for _ in range(20):
            write_atomically(content, target)

    threads = [threading.Thread(target=write, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert target.read_bytes() in [OLD, *contents]
    assert target.read_bytes() in contents
    assert names_in(target.parent) == ["a.joblib"]


def test_of_two_creators_at_once_one_creates_and_the_other_hears_of_it(tmp_path):
    contents, outcomes = [b"a" * 300_000, b"b" * 300_000], []
    barrier = threading.Barrier(2)

    def create(content):
        barrier.wait()
        try:
            create_atomically(content, tmp_path / "new.joblib")
            outcomes.append(content)
        except FileExistsError:
            outcomes.append(None)

    threads = [threading.Thread(target=create, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = (content for content in outcomes if content is not None)
    assert (tmp_path / "new.joblib").read_bytes() == winner
    assert names_in(tmp_path) == ["new.joblib"]


def test_creating_over_a_file_leaves_it_as_it_was(target):
    with pytest.raises(FileExistsError):
        create_atomically(NEW, target)
    assert (target.read_bytes(), names_in(target.parent)) == (OLD, ["a.joblib"])


def test_disk_that_is_full_leaves_the_old_file_and_no_other(target):
    assert run(LIMITED, target) == "File too large"
    assert (target.read_bytes(), names_in(target.parent)) == (OLD, ["a.joblib"])


def test_folder_that_cannot_be_written_leaves_the_old_file(target):
    folder = target.parent
    for part in (folder, *folder.parents[:2]):
        part.chmod(0o555)
    try:
        assert run(UNPRIVILEGED, target) == "Permission denied"
    finally:
        for part in (folder, *folder.parents[:2]):
            part.chmod(0o700)
    assert (target.read_bytes(), names_in(folder)) == (OLD, ["a.joblib"])


@pytest.mark.parametrize("write", [write_atomically, create_atomically])
def test_folder_that_is_not_there_is_an_error(tmp_path, write):
    with pytest.raises(FileNotFoundError):
        write(b"x", tmp_path / "absent" / "a.joblib")


@pytest.fixture
def opened():
    """Opens files and folders until the test ends."""
    descriptors = []

    def open_path(path):
        descriptors.append(os.open(path, os.O_RDONLY))
        return descriptors[-1]

    yield open_path
    for descriptor in descriptors:
        with suppress(OSError):  # the test has closed it
            os.close(descriptor)


@needs_locks
@pytest.mark.parametrize("what", ["a.joblib", "."], ids=["file", "folder"])
def test_lock_is_one_holders_until_it_is_closed(target, opened, what):
    one, other = (opened(target.parent / what) for _ in range(2))
    assert [take_lock(one), take_lock(other), take_lock(one)] == [True, False, True]
    os.close(one)
    assert take_lock(other)


@needs_locks
def test_lock_of_a_process_that_is_killed_is_open_again(target, opened):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(target)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout.readline() == "held\n"
        assert not take_lock(opened(target))
        holder.kill()
    assert take_lock(opened(target))


def test_system_without_such_locks_goes_on_without(target, opened, monkeypatch):
    monkeypatch.setitem(sys.modules, "fcntl", None)
    assert take_lock(opened(target))
    assert take_lock(opened(target))
