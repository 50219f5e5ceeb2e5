"""Which rows of a scored file a filter keeps, on the edges; orders; the histogram."""

import numpy as np
import pandas as pd
import pytest

from heart.data import load_shipped, read_patients
from heart.data.shipped import SHIPPED
from heart.schema import DISEASED, HEALTHY
from heart.scoring.example import EXAMPLE_ID, example_file, example_frame
from heart.scoring.selection import (
    BINS,
    FILTERS,
    ORDERS,
    Rows,
    choose_rows,
    find_rows,
    order_rows,
    probability_frame,
)
from heart.scoring.table import score_patients
from tests.support import dialects as d

NAN = float("nan")
Y_SCORE = np.array([0.28, 0.38, 0.279, 0.381, NAN, 0.33, 0.0, 1.0])
OUTCOME = np.array([1, 0, 1, 0, 1, NAN, 0, 1])
DECIDED = Y_SCORE >= 0.33
NEAR = np.isin(np.arange(8), [0, 1, 5])
ROWS = Rows(Y_SCORE, DECIDED, Y_SCORE < 0.33, OUTCOME, 0.33, NEAR, np.arange(8) == 6)
KEPT = {
    "all": [0, 1, 2, 3, 4, 5, 6, 7],
    "failed": [4],
    "near": [0, 1, 5],
    "undecided": [6],
    "disease": [1, 3, 5, 7],
    "no-disease": [0, 2, 6],
    "missed": [0, 2],
    "false-alarms": [1, 3],
}
ORDERED = {
    "failed-first": [4, 0, 1, 2, 3, 5, 6, 7],
    "file": [0, 1, 2, 3, 4, 5, 6, 7],
    "highest": [7, 3, 1, 5, 0, 2, 6, 4],
    "lowest": [6, 2, 0, 5, 1, 3, 7, 4],
    "nearest": [5, 0, 1, 2, 3, 6, 7, 4],
}


@pytest.mark.parametrize("name", FILTERS)
def test_filter_keeps_its_rows(name):
    assert choose_rows(ROWS, name).tolist() == KEPT[name]


@pytest.mark.parametrize("name", ORDERS)
def test_order_holds_and_rows_without_a_probability_come_last_or_first(name):
    positions = order_rows(ROWS, np.arange(len(Y_SCORE)), name)
    expected = np.abs(Y_SCORE - 0.33)
    if name == "nearest":  # equally near ones, but for rounding
        assert np.all(np.diff(expected[positions[:-1]]) >= -1e-12)
        assert positions[0] == 5
        assert positions[-1] == 4
    else:
        assert positions.tolist() == ORDERED[name]


def test_filters_count_what_the_judgement_counts(bundle):
    patients = read_patients(d.uci(load_shipped("hungary").frame))
    scored = score_patients(bundle, patients)
    rows = find_rows(patients, scored, threshold=bundle.threshold.value)
    ill = load_shipped("hungary").y_true == 1
    positive = bundle.predict_proba(patients.frame) >= bundle.threshold.value
    assert choose_rows(rows, "missed").tolist() == np.flatnonzero(ill & ~positive).tolist()
    assert choose_rows(rows, "false-alarms").tolist() == np.flatnonzero(~ill & positive).tolist()


def test_histogram_counts_each_scored_row_with_an_outcome_once():
    frame = probability_frame(ROWS)
    assert frame.index.tolist() == list(range(2 * BINS))
    assert (frame.loc[1, "start"], frame.loc[1, "end"]) == pytest.approx((0.05, 0.1))
    counts = frame.groupby("outcome")["patients"].sum()
    assert (counts[HEALTHY], counts[DISEASED]) == (3, 3)
    assert frame.loc[frame["end"] == 1, "patients"].tolist() == [0, 1]
    assert (frame["signed"].abs() == frame["patients"]).all()
    assert (frame.loc[frame["outcome"] == HEALTHY, "signed"] <= 0).all()


def test_histogram_without_outcomes_counts_every_scored_row():
    frame = probability_frame(ROWS._replace(outcome=np.full(8, NAN)))
    assert frame["outcome"].unique().tolist() == [""]
    assert frame["patients"].sum() == 7


def test_example_is_made_of_shipped_patients_and_can_be_scored_and_learnt_from():
    content, frame = example_file(), example_frame()
    assert frame[EXAMPLE_ID].is_unique
    assert frame.index.equals(pd.RangeIndex(len(frame)))
    for hospital in SHIPPED:  # the first ten of each class; Switzerland has eight healthy ones
        y_true = load_shipped(hospital).y_true
        rows = sorted([*np.flatnonzero(y_true == 0)[:10], *np.flatnonzero(y_true == 1)[:10]])
        ids = frame.loc[frame[EXAMPLE_ID].str.startswith(hospital), EXAMPLE_ID]
        assert ids.tolist() == [f"{hospital}-{load_shipped(hospital).frame.index[i]}" for i in rows]
    patients = read_patients(content)
    assert len(patients.frame) == len(frame)
    assert patients.report.known > 0.9 * len(frame)  # of some too little is known
    assert patients.report.dropped == (EXAMPLE_ID,)
    assert patients.report.personal == ()
    assert not patients.errors
    hospital, _, row = frame[EXAMPLE_ID].iloc[-1].rpartition("-")
    own = load_shipped(hospital).frame.loc[int(row)]
    pd.testing.assert_series_equal(
        frame.iloc[-1].drop(EXAMPLE_ID), own, check_names=False, check_dtype=False
    )
