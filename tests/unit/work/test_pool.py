"""Who works, who waits and for whom, with real processes."""

import json
import os
from functools import partial

import pytest

from heart.apart.forks import IS_POSSIBLE, ForkServer
from heart.errors import BadCellsError, TrainingError
from heart.work import Pool, Request
from heart.work.server import NICE
from tests.support import working
from tests.support.pooled import SOON, ask, until


@pytest.fixture(scope="module")
def processes():
    """The forking process, for the tests of this module."""
    if not IS_POSSIBLE:
        pytest.skip("no fork here")
    forks = ForkServer("tests.support.working")
    yield forks
    forks.stop()


@pytest.fixture
def make_apart(processes):
    """Makes a pool of processes."""

    def make_pool(places=2, **options):
        pool = Pool(places, module="tests.support.working", **options)
        pool._forks = processes
        return pool

    return make_pool


@pytest.fixture(params=["processes", "threads"])
def make(request):
    """Makes a pool, of either kind."""
    if request.param == "processes":
        return request.getfixturevalue("make_apart")
    return lambda places=2, **options: Pool(places, module=None, **options)


def pids(path):
    return [int(file.suffix[1:]) for file in path.parent.glob(f"{path.name}.*")]


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_work_tells_and_gives(make):
    with make().join(ask(working.double, 21)) as ticket:
        assert ticket.wait(SOON)
        assert ticket.news() == [(0.5,), (1.0, "all")]
        assert ticket.news() == []
        assert ticket.ahead() is None
        assert ticket.result() == 42


def test_refusal_is_raised_whole_and_a_defect_without_values(make):
    with make().join(ask(working.refuse)) as ticket:
        assert ticket.wait(SOON)
        with pytest.raises(BadCellsError, match=r"Expected a, but found b\. c") as caught:
            ticket.result()
    assert caught.value.bad_cells[0].column == "age"
    with make().join(ask(working.fail)) as ticket:
        assert ticket.wait(SOON)
        with pytest.raises(RuntimeError, match=r"^KeyError in working\.py:\d+$"):
            ticket.result()


def test_log_tells_how_work_ended_and_nothing_of_it(make_apart, caplog, tmp_path):
    caplog.set_level("INFO", "heart.events")
    pool = make_apart()
    for function in (partial(working.double, 63), working.refuse, working.fail, working.die):
        with pool.join(Request(partial(function), "on_share")) as ticket:
            assert ticket.wait(SOON)
    path = tmp_path / "busy"
    with pool.join(ask(working.hold, path)):
        until(lambda: pids(path))
    ends = []

    def told():
        ends[:] = [r.facts for r in caplog.records if r.facts["event"] == "work end"]
        return len(ends) == 5

    until(told)
    assert {end["work"]: end["outcome"] for end in ends} == {
        "double": "done",
        "refuse": "refused",
        "fail": "defect",
        "die": "lost",
        "hold": "stopped",
    }
    assert "63" not in json.dumps([end | {"seconds": 0} for end in ends])


def test_places_are_given_in_the_order_of_the_queue(make, tmp_path):
    pool = make(places=1)
    first, second, third = tmp_path / "first", tmp_path / "second", tmp_path / "third"
    tickets = [pool.join(ask(working.wait_for, path)) for path in (first, second, third)]
    assert [ticket.ahead() for ticket in tickets] == [None, 0, 1]
    first.touch()
    assert tickets[0].wait(SOON)
    assert [ticket.ahead() for ticket in tickets] == [None, None, 0]
    third.touch()
    second.touch()
    assert all(ticket.wait(SOON) for ticket in tickets)
    for ticket in tickets:
        ticket.__exit__()
    assert (pool._running, pool._waiting) == ([], [])


