"""The Patient page's part "Who is alike"."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from heart.charts.explain import alike_patients
from heart.explain.cases import LEARNT, OUT_OF_FOLD, SOURCES, Cases
from heart.explain.neighbours import Neighbours, find_neighbours
from heart.explain.words import write_value
from heart.schema import DISEASED, HEALTHY
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.downloads import offer_csv
from heart.ui.patient_answer import Answer
from heart.ui.patient_cases import find_cases, name_cohort, not_here


def show_alike(answer: Answer) -> None:
    """The nearest patients of the model's cohort, and how many of them were ill."""
    cases = find_cases(answer.session)
    if cases is None:
        st.info(not_here(answer.session), icon=":material/help:")
        return
    found = find_neighbours(cases, answer.patient)
    if not len(found.rows):
        st.info(
            "Too few values are known in common with the cohort's patients to say who is alike.",
            icon=":material/help:",
        )
        return
    _show_count(answer, cases, found)
    show_chart(
        alike_patients,
        alike_frame(cases, found, answer.prediction.probability),
        alt=f"Probabilities of the {len(found.rows)} most alike patients, diseased and healthy",
    )
    st.caption("Diamonds were ill, circles were not; larger is more alike. Dashed: this patient.")
    table = alike_table(cases, found, units=answer.session.units)
    st.dataframe(table)
    offer_csv("who-is-alike.csv", table)
    _explain(answer, cases, found)


def _show_count(answer: Answer, cases: Cases, found: Neighbours) -> None:
    n, share = len(found.rows), found.share
    verb = "was" if found.diseased == 1 else "were"
    st.markdown(
        f"Of the {n} most alike patients **{found.diseased} {verb} ill**"
        f" ({write_share(share.value)}, exact"
        f" 95 % interval {write_share(share.low)} to {write_share(share.high)}). The model says"
        f" {write_share(answer.prediction.probability)}."
    )
    if len(found.itself):
        rows = ", ".join(map(str, cases.features.index[found.itself]))
        plural = "patients have" if len(found.itself) > 1 else "patient has"
        st.info(
            f"{len(found.itself)} {plural} exactly these values in the cohort (row {rows}), and"
            " probably is this very patient: left out of the count.",
            icon=":material/repeat:",
        )


def alike_frame(cases: Cases, found: Neighbours, now: float) -> pd.DataFrame:
    """What `alike_patients` draws."""
    return pd.DataFrame(
        {
            "row": cases.features.index[found.rows],
            "outcome": np.where(cases.y_true[found.rows] == 1, DISEASED, HEALTHY),
            "probability": cases.y_score[found.rows],
            "distance": found.distance,
            "jitter": (np.arange(len(found.rows)) * 0.618) % 1,  # spread, the same every time
            "now": now,
        }
    )


def alike_table(cases: Cases, found: Neighbours, *, units: str) -> pd.DataFrame:
    """One row a patient, the most alike first: outcome, probability, where that is from, distance,
    and the values in words, in these units.
    """
    frame = cases.features.iloc[found.rows]
    values = {
        entry.in_units(units).label: [
            write_value(entry, None if pd.isna(value) else value, units)
            for value in frame[entry.name]
        ]
        for entry in cases.used
    }
    columns = {
        "outcome": np.where(cases.y_true[found.rows] == 1, DISEASED, HEALTHY),
        "probability": [write_share(score) for score in cases.y_score[found.rows]],
        "probability is": cases.source[found.rows],
        "distance": [f"{distance:.2f}" for distance in found.distance],
        "values in common": found.shared,
    }
    return pd.DataFrame(columns | values, index=pd.Index(frame.index, name="row"))


def _explain(answer: Answer, cases: Cases, found: Neighbours) -> None:
    sources = dict.fromkeys(cases.source[found.rows])
    told = "; ".join(f"“{name}”: {SOURCES[name]}" for name in SOURCES if name in sources)
    drawn = "" if cases.n == cases.of else f" ({cases.n} of them, drawn at random)"
    left_out = (
        f" {found.left_out} patients share too few known values with this one to be compared."
        if found.left_out
        else ""
    )
    flattering = (
        " The part “How sure” offers to compute out-of-fold ones."
        if LEARNT in sources and OUT_OF_FOLD not in sources
        else ""
    )
    st.caption(
        f"Among {cases.of} patients of {name_cohort(answer.session)}{drawn}. Distance: Gower's,"
        " the mean difference over the values known of both, a number's in shares of its range, 0"
        " or 1 for a category; all count the same, which is not how the model weighs"
        f" them.{left_out} The probability is {told}.{flattering}"
    )
