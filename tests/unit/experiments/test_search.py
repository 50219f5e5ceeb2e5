"""The search for settings: what is tried, what is given up, what goes on after an end."""

import os
import stat
import statistics
from dataclasses import replace

import pytest

pytest.importorskip("optuna", reason="the search needs requirements-search.txt")

from optuna import create_study
from optuna.trial import FixedTrial, TrialState

from heart.config import RECIPES, SettingsError
from heart.data import load_shipped
from heart.experiments import search as module
from heart.experiments.cross_validation import Folds, predict_repeats
from heart.experiments.search import FAILED, GIVEN_UP, KEPT, search
from heart.experiments.search_space import NAMES, RANGES, point_of, suggest_settings

FOLDS = Folds(2, 3, 5)
DEFAULT = RECIPES["default"]


@pytest.fixture(scope="module")
def cohort():
    return load_shipped("cleveland")


@pytest.fixture
def judged(monkeypatch):
    """The settings that were judged, each with its repeat; their loss is their weight decay, and in
    the first repeat a tenth more.
    """
    calls = []

    def judge(_, task):
        settings, repeat = task
        calls.append((settings, repeat))
        return settings.weight_decay + (0.1 if repeat == 0 else 0.0)

    monkeypatch.setattr(module, "_judge", judge)
    monkeypatch.setattr(module, "_compare", lambda _, best, folds: (best, folds))
    return calls


def run(cohort, trials, **options):
    return search(cohort, trials=trials, folds=FOLDS, members=2, **options)


def test_first_is_the_recipe_that_it_begins_with(cohort, judged):
    run(cohort, 2)
    assert judged[0][0] == replace(DEFAULT, members=2, device="cpu")
    assert [repeat for _, repeat in judged[:3]] == [0, 1, 2]


@pytest.mark.usefixtures("judged")
def test_what_is_above_the_median_after_a_repeat_is_given_up(cohort):
    tried = run(cohort, 30).tried
    assert [one.number for one in tried] == list(range(30))
    assert {one.state for one in tried} == {KEPT, GIVEN_UP}
    assert all(one.state == KEPT for one in tried[: module.FIRST])
    ended = []
    for one in tried:
        first = one.losses[0]
        if len(ended) >= module.FIRST:
            assert (first > statistics.median(ended)) == (one.state == GIVEN_UP)
        if one.state == KEPT:
            ended.append(first)
            assert len(one.losses) == FOLDS.n_repeats
            assert one.log_loss == pytest.approx(first - 0.2 / 3)
        else:
            assert (len(one.losses), one.log_loss) == (1, None)


@pytest.mark.usefixtures("judged")
def test_best_has_the_lowest_loss_and_is_judged_on_folds_that_did_not_choose_it(cohort):
    result = run(cohort, 12)
    best = min((one for one in result.tried if one.log_loss), key=lambda one: one.log_loss)
    assert result.best.weight_decay == best.changes["weight_decay"]
    assert (result.best.members, result.best.device) == (DEFAULT.members, DEFAULT.device)
    (small, by), (again, other) = result.chosen, result.untouched
    assert small == again == replace(result.best, members=2, device="cpu")
    assert (by, other) == (FOLDS, FOLDS._replace(random_state=5 + 1_000_003))


@pytest.mark.usefixtures("judged")
def test_importance_finds_the_only_setting_that_matters(cohort):
    result = run(cohort, 50)
    importance = result.importance
    assert sum(one.state == KEPT for one in result.tried) >= module.ENOUGH
    assert max(importance, key=importance.get) == "weight_decay"
    assert sum(importance.values()) == pytest.approx(1)
    assert run(cohort, 3).importance == {}


@pytest.mark.usefixtures("judged")
def test_same_seed_tries_the_same(cohort):
    one, other = (run(cohort, 9).tried for _ in range(2))
    assert one == other


def test_search_goes_on_where_it_was_ended(cohort, judged, tmp_path):
    path = tmp_path / "found.db"

    def end(tried, *_):
        if tried.number == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(cohort, 8, storage=path, on_trial=end)
    before = len(judged)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    told = []
    result = run(cohort, 8, storage=path, on_trial=lambda _, *counts: told.append(counts))
    assert told == [(done, 8) for done in range(5, 9)]
    assert len(result.tried) == 8
    assert len(judged) - before <= 4 * FOLDS.n_repeats
    run(cohort, 8, storage=path)
    assert len(judged) - before <= 4 * FOLDS.n_repeats  # all were tried already


@pytest.fixture
def ended(cohort, judged, monkeypatch, tmp_path):
    """The file of a search for four that was ended while it judged the third."""
    path, judge = tmp_path / "found.db", module._judge

    def die(shared, task):
        if len(judged) == 7:
            raise KeyboardInterrupt
        return judge(shared, task)

    monkeypatch.setattr(module, "_judge", die)
    with pytest.raises(KeyboardInterrupt):
        run(cohort, 4, storage=path)
    monkeypatch.setattr(module, "_judge", judge)
    return path


def test_settings_whose_judgement_was_ended_are_tried_again(cohort, judged, ended):
    broken = judged[6][0]
    result = run(cohort, 4, storage=ended)
    assert judged[7] == (broken, 0)
    assert len(result.tried) == 4
    assert FAILED not in {one.state for one in result.tried}


