"""What a visitor would lose with the session, which a reload of the browser ends; the browser asks
before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from heart.ui.browser_part import browser_part
from heart.ui.session import Session

if TYPE_CHECKING:
    from heart.bundle import Bundle


def ask_before_leaving(session: Session) -> None:
    """Let the browser ask before a reload where something would be lost, and only there."""
    browser_part("unsaved")(
        key="unsaved",
        data={"unsaved": bool(find_unsaved(session))},
        width="content",
        height="content",
    )


def describe_unsaved(session: Session) -> str:
    """What a reload would lose, as a sentence; empty where it would lose nothing."""
    *others, last = find_unsaved(session) or ("",)
    lost = " and ".join([", ".join(others), last] if others else [last])
    return f"A reload of this tab, or closing it, loses {lost}." if lost else ""


def find_unsaved(session: Session) -> tuple[str, ...]:
    """What was made in this session and is nowhere else, in words."""
    return tuple(_find(session))


def _find(session: Session) -> Iterator[str]:
    waiting = sum(
        entry.run.fingerprint not in session.saved and not session.is_in_use(entry.bundle)
        for entry in session.runs.entries
    )
    if waiting:
        yield "a run that is not kept" if waiting == 1 else f"{waiting} runs that are not kept"
    if session.upload is not None:
        yield "your own file of patients"
    if is_unsaved(session):
        yield "the model in use, which was neither kept on the Models page nor downloaded"


def is_unsaved(session: Session) -> bool:
    """Whether the model in use was made in this session and is nowhere else."""
    own = session.own_model
    return own is not None and _fingerprint(session, own) not in session.saved


def note_saved(session: Session, bundle: Bundle) -> None:
    """Remember that this model is now in a file too."""
    session.saved.add(_fingerprint(session, bundle))


def _fingerprint(session: Session, bundle: Bundle) -> str:
    # the Patient page's first paint, before which nothing was trained, does not wait for torch
    from heart.bundle.storage import fingerprint_of  # noqa: PLC0415

    return session.once("fingerprint of a model", bundle, lambda: fingerprint_of(bundle))
