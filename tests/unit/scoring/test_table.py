"""A whole file scored: every row back, in its order."""

import csv
import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import heart.scoring.table
from heart.data import read_patients
from heart.evaluation.judged import metrics_at, score_part
from heart.schema import FEATURE_NAMES
from heart.scoring.patient import LITTLE, NEAR
from heart.scoring.selection import choose_rows, find_rows
from heart.scoring.table import (
    NOTHING_KNOWN,
    judge_scores,
    score_patients,
    score_rows,
    write_rows,
)
from tests.support import dialects as d

TEXTS = ["decision", "unknown", "unusual", "remark"]
COLUMNS = ["row", *FEATURE_NAMES, "probability", *TEXTS, "error"]


@pytest.fixture(scope="module")
def table():
    """80 new patients, one with an impossible cell, one of whom nothing is known."""
    table = d.whole(d.uci_table(d.invent_patients(100, seed=11)).head(80)).astype(object)
    table.loc[table.index[4], "chol"] = "much"
    table.loc[table.index[9]] = None
    return table


def scored(bundle, content):
    buffer = io.BytesIO()
    patients = read_patients(content)
    result = score_patients(bundle, patients)
    write_rows(patients, result, buffer)
    return (
        patients,
        result,
        list(csv.DictReader(io.StringIO(buffer.getvalue().decode(), newline=""))),
    )


def test_every_row_comes_back_in_its_order(bundle, table):
    _, result, rows = scored(bundle, d.write(table, missing="?"))
    assert [int(row["row"]) for row in rows] == list(range(1, 81))
    assert (result.n, result.failed) == (80, 2)
    assert list(rows[0]) == COLUMNS


def test_row_that_cannot_be_scored_has_a_reason_and_nothing_else(bundle, table):
    _, _, rows = scored(bundle, d.write(table, missing="?"))
    assert rows[4]["error"] == "column chol: 'much' is not 50 to 1000 mg/dl"
    assert rows[9]["error"] == NOTHING_KNOWN
    assert [rows[4][name] for name in ("probability", *TEXTS)] == [""] * 5
    assert {row["error"] for i, row in enumerate(rows) if i not in (4, 9)} == {""}


def test_probabilities_are_the_bundles(bundle, table):
    patients, result, rows = scored(bundle, d.write(table, missing="?"))
    expected = bundle.predict_proba(patients.frame)
    fine = ~np.isnan(result.y_score)
    assert result.y_score[fine] == pytest.approx(expected[fine], abs=1e-6)
    assert [float(row["probability"]) for row in rows if row["probability"]] == pytest.approx(
        expected[fine].tolist(), abs=1e-6
    )
    assert result.positive == (expected[fine] >= bundle.threshold.value).sum()


def test_chunks_do_not_show(bundle, monkeypatch):
    content = d.write(d.uci_table(d.cleveland()))
    _, whole, rows = scored(bundle, content)
    monkeypatch.setattr(heart.scoring.table, "CHUNK", 50)
    seen = []
    buffer = io.BytesIO()
    patients = read_patients(content)
    pieces = score_patients(bundle, patients, on_chunk=lambda done, n: seen.append((done, n)))
    write_rows(patients, pieces, buffer)
    assert seen == [
        (50, 303),
        (100, 303),
        (150, 303),
        (200, 303),
        (250, 303),
        (300, 303),
        (303, 303),
    ]
    assert pieces.y_score == pytest.approx(whole.y_score, abs=1e-6)
    assert [row["decision"] for row in csv.DictReader(io.StringIO(buffer.getvalue().decode()))] == [
        row["decision"] for row in rows
    ]


def test_cell_that_begins_like_a_formula_is_defused(bundle):
    frame = d.cleveland()[d.NAMES].head(2)
    rows = score_rows(bundle, frame, {1: "=HYPERLINK()"})
    assert rows["error"].tolist() == ["=HYPERLINK()", ""]
    table = d.whole(d.uci_table(d.invent_patients(60, seed=1))).astype(object)
    table.loc[3, "age"] = "=1+1"
    _, _, written = scored(bundle, d.write(table))
    assert not any(cell.startswith(("=", "+", "@")) for row in written for cell in row.values())


def test_outcomes_in_the_file_judge_the_model(bundle):
    patients, result, _ = scored(bundle, d.uci(d.load_shipped("hungary").frame))
    judged = judge_scores(bundle, patients, result)
    y_true = d.load_shipped("hungary").y_true
    assert judged.at == metrics_at(y_true, result.y_score, bundle.threshold.value)
    assert judged.scores.roc_auc == score_part(y_true, result.y_score).roc_auc


def test_file_without_two_classes_is_scored_but_judges_nothing(bundle):
    frame = d.uci_table(d.cleveland()).drop(columns="num")
    patients, result, _ = scored(bundle, d.write(frame))
    assert result.failed == 0
    assert judge_scores(bundle, patients, result) is None
    found = find_rows(patients, result, threshold=bundle.threshold.value)
    assert len(found.outcome) == 303
    assert not found.has_outcomes
    for num in (0, 1):
        outcomes = pd.Series([num] * 303, dtype="Int8")
        assert judge_scores(bundle, replace(patients, num=outcomes), result) is None


def test_row_of_whom_two_values_are_known_is_scored_not_decided_and_not_judged(bundle):
    few = d.load_shipped("hungary").frame.copy()
    few.loc[few.index[:10], few.columns.difference(["age", "sex", "num"])] = np.nan
    patients, result, rows = scored(bundle, d.uci(few))
    assert result.undecided == 10
    assert [row["decision"] for row in rows[:10]] == [""] * 10
    assert all(row["probability"] and not row["error"] for row in rows)
    assert {row["remark"] for row in rows[:10]} == {LITTLE}
    assert result.near == sum(row["remark"] == NEAR for row in rows) > 0
    assert judge_scores(bundle, patients, result).at.n == 284
    found = find_rows(patients, result, threshold=bundle.threshold.value)
    assert choose_rows(found, "undecided").tolist() == list(range(10))
    assert len(choose_rows(found, "near")) == result.near


def test_rows_set_aside_are_scored_but_not_judged(bundle):
    patients, result, _ = scored(bundle, d.tutorial(d.cleveland()))
    assert result.n == 303
    assert judge_scores(bundle, patients, result).at.n == 297


def test_inverted_outcomes_are_put_right_before_they_judge(bundle):
    patients, result, _ = scored(bundle, d.write(d.kaggle_303(d.cleveland())))
    judged = judge_scores(bundle, patients, result)
    assert judged.at.positives == 139
    assert judged.scores.roc_auc.value > 0.85


def test_unknown_and_unusual_are_named(bundle):
    frame = (
        d.cleveland()[d.NAMES]
        .head(1)
        .assign(ca=pd.array([None], dtype="Int8"), age=90.0, chol=900.0)
    )
    row = score_rows(bundle, frame, {}).iloc[0]
    assert (row["unknown"], row["unusual"]) == ("ca", "age, chol")
