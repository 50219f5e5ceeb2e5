"""Two bundles on the same patients, none of whom either has learnt from."""

from dataclasses import replace

import pytest
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from heart.bundle import load_bundle
from heart.data import read_cohort
from heart.errors import CohortError
from heart.evaluation.resampling import bootstrap_differences
from heart.experiments.comparison import (
    compare_bundles,
    reliability_frame,
    roc_frame,
    write_unchecked,
)
from heart.paths import SHIPPED_BUNDLE
from tests.support import dialects as d


@pytest.fixture(scope="module")
def shipped():
    return load_bundle(SHIPPED_BUNDLE)


@pytest.fixture(scope="module")
def other(bundle):
    """Not the shipped model, but trained on the same part of the same hospital."""
    return bundle


def test_only_patients_that_neither_has_learnt_from_are_judged(shipped, other, cleveland):
    found = compare_bundles(shipped, other, cleveland)
    assert (len(found.y_true), found.left_out) == (61, 242)
    assert [side.at.n for side in found.sides] == [61, 61]
    assert found.sides[0].scores.roc_auc.value == shipped.metrics["test"]["figures"]["roc_auc"][0]


def test_figures_are_scikit_learns_and_differences_are_theirs(shipped, other, hungary):
    found = compare_bundles(shipped, other, hungary)
    assert found.left_out == 0
    scores = [bundle.predict_proba(hungary.features) for bundle in (shipped, other)]
    for name, reference in {
        "roc_auc": roc_auc_score,
        "log_loss": log_loss,
        "brier": brier_score_loss,
    }.items():
        expected = [reference(hungary.y_true, y_score) for y_score in scores]
        assert [getattr(side.scores, name).value for side in found.sides] == pytest.approx(expected)
        difference = found.differences[name]
        assert difference.value == pytest.approx(expected[1] - expected[0])
        assert difference.low < difference.value < difference.high


def test_each_is_judged_at_its_own_threshold(shipped, hungary):
    strict = replace(shipped, threshold=shipped.threshold._replace(value=0.9), name="strict")
    first, second = compare_bundles(shipped, strict, hungary).sides
    assert (first.at.threshold, second.at.threshold) == (shipped.threshold.value, 0.9)
    assert second.at.tp < first.at.tp


def test_a_bundle_does_not_differ_from_itself(shipped, hungary):
    found = compare_bundles(shipped, shipped, hungary)
    assert all(tuple(figure) == (0, 0, 0) for figure in found.differences.values())
    assert [side.name for side in found.sides] == ["cleveland", "cleveland, the second"]


def test_paired_interval_is_narrower_than_that_of_independent_models(shipped, other, hungary):
    first, second = shipped.predict_proba(hungary.features), other.predict_proba(hungary.features)
    paired = bootstrap_differences(hungary.y_true, first, second)["roc_auc"]
    found = compare_bundles(shipped, other, hungary)
    widths = [side.scores.roc_auc.high - side.scores.roc_auc.low for side in found.sides]
    assert paired.high - paired.low < min(widths)


def test_model_whose_patients_are_not_here_is_named(shipped, other, hungary):
    stranger = replace(
        other,
        data=other.data._replace(cohort="elsewhere", fingerprint="0" * 64),
        learnt=None,
        name="stranger",
    )
    assert (unchecked := compare_bundles(shipped, stranger, hungary).unchecked) == ("stranger",)
    assert "fair only if it did not" in write_unchecked(unchecked)
    assert "fair only if they did not" in write_unchecked(("one", "two"))
    assert compare_bundles(shipped, other, hungary).unchecked == ()


def test_cohort_of_which_too_few_are_new_is_refused(shipped, other, cleveland):
    few = read_cohort(
        d.write(d.whole(d.uci_table(cleveland.frame.iloc[1::2].head(60)))), name="few"
    )
    with pytest.raises(
        CohortError, match="at least 5 patients with and without disease that neither"
    ):
        compare_bundles(
            shipped,
            replace(other, settings=replace(other.settings, random_state=5), learnt=None),
            few,
        )


def test_curves_are_told_apart_by_model(shipped, other, hungary):
    found = compare_bundles(shipped, other, hungary)
    assert roc_frame(found)["model"].value_counts().to_dict() == {"cleveland": 52, "small": 52}
    table = reliability_frame(found)
    assert table.groupby("model")["patients"].sum().to_dict() == {"cleveland": 294, "small": 294}
