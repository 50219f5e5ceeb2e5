"""Over a thousand hostile and damaged bundles: each is refused in a few words, nothing runs, and
little memory is taken.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heart.bundle import load_bundle
from heart.bundle.reader import read_plain
from heart.data import load_shipped
from heart.errors import BundleError
from tests.support.hostile_bundles import EXECUTING, assemble, blank, corpus, signed

ROOT = Path(__file__).resolve().parents[3]
MIB = 2**20
MAX_GROWTH = 64 * MIB
MAX_MESSAGE = 2000

# loads every file of the folder, and tells of each what came of it, what happened meanwhile, and
# the memory it took
LOAD_ALL = """
import ctypes, gc, json, linecache, os, resource, sys, time, tracemalloc, warnings
from pathlib import Path
import torch
from heart.bundle import load_bundle

torch.set_num_threads(1)
folder, marker = Path(sys.argv[1]), Path(sys.argv[2])
trim = ctypes.CDLL(None).malloc_trim
WATCHED = ("import", "exec", "compile", "marshal", "pickle", "ctypes", "socket", "subprocess")
WATCHED += ("os.", "pty", "shutil", "code.", "mmap")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
armed, events = False, []


def watch(event, arguments):
    if armed and event == "open" and (arguments[2] & WRITING or isinstance(arguments[0], int)):
        events.append(f"open {arguments[0]!a} for writing")
    elif armed and event.startswith(WATCHED):
        events.append(f"{event} {arguments[:1]!a}"[:200])


