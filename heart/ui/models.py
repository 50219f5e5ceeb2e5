"""The models page: the registry's list, and what can be done with a bundle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from heart.errors import HeartError
from heart.ui.cache import load_shared
from heart.ui.errors import show_error
from heart.ui.results import format_figure
from heart.ui.session import Session

if TYPE_CHECKING:
    from heart.bundle import Bundle
    from heart.bundle.registry import Entry, Registry

_DONE = "registry_done"


def find_registry() -> Registry:
    """The registry of this server."""
    from heart.bundle.registry import open_registry  # noqa: PLC0415  torch waits until it is needed

    return open_registry()


def show_models(session: Session) -> list[Entry]:
    """The list, and what was last done to it."""
    registry = find_registry()
    entries = registry.entries()
    notes = st.container()  # always there: what comes and goes above an open popover would close it
    if message := st.session_state.pop(_DONE, None):
        notes.success(message, icon="✅")
    if registry.read_only:
        notes.info(
            "This server's models cannot be changed from here: take one into use, or download it.",
            icon="🔒",
        )
    st.dataframe(
        models_table(entries, registry.active_path.stem, session.bundle),
        hide_index=True,
        width="stretch",
    )
    return entries


def models_table(entries: Sequence[Entry], active: str, in_use: Bundle) -> pd.DataFrame:
    """One row a file, all text; a file that cannot be read says why."""
    return pd.DataFrame([_row(entry, active, in_use) for entry in entries]).fillna("")


def _row(entry: Entry, active: str, in_use: Bundle) -> dict[str, str]:
    bundle = entry.bundle
    if bundle is None:
        return {"name": entry.name, "state": "cannot be read", "cohort": entry.problem}
    figures = bundle.metrics["test"]["figures"]
    states = {
        "active": entry.name == active,
        "in use": bundle.name == in_use.name and bundle.created_at == in_use.created_at,
    }
    return {
        "name": entry.name,
        "state": ", ".join(state for state, holds in states.items() if holds),
        "cohort": f"{bundle.data.cohort} ({bundle.data.n})",
        "made": bundle.created_at.replace("T", " ").replace("+00:00", " UTC"),
        "ROC AUC on test": format_figure(figures["roc_auc"]),
        "log-loss on test": format_figure(figures["log_loss"]),
        "threshold": f"{bundle.threshold.value:.1%}",
        "fingerprint": f"{bundle.data.fingerprint[:12]}…",
    }


def show_actions(session: Session, entries: Sequence[Entry]) -> None:
    """Use, download, make active, rename or delete one bundle."""
    registry = find_registry()
    names = [entry.name for entry in entries]
    if len(names) == 1:
        st.info(
            "No model is kept here yet, beside the one that comes with the app. Train one, then"
            " keep it below.",
            icon="🗂️",
        )
    first = names.index(registry.active_path.stem)
    name = st.selectbox("A model of the list", names, index=first, key="registry_name", width=320)
    chosen = next(entry for entry in entries if entry.name == name)
    with st.container(horizontal=True):
        if chosen.bundle is not None:
            _show_using(session, registry, chosen.bundle, name)
        if not registry.read_only:
            _show_changing(registry, chosen, name)


def _show_using(session: Session, registry: Registry, bundle: Bundle, name: str) -> None:
    if st.button("Use in this session", type="primary", key="registry_use"):
        session.use(load_shared(registry.path_of(name)), "from the models of this server")
        _finish("That model is now in use on every page.")
    content = registry.path_of(name).read_bytes()
    st.download_button(
        "Download",
        content,
        f"{bundle.name}.joblib",
        "application/octet-stream",
        on_click="ignore",
        key="registry_download",
    )


def _show_changing(registry: Registry, chosen: Entry, name: str) -> None:
    if chosen.bundle is not None and st.button(
        "Make it the active one", help="New visitors and the command line start with it."
    ):
        _try(lambda: registry.activate(name), "It is now the active one.")
    if chosen.bundle is not None:
        with st.popover("Rename"):
            new = st.text_input(
                "New name", key="registry_new_name", help="Letters, digits, - and _, at most 64."
            )
            if st.button("Rename it", key="registry_rename") and new:
                _try(lambda: registry.rename(name, new), "The model was renamed.")
    with st.popover("Delete"):
        st.text(f"{name} will be gone for good.")
        typed = st.text_input("Type its name to confirm", key="registry_typed")
        if st.button("Delete it for good", key="registry_delete", disabled=typed != name):
            _try(lambda: registry.delete(name), "The model was deleted.")


def _try(change: Callable[[], object], message: str) -> None:
    """Carry out a change; its mistake is shown where it happens."""
    try:
        change()
    except HeartError as error:
        show_error(error)
        return
    _finish(message)


def _finish(message: str) -> None:
    """Show the page anew, with a message on top."""
    st.session_state[_DONE] = message
    st.rerun()


def show_saving(session: Session) -> None:
    """The model in use, kept under a name."""
    registry = find_registry()
    if registry.read_only:
        st.caption("Here nothing can be kept. Download the model on the Bundle page instead.")
        return
    name = st.text_input(
        "Name", value=session.bundle.name, help="Letters, digits, - and _, at most 64.", width=320
    )
    if st.button("Keep it"):
        _try(lambda: registry.save(session.bundle, name), "The model is kept.")
