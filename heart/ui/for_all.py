"""What is made once for all visitors: what the shipped model gives with nothing of a visitor's
own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from heart.ui.session import Origin, Session, is_same

T = TypeVar("T")

_made: dict[str, tuple[object, Any]] = {}


def once_for_all(session: Session, key: str, depends_on: object, make: Callable[[], T]) -> T:
    """As `Session.once`, but what depends on the shipped model and shipped patients alone is made
    for all visitors. Each key keeps the first of it: whoever depends on something else makes that
    for the session alone. Nobody changes what is kept.
    """
    shared = _made.get(key)
    if shared is not None and is_same(shared[0], depends_on):
        value: T = shared[1]
        return value
    value = session.once(key, depends_on, make)
    if _is_shipped(session):
        _made.setdefault(key, (depends_on, value))
    return value


def _is_shipped(session: Session) -> bool:
    """Whether neither the model in use nor any patients are a visitor's own."""
    model = session.model
    untouched = model.origin is Origin.SHIPPED and not model.changes
    return untouched and session.upload is None and not session.trained_on
