"""Pieces of work for a cluster: functions of a module, for workers import them."""

import os
import time
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from heart.errors import CohortError
from heart.scoring.parts import score_part

PATIENCE_S = 60


def square(shared, task):
    return shared + task * task


def pid_of_slow(_, __):
    time.sleep(0.05)
    return os.getpid()


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
