"""Pieces of work side by side: the same answers, one progress, one way to end them all."""

from threading import current_thread, main_thread

import pytest
import torch
from threadpoolctl import ThreadpoolController

from heart.model.side_by_side import count_workers, side_by_side


@pytest.fixture(params=[1, 3], ids=["one after another", "three at once"])
def threads(request):
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def double(task, tell):
    tell(0.5)
    tell(1.0)
    return 2 * task


@pytest.mark.usefixtures("threads")
def test_answers_are_in_the_order_of_the_tasks():
    assert side_by_side(double, range(20)) == list(range(0, 40, 2))


def test_a_single_worker_is_the_calling_thread(threads):
    workers = set(side_by_side(lambda _, __: current_thread(), range(6)))
    assert (workers == {main_thread()}) == (threads == 1)


@pytest.mark.usefixtures("threads")
def test_no_task_has_no_answer():
    assert side_by_side(double, []) == []


@pytest.mark.usefixtures("threads")
def test_shares_grow_to_the_whole_by_size_and_are_told_in_the_calling_thread():
    told = []
    side_by_side(
        double,
        [1, 2, 3],
        sizes=[1, 2, 5],
        on_share=lambda share: told.append((share, current_thread())),
    )
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert len(shares) == 6
    assert set(shares) <= {part / 16 for part in range(17)}
    assert shares[-1] == 1
    assert {thread for _, thread in told} == {main_thread()}


def test_each_piece_computes_with_one_thread_and_begins_no_others(threads):
    def look(_, __):
        blas = ThreadpoolController().select(user_api="blas").info()
        return torch.get_num_threads(), count_workers(9), *{each["num_threads"] for each in blas}

    assert set(side_by_side(look, range(6))) == {(1, 1, 1)}
    assert torch.get_num_threads() == threads


def test_what_a_piece_raises_is_raised_and_the_others_end(threads):
    def fail(task, tell):
        if task == 1:
            raise ValueError("the second")
        while task > 1:  # until telling raises
            tell(0.0)
        return task

    with pytest.raises(ValueError, match="the second"):
        side_by_side(fail, range(4))
    assert torch.get_num_threads() == threads


def test_what_the_listener_raises_ends_all_work(threads):
    ended = []

    def endless(task, tell):
        try:
            while True:
                tell(0.0)
        finally:
            ended.append(task)

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        side_by_side(endless, range(9), on_share=stop)
    assert len(ended) <= threads  # what had not begun never does
