"""What is told to whoever runs a server: a few kinds of events, each with facts of its own, and a
formatter that writes one line of JSON a record.

No value of a patient can be told: a fact is one of those below, and an exception is its kind and
its place in the program.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

EVENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "server start": ("version",),
        "server ready": ("seconds",),
        "server stop": (),
        "work start": ("work",),
        "work end": ("work", "outcome", "seconds"),
        "registry": ("what", "name", "new_name", "who", "fingerprint", "outcome"),
        "request": ("method", "route", "status", "ms"),
    }
)
"""The facts of each kind of event."""

DONE, FAILED = "done", "failed"

MOST = 500
"""Characters of a text that is told."""

log = logging.getLogger(__name__)


def tell(event: str, **facts: str | float | None) -> None:
    """Write an event down, where somebody wants to hear of it.

    Args:
        event: one of `EVENTS`.
        facts: all of those it has.

    Raises:
        ValueError: for others; it says which, and not what they are.
    """
    if set(facts) != set(EVENTS[event]):
        raise ValueError(f"{event} has {', '.join(EVENTS[event])}, not {', '.join(facts)}")
    log.info(event, extra={"facts": {"event": event, **facts}})


class JsonLines(logging.Formatter):
    """One line of JSON a record: `at` (UTC), `level`, `logger`, then the facts of an event, or
    `message`; of an exception `error` and `where` instead of its words, which quote values.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "logger": record.name}
        return json.dumps(line | _content_of(record))


def _content_of(record: logging.LogRecord) -> dict[str, object]:
    if record.exc_info and record.exc_info[1] is not None:
        kind, where = describe_fault(record.exc_info[1])
        return {"error": kind, "where": where}
    facts = getattr(record, "facts", None)
    told: dict[str, object] = facts if isinstance(facts, dict) else {"message": record.getMessage()}
    return {name: fact[:MOST] if isinstance(fact, str) else fact for name, fact in told.items()}


def describe_fault(error: BaseException) -> tuple[str, str]:
    """An exception's kind, and its place in the program."""
    frames = traceback.extract_tb(error.__traceback__)[-1:]
    where = f"{Path(frames[0].filename).name}:{frames[0].lineno}" if frames else "an unknown place"
    return type(error).__name__, where
