"""When the server looks for garbage: every twenty seconds while people use it, not after every run.

Streamlit's own collection after each run (`runner.postScriptGC`) looks at everything that all
visitors hold, with all of them waiting: under fifty people that was half of the server's work
(benchmarks/load.py). Most of what a run leaves is freed without a collection, what is not can wait.
"""

from __future__ import annotations

import gc
import threading

INTERVAL_S = 20.0
"""With what fifty people hold, a collection has everybody wait for a tenth of a second."""

YOUNG = 20_000
"""So many objects more than were freed have the interpreter look through the young ones by itself;
its own 700 are made many times a run.
"""

_stopped = threading.Event()


def freeze() -> None:
    """Take what will never be freed, like the libraries, out of the collector's sight. Nothing
    large may be imported after the last time.
    """
    gc.collect()
    gc.freeze()


def collect_now_and_then() -> None:
    """From now on, in a thread: collect every twenty seconds, where anything was made since."""
    gc.set_threshold(YOUNG)
    threading.Thread(target=_collect, name="heart-collector", daemon=True).start()


def _collect() -> None:
    while not _stopped.wait(INTERVAL_S):
        if is_due():
            gc.collect()


def is_due() -> bool:
    """Whether enough was made since the last collection to look for garbage."""
    young, middle, old = gc.get_count()
    return bool(middle or old or young > YOUNG // 2)
