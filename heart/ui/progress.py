"""Live progress of training and other long work, which other processes do (heart/work)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import streamlit as st

from heart.charts import loss_curves
from heart.environment import WORKERS, whole_number
from heart.model.loop import EpochRecord, history_frame
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.session import Session
from heart.ui.under_way import under_way
from heart.work import Pool, Request, Ticket

SECONDS_BETWEEN_DRAWINGS = 0.15
ENOUGH_SECONDS, ENOUGH_SHARE = 2.0, 0.02
"""Before so much is done, the time that is left is a guess."""

News = list[tuple[Any, ...]]


class Work(NamedTuple):
    """Long work, and how its progress is shown.

    Attributes:
        request: what is done, in another process.
        write: makes a text and the share that is done of what it tells.
    """

    request: Request
    write: Callable[..., tuple[str, float]]


def work_on(call: Callable[..., Any], what: str = "of the fits") -> Work:
    """Work that takes `on_share`.

    Args:
        call: without it; all that it holds can be pickled.
        what: of which a share is told.
    """
    return Work(Request(call, "on_share"), lambda share: (f"{write_share(share)} {what}", share))


@cache
def get_pool() -> Pool:
    """Where all visitors' long work is done; HEART_WORKERS says how much at once.

    Raises:
        SettingsError: if that is no such number.
    """
    return Pool(whole_number(WORKERS))


def run_long(label: str, key: str, work: Work) -> Any:
    """A button that starts long work, with progress and a way to stop; None until it is done.

    Args:
        label: of the button.
        key: of the button.
        work: what it starts.
    """
    button = st.empty()
    if not button.button(label, type="primary", key=key):
        return None
    return run_now(label, key, work, button)


def run_now(label: str, key: str, work: Work, place: Any = None) -> Any:
    """What long work gives, with its progress and a button that stops it.

    A button inside a fragment could not: Streamlit lets a fragment's run finish before it runs
    another.

    Args:
        label: of the button that began it.
        key: of the button that stops it.
        work: what is done.
        place: where the button to stop is shown.
    """
    with under_way(label), get_pool().join(work.request) as ticket:
        stop = st if place is None else place
        stop.button("Stop", key=f"{key}_stop", help="Ends the work; nothing of it is kept.")
        bar = st.progress(0.0, "Starting …")
        start = None
        for news in follow(ticket, bar):
            start = start or time.monotonic()
            text, share = [work.write(*told) for told in news][-1]  # it may count what it is told
            left = write_left(time.monotonic() - start, share)
            bar.progress(min(share, 1.0), f"{text}{left}")
        bar.empty()
        return ticket.result()


def run_quietly(request: Request, tell: Callable[..., object]) -> Any:
    """What long work gives that nobody pressed a button for; `tell` hears of its latest news.

    Raises:
        HeartError: where it is refused.
    """
    with get_pool().join(request) as ticket:
        for news in follow(ticket, st.empty()):
            tell(*news[-1])
        return ticket.result()


def follow(ticket: Ticket, bar: Any) -> Iterator[News]:
    """What the work tells, as often as it is worth drawing, until it is over; its place in the
    queue before that.

    A press of any button, or the visitor's leaving, ends the run of the page here, and with it the
    visitor's part in the work.
    """
    told = None
    while not ticket.wait(SECONDS_BETWEEN_DRAWINGS):
        "heart" in st.session_state  # noqa: B015  where Streamlit looks whether the run is to end
        ahead = ticket.ahead()
        if ahead is not None and ahead != told:
            bar.progress(0.0, write_queue(ahead))
            told = ahead
        if news := ticket.news():
            yield news


def write_queue(ahead: int) -> str:
    """The place in the queue, in words.

    >>> write_queue(0)
    'All places are taken: yours is the next work to begin'
    >>> write_queue(2)
    'All places are taken: 2 others wait before you'
    """
    if ahead == 0:
        return "All places are taken: yours is the next work to begin"
    before = "1 other waits" if ahead == 1 else f"{ahead} others wait"
    return f"All places are taken: {before} before you"


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


def run_once(session: Session, label: str, key: str, depends_on: object, work: Work) -> Any:
    """What long work gave, as `Session.once` keeps it; before that the button of `run_long`, and
    None.
    """
    kept = session.kept(key, depends_on)
    if kept is None and (result := run_long(label, key, work)) is not None:
        session.keep(key, depends_on, result)
        st.rerun()  # so that the button to stop is gone
    return kept


class LiveProgress:
    """A bar and the loss curves of a training that goes on."""

    def __init__(self, max_epochs: int) -> None:
        self.max_epochs = max_epochs
        self.history: list[EpochRecord] = []
        self.bar = st.progress(0.0, text="Starting …")
        self.chart = st.empty()

    def draw(self, news: News) -> None:
        """Draw what there is, with the epochs that have come."""
        self.history += [record for (record,) in news]
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

    def clear(self) -> None:
        """Remove the bar and the chart."""
        self.bar.empty()
        self.chart.empty()
