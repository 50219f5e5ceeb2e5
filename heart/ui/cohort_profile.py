"""The cohort page's glance: every feature by outcome, what is missing where, hospitals side by
side, and what goes together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from heart.charts.cohort import (
    association_matrix,
    missing_matrix,
    missing_values,
    small_feature_by_outcome,
)
from heart.data import Cohort
from heart.data.profile import (
    MIN_PATIENTS,
    OUTCOME,
    associations,
    describe_groups,
    group_patients,
    missing_by_group,
)
from heart.data.summary import missing_frame, outcome_frame
from heart.schema import FEATURES, feature
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.downloads import file_name, offer_csv, show_chart_with_data
from heart.ui.session import Session

IN_A_ROW = 4


def show_features(session: Session, cohort: Cohort) -> None:
    """All features by outcome, side by side."""
    frames = session.once("features by outcome", cohort, lambda: _outcome_frames(cohort))
    st.caption(
        "Each colour adds up to 100 %: the healthy on the left in blue, the diseased on the right"
        " in orange."
    )
    names = list(frames)
    for start in range(0, len(names), IN_A_ROW):
        row = st.columns(IN_A_ROW)
        for column, name in zip(row, names[start : start + IN_A_ROW], strict=False):
            with column:
                _show_feature(name, frames[name])
    every = pd.concat([frame.assign(feature=name) for name, frame in frames.items()])
    offer_csv(file_name("features-by-outcome", cohort.name), every)


def _outcome_frames(cohort: Cohort) -> Mapping[str, pd.DataFrame]:
    return {entry.name: outcome_frame(cohort, entry) for entry in FEATURES}


def _show_feature(name: str, frame: pd.DataFrame) -> None:
    entry = feature(name)
    st.markdown(f"**{entry.title}**")
    if not frame["patients"].sum():
        st.caption("Not known of anybody here.")
        return
    alt = f"{entry.title}: shares of the healthy and of the diseased, at a glance"
    show_chart(small_feature_by_outcome, frame, alt=alt)


def show_missing(session: Session, cohort: Cohort) -> None:
    """What is missing: of several hospitals a matrix, of one a bar a feature."""
    table = session.once("missing by group", cohort, lambda: missing_by_group(cohort))
    if len(table) > len(FEATURES):
        show_chart(missing_matrix, table, alt="Share without a value, by feature and hospital")
    else:
        alt = "Share of patients without a value, for each feature"
        show_chart(missing_values, missing_frame(cohort), alt=alt)
    offer_csv(file_name("missing", cohort.name), table)


def show_groups(session: Session, cohort: Cohort) -> None:
    """The hospitals side by side; of a single one, its patients in numbers."""
    table = session.once("groups", cohort, lambda: describe_groups(cohort))
    st.table(groups_shown(cohort, table))
    st.caption(
        "Of numbers the median and the quartiles, of codes the most frequent one and its share, of"
        " those of whom it is known."
    )
    offer_csv(file_name("hospitals", cohort.name), table)


def groups_shown(cohort: Cohort, table: pd.DataFrame) -> pd.DataFrame:
    """A `describe_groups` in words: one row a feature, one column a group."""
    groups = group_patients(cohort).to_numpy()
    sizes = pd.Series(cohort.y_true).groupby(groups, observed=True).agg(["size", "sum"])
    head = pd.DataFrame(
        {
            "Patients": sizes["size"].map("{:,}".format),
            "Diseased": (sizes["sum"] / sizes["size"]).map(write_share),
        }
    ).T
    head.columns = [str(name) for name in head.columns]
    cells = pd.DataFrame(
        {
            "feature": [feature(name).title for name in table["feature"]],
            "group": table["group"],
            "cell": [_write(row) for row in table.to_dict("records")],
        }
    )
    order = list(dict.fromkeys(cells["feature"]))
    body = cells.pivot_table(index="feature", columns="group", values="cell", aggfunc="first")
    shown = pd.concat([head, body.reindex(index=order, columns=head.columns)])
    return shown.rename_axis("feature")


def _write(row: Mapping[Any, Any]) -> str:
    if not row["known"]:
        return "not known"
    if row["code"]:
        return f"{row['code']}, {write_share(row['share'])}"
    return f"{row['middle']:g} ({row['low']:g} to {row['high']:g})"


def show_associations(session: Session, cohort: Cohort) -> None:
    """Which columns go together, and the closest pairs in words."""
    table = session.once("associations", cohort, lambda: associations(cohort))
    st.markdown(describe_associations(table))
    show_chart_with_data(
        association_matrix,
        table,
        alt="How strongly each two columns go together, 0 to 1",
        name=file_name("associations", cohort.name),
    )
    st.caption(
        "Cramér's V with Bergsma's correction (2013), numbers cut into fifths of the patients: one"
        " symmetric measure for codes and numbers, without a direction. 0: the one says nothing"
        " about the other; 1: it says all. Empty where a column is the same in all, or both are"
        f" known of fewer than {MIN_PATIENTS} patients. Going together is no cause."
    )


def describe_associations(table: pd.DataFrame) -> str:
    """What goes most closely with disease, and the closest pair beside it."""
    known = table.dropna(subset="association")
    disease = known[known["first"] == OUTCOME].nlargest(3, "association")
    others = known[(known["first"] != OUTCOME) & (known["second"] != OUTCOME)]
    if disease.empty or others.empty:
        return "Too little is known of these patients to say what goes together."
    named = [f"{row.second} ({row.association:.2f})" for row in disease.itertuples()]
    pair = others.nlargest(1, "association").iloc[0]
    return (
        f"Closest to disease: {', '.join(named)}. Closest to each other: {pair['first']} and"
        f" {pair['second'].lower()} ({pair['association']:.2f})."
    )
