"""Live progress of training and other long work, and the bound on how much runs at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import streamlit as st

from heart.charts import loss_curves
from heart.errors import TrainingError
from heart.model.loop import EpochRecord, history_frame
from heart.ui.cache import show_chart
from heart.ui.session import Session

MAX_TRAININGS = 2
SECONDS_BETWEEN_DRAWINGS = 0.15
ENOUGH_SECONDS, ENOUGH_SHARE = 2.0, 0.02
"""Before so much is done, the time that is left is a guess."""

T = TypeVar("T")
Tell = Callable[[str, float], None]
"""What long work calls as it goes on, with a text and the share that is done."""

_slots = threading.BoundedSemaphore(MAX_TRAININGS)


@contextmanager
def training_slot() -> Iterator[None]:
    """One of the few places for a training run.

    Raises:
        TrainingError: if all are taken; it says so at once instead of waiting.
    """
    if not _slots.acquire(blocking=False):
        raise TrainingError(
            f"at most {MAX_TRAININGS} trainings at once",
            "that many already running",
            "Try again in a minute.",
        )
    try:
        yield
    finally:
        _slots.release()


def run_long(label: str, key: str, work: Callable[[Tell], T]) -> T | None:
    """A button that starts long work, with progress and a way to stop; None until it is done.

    Args:
        label: of the button.
        key: of the button.
        work: takes a function of a text and a share, which it calls as it goes on.
    """
    button = st.empty()
    if not button.button(label, type="primary", key=key):
        return None
    return run_now(key, work, button)


def run_now(key: str, work: Callable[[Tell], T], place: Any = None) -> T:
    """What long work gives, with its progress and a button that stops it.

    A button inside a fragment could not: Streamlit lets a fragment's run finish before it runs
    another.

    Args:
        key: of the button.
        work: as for `run_long`.
        place: where the button to stop is shown.
    """
    with training_slot():
        stop = st if place is None else place
        stop.button("Stop", key=f"{key}_stop", help="Ends the work; nothing of it is kept.")
        bar = st.progress(0.0, "Starting …")
        start = time.monotonic()

        def tell(text: str, share: float) -> None:
            left = write_left(time.monotonic() - start, share)
            bar.progress(min(share, 1.0), f"{text}{left}")

        result = work(tell)
        bar.empty()
    return result


def write_duration(seconds: float) -> str:
    """A guess before work begins, in words; once it runs, `write_left` knows better.

    >>> write_duration(4), write_duration(41), write_duration(170)
    ('a few seconds', 'about 40 seconds', 'about 3 minutes')
    """
    if seconds < 8:
        return "a few seconds"
    if seconds < 90:
        return f"about {5 * round(seconds / 5)} seconds"
    return f"about {round(seconds / 60)} minutes"


def write_left(elapsed: float, share: float) -> str:
    """How long work is going to take, if it goes on as it did; empty as long as that says little.

    Args:
        elapsed: seconds since it began.
        share: of the work that is done in them.

    >>> write_left(10, 0.25), write_left(10, 0.95), write_left(60, 0.2), write_left(0.5, 0.1)
    (', about 30 s left', ', a few seconds left', ', about 4 min left', '')
    """
    if elapsed < ENOUGH_SECONDS or not ENOUGH_SHARE <= share < 1:
        return ""
    left = elapsed * (1 - share) / share
    if left < 7.5:
        return ", a few seconds left"
    if left < 90:
        return f", about {5 * round(left / 5)} s left"
    return f", about {round(left / 60)} min left"


def run_once(
    session: Session, label: str, key: str, depends_on: object, work: Callable[[Tell], T]
) -> T | None:
    """What long work gave, as `Session.once` keeps it; before that the button of `run_long`, and
    None.
    """
    kept: T | None = session.kept(key, depends_on)
    if kept is None and (result := run_long(label, key, work)) is not None:
        session.once(key, depends_on, lambda: result)
        st.rerun()  # so that the button to stop is gone
    return kept


class LiveProgress:
    """An `on_epoch_end` callback that draws a bar and the loss curves; a press of any button ends
    the training at the next epoch.

    Streamlit ends a script that is asked to run again at its next drawing, by an exception that
    passes through the training loop.
    """

    def __init__(self, max_epochs: int) -> None:
        self.max_epochs = max_epochs
        self.history: list[EpochRecord] = []
        self.bar = st.progress(0.0, text="Epoch 0")
        self.chart = st.empty()
        self.drawn_at = 0.0

    def __call__(self, record: EpochRecord) -> None:
        """Note the epoch; draw if the last drawing is long enough ago."""
        self.history.append(record)
        if time.monotonic() - self.drawn_at >= SECONDS_BETWEEN_DRAWINGS:
            self.draw()

    def draw(self) -> None:
        """Draw what there is."""
        record = self.history[-1]
        valid = "" if record.valid_loss is None else f", valid loss {record.valid_loss:.3f}"
        self.bar.progress(
            record.epoch / self.max_epochs,
            text=(
                f"Epoch {record.epoch} of at most {self.max_epochs}: train loss"
                f" {record.train_loss:.3f}{valid}"
            ),
        )
        show_chart(
            loss_curves,
            history_frame(self.history),
            alt="Loss on the train and valid parts against the epoch, so far",
            container=self.chart,
        )
        self.drawn_at = time.monotonic()

    def clear(self) -> None:
        """Remove the bar and the chart."""
        self.bar.empty()
        self.chart.empty()
