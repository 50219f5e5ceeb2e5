"""`recalibrate`: another scale, in a bundle of its own."""

import numpy as np
import pytest

from tests.support.running import EXAMPLE, answer


def test_recalibrated_bundle_is_written_and_answers_on_its_scale(tmp_path):
    file = tmp_path / "scaled.joblib"
    told = answer("recalibrate", "--method", "platt", "--out", file)
    assert [row["method"] for row in told["compared"]] == ["none", "temperature", "platt"]
    before, _, platt = (row["log_loss"] for row in told["compared"])
    assert before < platt
    assert told["advice"].endswith(f"({before:.3f} without, {platt:.3f} with it).")
    assert answer("show", file)["recalibration"] == told["recalibration"]
    assert told["recalibration"]["patients"] == 242
    plain, scaled = (
        answer("predict", *EXAMPLE)["probability"],
        answer("predict", file, *EXAMPLE)["probability"],
    )
    logits = np.log(plain / (1 - plain))
    expected = 1 / (
        1 + np.exp(-(told["recalibration"]["intercept"] + told["recalibration"]["slope"] * logits))
    )
    assert scaled == pytest.approx(expected)
