"""What a model uses over many patients: mean contributions and partial dependence."""

from dataclasses import replace

import numpy as np
import pytest

import heart.explain.overall
from heart.evaluation.members import find_ends
from heart.explain.overall import NOT_KNOWN, mean_contributions, partial_dependence, space_rows
from heart.explain.why import explain_patient
from heart.schema import FEATURE_NAMES, feature


@pytest.fixture(scope="module")
def patients(cleveland):
    return space_rows(cleveland.features, 40)


@pytest.fixture(scope="module")
def curves(bundle, patients):
    return partial_dependence(bundle, patients)


def test_curve_is_the_mean_answer_if_all_had_the_value(bundle, patients, curves):
    for name, row in (("thal", -2), ("oldpeak", 5)):
        entry = curves[curves["feature"] == name].iloc[row]
        codes = {words: code for code, words in feature(name).codes}
        value = codes.get(entry["words"], entry["number"])
        asked = patients.assign(**{name: value})
        members = bundle.predict_members(asked).mean(axis=1)
        assert entry["probability"] == pytest.approx(bundle.predict_proba(asked).mean())
        low, high = np.quantile(members, find_ends(len(members)))
        assert (entry["low"], entry["high"]) == (pytest.approx(low), pytest.approx(high))


def test_not_known_is_last_and_is_the_answer_to_a_patient_without_the_value(
    bundle, patients, curves
):
    last = curves[curves["feature"] == "ca"].iloc[-1]
    hidden = patients.assign(ca=patients["ca"].where(np.zeros(40, dtype=bool)))
    assert last["words"] == NOT_KNOWN
    assert last["probability"] == pytest.approx(bundle.predict_proba(hidden).mean())


def test_every_patient_is_counted_at_one_code(curves):
    codes = curves[curves["feature"] == "cp"]
    assert codes["patients"].sum() == 40
    numbers = curves[curves["feature"] == "age"]
    assert 36 <= numbers["patients"].sum() <= 40  # at either end one in fifty is left out


def test_model_without_masking_has_no_curve_at_not_known(bundle, patients):
    plain = replace(bundle, settings=replace(bundle.settings, masking=0.0))
    assert NOT_KNOWN not in set(partial_dependence(plain, patients.head(3))["words"])


def test_single_member_has_no_band(single, patients):
    assert partial_dependence(single, patients.head(3))[["low", "high"]].isna().all(axis=None)


def test_feature_that_nobody_has_has_no_curve(bundle, patients):
    nobody = patients.head(3).assign(chol=np.nan)
    assert "chol" not in set(partial_dependence(bundle, nobody)["feature"])


def test_contribution_is_the_mean_size_over_patients(bundle, patients):
    few = patients.head(3).assign(chol=[np.nan, 250.0, 300.0])
    found = mean_contributions(bundle, few, background=patients)
    sizes = [
        {s.feature.name: abs(s.contribution) for s in explain_patient(bundle, p).steps}
        for p in few.to_dict("records")
    ]
    expected = {name: np.mean([size[name] for size in sizes]) for name in FEATURE_NAMES}
    table = found.table.set_index("feature")
    assert found.n == 3
    assert table["contribution"].to_dict() == pytest.approx(expected)
    assert found.table["contribution"].is_monotonic_decreasing


def test_of_many_patients_some_are_explained_and_none_of_whom_nothing_is_known(
    bundle, patients, monkeypatch
):
    monkeypatch.setitem(heart.explain.overall.MOST_EXPLAINED, "masked", 2)
    empty = patients.where(np.repeat(np.arange(40)[:, None] == 7, 13, axis=1))
    assert mean_contributions(bundle, patients, background=patients).n == 2
    assert mean_contributions(bundle, empty, background=patients).n == 1
