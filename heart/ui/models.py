"""The models page: the registry's list, and what can be done with a bundle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, count

import pandas as pd
import streamlit as st

from heart.bundle import Bundle
from heart.bundle.layout import MAX_NAME
from heart.bundle.registry import Entry, Listing, Registry, open_registry
from heart.errors import HeartError
from heart.evaluation.figures import METRICS, write_figure
from heart.markdown import code
from heart.shares import write_share
from heart.ui.downloads import offer_csv
from heart.ui.errors import hide_folders, show_error
from heart.ui.session import Origin, Session
from heart.ui.shared import load_shared
from heart.ui.unsaved import describe_unsaved, note_saved
from heart.ui.visitor import name_lock, open_for_visitor

IN_USE = "the model in use"
_ASKING = "registry_asking"
"""The model that is to become the active one, while that is being asked."""


def show_models(session: Session) -> Listing:
    """The list."""
    registry = open_for_visitor()
    listing = registry.read()
    if registry.read_only:
        st.info(
            f"{name_lock()} Take one into use, or download it.",
            icon=":material/lock:",
        )
    table = models_table(listing, session.bundle)
    st.dataframe(table, hide_index=True, width="stretch")
    offer_csv("models.csv", table)
    return listing


def models_table(listing: Listing, in_use: Bundle) -> pd.DataFrame:
    """One row a file, all text; a file that cannot be read says why."""
    rows = [_row(entry, listing.active, in_use) for entry in listing.entries]
    return pd.DataFrame(rows).fillna("")


def _row(entry: Entry, active: str, in_use: Bundle | None) -> dict[str, str]:
    bundle = entry.about
    if bundle is None:
        return {
            "name": entry.name,
            "state": "cannot be read",
            "cohort": hide_folders(entry.problem),
        }
    figures = bundle.metrics["test"]["figures"]
    states = {
        "active": entry.name == active,
        "in use": in_use is not None
        and (bundle.name, bundle.created_at) == (in_use.name, in_use.created_at),
    }
    return {
        "name": entry.name,
        "state": ", ".join(state for state, holds in states.items() if holds),
        "cohort": f"{bundle.data.cohort} ({bundle.data.n})",
        "made": bundle.created_at.replace("T", " ").replace("+00:00", " UTC"),
        **{
            f"{METRICS[name].words} on test": write_figure(figures[name], name)
            for name in ("roc_auc", "log_loss")
        },
        "threshold": write_share(bundle.threshold.value, digits=1),
        "fingerprint": f"{bundle.data.fingerprint[:12]}…",
    }


def show_actions(session: Session, listing: Listing) -> None:
    """Use, download, make active, rename or delete one bundle."""
    registry = open_for_visitor()
    names = [entry.name for entry in listing.entries]
    if len(names) == 1:
        st.info(
            "No model is kept here yet, beside the one that comes with the app."
            f"{'' if registry.read_only else ' Train one, then keep it below.'}",
            icon=":material/stacks:",
        )
    first = names.index(listing.active)
    name = st.selectbox("A model of the list", names, index=first, key="registry_name", width=320)
    chosen = next(entry for entry in listing.entries if entry.name == name)
    with st.container(horizontal=True):
        if chosen.about is not None:
            _show_using(session, registry, name)
        if not registry.read_only:
            _show_changing(session, registry, chosen, listing.active)
    if not registry.read_only and (asked := st.session_state.get(_ASKING)):
        _ask_to_activate(session, listing, asked)


def _show_using(session: Session, registry: Registry, name: str) -> None:
    in_use = is_in_use(session, name)
    if st.button(
        "Use in this session",
        type="secondary" if in_use else "primary",
        disabled=in_use,
        key="registry_use",
    ):
        session.use(load_shared(registry.path_of(name)), Origin.KEPT)
        st.rerun()
    content = registry.path_of(name).read_bytes()
    st.download_button(
        "Download",
        content,
        f"{name}.joblib",
        "application/octet-stream",
        on_click="ignore",
        key="registry_download",
    )


def _show_changing(session: Session, registry: Registry, chosen: Entry, active: str) -> None:
    name = chosen.name
    if chosen.about is not None and st.button(
        "Make it the active one",
        help="New visitors and the command line start with it. You are asked first.",
        disabled=name == active,
    ):
        st.session_state[_ASKING] = name
    if chosen.about is not None:
        with st.popover("Rename"):
            new = st.text_input(
                "New name", key="registry_new_name", help="Letters, digits, - and _, at most 64."
            )
            if st.button("Rename it", key="registry_rename") and new:
                _try(session, lambda: registry.rename(name, new), "The model was renamed.")
    with st.popover("Delete"):
        st.text(f"{name} will be gone for good.")
        typed = st.text_input("Type its name to confirm", key="registry_typed")
        if st.button("Delete it for good", key="registry_delete", disabled=typed != name):
            _try(session, lambda: registry.delete(name), "The model was deleted.")


def _stop_asking() -> None:
    st.session_state.pop(_ASKING, None)


@st.dialog("Make it the active model for everybody?", on_dismiss=_stop_asking)
def _ask_to_activate(session: Session, listing: Listing, name: str) -> None:
    """What will change and for whom, then yes or no."""
    st.markdown(
        "Whoever opens the app from now on starts with it, and so does this server's command line"
        " where no bundle is named. Visitors who are here already keep the model that they use, and"
        " so do you."
    )
    st.table(active_table(listing, name))
    with st.container(horizontal=True):
        if st.button("Make it active for everybody", type="primary", key="registry_activate"):
            _stop_asking()
            activate = open_for_visitor().activate
            _try(session, lambda: activate(name), "It is now the active model for everybody.")
        if st.button("Leave it as it is", key="registry_leave"):
            _stop_asking()
            st.rerun()


def active_table(listing: Listing, name: str) -> pd.DataFrame:
    """The active model now and then: name, patients, threshold and figures on test, all text."""
    entries = {entry.name: entry for entry in listing.entries}
    columns = {"now": entries[listing.active], "then": entries[name]}
    return pd.DataFrame({when: _describe(entry) for when, entry in columns.items()}).fillna("")


def _describe(entry: Entry) -> dict[str, str]:
    row = _row(entry, "", None)
    if entry.about is None:
        return {"name": code(entry.name), "state": row["state"]}
    figures = {name: cell for name, cell in row.items() if name.endswith("on test")}
    names = {name: code(row[name]) for name in ("name", "cohort")}
    return {**names, "threshold": row["threshold"], **figures}


def _try(session: Session, change: Callable[[], object], message: str) -> None:
    """Carry out a change and say so on the page as it is then; a mistake is shown where it
    happens.
    """
    try:
        change()
    except HeartError as error:
        show_error(error)
        return
    session.told.append(message)
    st.rerun()


def show_saving(session: Session) -> None:
    """The model in use, kept under a name, and what a reload would lose."""
    registry = open_for_visitor()
    if lost := describe_unsaved(session):
        st.caption(lost)
    if registry.read_only:
        st.caption("You cannot keep it here. Download the model on the Bundle page instead.")
        return
    name = st.text_input(
        "Name",
        value=_free_name(session.bundle.name, registry.names()),
        help="Letters, digits, - and _, at most 64.",
        width=320,
    )
    if st.button("Keep it"):
        _try(session, lambda: _keep(session, registry, name), "The model is kept.")


def _free_name(name: str, taken: Sequence[str]) -> str:
    """The name, with a number behind it where it is taken.

    >>> _free_name("mine", ["other"]), _free_name("mine", ["mine", "mine-2"])
    ('mine', 'mine-3')
    """
    numbered = (f"{name[: MAX_NAME - 4]}-{k}" for k in count(2))
    return next(one for one in chain([name], numbered) if one not in taken)


def _keep(session: Session, registry: Registry, name: str) -> None:
    registry.save(session.bundle, name)
    note_saved(session, session.bundle)


def bundle_of(session: Session, name: str) -> Bundle:
    """The model in use, or the registry's of that name."""
    return session.bundle if name == IN_USE else load_shared(open_registry().path_of(name))


def is_in_use(session: Session, name: str) -> bool:
    """Whether the name stands for the very bundle in use; only one of its own name can be it."""
    may_be = name in (IN_USE, session.bundle.name)
    return may_be and bundle_of(session, name) is session.bundle
