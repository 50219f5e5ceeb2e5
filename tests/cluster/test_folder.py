"""A folder scored by workers: the same bytes, whoever dies, or nothing."""

import os
import signal

import pytest

from heart.bundle import load_bundle
from heart.errors import ClusterError
from heart.paths import SHIPPED_BUNDLE
from heart.scoring import folder as module
from heart.scoring.folder import find_parts, score_folder
from tests.support.parts_of_tables import contents, write_parts
from tests.support.pieces import score_or_hang, when_waiting
from tests.support.running import answer, run


@pytest.fixture(scope="module")
def bundle():
    return load_bundle(SHIPPED_BUNDLE)


@pytest.fixture(scope="module")
def here(bundle, parts):
    """What this process writes, file to bytes."""
    target = parts.with_name("here")
    score_folder(bundle, find_parts(str(parts)), target)
    return contents(target)


@pytest.fixture
def hanging(monkeypatch):
    """The second part is begun, and whoever does it first waits to be killed."""
    monkeypatch.setattr(module, "score_part", score_or_hang)


def test_two_workers_write_the_bytes_that_one_process_writes(two_workers, parts, here, tmp_path):
    target = tmp_path / "there"
    told = answer("score", SHIPPED_BUNDLE, parts, "--output", target, "--scheduler", two_workers)
    assert contents(target) == here
    assert (told["parts"], told["failed"], told["unread"]) == (3, 0, [])


def test_environment_names_the_scheduler_and_a_bad_part_is_named(
    two_workers, here, tmp_path, monkeypatch
):
    monkeypatch.setenv("HEART_SCHEDULER", two_workers)
    damaged = write_parts(tmp_path / "parts")
    (damaged / "b.parquet").write_bytes(b"PAR1 and nothing else")
    status, out, _ = run("score", SHIPPED_BUNDLE, damaged, "--output", tmp_path / "there", "--json")
    assert status == 1
    assert '"part": "b.parquet"' in out
    assert contents(tmp_path / "there") == {
        name: content for name, content in here.items() if name != "b.parquet"
    }


@pytest.mark.usefixtures("hanging")
def test_worker_killed_in_the_middle_loses_nothing(clusters, bundle, parts, here, tmp_path):
    scheduler = clusters.start_scheduler()
    for _ in range(2):
        clusters.start_worker(scheduler)
    with when_waiting(tmp_path, lambda pid: os.kill(pid, signal.SIGKILL)) as killed:
        score_folder(
            bundle, find_parts(str(parts)), tmp_path / "there", scheduler=scheduler.address
        )
    assert killed
    assert contents(tmp_path / "there") == here
    scheduler.kill()


@pytest.mark.usefixtures("hanging")
def test_lost_scheduler_leaves_no_folder(clusters, bundle, parts, tmp_path):
    scheduler = clusters.start_scheduler()
    worker = clusters.start_worker(scheduler)
    with (
        when_waiting(tmp_path, lambda _: scheduler.kill()),
        pytest.raises(ClusterError, match="connection that ended"),
    ):
        score_folder(
            bundle, find_parts(str(parts)), tmp_path / "there", scheduler=scheduler.address
        )
    worker.kill()
    assert [path.name for path in tmp_path.iterdir()] == ["waiting"]
