"""Cohort: which patients the model learns from, how their file was read, and what they are like."""

import streamlit as st

from heart.charts import class_balance
from heart.config import RECIPES
from heart.data import split_cohort
from heart.data.summary import balance_frame
from heart.schema import TARGET_LABEL
from heart.shares import write_share
from heart.ui.cohort import describe_source, show_cohort_choice, show_cohort_reading
from heart.ui.cohort_profile import (
    find_glance,
    show_associations,
    show_features,
    show_groups,
    show_larger,
    show_missing,
)
from heart.ui.downloads import (
    file_name,
    offer_csv,
    show_table_with_data,
)
from heart.ui.errors import errors_shown
from heart.ui.session import get_session

session = get_session()

st.title("Cohort")
st.markdown(
    "The patients that the model is trained and judged on: who they are, what is missing, and how"
    " the sick differ from the healthy. Choose hospitals, or bring your own file: how it is coded"
    " is found out from its values, and shown."
)
chosen = show_cohort_choice(session)
cohort, report = chosen.cohort, chosen.cohort.report

st.text(f"Shown below: {describe_source(session)}")
patients, diseased, incomplete, different = st.columns(4)
patients.metric("Patients", cohort.n)
diseased.metric(
    "Diseased",
    f"{cohort.positives} ({write_share(cohort.positives / cohort.n)})",
    help=TARGET_LABEL,
)
incomplete.metric("With a missing value", int(cohort.features.isna().any(axis=1).sum()))
different.metric(
    "Different patients",
    report.distinct,
    help=(
        f"{report.duplicates} rows repeat an earlier one exactly; they stay on one side of any"
        " split."
    ),
)

st.header("How the file was read")
show_cohort_reading(chosen, is_upload=session.use_upload)

st.header("Class balance")
balance = balance_frame(cohort)
st.html(class_balance(balance))
offer_csv(file_name("class-balance", cohort.name), balance)

st.header("Each feature by outcome")
glance = find_glance(session, cohort)
show_features(cohort, glance)
show_larger(cohort, glance)

st.header("Missing values")
show_missing(cohort, glance)

st.header("Hospitals side by side")
show_groups(cohort, glance)

st.header("What goes together")
show_associations(cohort, glance)

st.header("The split")
st.caption(
    "Fit on train, choose on valid, report on test. Stratified by outcome; identical patients stay"
    " on one side."
)
with errors_shown():
    split = split_cohort(cohort, random_state=RECIPES["default"].random_state)
    show_table_with_data(
        split.table()
        .assign(share=lambda table: table["share"].map(lambda share: write_share(share, digits=1)))
        .set_index("part"),
        split.table(),
        name=file_name("split", cohort.name),
    )

st.header("First rows")
st.dataframe(cohort.frame.head(20).rename_axis("row"))
offer_csv(file_name("cohort", cohort.name), cohort.frame.rename_axis("row"))
