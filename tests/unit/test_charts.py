"""Charts are functions of a frame: their specification depends on its columns only, and holds no patient."""

import json

import pytest

from heart.charts import (
    class_balance,
    feature_by_outcome,
    hundred_people,
    loss_curves,
    missing_values,
    threshold_cost,
    threshold_curves,
)
from heart.charts.patient import hundred_frame
from heart.charts.thresholds import marked_table
from heart.data import load_shipped
from heart.data.summary import balance_frame, missing_frame, outcome_frame
from heart.evaluation import threshold_table
from heart.schema import DISEASED, FEATURES, feature
from heart.training import EpochRecord, history_frame

COHORT = load_shipped("cleveland")
HISTORY = [EpochRecord(1, 0.7, 0.5, 0.6, 0.6), EpochRecord(2, 0.6, 0.7, 0.5, 0.8)]
TABLE = marked_table(threshold_table(COHORT.y_true, COHORT.frame["thalach"].to_numpy() / 250), 0.3)

CHARTS = [
    (class_balance, balance_frame(COHORT)),
    (missing_values, missing_frame(COHORT)),
    (feature_by_outcome, outcome_frame(COHORT, feature("cp"))),
    (hundred_people, hundred_frame(31)),
    (loss_curves, history_frame(HISTORY)),
    (threshold_curves, TABLE),
    (threshold_cost, TABLE),
]


def spec_without_data(chart):
    return {key: value for key, value in chart.to_dict().items() if key not in ("data", "datasets")}


@pytest.mark.parametrize(("draw", "frame"), CHARTS)
def test_specification_is_the_same_for_an_empty_frame(draw, frame):
    assert spec_without_data(draw(frame)) == spec_without_data(draw(frame.head(0)))


@pytest.mark.parametrize(("draw", "frame"), CHARTS)
def test_every_encoded_field_is_a_column(draw, frame):
    made = {"figure", "value", "per_100"}  # by the charts' own transforms
    fields = {part.split('"')[0] for part in json.dumps(spec_without_data(draw(frame))).split('"field": "')[1:]}
    assert fields <= set(frame.columns) | made


@pytest.mark.parametrize("of_100", [0, 1, 31, 100])
def test_icon_array_has_a_hundred_marks_and_as_many_diseased(of_100):
    frame = hundred_frame(of_100)
    assert len(frame.drop_duplicates(["row", "column"])) == 100
    assert (frame["outcome"] == DISEASED).sum() == of_100


@pytest.mark.parametrize("entry", FEATURES, ids=lambda entry: entry.name)
@pytest.mark.parametrize("name", ["cleveland", "hungary", "switzerland", "va_long_beach"])
def test_outcome_frame_counts_every_known_patient_once(name, entry):
    cohort = load_shipped(name)
    frame = outcome_frame(cohort, entry)
    assert frame["patients"].sum() == cohort.n - cohort.report.missing[entry.name]
    diseased = cohort.frame.loc[cohort.frame["num"] > 0, entry.name].notna().sum()
    assert frame.loc[frame["outcome"] == DISEASED, "patients"].sum() == diseased


def test_history_frame_has_a_row_an_epoch_and_part():
    frame = history_frame(HISTORY)
    assert frame[["epoch", "part"]].to_numpy().tolist() == [[1, "train"], [2, "train"], [1, "valid"], [2, "valid"]]


def test_history_without_a_valid_part_shows_train_only():
    frame = history_frame([EpochRecord(1, 0.7, 0.5, None, None)])
    assert frame["part"].tolist() == ["train"]
