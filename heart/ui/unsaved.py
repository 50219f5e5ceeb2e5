"""What a visitor would lose with the session, which a reload of the browser ends; the browser asks
before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from heart.markdown import code
from heart.ui.browser_part import browser_part
from heart.ui.session import Session, get_session
from heart.ui.session_runs import MAX_RUNS
from heart.ui.under_way import is_name

if TYPE_CHECKING:
    from heart.bundle import Bundle

_NAME = "unsaved"


class Unsaved(NamedTuple):
    """What was made in a session and is nowhere else.

    Attributes:
        runs: trainings.
        upload: whether there is a file of the visitor's own, 0 or 1.
        model: whether there is a model in use that was made here, 0 or 1.
    """

    runs: int
    upload: int
    model: int

    def words(self) -> tuple[str, ...]:
        """Each of them."""
        runs = "a run that is not kept" if self.runs == 1 else f"{self.runs} runs that are not kept"
        named = (
            (self.runs, runs),
            (self.upload, "your own file of patients"),
            (
                self.model,
                "the model in use, which was neither kept on the Models page nor downloaded",
            ),
        )
        return tuple(words for count, words in named if count)


def ask_before_leaving(session: Session) -> None:
    """Let the browser ask before a reload where something would be lost, and only there; and tell
    what was lost if it comes back to a server that has begun anew, or has waited long enough.
    """
    unsaved = count_unsaved(session)
    data = {"unsaved": any(unsaved), "held": list(unsaved), "session": session.token}
    browser_part(_NAME)(
        key=_NAME,
        # other data after long work, so that the browser hears that it is over, stopped or not
        data={**data, "works": session.works},
        on_lost_change=_note_lost,
        width="content",
        height="content",
    )


def _note_lost() -> None:
    """Take what the browser held of an earlier session, which may be anything."""
    told = st.session_state[_NAME].get("lost")
    if not isinstance(told, Sequence) or len(told) != len(Unsaved._fields) + 1:
        return
    *counts, work = told
    if all(type(n) is int for n in counts) and is_name(work):
        session = get_session()
        session.lost = Unsaved(*(min(max(n, 0), MAX_RUNS) for n in counts)).words()
        session.interrupted = work


def show_lost(session: Session) -> None:
    """What an earlier session held or did and this one does not, until it is read."""
    if not (session.lost or session.interrupted):
        return
    with st.container(border=True):
        st.warning(describe_lost(session), icon=":material/link_off:")
        if st.button("I have read it", key="lost_read"):
            session.lost, session.interrupted = (), ""
            st.rerun()


def describe_lost(session: Session) -> str:
    """What an earlier session held and which work was under way there, as Markdown."""
    said = ["The connection to this server had ended, and this is a new session."]
    if session.lost:
        said.append(f"What only the earlier one held is lost: {_list(session.lost)}.")
    if session.interrupted:
        name = code(session.interrupted)
        said.append(f"{name} was under way then; nothing of it was kept. Start it again.")
    return " ".join(said)


def describe_unsaved(session: Session) -> str:
    """What a reload would lose, as a sentence; empty where it would lose nothing."""
    lost = _list(find_unsaved(session))
    return f"A reload of this tab, or closing it, loses {lost}." if lost else ""


def _list(words: Sequence[str]) -> str:
    *others, last = words or ("",)
    return " and ".join([", ".join(others), last] if others else [last])


def find_unsaved(session: Session) -> tuple[str, ...]:
    """What was made in this session and is nowhere else, in words."""
    return count_unsaved(session).words()


def count_unsaved(session: Session) -> Unsaved:
    """How much was made in this session and is nowhere else."""
    waiting = sum(
        entry.run.fingerprint not in session.saved and not session.is_in_use(entry.bundle)
        for entry in session.runs.entries
    )
    return Unsaved(waiting, int(session.upload is not None), int(is_unsaved(session)))


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