@pytest.mark.parametrize("at_once", [1, 2])
def test_what_came_to_nothing_does_not_count_as_tried(cohort, ended, at_once):
    told = []
    result = run(
        cohort,
        4,
        storage=ended,
        at_once=at_once,
        on_trial=lambda tried, *counts: told.append((tried.number, *counts)),
    )
    assert told == [(3, 3, 4), (4, 4, 4)]
    assert [one.number for one in result.tried] == [0, 1, 3, 4]


@pytest.mark.usefixtures("judged")
def test_storage_of_another_search_is_refused(cohort, tmp_path):
    path = tmp_path / "found.db"
    run(cohort, 2, storage=path)
    with pytest.raises(SettingsError, match="an earlier search on these patients"):
        search(cohort, trials=2, folds=FOLDS._replace(random_state=6), members=2, storage=path)
    with pytest.raises(SettingsError, match="an earlier search on these patients"):
        run(load_shipped("hungary"), 2, storage=path)
    other = tmp_path / "other.db"
    other.write_text("age,sex\n")
    with pytest.raises(SettingsError, match="another file at"):
        run(cohort, 2, storage=other)
    assert other.read_text() == "age,sex\n"
    with pytest.raises(SettingsError, match="Is a directory"):
        run(cohort, 2, storage=tmp_path)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no locks of this kind here")
@pytest.mark.usefixtures("judged")
def test_two_searches_do_not_share_a_storage(cohort, tmp_path):
    path = tmp_path / "found.db"

    def another(*_):
        with pytest.raises(SettingsError, match="a file that no other search uses"):
            run(cohort, 2, storage=path)

    run(cohort, 2, storage=path, on_trial=another)


@pytest.mark.usefixtures("judged")
def test_settings_that_cannot_be_trained_are_told_and_passed_over(cohort, monkeypatch):
    calls = []

    def fail_second(_, task):
        calls.append(task)
        return "why" if len(calls) == 4 else 0.3 + task[0].weight_decay

    monkeypatch.setattr(module, "_judge", fail_second)
    tried = run(cohort, 4).tried
    assert [one.state for one in tried] == [KEPT, FAILED, KEPT, KEPT]
    assert tried[1].losses == ()
    monkeypatch.setattr(module, "_judge", lambda *_: "why")
    with pytest.raises(SettingsError, match="settings that can be trained"):
        run(cohort, 2)


def test_several_at_once_are_judged_a_repeat_of_all_after_the_other(cohort, judged):
    tried = run(cohort, 7, at_once=3).tried
    assert len(tried) == 7
    assert [repeat for _, repeat in judged[:9]] == [0, 0, 0, 1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize(
    ("trials", "at_once", "wanted"),
    [(1, 1, "2 to 10,000"), (10_001, 1, "2 to 10,000"), (2, 0, "1 to 256"), (2, 257, "1 to 256")],
)
def test_numbers_outside_their_bounds_are_refused(cohort, judged, trials, at_once, wanted):
    with pytest.raises(SettingsError, match=wanted):
        run(cohort, trials, at_once=at_once)
    assert judged == []


def test_loss_is_that_of_a_repeat_of_the_cross_validation(cohort):
    settings = replace(DEFAULT, members=1, max_epochs=3, device="cpu")
    loss = module._judge((cohort, FOLDS), (settings, 2))
    y_score = predict_repeats(
        cohort.features, cohort.y_true, settings, range(3), folds=FOLDS
    ).y_score[2]
    sklearn = pytest.importorskip("sklearn.metrics")
    assert loss == pytest.approx(sklearn.log_loss(cohort.y_true, y_score), abs=1e-5)


def test_whole_search_compares_on_the_same_folds(cohort):
    base = replace(DEFAULT, max_epochs=2)
    result = search(cohort, trials=2, base=base, folds=Folds(2, 1, 0), members=1)
    assert result.chosen.base == pytest.approx(result.tried[0].losses[0])
    assert result.chosen.best == pytest.approx(min(one.log_loss for one in result.tried))
    assert result.untouched.base != result.chosen.base
    difference = result.untouched.base - result.untouched.best
    assert result.untouched.gain.value == pytest.approx(difference, abs=0.02)


@pytest.mark.parametrize("end", [0, 1])
def test_space_reaches_to_both_ends(end):
    point = point_of(DEFAULT) | {name: limits[end] for name, limits in RANGES.items()}
    assert point_of(suggest_settings(FixedTrial(point), DEFAULT)) == point


@pytest.mark.parametrize(
    ("name", "value"),
    [("masking", 0.71), ("lr", 2.9e-4), ("pieces", 5), ("embedding_dim", 1), ("dropout", 0.61)],
)
def test_settings_outside_the_space_are_no_point_of_it(name, value):
    assert point_of(replace(DEFAULT, **{name: value})) is None


def test_space_holds_the_default_recipe_and_leaves_the_rest_alone():
    point = point_of(DEFAULT)
    assert set(point) == set(NAMES)
    assert suggest_settings(FixedTrial(point), DEFAULT) == DEFAULT
    assert point_of(replace(DEFAULT, hidden=(17,))) is None
    assert point_of(replace(DEFAULT, batch_size=33)) is None
    study = create_study()
    drawn = [suggest_settings(study.ask(), DEFAULT) for _ in range(5)]
    assert {one.max_epochs for one in drawn} == {DEFAULT.max_epochs}
    assert len({one.lr for one in drawn}) == 5
    assert all(trial.state is TrialState.RUNNING for trial in study.trials)
