"""So much work at once, and none of it in the event loop."""

import asyncio
import threading

import pytest

from heart.api.desk import Desk
from heart.api.problems import RefusedError
from tests.support.coroutines import complete


async def enter(desk, inside):
    """As many places as asked for, all at once; how many were there."""
    all_in = asyncio.Event()
    entered, refusals = [], []

    async def one():
        try:
            async with desk.place():
                entered.append(True)
                await all_in.wait()
        except RefusedError as refusal:
            refusals.append((refusal.status, refusal.headers["Retry-After"]))

    tasks = [asyncio.create_task(one()) for _ in range(inside)]
    await asyncio.sleep(0)
    all_in.set()
    await asyncio.gather(*tasks)
    assert set(refusals) <= {(503, "1")}
    assert len(entered) + len(refusals) == inside
    return len(entered)


@pytest.mark.parametrize(("asked", "answered"), [(4, 4), (5, 5), (6, 5), (50, 5)])
def test_limit_of_places_is_exact(asked, answered):
    assert complete(enter(Desk(workers=2, waiting=3), asked)) == answered


def test_places_are_free_again_also_after_a_fault():
    desk = Desk(workers=1, waiting=0)

    async def fail():
        async with desk.place():
            raise KeyError

    for _ in range(3):
        with pytest.raises(KeyError):
            complete(fail())
    assert complete(enter(desk, 1)) == 1


def test_work_is_done_beside_the_event_loop_by_so_many_at_once():
    desk = Desk(workers=2, waiting=8)
    running, most, lock = set(), [], threading.Lock()
    both = threading.Barrier(2)

    def work():
        with lock:
            running.add(threading.get_ident())
            most.append(len(running))
        both.wait(10)  # two are at work at once, or this fails
        with lock:
            running.discard(threading.get_ident())
        return threading.current_thread()

    async def all_of_it():
        return await asyncio.gather(*(desk.make(work) for _ in range(6)))

    workers = set(complete(all_of_it()))
    assert (len(workers), max(most)) == (2, 2)
    assert {worker.name.rpartition("_")[0] for worker in workers} == {"heart-api"}
