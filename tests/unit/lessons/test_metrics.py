"""The table's figures are scikit-learn's, what divides by nobody is not defined, and Bayes' theorem
is what counting gives.
"""

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    f1_score,
    precision_score,
    recall_score,
)

from heart.charts.lessons.metrics import (
    ACCURACY_TITLES,
    MEANING_TITLES,
    accuracy_curves,
    area_frame,
    meaning_curves,
    share_frame,
    table_areas,
)
from heart.data import load_shipped
from heart.errors import SettingsError
from heart.lessons.metrics import Table, call_everybody_ill, lazy_accuracy, read_table
from heart.lessons.metrics_shares import Meaning, meaning_at, screen_thousand, share_table

MODEL = Table(tp=27, fp=7, fn=1, tn=26)
REFERENCES = {
    "accuracy": accuracy_score,
    "recall": recall_score,
    "specificity": lambda y_true, y_pred: recall_score(y_true, y_pred, pos_label=0),
    "precision": precision_score,
    "npv": lambda y_true, y_pred: precision_score(y_true, y_pred, pos_label=0),
    "f1": f1_score,
    "balanced_accuracy": balanced_accuracy_score,
}
EDGES = [
    (
        Table(0, 0, 0, 0),
        {"accuracy", "recall", "specificity", "precision", "npv", "f1", "balanced_accuracy"},
    ),
    (Table(tp=5, fp=3, fn=0, tn=0), {"npv"}),
    (Table(tp=0, fp=0, fn=5, tn=3), {"precision"}),
    (Table(tp=0, fp=2, fn=0, tn=3), {"recall", "balanced_accuracy"}),
    (Table(tp=2, fp=0, fn=3, tn=0), {"specificity", "balanced_accuracy"}),
    (Table(tp=0, fp=0, fn=0, tn=3), {"recall", "precision", "f1", "balanced_accuracy"}),
]


def patients_of(table):
    """Outcomes and answers, patient by patient."""
    cells = [(1, 1, table.tp), (0, 1, table.fp), (1, 0, table.fn), (0, 0, table.tn)]
    return tuple(
        np.repeat([cell[side] for cell in cells], [cell[2] for cell in cells]) for side in (0, 1)
    )


@pytest.mark.parametrize("name", REFERENCES)
@pytest.mark.parametrize(
    "table", [MODEL, Table(13, 8, 5, 1), Table(0, 4, 3, 9), Table(1, 1, 1, 997)], ids=str
)
def test_figures_are_those_of_scikit_learn(table, name):
    assert read_table(table)[name].value == pytest.approx(
        REFERENCES[name](*patients_of(table)), abs=1e-12
    )


@pytest.mark.parametrize(("table", "undefined"), EDGES, ids=[str(table) for table, _ in EDGES])
def test_a_share_of_nobody_is_not_defined_and_has_a_reason(table, undefined):
    readings = read_table(table)
    assert {name for name, entry in readings.items() if entry.value is None} == undefined
    assert {name for name, entry in readings.items() if entry.reason} == undefined
    assert all(
        entry.low is None and entry.high is None
        for name, entry in readings.items()
        if name in undefined
    )


def test_reasons_say_who_is_missing():
    assert read_table(Table(tp=0, fp=0, fn=5, tn=3))["precision"].reason == "nobody was called ill"
    assert read_table(Table(tp=5, fp=3, fn=0, tn=0))["npv"].reason == "nobody was called healthy"
    assert read_table(Table(tp=0, fp=2, fn=0, tn=3))["balanced_accuracy"].reason == "nobody is ill"


def test_only_shares_of_patients_have_intervals():
    with_interval = {
        name
        for name, entry in read_table(MODEL).items()
        if entry.low is not None and entry.high is not None
    }
    assert with_interval == {"accuracy", "recall", "specificity", "precision", "npv"}


def test_a_share_without_a_mistake_has_the_interval_of_the_textbook():
    recall = read_table(Table(tp=20, fp=0, fn=0, tn=20))["recall"]
    assert (recall.low, recall.high) == (
        pytest.approx(0.025 ** (1 / 20)),
        1.0,
    )  # all of n found: the lower end solves p^n = 2.5 %


def test_counts_say_the_division():
    assert read_table(MODEL)["f1"].counts == "54 / 62"
    assert read_table(MODEL)["balanced_accuracy"].counts == "(27 / 28 + 26 / 33) / 2"


def test_ill_for_everybody_looks_good_at_the_swiss_hospital():
    table = call_everybody_ill(load_shipped("switzerland").y_true)
    readings = read_table(table)
    assert table == Table(tp=115, fp=8, fn=0, tn=0)
    assert readings["accuracy"].value == pytest.approx(0.935, abs=5e-4)
    assert readings["specificity"].value == 0
    assert readings["balanced_accuracy"].value == 0.5
    assert readings["npv"].value is None
    assert lazy_accuracy(table) == readings["accuracy"].value


