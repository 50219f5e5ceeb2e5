"""Progress in a terminal: one line that overwrites itself."""

from __future__ import annotations

import sys

from heart.model.loop import EpochRecord


def print_share(what: str, share: float) -> None:
    """What is done so far, to standard error; it goes to a new line at the end."""
    print(f"\r{what}: {share:.0%} ", end="\n" if share == 1 else "", file=sys.stderr, flush=True)


def print_epoch(record: EpochRecord) -> None:
    """One line that overwrites itself; only for terminals."""
    valid = "" if record.valid_loss is None else f"  valid loss {record.valid_loss:.3f}"
    print(
        f"\repoch {record.epoch}  train loss {record.train_loss:.3f}{valid} ",
        end="",
        file=sys.stderr,
        flush=True,
    )


def print_rows(done: int, rows: int) -> None:
    """A bar that overwrites itself; only for terminals."""
    width = 40 * done // rows
    end = "\n" if done == rows else ""
    print(
        f"\r[{'#' * width}{'.' * (40 - width)}] {done:,} of {rows:,} rows",
        end=end,
        file=sys.stderr,
        flush=True,
    )
