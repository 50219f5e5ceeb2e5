"""Cohort: which patients the model learns from, and what they are like."""

import streamlit as st

from heart.charts import class_balance, feature_by_outcome, missing_values
from heart.config import RECIPES
from heart.data import SHIPPED, load_shipped, split_cohort
from heart.data.summary import balance_frame, missing_frame, outcome_frame
from heart.schema import FEATURES, TARGET_LABEL
from heart.schema import feature as schema_feature
from heart.ui.cache import show_chart
from heart.ui.errors import errors_shown
from heart.ui.state import get_session

session = get_session()

st.title("Cohort")
st.markdown(
    "The patients that the model is trained and judged on: who they are, what is missing, and how the sick differ from the healthy."
)
names = list(SHIPPED)
session.cohort = st.selectbox("Hospital", names, index=names.index(session.cohort), format_func=SHIPPED.__getitem__)
cohort = load_shipped(session.cohort)
report = cohort.report

patients, diseased, incomplete, repeats = st.columns(4)
patients.metric("Patients", report.rows)
diseased.metric("Diseased", f"{report.positives} ({report.positives / report.rows:.0%})", help=TARGET_LABEL)
incomplete.metric("With a missing value", int(cohort.features.isna().any(axis=1).sum()))
repeats.metric("Exact repeats", report.duplicates, help="Rows that repeat an earlier row; they stay on one side of the split.")

st.header("Class balance")
balance = balance_frame(cohort)
show_chart(class_balance, balance, alt=f"{report.rows - report.positives} healthy and {report.positives} diseased patients")

st.header("Each feature by outcome")
titles = {entry.name: entry.title for entry in FEATURES}
feature = schema_feature(st.selectbox("Feature", list(titles), format_func=titles.__getitem__))
known = report.rows - report.missing[feature.name]
st.caption(f"{feature.help} Known for {known} of {report.rows} patients. Each colour adds up to 100 %.")
if known:
    by_outcome = outcome_frame(cohort, feature)
    show_chart(feature_by_outcome, by_outcome, alt=f"{feature.title}: shares of the healthy and of the diseased for each value")
else:
    st.info(f"This hospital has no value of {feature.label.lower()}.", icon="❔")

st.header("Missing values")
show_chart(missing_values, missing_frame(cohort), alt="Share of patients without a value, for each feature")

st.header("The split")
st.caption("Fit on train, choose on valid, report on test. Stratified by outcome; identical patients stay on one side.")
with errors_shown():
    split = split_cohort(cohort, random_state=RECIPES["default"].random_state)
    st.table(split.table().assign(share=lambda table: table["share"].map("{:.1%}".format)).set_index("part"))

st.header("First rows")
st.dataframe(cohort.frame.head(20).rename_axis("row"))

st.header("What reading the file found")
st.caption(f"{cohort.source}, SHA-256 of the table {cohort.fingerprint[:16]}…")
for change in report.changes:
    st.text(f"Changed: {change.column} in {change.rows} rows. {change.reason}.")
for value in report.unusual:
    st.text(f"Unusual but possible: row {value.row}, {value.column} {value.value:g} (most are {value.usual}).")
if not report.changes and not report.unusual:
    st.text("Nothing was changed and no value is unusual.")
