"""A bundle on any cohort: its recipe is judged, on the folds of the others, with its features and
its recalibration.
"""

import dataclasses

import numpy as np
import pytest

from heart.bundle import load_bundle
from heart.config import RECIPES, Settings
from heart.data import load_shipped
from heart.evaluation.recalibration import Recalibration, recalibrate_folds
from heart.experiments.contenders import (
    Contender,
    can_learn,
    contender_of,
    judge_contender,
    write_how_chosen,
)
from heart.experiments.cross_validation import Folds, cross_validate
from heart.experiments.leaderboard import MODELS, models_for, run_leaderboard
from heart.paths import SHIPPED_BUNDLE
from heart.schema import FEATURE_NAMES

TINY = Settings(members=1, hidden=(4,), max_epochs=3, patience=0, device="cpu")
FOLDS = Folds(3, 1)


@pytest.fixture(scope="module")
def shipped():
    return load_bundle(SHIPPED_BUNDLE)


def test_shipped_model_is_the_default_recipe_whatever_it_is_called_and_ran_on(shipped):
    settings = dataclasses.replace(shipped.settings, recipe="mine", device="cuda", time_limit=9.0)
    for bundle in (shipped, dataclasses.replace(shipped, settings=settings, name="other")):
        contender = contender_of(bundle)
        assert contender.key == contender.recipe == "default"
        assert contender.settings.device == "auto"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"settings": dataclasses.replace(RECIPES["default"], random_state=1)}, "changed settings"),
        (
            {"recalibration": "platt"},
            "the default recipe, recalibrated (platt, each fold by the others)",
        ),
        (
            {"recalibration": "isotonic"},
            (
                "the default recipe, recalibrated"
                " (isotonic, each fold by the others if they are 1,000)"
            ),
        ),
        ({"used": FEATURE_NAMES[:-1]}, "the default recipe, 12 of 13 features"),
    ],
    ids=["seed", "recalibration", "steps", "features"],
)
def test_whatever_changes_the_predictions_makes_another_row(shipped, changes, words):
    other = contender_of(shipped)._replace(**changes)
    assert other.recipe is None
    assert other.words == words
    assert other.key not in (contender_of(shipped).key, *MODELS)


def test_recalibration_of_a_fold_is_fitted_on_the_others(shipped, cleveland):
    bundle = dataclasses.replace(
        shipped, settings=TINY, recalibration=Recalibration("platt", 2.0, 0.5, patients=9)
    )
    plain = cross_validate(cleveland, TINY, folds=FOLDS)
    found = judge_contender(cleveland, contender_of(bundle), folds=FOLDS)
    assert np.array_equal(found.y_score, recalibrate_folds("platt", plain).y_score)
    # steps need more patients than these are: without them, instead of not at all
    steps = Contender(TINY, recalibration="isotonic")
    assert np.array_equal(judge_contender(cleveland, steps, folds=FOLDS).y_score, plain.y_score)


def test_features_that_a_model_does_not_read_change_nothing_and_the_folds_are_the_others(cleveland):
    blind = Contender(TINY, used=("age", "sex"))
    found = run_leaderboard(
        cleveland, folds=FOLDS, models=["class share alone"], contenders={"blind": blind}
    )
    assert list(found) == ["blind", "class share alone"]
    assert np.array_equal(found["blind"].fold, found["class share alone"].fold)
    # no two patients of Cleveland are equal, so the folds stay where every chol changes
    spoilt = dataclasses.replace(
        cleveland, frame=cleveland.frame.assign(chol=cleveland.frame["chol"] + 1)
    )
    assert np.array_equal(
        judge_contender(spoilt, blind, folds=FOLDS).y_score, found["blind"].y_score
    )


@pytest.mark.parametrize("name", ["hungary", "va_long_beach"])
def test_recipe_that_needs_complete_patients_is_left_out_where_there_are_none(name):
    cohort = load_shipped(name)
    assert models_for(cohort, Folds()) == tuple(model for model in MODELS if model != "lesson")
    assert not can_learn(cohort, Contender(RECIPES["lesson"]), Folds())
    assert can_learn(cohort, Contender(RECIPES["default"]), Folds())
    assert can_learn(load_shipped("cleveland"), Contender(RECIPES["lesson"]), Folds())


@pytest.mark.parametrize(
    ("settings", "hospitals", "said"),
    [
        (RECIPES["default"], ["cleveland", "hungary"], True),
        (dataclasses.replace(RECIPES["default"], device="cuda"), ["cleveland"], True),
        (RECIPES["default"], ["hungary"], False),
        (RECIPES["default"], None, True),  # it may be
        (dataclasses.replace(RECIPES["default"], members=31), ["cleveland"], False),
        (RECIPES["lesson"], ["cleveland"], False),
    ],
)
def test_recipe_that_was_chosen_with_these_patients_says_so(settings, hospitals, said):
    assert ("was chosen with all patients" in write_how_chosen(settings, hospitals)) == said
