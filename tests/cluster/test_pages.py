"""What a page asks for, in a process of the pool that asks a scheduler: told, stopped, lost."""

import time

import pytest

from heart.apart.forks import IS_POSSIBLE
from heart.cluster.client import connect
from heart.errors import ClusterError
from heart.work import Pool
from tests.support import pieces
from tests.support.pooled import SOON, ask, until


@pytest.fixture(scope="module")
def pool():
    if not IS_POSSIBLE:
        pytest.skip("no fork here")
    made = Pool(2, module="tests.support.pieces")
    yield made
    made.close()


def test_process_of_the_pool_shares_its_work_out_and_tells_of_it(pool, two_workers):
    with pool.join(ask(pieces.spread_squares, two_workers)) as ticket:
        assert ticket.wait(SOON)
        assert ticket.result() == [7, 8, 11, 16, 23]
        assert ticket.news()[-1] == (1.0,)


def test_visitor_who_leaves_gives_the_workers_back(pool, two_workers, tmp_path):
    with pool.join(ask(pieces.spread_marks, two_workers, tmp_path)):
        until(lambda: list(tmp_path.iterdir()))
    with connect(two_workers) as client:
        until(lambda: not client.run_on_scheduler(_count_tasks))
    begun = len(list(tmp_path.iterdir()))
    assert begun < pieces.MARKS
    time.sleep(5 * pieces.A_MARK_S)
    assert len(list(tmp_path.iterdir())) == begun


def _count_tasks(dask_scheduler):
    return len(dask_scheduler.tasks)


def test_lost_scheduler_is_an_error_that_the_page_can_show(pool, clusters, tmp_path):
    scheduler = clusters.start_scheduler()
    worker = clusters.start_worker(scheduler)
    with (
        pool.join(ask(pieces.spread_hanging, scheduler.address, tmp_path)) as ticket,
        pieces.when_waiting(tmp_path, lambda _: scheduler.kill()),
    ):
        assert ticket.wait(SOON)
        with pytest.raises(ClusterError, match=r"connection that ended.*repeat the command"):
            ticket.result()
    worker.kill()
