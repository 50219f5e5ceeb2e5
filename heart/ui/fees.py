"""A table of fees that a visitor can change, for the session."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from heart.evaluation.fees import FEES, SOURCE, STEPS, Fees, with_fee
from heart.schema import FEATURES
from heart.ui.session import Session

_DOLLARS = st.column_config.NumberColumn(format="%.2f")


def current_fees(session: Session) -> Fees:
    """The fees of this session: the schedule's, until the visitor changes them."""
    return session.fees or FEES


def edit_fees(session: Session, *, key: str) -> None:
    """The table of fees, folded away; a change counts on every page of this session.

    Raises:
        SettingsError: for a fee that cannot be; the others stay as they were.
    """
    folded = st.expander("Prices", key=f"{key}_prices", on_change="rerun")
    if not folded.open:
        return
    with folded:
        st.caption(
            f"{SOURCE}. Thirty years old: the ratios teach, the sums do not. The first of a group"
            " that is ordered costs the full fee, each further one the second. The schedule bills"
            " the heart rate with the thallium scan (group B), though it is read off in the"
            " exercise test; give it group C to bill it there. Changes hold for this session."
        )
        shown = fees_table(current_fees(session))
        edited = st.data_editor(
            shown,
            key=f"{key}_{hash(tuple(current_fees(session).values()))}",
            disabled=["measurement", "step"],
            hide_index=True,
            num_rows="fixed",
            height="content",
            column_config=dict.fromkeys(("fee", "fee in its group"), _DOLLARS),
        )
        if st.button("The schedule's prices again", key=f"{key}_reset"):
            session.fees = None
            st.rerun()
        if not edited.equals(shown):
            session.fees = read_fees(edited)
            st.rerun(scope="app")


def fees_table(fees: Fees) -> pd.DataFrame:
    """One row a feature: `measurement`, `fee`, `fee in its group`, `group`, `step`."""
    steps = {name: step.title for step in STEPS.values() for name in step.features}
    return pd.DataFrame(
        {
            "measurement": [f.label for f in FEATURES],
            "fee": [fees[f.name].full for f in FEATURES],
            "fee in its group": [fees[f.name].discounted for f in FEATURES],
            "group": [fees[f.name].group for f in FEATURES],
            "step": [steps[f.name] for f in FEATURES],
        }
    )


def read_fees(table: pd.DataFrame) -> Fees:
    """The fees of a changed table.

    Raises:
        SettingsError: for one that cannot be.
    """
    fees = FEES
    for entry, row in zip(FEATURES, table.to_dict("records"), strict=True):
        group = row["group"] if isinstance(row["group"], str) else ""
        fees = with_fee(fees, entry.name, row["fee"], row["fee in its group"], group)
    return fees
