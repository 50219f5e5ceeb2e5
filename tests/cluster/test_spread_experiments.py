"""Repeats and hospitals shared out: what one process gives."""

from dataclasses import replace

import numpy as np
import pytest

from heart.config import RECIPES
from heart.data import load_shipped
from heart.experiments.contenders import Contender
from heart.experiments.cross_validation import Folds
from heart.experiments.hospitals import judge_elsewhere
from heart.experiments.leaderboard import run_leaderboard
from heart.experiments.spread import spread_elsewhere
from heart.schema import FEATURE_NAMES
from tests.support.running import answer

QUICK = replace(RECIPES["default"], members=2, max_epochs=4, dropout=0.1, hidden=(4,))


def test_leaderboard_of_two_workers_is_that_of_one_process(two_workers):
    cohort, seen = load_shipped("cleveland"), []
    asked = {
        "folds": Folds(3, 2, 7),
        "models": ("class share alone",),
        "contenders": {"mine": Contender(QUICK, FEATURE_NAMES[:8], "platt")},
    }
    here = run_leaderboard(cohort, **asked)
    there = run_leaderboard(
        cohort, **asked, scheduler=two_workers, on_model=lambda *told: seen.append(told)
    )
    assert list(there) == list(here)
    for name, one in here.items():
        assert np.abs(there[name].y_score - one.y_score).max() < 1e-6
        assert (there[name].fold == one.fold).all()
        assert (there[name].fits, there[name].chosen) == (one.fits, one.chosen)
    assert seen[-1] == ("cross-validation", 1.0)


def test_hospitals_of_two_workers_are_those_of_one_process(two_workers):
    here = judge_elsewhere("cleveland", QUICK)
    there = spread_elsewhere("cleveland", QUICK, used=FEATURE_NAMES, scheduler=two_workers)
    assert [one[:4] for one in there] == [one[:4] for one in here]
    for one, other in zip(here, there, strict=True):
        assert other.judged.y_score == pytest.approx(one.judged.y_score, abs=1e-6)


def test_evaluate_takes_a_scheduler(two_workers):
    words = ["evaluate", "--models", "class share alone", "--folds", "3", "--repeats", "2"]
    here = answer(*words, "--no-hospitals")["leaderboard"]
    there = answer(*words, "--no-hospitals", "--scheduler", two_workers)["leaderboard"]
    assert [{**row, "seconds": 0} for row in there] == [{**row, "seconds": 0} for row in here]
