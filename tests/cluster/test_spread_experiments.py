"""Repeats, hospitals, fits and runs shared out: what one process gives."""

from dataclasses import replace

import numpy as np
import pytest

from heart.bundle import load_bundle
from heart.bundle.storage import fingerprint_of
from heart.config import RECIPES
from heart.data import load_shipped
from heart.errors import BundleError
from heart.experiments import nested
from heart.experiments.contenders import Contender
from heart.experiments.cross_validation import FITS_A_PIECE, Folds, cross_validate, fit_each
from heart.experiments.hospitals import judge_elsewhere
from heart.experiments.leaderboard import run_leaderboard
from heart.experiments.nested import judge_nested
from heart.experiments.run import run_experiment
from heart.experiments.spread import run_at
from heart.experiments.work_up import fit_work_up
from heart.schema import FEATURE_NAMES
from tests.support.bundles import NOON
from tests.support.running import SMALL, answer, run

QUICK = replace(RECIPES["default"], members=2, max_epochs=4, dropout=0.1, hidden=(4,))
CUT = Folds(3, 2, 7)


@pytest.fixture(scope="module")
def cohort():
    return load_shipped("cleveland")


def equal(there, here):
    """Whether two sets of out-of-fold predictions are the same to rounding."""
    assert np.abs(there.y_score - here.y_score).max() < 1e-6
    assert (there.fold == here.fold).all()
    return (there.fits, there.chosen) == (here.fits, here.chosen)


def test_leaderboard_of_two_workers_is_that_of_one_process(two_workers, cohort):
    asked = {
        "folds": CUT,
        "models": ("class share alone",),
        "contenders": {"mine": Contender(QUICK, FEATURE_NAMES[:8], "platt")},
    }
    seen = []
    here = run_leaderboard(cohort, **asked)
    there = run_leaderboard(
        cohort, **asked, scheduler=two_workers, on_model=lambda *told: seen.append(told)
    )
    assert list(there) == list(here)
    assert all(equal(there[name], one) for name, one in here.items())
    assert seen[-1] == ("cross-validation", 1.0)


def test_cross_validation_of_two_workers_is_that_of_one_process(two_workers, cohort):
    asked, shares = {"folds": CUT, "used": FEATURE_NAMES[2:]}, []
    there = cross_validate(cohort, QUICK, **asked, scheduler=two_workers, on_share=shares.append)
    assert equal(there, cross_validate(cohort, QUICK, **asked))
    assert shares == [0.5, 1.0]


def test_fits_of_many_sizes_come_back_in_their_order(two_workers, cohort):
    rng = np.random.default_rng(0)
    parts = [np.sort(rng.choice(cohort.n, 150 + i % 3, replace=False)) for i in range(12)]
    assert len(parts) > FITS_A_PIECE
    asked = (cohort.features, cohort.y_true, parts, QUICK)
    here, there = fit_each(*asked), fit_each(*asked, scheduler=two_workers)
    for mine, other in zip(here, there, strict=True):
        assert np.abs(mine(cohort.features) - other(cohort.features)).max() < 1e-6


def test_recipe_that_two_workers_choose_inside_the_folds_is_that_of_one_process(
    two_workers, cohort, monkeypatch
):
    monkeypatch.setitem(RECIPES, "default", QUICK)
    changes = {"default": {}, "idle": {"lr": 1e-5, "max_epochs": 1}}
    monkeypatch.setattr(nested, "CHANGES", changes)
    monkeypatch.setattr(nested, "INNER_FOLDS", 2)
    shares = []
    there = judge_nested(cohort, folds=CUT, scheduler=two_workers, on_share=shares.append)
    assert equal(there, judge_nested(cohort, folds=CUT))
    assert len(shares) == 2 * 2  # recipes and repeats
    assert shares == sorted(shares)


def test_work_up_of_two_workers_is_that_of_one_process(two_workers, cohort):
    here = fit_work_up(cohort, QUICK, folds=CUT, used=FEATURE_NAMES[:9])
    there = fit_work_up(cohort, QUICK, folds=CUT, used=FEATURE_NAMES[:9], scheduler=two_workers)
    for known in ([], FEATURE_NAMES[:4], FEATURE_NAMES):
        assert equal(there.answers(known), here.answers(known))


def test_hospitals_of_two_workers_are_those_of_one_process(two_workers):
    here = judge_elsewhere("cleveland", QUICK)
    there = judge_elsewhere("cleveland", QUICK, scheduler=two_workers)
    assert [one[:4] for one in there] == [one[:4] for one in here]
    for one, other in zip(here, there, strict=True):
        assert other.judged.y_score == pytest.approx(one.judged.y_score, abs=1e-6)


def test_run_at_a_worker_is_the_run_of_this_process(two_workers, cohort):
    asked = {"name": "mine", "created_at": NOON, "rule": "sensitivity", "at_least": 0.9}
    here = run_experiment(cohort, QUICK, **asked)
    there = run_at(two_workers, cohort, QUICK, **asked)
    assert fingerprint_of(there.bundle) == fingerprint_of(here.bundle)
    assert there.history == here.history


def test_what_a_worker_refuses_is_refused_here(two_workers, cohort):
    with pytest.raises(BundleError, match="letters, digits"):
        run_at(two_workers, cohort, QUICK, name="a/b", created_at=NOON)


def test_evaluate_takes_a_scheduler(two_workers):
    words = ["evaluate", "--models", "class share alone", "--folds", "3", "--repeats", "2"]
    here = answer(*words, "--no-hospitals")["leaderboard"]
    there = answer(*words, "--no-hospitals", "--scheduler", two_workers)["leaderboard"]
    assert [{**row, "seconds": 0} for row in there] == [{**row, "seconds": 0} for row in here]


def test_train_takes_a_scheduler_but_not_for_a_file_that_is_read_here(
    two_workers, tmp_path, monkeypatch
):
    files = [tmp_path / "here.joblib", tmp_path / "there.joblib"]
    answer("train", *SMALL, "--out", files[0])
    monkeypatch.setenv("HEART_SCHEDULER", two_workers)
    answer("train", *SMALL, "--out", files[1])
    here, there = map(load_bundle, files)
    features = load_shipped("cleveland").features
    assert there.metrics == here.metrics
    assert (there.predict_proba(features) == here.predict_proba(features)).all()
    new = tmp_path / "new.joblib"
    status, _, err = run("train", "--from-disk", "--scheduler", two_workers, "--out", new)
    assert (status, new.exists()) == (2, False)
    assert "--scheduler without --from-disk" in err