def test_whoever_leaves_the_queue_lets_the_others_forward(make, tmp_path):
    pool = make(places=1)
    paths = [tmp_path / name for name in "abc"]
    tickets = [pool.join(ask(working.wait_for, path)) for path in paths]
    tickets[1].__exit__()
    assert tickets[2].ahead() == 0
    paths[0].touch()
    paths[2].touch()
    assert tickets[2].wait(SOON)
    assert pids(paths[1]) == []  # it never began
    assert tickets[1].wait(0)


def test_as_many_as_may_wait_and_no_more(make, tmp_path):
    pool = make(places=1, waiting=2)
    paths = [tmp_path / name for name in "abcd"]
    tickets = [pool.join(ask(working.wait_for, path)) for path in paths[:3]]
    with pytest.raises(TrainingError, match="at most 2 people waiting"):
        pool.join(ask(working.wait_for, paths[3]))
    for ticket in tickets:
        ticket.__exit__()


def test_whoever_leaves_frees_the_place_at_once_and_the_process_ends(make_apart, tmp_path):
    pool = make_apart(places=1)
    busy = pool.join(ask(working.hold, tmp_path / "busy"))
    until(lambda: pids(tmp_path / "busy"))
    (pid,) = pids(tmp_path / "busy")
    with pool.join(ask(working.double, 1)) as next_one:
        assert next_one.ahead() == 0
        busy.__exit__()
        assert next_one.ahead() is None
        assert next_one.wait(SOON)
        assert next_one.result() == 2
    until(lambda: not is_alive(pid))
    with pytest.raises(TrainingError, match="ended without an answer"):
        busy.result()


def test_who_asks_for_the_same_shares_it_until_the_last_one_leaves(make_apart, tmp_path):
    pool = make_apart(places=2)
    path = tmp_path / "same"
    one = pool.join(ask(working.wait_for, path))
    until(lambda: pids(path))
    until(one.news)
    other = pool.join(ask(working.wait_for, path))
    assert other.news() == [(0.0,)]  # what it told before is not missed
    different = pool.join(ask(working.wait_for, tmp_path / "different"))
    assert len(pool._running) == 2
    one.__exit__()
    assert not other.wait(0.05)
    path.touch()
    assert other.wait(SOON)
    assert [other.result()] == pids(path)
    different.__exit__()
    again = pool.join(ask(working.wait_for, path))  # what is over is not shared
    assert again.wait(SOON)
    assert len(pids(path)) == 2


def test_process_that_dies_is_told_and_the_next_work_is_done(make_apart):
    pool = make_apart(places=1)
    with pool.join(ask(working.die)) as ticket:
        assert ticket.wait(SOON)
        with pytest.raises(TrainingError, match="its process ended without an answer"):
            ticket.result()
    with pool.join(ask(working.double, 2)) as ticket:
        assert ticket.wait(SOON)
        assert ticket.result() == 4


def test_work_stands_back_behind_visitors_and_uses_one_thread(make_apart):
    with make_apart().join(ask(working.give, "OMP_NUM_THREADS")) as ticket:
        assert ticket.wait(SOON)
        assert ticket.result()["variable"] == "1"
        assert ticket.result()["nice"] == min(os.nice(0) + NICE, 19)


def test_result_that_cannot_travel_is_a_defect(make_apart):
    with make_apart().join(ask(working.give_what_cannot_travel)) as ticket:
        assert ticket.wait(SOON)
        with pytest.raises(RuntimeError, match=r"in request\.py"):
            ticket.result()


@pytest.mark.skipif(not IS_POSSIBLE, reason="no fork here")
def test_work_goes_on_where_its_forking_process_was_killed(tmp_path):
    pool = Pool(2, module="tests.support.working")
    path = tmp_path / "a"
    with pool.join(ask(working.wait_for, path)) as ticket:
        until(lambda: pids(path))
        pool.close()
        with pool.join(ask(working.double, 3)) as other:  # a new one is started
            assert other.wait(SOON)
            assert other.result() == 6
        path.touch()
        assert ticket.wait(SOON)
        assert [ticket.result()] == pids(path)
    pool.close()
