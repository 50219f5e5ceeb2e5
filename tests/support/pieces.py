"""Pieces of work for a cluster, and long work of a page that is cut into them: functions of a
module, for workers import them. As a program it forks processes that do such work, as
`heart.work.server` does, and imports of that what it needs.
"""

import os
import time
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from heart.apart.serving import serve
from heart.cluster.spread import spread_all
from heart.errors import CohortError
from heart.work.server import NICE, work

PATIENCE_S = 60
A_MARK_S = 0.1
MARKS = 200


def square(shared, task):
    return shared + task * task


def pid_of_slow(_, __):
    time.sleep(0.05)
    return os.getpid()


def mark_slowly(folder, task):
    Path(folder, str(task)).touch()
    time.sleep(A_MARK_S)


def refuse(_, __):
    expected, found, action = "a table", "nothing", "Choose another file."
    raise CohortError(expected, found, action)


def hang_once(folder, task):
    """The first one waits to be killed, when it is done for the first time; who waits is in the
    folder.
    """
    if task == 0:
        wait_once(Path(folder))
    return task


def score_or_hang(plan, part):
    """Score a part; the second one is begun, and whoever did it first waits to be killed."""
    from heart.scoring.parts import score_part  # noqa: PLC0415  imports torch

    target = Path(part.target)
    if target.stem == "b":
        target.with_suffix(".begun").touch()
        wait_once(target.parent.parent)
        target.with_suffix(".begun").unlink(missing_ok=True)
    return score_part(plan, part)


def wait_once(folder):
    """Wait to be killed, whoever comes first; who it is stands in the folder."""
    mark = folder / "waiting"
    if not mark.exists():
        write_whole(mark, str(os.getpid()))
        time.sleep(PATIENCE_S)


def write_whole(mark, text):
    beside = mark.with_suffix(".part")
    beside.write_text(text)
    beside.rename(mark)


@contextmanager
def when_waiting(folder, do):
    """Do something as soon as a process waits, whose number is then in what this gives."""
    pids = []

    def follow():
        pids.append(int(wait_for(Path(folder) / "waiting")))
        do(pids[0])

    thread = Thread(target=follow)
    thread.start()
    yield pids
    thread.join()


def wait_for(mark):
    """What is in a file that is about to appear."""
    for _ in range(PATIENCE_S * 100):
        if mark.exists():
            return mark.read_text()
        time.sleep(0.01)
    raise TimeoutError


def spread_squares(scheduler, *, on_share):
    """As long work of a page that is shared out."""
    return spread_all(square, range(5), shared=7, scheduler=scheduler, on_share=on_share)


def spread_marks(scheduler, folder, *, on_share):
    """So many pieces that nobody waits for the last."""
    tasks = range(MARKS)
    spread_all(mark_slowly, tasks, shared=folder, scheduler=scheduler, on_share=on_share)


def spread_hanging(scheduler, folder, *, on_share):
    """One piece waits to be killed."""
    spread_all(hang_once, [1, 0], shared=str(folder), scheduler=scheduler, on_share=on_share)


if __name__ == "__main__":
    import distributed  # noqa: F401  once, for all that are forked

    serve(work, nice=NICE)
