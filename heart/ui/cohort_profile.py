"""The cohort page's glance: every feature by outcome, what is missing where, hospitals side by
side, and what goes together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from heart.charts.cohort import feature_by_outcome
from heart.charts.matrix import association_matrix, missing_matrix
from heart.charts.multiples import feature_multiples
from heart.data import Cohort
from heart.data.profile import (
    MIN_PATIENTS,
    OUTCOME,
    associations,
    describe_groups,
    group_patients,
    missing_by_group,
)
from heart.data.summary import outcome_frame
from heart.schema import FEATURES, feature, within_sentence
from heart.shares import write_share
from heart.ui.downloads import file_name, offer_csv, show_chart_with_data
from heart.ui.for_all import once_for_all
from heart.ui.session import Session

OPEN_AT_FIRST = False
"""Whether the larger chart is there before anybody asks for it."""


class Glance(NamedTuple):
    """What the page shows of a cohort, made once.

    Attributes:
        features: each feature's `outcome_frame` by its name.
        multiples: the same as `feature_multiples`.
        missing: a `missing_by_group`.
        groups: a `describe_groups`.
        groups_shown: the same in words.
        associations: an `associations`.
        association_matrix: the same as a table of HTML.
    """

    features: Mapping[str, pd.DataFrame]
    multiples: str
    missing: pd.DataFrame
    groups: pd.DataFrame
    groups_shown: pd.DataFrame
    associations: pd.DataFrame
    association_matrix: str


def find_glance(session: Session, cohort: Cohort) -> Glance:
    """Everything below, computed once for a cohort."""
    return once_for_all(session, "glance", cohort, lambda: _look(cohort))


def _look(cohort: Cohort) -> Glance:
    features = {entry.name: outcome_frame(cohort, entry) for entry in FEATURES}
    groups, together = describe_groups(cohort), associations(cohort)
    return Glance(
        features,
        feature_multiples(features),
        missing_by_group(cohort),
        groups,
        groups_shown(cohort, groups),
        together,
        association_matrix(together),
    )


def show_features(cohort: Cohort, glance: Glance) -> None:
    """All features by outcome, side by side."""
    st.caption(
        "Each colour adds up to 100 %: the healthy on the left in blue, the diseased on the right"
        " in orange. Counts where the mouse rests."
    )
    st.html(glance.multiples)
    offer_csv(
        file_name("features-by-outcome", cohort.name),
        lambda: pd.concat([frame.assign(feature=name) for name, frame in glance.features.items()]),
    )


def show_larger(cohort: Cohort, glance: Glance) -> None:
    """One feature by outcome, drawn when this part is opened: the page opens without Vega."""
    folded = st.expander(
        "One of them, larger", expanded=OPEN_AT_FIRST, key="larger_feature", on_change="rerun"
    )
    if folded.open:
        with folded:
            _show_one(cohort, glance)


def _show_one(cohort: Cohort, glance: Glance) -> None:
    titles = {entry.name: entry.title for entry in FEATURES}
    entry = feature(st.selectbox("Feature", list(titles), format_func=titles.__getitem__))
    known = cohort.n - cohort.report.missing[entry.name]
    st.caption(
        f"{entry.help} Known for {known} of {cohort.n} patients. Each colour adds up to 100 %."
    )
    if not known:
        st.info(f"There is no value of {entry.words} in this cohort.", icon=":material/help:")
        return
    show_chart_with_data(
        feature_by_outcome,
        glance.features[entry.name],
        alt=f"{entry.title}: shares of the healthy and of the diseased for each value",
        name=file_name(entry.name, "by outcome", cohort.name),
    )


def show_missing(cohort: Cohort, glance: Glance) -> None:
    """What is missing, of each hospital."""
    st.html(missing_matrix(glance.missing))
    offer_csv(file_name("missing", cohort.name), glance.missing)


def show_groups(cohort: Cohort, glance: Glance) -> None:
    """The hospitals side by side; of a single one, its patients in numbers."""
    st.table(glance.groups_shown)
    st.caption(
        "Of numbers the median and the quartiles, of codes the most frequent one and its share, of"
        " those of whom it is known."
    )
    offer_csv(file_name("hospitals", cohort.name), glance.groups)


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


def show_associations(cohort: Cohort, glance: Glance) -> None:
    """Which columns go together, and the closest pairs in words."""
    table = glance.associations
    st.markdown(describe_associations(table))
    st.html(glance.association_matrix)
    offer_csv(file_name("associations", cohort.name), table)
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
        f" {within_sentence(pair['second'])} ({pair['association']:.2f})."
    )
