"""Pieces of work over a real scheduler: the same answers, whoever dies."""

import os
import signal
import sys

import pytest

from heart.cluster import client, versions
from heart.cluster.client import connect, find_scheduler
from heart.cluster.spread import spread
from heart.errors import ClusterError, CohortError
from tests.support.pieces import hang_once, pid_of_slow, refuse, square, when_waiting

NOBODY = "tcp://127.0.0.1:1"


def test_pieces_are_the_same_here_and_on_two_workers(two_workers):
    here = list(spread(square, range(5), shared=7))
    assert here == [(0, 7), (1, 8), (2, 11), (3, 16), (4, 23)]
    assert sorted(spread(square, range(5), shared=7, scheduler=two_workers)) == here


@pytest.mark.parametrize("pieces", [2, 12])
def test_all_workers_get_work_and_this_process_does_none(two_workers, pieces):
    work = spread(pid_of_slow, range(pieces), shared="x" * 10**6, scheduler=two_workers)
    pids = {pid for _, pid in work}
    assert len(pids) == 2
    assert os.getpid() not in pids


def test_error_of_the_work_arrives_whole(two_workers):
    with pytest.raises(CohortError) as raised:
        list(spread(refuse, [1], shared=None, scheduler=two_workers))
    assert (raised.value.expected, raised.value.action) == ("a table", "Choose another file.")


def test_killed_worker_loses_nothing(clusters, tmp_path):
    scheduler = clusters.start_scheduler()
    workers = [clusters.start_worker(scheduler) for _ in range(2)]
    with when_waiting(tmp_path, lambda pid: os.kill(pid, signal.SIGKILL)) as killed:
        results = spread(hang_once, range(4), shared=str(tmp_path), scheduler=scheduler.address)
        assert sorted(results) == [(i, i) for i in range(4)]
    assert set(killed) < {worker.pid for worker in workers}
    scheduler.kill()


def test_lost_scheduler_is_an_error_that_says_so(clusters, tmp_path):
    scheduler = clusters.start_scheduler()
    worker = clusters.start_worker(scheduler)
    with (
        when_waiting(tmp_path, lambda _: scheduler.kill()),
        pytest.raises(ClusterError, match=r"connection that ended.*repeat the command"),
    ):
        list(spread(hang_once, [1, 0], shared=str(tmp_path), scheduler=scheduler.address))
    worker.kill()


@pytest.mark.usefixtures("_dask")
def test_nobody_answers(monkeypatch):
    monkeypatch.setattr(client, "ANSWER_S", 0.2)
    with pytest.raises(ClusterError, match=f"scheduler at {NOBODY}, but found no answer"):
        list(spread(square, [1], shared=0, scheduler=NOBODY))


def test_scheduler_without_workers_is_refused(clusters, monkeypatch):
    scheduler = clusters.start_scheduler()
    monkeypatch.setattr(client, "ANSWER_S", 0.5)
    with pytest.raises(ClusterError, match="a scheduler without any"), connect(scheduler.address):
        pass
    scheduler.kill()


def test_worker_with_another_version_is_named(two_workers, monkeypatch):
    theirs = versions.find_versions()
    monkeypatch.setattr(client, "find_versions", _Pretends({**theirs, "torch": "1.0"}))
    with pytest.raises(ClusterError, match=r"torch \S+ \(here 1.0\)"), connect(two_workers):
        pass


class _Pretends:
    """Says other versions here; at a worker it is the function itself."""

    def __init__(self, says):
        self.says = says
        self.__name__ = "find_versions"

    def __call__(self):
        return self.says

    def __reduce__(self):
        return getattr, (versions, "find_versions")


def test_dask_is_asked_for_only_with_a_scheduler(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert list(spread(square, [2], shared=0)) == [(0, 4)]
    with pytest.raises(ClusterError, match=r"pip install -r requirements-cluster.txt"):
        list(spread(square, [2], shared=0, scheduler=NOBODY))


@pytest.mark.parametrize(
    ("said", "environment", "address"),
    [
        (None, {}, None),
        (None, {"HEART_SCHEDULER": " "}, None),
        (None, {"HEART_SCHEDULER": "tls://a:1"}, "tls://a:1"),
        ("tcp://b:2", {"HEART_SCHEDULER": "tcp://a:1"}, "tcp://b:2"),
    ],
)
def test_scheduler_is_the_one_that_is_said_then_the_environments(said, environment, address):
    assert find_scheduler(said, environment) == address


def test_what_is_no_address_is_refused():
    with pytest.raises(ClusterError, match="as in tcp://"):
        find_scheduler("localhost:8786")
