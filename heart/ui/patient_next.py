"""The Patient page's part "What next"."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from heart.charts.explain import next_test_ranges
from heart.explain.next_tests import (
    DRAWN,
    MIN_DRAWN,
    NextTest,
    NextTests,
    can_hide,
    find_next_tests,
)
from heart.explain.words import NOT_TRAINED, SIDES, write_chance, write_span
from heart.schema import feature
from heart.ui.cache import show_chart
from heart.ui.downloads import show_table_with_data
from heart.ui.errors import errors_shown
from heart.ui.fees import current_fees, edit_fees
from heart.ui.patient_answer import Answer
from heart.ui.patient_cases import find_cases, name_cohort, not_here


def show_next(answer: Answer) -> None:
    """The tests that were not done yet, by what they could change for their price."""
    session = answer.session
    if not can_hide(session.bundle):
        st.info(NOT_TRAINED, icon=":material/help:")
        return
    cases = find_cases(session)
    found = find_next_tests(session.bundle, answer.patient, cases, fees=current_fees(session))
    if found.tests:
        if answer.prediction.label is None:
            st.info(SIDES, icon=":material/help:")
        _show_tests(answer, found)
        if cases is None:
            st.info(not_here(session), icon=":material/help:")
        else:
            st.caption(_explain(answer))
    elif not found.unread:
        st.success(
            "Nothing that the model could use is left to measure in this patient.",
            icon=":material/check_circle:",
        )
    if found.unread:
        names = ", ".join(feature(name).in_units(session.units).label for name in found.unread)
        st.caption(
            f"Not known either, but no use to this model, which has not learnt from them: {names}."
        )
    with errors_shown():
        edit_fees(session, key="patient_fees")


def _show_tests(answer: Answer, found: NextTests) -> None:
    if summary := summarise(found.tests):
        st.markdown(summary)
    show_chart(
        next_test_ranges,
        tests_frame(found, answer),
        alt="For each test how far it could move the probability, beside the threshold and the"
        " answer now",
    )
    thick = (
        "Thick: eight of ten results of alike patients, with the middle one. "
        if any(test.chance.value is not None for test in found.tests)
        else ""
    )
    st.caption(
        f"{thick}Thin: every possible result, whether anybody has it or not. Dashed: the threshold;"
        " dotted: the answer now."
    )
    show_table_with_data(
        tests_table(found, units=answer.session.units),
        tests_frame(found, answer),
        name="what-next.csv",
    )


def summarise(tests: Sequence[NextTest]) -> str:
    """Which test to look at first, in words; empty where no chance is known."""
    told = [test for test in tests if test.chance.value is not None]
    if not told:
        return ""
    idle = [test.step.title for test in told if not test.changed]
    if len(idle) == len(told):
        return (
            "With the results of alike patients **no single test changes the decision**: what they"
            " cost buys a surer probability at most."
        )
    first = told[0]
    best = (
        f"Most for its price: **{first.step.title}**. With {first.changed} of {first.drawn} alike"
        f" patients' results the decision is another one, for {first.cost:,.2f} dollars."
    )
    return f"{best} No result tried changes it: {', '.join(idle)}." if idle else best


def tests_frame(found: NextTests, answer: Answer) -> pd.DataFrame:
    """What `next_test_ranges` draws."""
    names = ("low", "middle", "high", "lowest", "highest")
    rows = [
        {"test": test.step.title, **{name: getattr(test, name) for name in names}}
        for test in found.tests
    ]
    return pd.DataFrame(rows).assign(
        now=answer.prediction.probability, threshold=answer.prediction.threshold
    )


def tests_table(found: NextTests, *, units: str) -> pd.DataFrame:
    """One row a test, the best for its price first; labels in these units."""
    rows = {
        test.step.title: {
            "tells": ", ".join(feature(name).in_units(units).label for name in test.measured),
            "price, dollars": f"{test.cost:,.2f}",
            "result": "later" if test.later else "at once",
            "probability then": write_span(test.low, test.high),
            "decision changes": write_chance(test),
            "for 100 dollars": _write_rate(test.per_100),
            "possible at all": write_span(test.lowest, test.highest),
        }
        for test in found.tests
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("test")


def _write_rate(rate: float) -> str:
    if math.isnan(rate):
        return "–"
    return "free" if math.isinf(rate) else f"{rate:.2f}"


def _explain(answer: Answer) -> str:
    return (
        f"Tried are the results of up to {DRAWN} patients of {name_cohort(answer.session)} who are"
        " most alike in what is known; all results of a test come from one patient; fewer than"
        f" {MIN_DRAWN} tell nothing. In brackets exact 95 % intervals. Sorted by the chance of"
        " another decision for 100 dollars. Near the threshold a decision changes easily: another"
        " decision is not yet a better one, and what a test costs the patient is not in its price."
    )
