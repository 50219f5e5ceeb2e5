"""What a registry is after a kill, on a full disk, with a clock that goes back, and under two
processes: as before or as after, never in between.
"""

import json
import os
import resource
import shutil
import signal
from collections import Counter
from dataclasses import replace

import pytest

from heart.bundle import registry_files
from heart.bundle.audit import AUDIT_FILE, Change, noted
from heart.bundle.registry import Registry
from heart.errors import BundleError
from heart.ui import shared

STEPS = {
    "save": ["link", "fsync", "unlink"],
    "activate": ["fsync", "replace"],
    "rename": ["link", "fsync", "replace", "unlink"],
    "delete": ["unlink"],
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory, bundle):
    """A registry of two models, the first one active."""
    registry = Registry(tmp_path_factory.mktemp("kept"))
    registry.save(bundle, "first")
    registry.activate("first")
    registry.save(bundle, "other")
    return registry.folder


@pytest.fixture
def registry(kept, tmp_path):
    shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
    return Registry(tmp_path)


def change(registry, bundle, what):
    {
        "save": lambda: registry.save(bundle, "new"),
        "activate": lambda: registry.activate("other"),
        "rename": lambda: registry.rename("first", "new"),
        "delete": lambda: registry.delete("first"),
    }[what]()


def in_child(work):
    """How a forked process that does the work ended: its status as `os.waitpid` tells it."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BundleError:
            os._exit(7)
        finally:
            os._exit(8)
    return os.waitpid(child, 0)[1]


def killed_at(call, count):
    """The system's call, which kills its process the count-th time instead."""
    original, seen = getattr(os, call), []

    def die(*arguments, **options):
        seen.append(call)
        if len(seen) == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **options)

    return die


@pytest.mark.parametrize(
    "step",
    [(what, call, count) for what, calls in STEPS.items() for call in calls for count in (1, 2)],
)
def test_killed_change_leaves_it_as_before_or_as_after(registry, bundle, monkeypatch, step):
    what, call, count = step
    monkeypatch.setattr(os, call, killed_at(call, count))
    status = in_child(lambda: change(registry, bundle, what))
    monkeypatch.undo()
    assert status in (0, signal.SIGKILL)  # 0: there was no such call any more
    names = set(registry.names()) - {"cleveland", "other"}
    assert names in ({"first"}, {"new"}, {"first", "new"}, set())
    assert names or what == "delete"
    for entry in registry.read().entries:
        assert not entry.problem
    assert registry.load_active().name in {*names, "other", "cleveland"}
    if what != "delete":
        assert registry.active is not None
    registry.save(bundle, "next")  # its lock is open again


def test_full_disk_is_told_and_nothing_has_changed(registry, bundle):
    before = registry.read()

    def fill():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        registry.save(bundle, "new")

    assert in_child(fill) >> 8 == 7
    assert registry.read() == before
    assert not list(registry.folder.glob(".heart-*"))
    lines = [json.loads(line) for line in (registry.folder / AUDIT_FILE).open()]
    assert [line.get("failed") for line in lines[-2:]] == [None, True]


def test_two_processes_lose_no_change_and_make_each_once(registry, bundle):
    """Each takes the same names, by renaming its own ones; whoever comes second hears of it."""
    many = 4
    for who in "ab":
        registry.save(bundle, f"{who}-0")

    def work(who):
        mine, taken = replace(registry, who=who), 0
        for k in range(many):
            try:
                mine.rename(f"{who}-{k}", f"both-{k}")
                mine.save(bundle, f"{who}-{k + 1}")
                mine.activate(f"both-{k}")
            except BundleError:
                taken += 1
                mine.rename(f"{who}-{k}", f"{who}-{k + 1}")
        os._exit(taken)

    children = []
    for who in "ab":
        child = os.fork()
        if child == 0:
            work(who)
        children.append(child)
    missed = [os.waitpid(child, 0)[1] >> 8 for child in children]
    assert sum(missed) == many
    listing = registry.read()
    names = {entry.name for entry in listing.entries if not entry.problem}
    assert {f"both-{k}" for k in range(many)} | {f"a-{many}", f"b-{many}"} <= names
    assert listing.active in {f"both-{k}" for k in range(many)}
    lines = [json.loads(line) for line in (registry.folder / AUDIT_FILE).open()]
    made = Counter(line["new_name"] for line in lines if line["what"] == "rename")
    failed = Counter(line["new_name"] for line in lines if line.get("failed"))
    assert all(made[f"both-{k}"] - 2 * failed[f"both-{k}"] == 1 for k in range(many))


def test_active_model_that_somebody_has_chosen_meanwhile_stays(registry, monkeypatch):
    """A rename that began while its model was active does not undo the choice of somebody else."""
    original = Registry.load

    def load(self, name):
        loaded = original(self, name)
        if name == "first":
            Registry(self.folder).activate("other")
        return loaded

    monkeypatch.setattr(Registry, "load", load)
    registry.rename("first", "new")
    monkeypatch.undo()
    assert registry.active == "other"


def test_whoever_hangs_with_the_lock_does_not_hang_others_for_ever(registry, bundle, monkeypatch):
    monkeypatch.setattr(registry_files, "PATIENCE_S", 0.05)
    with registry_files.one_at_a_time(registry.folder):
        with pytest.raises(BundleError, match="nobody else to change"):
            registry.save(bundle, "new")
        assert "new" not in registry.names()
    registry.save(bundle, "new")


def test_clock_that_goes_back_changes_no_order(tmp_path):
    told = iter(["2026-11-22T09:00:00+00:00", "2020-01-01T00:00:00+00:00"])
    for what in ("save", "delete"):
        with noted(tmp_path, Change(what, "x", None), who="ada", clock=lambda: next(told)):
            pass
    lines = [json.loads(line) for line in (tmp_path / AUDIT_FILE).open()]
    assert [(line["what"], line["at"][:4]) for line in lines] == [
        ("save", "2026"),
        ("delete", "2020"),
    ]


def test_file_of_another_model_with_the_old_ones_time_is_read_anew(registry, bundle):
    path = registry.path_of("first")
    early = shared.load_shared(path)
    status = path.stat()
    registry.delete("first")
    registry.save(replace(bundle, created_at="2020-01-01T00:00:00+00:00"), "first")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    late = shared.load_shared(path)
    assert (early.created_at, late.created_at) == (bundle.created_at, "2020-01-01T00:00:00+00:00")
