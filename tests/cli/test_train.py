"""`train` and `show`: a bundle is written and shown."""

import numpy as np
import pytest

from heart.bundle import load_bundle
from heart.data import load_shipped
from heart.paths import SHIPPED_BUNDLE
from heart.schema import EXAMPLE_PATIENT
from heart.scoring.patient import predict_patient
from tests.support.dialects import invent_patients
from tests.support.running import EXAMPLE, SMALL, answer


def test_trained_bundle_is_written_shown_and_used(tmp_path):
    file = tmp_path / "mine.joblib"
    told = answer("train", "--out", file, *SMALL, "--random-state", "7")
    assert told["settings"]["random_state"] == 7
    of_the_run = {"written", "run", "complete_rows"}
    assert answer("show", file) == {key: told[key] for key in told.keys() - of_the_run}
    assert told["learnt"]["hospitals"] == {"cleveland": 303}
    assert told["complete_rows"] == []
    assert answer("predict", file, *EXAMPLE)["probability"] == pytest.approx(
        predict_patient(load_bundle(file), EXAMPLE_PATIENT).probability
    )


def test_shipped_model_is_rebuilt_to_the_same_predictions(tmp_path):
    # equal to the bit on one machine; another processor may round a training run otherwise
    file = tmp_path / "cleveland.joblib"
    answer("train", "--out", file)
    features = load_shipped("cleveland").features
    shipped, rebuilt = load_bundle(SHIPPED_BUNDLE), load_bundle(file)
    assert rebuilt.settings == shipped.settings
    np.testing.assert_allclose(
        rebuilt.predict_proba(features), shipped.predict_proba(features), atol=1e-4
    )


def test_parquet_file_is_trained_on_from_disk(tmp_path):
    table, file = tmp_path / "clinic.parquet", tmp_path / "mine.joblib"
    invent_patients(400).to_parquet(table, index=False, row_group_size=150)
    told = answer("train", "--cohort", table, "--from-disk", "--out", file, *SMALL)
    assert told["data"]["cohort"] == "clinic"
    assert told["from_disk"]["stopped_on"] == told["metrics"]["valid"]["n"]
    assert answer("runs")["runs"][-1]["written"] == str(file)
    assert load_bundle(file).learnt.strangers == told["data"]["n"]
