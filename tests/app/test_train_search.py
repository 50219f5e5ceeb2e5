"""The Train page's search for settings."""

import time
from dataclasses import replace

import pytest

pytest.importorskip("optuna", reason="the search needs requirements-search.txt")

from heart.config import RECIPES
from heart.evaluation.figures import Figure
from heart.experiments.cross_validation import Folds
from heart.experiments.search import GIVEN_UP, KEPT, Search, Tried, Worth
from heart.ui import search as search_page
from heart.ui.progress import SECONDS_BETWEEN_DRAWINGS
from heart.ui.search import describe_search, history_frame, settings_frame
from tests.support.visitor import press, said

BASE = RECIPES["default"]
BEST = replace(BASE, members=2, max_epochs=2, hidden=(16,), masking=0.25)


def searched(gain=(0.004, -0.01, 0.018), importance=None):
    tried = (
        Tried(0, KEPT, {}, (0.40, 0.36)),
        Tried(1, GIVEN_UP, {}, (0.45,)),
        Tried(2, KEPT, {}, (0.36, 0.34)),
    )
    chosen = Worth(0.38, 0.35, Figure(0.03, 0.01, 0.05))
    other = Worth(0.379, 0.375, Figure(*gain))
    return Search(Folds(10, 2, 0), BASE, tried, BEST, chosen, other, importance or {})


def test_best_settings_are_shown_with_what_they_are_worth_and_trained(visit, pool, monkeypatch):
    asked = []
    monkeypatch.setenv("HEART_SCHEDULER", "tcp://a:1")  # which the real one would connect to

    def quick(cohort, *, trials, on_trial, **options):
        asked.append((cohort.name, trials, options))
        result = searched(importance={"masking": 0.7, "hidden": 0.3})
        for done, tried in enumerate(result.tried, 1):
            on_trial(tried, done, trials)
        return result

    monkeypatch.setattr("heart.ui.search.search", quick)
    app = visit("train")
    app.select_slider(key="search_trials").set_value(10)
    app = press(app, "Search")
    assert asked == [("cleveland", 10, {"at_once": 4, "scheduler": "tcp://a:1"})]
    assert "3 settings were tried" in said(app)
    assert "cannot be told from these patients" in said(app)
    app = press(app, "Train with the best settings")
    assert "Trained on **193** patients of `cleveland` for 2 epochs" in said(app)
    (settings,) = (request.call.args[1] for request in pool.asked[1:])
    assert settings == BEST


@pytest.mark.parametrize(
    ("gain", "words"),
    [
        ((0.004, -0.01, 0.018), "cannot be told"),
        ((0.004, 0.0, 0.008), "cannot be told"),
        ((0.004, 0.0001, 0.008), "It is better there too"),
        ((-0.004, -0.008, -0.0001), "There it is worse"),
        ((-0.004, -0.008, 0.0), "cannot be told"),
    ],
)
def test_words_follow_the_interval_on_folds_that_did_not_choose(gain, words):
    said = describe_search(searched(gain))
    assert words in said
    assert "1 of them given up" in said
    assert "0.3500, where the settings that the search began with have 0.3800" in said


def test_progress_tells_the_lowest_of_all_also_where_several_come_at_once(visit, monkeypatch):
    texts, make = [], search_page._work

    def quick(cohort, *, trials, on_trial, **options):  # noqa: ARG001  the signature that is replaced
        for done, tried in enumerate(searched().tried[::-1], 1):
            on_trial(tried, done, trials)
        time.sleep(3 * SECONDS_BETWEEN_DRAWINGS)  # so that they are drawn, together
        return searched()

    def watch(cohort, *, trials):
        work = make(cohort, trials=trials)

        def write(*told):
            texts.append(work.write(*told)[0])
            return texts[-1], 0.5

        return work._replace(write=write)

    monkeypatch.setattr("heart.ui.search.search", quick)
    monkeypatch.setattr("heart.ui.search._work", watch)
    press(visit("train"), "Search")
    assert texts[-1] == "3 of 20 tried, lowest log-loss 0.3500"


def test_history_has_the_mean_of_the_repeats_and_the_lowest_that_was_judged_to_the_end():
    frame = history_frame(searched())
    assert frame["number"].tolist() == [1, 2, 3]
    assert frame["log_loss"].tolist() == pytest.approx([0.38, 0.45, 0.35])
    assert frame["lowest"].tolist() == pytest.approx([0.38, 0.38, 0.35])
    assert frame["state"].tolist() == ["judged to the end", "given up", "judged to the end"]


def test_settings_stand_beside_those_of_the_beginning():
    table = settings_frame(searched())
    assert table.loc["hidden"].tolist() == ["none", "16"]
    assert table.loc["masking"].tolist() == ["0.5", "0.25"]