def memory(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def load(path):
    global armed
    caught, start = None, time.perf_counter()
    armed = True
    try:
        load_bundle(path)
    except BaseException as error:
        armed = False
        parts = [getattr(error, part, "") for part in ("expected", "found", "action")]
        caught = {"error": type(error).__name__, "parts": parts, "message": str(error)}
    armed = False
    outcome = caught or {"error": None, "parts": [], "message": ""}
    return {"seconds": time.perf_counter() - start, **outcome}


sys.addaudithook(watch)
load(folder / "good")
load(folder / "bad")
gc.collect()
gc.freeze()  # the libraries' objects need not be looked through before each file
resource.setrlimit(resource.RLIMIT_AS, (memory("VmSize") + 2**30,) * 2)
for name, file in json.loads((folder / "index.json").read_text()).items():
    events.clear()
    gc.collect()
    trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmRSS")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        told = load(folder / file)
    told |= {"growth": memory("VmHWM") - before, "events": list(events), "ran": marker.exists()}
    told["warnings"] = [str(warning.message) for warning in warned]
    print(json.dumps({"name": name, **told}), flush=True)
"""

# unpickles every file of the folder, each in a process of its own, and tells which of them ran
RUN_ALL = """
import atexit, json, os, sys, time
from pathlib import Path
import joblib

folder, marker = Path(sys.argv[1]), Path(sys.argv[2])
ran = {}
for name, file in json.loads((folder / "executing.json").read_text()).items():
    child = os.fork()
    if not child:
        silent = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(silent, stream)
        try:
            joblib.load(folder / file)
        finally:
            atexit._run_exitfuncs()
            os._exit(0)
    os.waitpid(child, 0)
    end = time.monotonic() + 5
    while not marker.exists() and time.monotonic() < end:
        time.sleep(0.01)
    ran[name] = marker.exists()
    if marker.is_dir():
        marker.rmdir()
    marker.unlink(missing_ok=True)
print(json.dumps(ran))
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def files(bundle_bytes, place):
    """The entries by name."""
    return corpus(bundle_bytes, place / "ran")


@pytest.fixture(scope="module")
def folder(bundle_bytes, place, files):
    """A folder with a file for each entry, and the names of the files."""
    index = {name: f"{number:04}.joblib" for number, name in enumerate(files)}
    for name, file in index.items():
        (place / file).write_bytes(files[name])
    (place / "good").write_bytes(bundle_bytes)
    (place / "bad").write_bytes(b"\x80\x04N.")
    (place / "index.json").write_text(json.dumps(index))
    (place / "executing.json").write_text(
        json.dumps({name: index[name] for name in sorted(EXECUTING)})
    )
    return place


def in_a_fresh_process(script, folder):
    """What the script prints about the files of the folder."""
    return subprocess.run(
        [sys.executable, "-c", script, str(folder), str(folder / "ran")],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.fixture(scope="module")
def told(folder):
    """What came of each entry, by name."""
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("memory is measured on Linux only")
    done = in_a_fresh_process(LOAD_ALL, folder)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    (folder / "report.json").write_text(json.dumps(lines, indent=1))
    assert done.returncode == 0, (
        f"ended with {done.returncode} after {len(lines)} files: {done.stderr[-2000:]}"
    )
    return {line.pop("name"): line for line in lines}


@pytest.fixture(scope="module")
def ran(folder):
    """Whether each entry of `EXECUTING` ran when it was unpickled."""
    done = in_a_fresh_process(RUN_ALL, folder)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_there_are_enough_different_files(bundle_bytes, files):
    assert len(files) == len(set(files.values())) >= 1000
    assert bundle_bytes not in files.values()
    assert files.keys() >= EXECUTING
    assert len(EXECUTING) >= 60


def test_the_tools_that_make_the_files_make_good_ones_too(bundle_bytes):
    content = read_plain(bundle_bytes)
    assert load_bundle(assemble(content)).name == load_bundle(signed(content)).name == "small"
    half = load_bundle(signed(blank(content, members=3, hidden=[5, 4], embedding_dim=2)))
    assert set(half.predict_proba(load_shipped("hungary").features)) == {0.5}


def test_every_file_is_refused(told):
    assert {
        name: line["error"] for name, line in told.items() if line["error"] != "BundleError"
    } == {}


def test_every_refusal_says_what_was_expected_what_was_found_and_what_to_do(told):
    refused = {name: line["parts"] for name, line in told.items() if line["error"] == "BundleError"}
    assert {
        name: parts
        for name, parts in refused.items()
        if not all(type(part) is str and part.strip() for part in parts)
    } == {}


def test_every_refusal_is_short_and_plain(told):
    messages = {name: line["message"] for name, line in told.items()}
    assert {
        name: len(message) for name, message in messages.items() if len(message) >= MAX_MESSAGE
    } == {}
    unprintable = {
        name: ascii(text)
        for name, text in messages.items()
        if not text.replace("\n", " ").isprintable()
    }
    assert unprintable == {}


def test_no_refusal_repeats_a_strangers_letters(told):
    assert {
        name: ascii(line["message"]) for name, line in told.items() if not line["message"].isascii()
    } == {}


def test_nothing_runs_is_imported_or_written_while_they_are_read(told):
    assert {
        name: line["events"] for name, line in told.items() if line["events"] or line["ran"]
    } == {}


def test_reading_takes_little_memory(told):
    assert {
        name: f"{line['growth'] / MIB:.0f} MiB"
        for name, line in told.items()
        if line["growth"] > MAX_GROWTH
    } == {}


@pytest.mark.parametrize("path", ["", ".", "absent.joblib", "a\0b", "x" * 5000, "/dev/null/x"])
def test_path_that_is_no_file_is_refused(path):
    with pytest.raises(BundleError):
        load_bundle(path)


@pytest.mark.parametrize("name", sorted(EXECUTING))
def test_attack_is_real(name, ran):
    assert ran[name]


CHANGE = st.tuples(
    st.sampled_from(["flip", "cut", "insert", "swap", "repeat"]),
    st.floats(0, 1, exclude_max=True),
    st.floats(0, 1, exclude_max=True),
    st.binary(min_size=1, max_size=9),
)


def changed(content, kind, first, second, extra):
    """The bytes with one change; the places are shares of their length."""
    a, b = sorted((int(first * len(content)), int(second * len(content))))
    if kind == "flip":
        return content[:a] + bytes([content[a] ^ (extra[0] or 1)]) + content[a + 1 :]
    if kind == "cut":
        return content[:a] + content[a + len(extra) :]
    if kind == "insert":
        return content[:a] + extra + content[a:]
    if kind == "swap":
        return (
            content[:a]
            + content[b : b + 1]
            + content[a + 1 : b]
            + content[a : a + 1]
            + content[b + 1 :]
        )
    return content[:a] + content[a : a + len(extra)] + content[a:]


@given(changes=st.lists(CHANGE, min_size=1, max_size=4))
@settings(
    max_examples=70, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_damaged_bundle_is_refused_or_predicts_the_same(bundle, bundle_bytes, cleveland, changes):
    damaged = bundle_bytes
    for change in changes:
        damaged = changed(damaged, *change) or b"\x80"
    try:
        read = load_bundle(damaged)
    except BundleError:
        return
    assert np.array_equal(
        read.predict_proba(cleveland.features), bundle.predict_proba(cleveland.features)
    )
