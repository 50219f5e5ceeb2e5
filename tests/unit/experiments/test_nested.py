"""Our recipe chosen inside the folds: from a list that follows the default recipe, without any
knowledge of the patients it is judged on.
"""

import dataclasses

import numpy as np
import pytest

from heart.config import RECIPES, Settings
from heart.evaluation.intervals import corrected_half_width
from heart.evaluation.metrics import log_losses
from heart.experiments import nested as module
from heart.experiments.contenders import describe_settings
from heart.experiments.cross_validation import Folds, cross_validate, fit_each
from heart.experiments.leaderboard import fold_figures
from heart.experiments.nested import (
    compare_nested,
    judge_nested,
    nested_folds,
    short_list,
    write_how_nested,
)

TINY = Settings(members=2, hidden=(8,), max_epochs=6, patience=2, device="cpu")
FOLDS = Folds(2, 1)


@pytest.fixture(scope="module")
def tiny():
    """A list of two recipes of a moment; the second hardly learns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(RECIPES, "default", TINY)
        changes = {"default": {}, "idle": {"lr": 1e-5, "max_epochs": 1, "members": 1}}
        patch.setattr(module, "CHANGES", changes)
        patch.setattr(module, "INNER_FOLDS", 2)
        patch.setattr(module, "MEMBERS", 1)
        yield


@pytest.fixture(scope="module")
def few(cleveland):
    return dataclasses.replace(cleveland, frame=cleveland.frame.iloc[:120])


@pytest.fixture(scope="module")
def judged(few, tiny):  # noqa: ARG001  before the list is read
    shares = []
    return judge_nested(few, folds=FOLDS, on_share=shares.append), shares


def test_list_follows_the_default_recipe_and_names_none_twice(monkeypatch):
    for hidden in ((), (64,), (7,)):
        default = dataclasses.replace(RECIPES["default"], hidden=hidden)
        monkeypatch.setitem(RECIPES, "default", default)
        listed = short_list()
        assert listed["default"] == default
        described = [describe_settings(settings) for settings in listed.values()]
        assert all(described.count(each) == 1 for each in described)
        assert len(listed) >= 6
        assert {each["masking"] for each in described} == {default.masking, 0.15}


def test_recipe_with_the_least_loss_in_the_inner_folds_is_taken(few, judged, tiny):  # noqa: ARG001
    found, shares = judged
    assert shares == sorted(shares)
    assert found.chosen == ({"recipe": "default"}, {"recipe": "default"})
    assert found.fits == 2 + 2 * 2 * 2  # the last ones, and recipes x folds x inner folds
    train = FOLDS.split(few.features, few.y_true)[1][0]
    small = dataclasses.replace(TINY, members=1)
    losses = []
    inner = Folds(2, 1, 1).split(few.features.iloc[train], few.y_true[train])
    for a, b in inner:
        (predict,) = fit_each(few.features, few.y_true, [train[a]], small)
        p = predict(few.features.iloc[train[b]])
        losses.append(log_losses(few.y_true[train[b]], p))
    cut = [
        module._cut(few, rows, i)
        for i, (rows, _) in enumerate(FOLDS.split(few.features, few.y_true))
    ]
    (_, expected) = module._inner_losses(few, module._Compared(small, cut))
    assert expected == pytest.approx(np.concatenate(losses).mean(), abs=1e-5)


def test_what_is_taken_is_trained_with_all_its_members_on_the_whole_training_part(few, judged):
    plain = cross_validate(few, TINY, folds=FOLDS)
    assert judged[0].y_score == pytest.approx(plain.y_score, abs=1e-5)
    assert np.array_equal(judged[0].fold, plain.fold)


def test_choice_of_a_fold_does_not_see_its_test_rows(few, judged, tiny, monkeypatch):  # noqa: ARG001
    splits = FOLDS.split(few.features, few.y_true)
    train, test = splits[0]
    seen = []
    plain = fit_each

    def note(features, y_true, parts, settings, **options):
        seen.extend(parts)
        return plain(features, y_true, parts, settings, **options)

    monkeypatch.setattr(module, "fit_each", note)
    judge_nested(few, folds=FOLDS)
    inside = [rows for rows in seen if set(rows) <= set(train)]
    across = [rows for rows in seen if set(rows) & set(test) and set(rows) & set(train)]
    assert len(inside) == 2 * 2 + 1
    assert across == []


def test_comparison_is_paired_on_the_first_repeats_of_the_same_cut(few, judged):
    found = judged[0]
    more = cross_validate(few, "class share alone", folds=Folds(2, 2))
    compared = compare_nested(found, more)
    first = more._replace(y_score=more.y_score[:1], fold=more.fold[:1])
    difference = fold_figures(found)["log_loss"] - fold_figures(first)["log_loss"]
    value, low, high = compared.difference["log_loss"]
    half = corrected_half_width(difference.to_numpy(), n_splits=2)
    assert (value, low, high) == pytest.approx(
        (difference.mean(), difference.mean() - half, difference.mean() + half)
    )


def test_folds_are_the_first_repeats_and_the_sentence_says_how_many():
    assert nested_folds(Folds(10, 5, 3)) == Folds(10, module.REPEATS, 3)
    assert nested_folds(Folds(10, 1)).n_repeats == 1
    assert write_how_nested(Folds(10, 2)).startswith("In each of 10 folds, 2 times, the recipe")