def test_the_lazy_answer_is_the_more_frequent_one():
    assert lazy_accuracy(Table(tp=1, fp=2, fn=3, tn=4)) == 0.6
    assert lazy_accuracy(Table(0, 0, 0, 0)) is None


@pytest.mark.parametrize("ill", [10, 280, 500, 900])
def test_bayes_theorem_is_what_counting_gives(ill):
    """Sensitivity 0.9 and specificity 0.8 among 1,000 people: whole numbers, so that they can be
    counted.
    """
    table = Table(tp=90, fp=20, fn=10, tn=80)
    counted = screen_thousand(table, ill / 1000)
    y_true, y_pred = patients_of(counted)
    assert counted == Table(
        tp=ill * 9 // 10, fp=(1000 - ill) // 5, fn=ill // 10, tn=(1000 - ill) * 4 // 5
    )
    meaning = meaning_at(table, ill / 1000)
    assert meaning == pytest.approx(
        (precision_score(y_true, y_pred), precision_score(y_true, y_pred, pos_label=0))
    )


def test_at_its_own_share_the_theorem_returns_the_tables_own_values():
    readings = read_table(MODEL)
    assert meaning_at(MODEL, MODEL.ill / MODEL.n) == pytest.approx(
        (readings["precision"].value, readings["npv"].value)
    )


def test_an_answer_that_nobody_gets_means_nothing():
    assert meaning_at(Table(tp=115, fp=8, fn=0, tn=0), 0.1) == (pytest.approx(0.1), None)
    assert meaning_at(Table(tp=0, fp=0, fn=3, tn=8), 0.1) == (None, pytest.approx(0.9))


@pytest.mark.parametrize(
    "table", [Table(3, 0, 1, 0), Table(0, 3, 0, 1), Table(0, 0, 0, 0)], ids=str
)
def test_without_patients_of_both_kinds_there_is_no_other_share(table):
    assert meaning_at(table, 0.5) is None
    assert share_table(table).empty
    with pytest.raises(SettingsError):
        screen_thousand(table, 0.5)


@pytest.mark.parametrize("prevalence", [0.0, 1.0, -0.1])
def test_a_share_outside_its_bounds_is_refused(prevalence):
    with pytest.raises(SettingsError):
        meaning_at(MODEL, prevalence)


def test_a_negative_count_is_refused():
    with pytest.raises(SettingsError, match="-1"):
        Table(tp=1, fp=-1, fn=0, tn=0)


def test_curves_agree_with_the_theorem_and_with_counting():
    shares = share_table(MODEL).set_index("share")
    at = shares.loc[0.2]
    assert Meaning(at["precision"], at["npv"]) == pytest.approx(meaning_at(MODEL, 0.2))
    assert at["accuracy"] == pytest.approx(0.2 * 27 / 28 + 0.8 * 26 / 33)
    assert at["lazy"] == 0.8
    assert shares["balanced_accuracy"].nunique() == 1
    assert shares["precision"].is_monotonic_increasing
    assert shares["npv"].is_monotonic_decreasing


def test_screening_healthy_people_leaves_only_false_alarms():
    table = screen_thousand(MODEL, 0.0)
    assert (table.ill, table.n, table.fp) == (0, 1000, 212)


def test_areas_are_the_patients_shares():
    frame = area_frame(27, 7, 1, 26)
    areas = (frame["x2"] - frame["x"]) * (frame["y2"] - frame["y"])
    assert areas.to_numpy() == pytest.approx(frame["patients"].to_numpy() / 61)
    assert area_frame(5, 0, 0, 3)["cell"].tolist() == ["ill, called ill", "healthy, called healthy"]
    assert area_frame(0, 0, 0, 0).empty


@pytest.mark.parametrize("titles", [MEANING_TITLES, ACCURACY_TITLES], ids=["meaning", "accuracy"])
def test_a_curve_that_is_not_defined_is_left_out(titles):
    frame = share_frame(share_table(Table(tp=115, fp=8, fn=0, tn=0)), titles, chosen=0.3)
    undefined = {MEANING_TITLES["npv"]} & set(titles.values())
    assert set(frame["figure"]) == set(titles.values()) - undefined
    assert frame.notna().all(axis=None)


def test_charts_are_drawn():
    shares = share_table(MODEL)
    drawn = [
        table_areas(area_frame(27, 7, 1, 26)),
        meaning_curves(share_frame(shares, MEANING_TITLES, chosen=0.1)),
        accuracy_curves(share_frame(shares, ACCURACY_TITLES, chosen=0.1)),
    ]
    assert [sorted({"layer", "mark"} & set(chart.to_dict())) for chart in drawn] == [
        ["mark"],
        ["layer"],
        ["layer"],
    ]
