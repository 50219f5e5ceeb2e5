"""The evaluate page: what is stored is shown at once and nothing long starts by itself; it judges
the model in use; what was computed stays, for this cohort and this visitor only.
"""

import pickle
import re
from dataclasses import replace

import pytest

from heart.bundle import load_bundle, save_bundle
from heart.card import gather_facts
from heart.config import RECIPES, Settings
from heart.data import load_shipped
from heart.errors import SettingsError
from heart.evaluation.figures import write_figure
from heart.evaluation.judged import judge_out_of_fold
from heart.evaluation.recalibration import Recalibration
from heart.evaluation.thresholds import set_threshold
from heart.experiments.cross_validation import Folds
from heart.experiments.hospitals import local_recalibration
from heart.experiments.leaderboard import MODELS, run_leaderboard
from heart.experiments.nested import judge_nested
from heart.experiments.results import find_results
from heart.experiments.run import run_experiment
from heart.experiments.stored import find_stored
from heart.experiments.tuning import find_untuned, write_untuned
from heart.paths import SHIPPED_BUNDLE
from heart.ui.bundle import describe_bundle
from heart.ui.session import Origin, Session
from heart.work.request import digest_of
from tests.support.bundles import NOON
from tests.support.visitor import go, press, said

FEW = ("default", "logistic regression", "class share alone")
MINE = "`cleveland` (the model in use, default recipe; chosen with these patients)"
DEFAULT = "default (chosen with these patients)"

pytestmark = pytest.mark.usefixtures("quick_tuning")

COMPUTING = ("leaderboard.run_leaderboard", "learning.judge_elsewhere", "learning.learning_curve")
COMPUTING += ("work_up.fit_work_up",)
COMPUTE_AGAIN = (
    "Judge all models again",
    "Test at the other hospitals again",
    "Compute the work-up again",
    "Compute the learning curve again",
)


@pytest.fixture
def quick(monkeypatch):
    """The same work with smaller networks, fewer folds and fewer resamples; counts how often the
    leaderboard was computed. The stored results are of other recipes then.
    """
    calls, plain = [], run_leaderboard
    for name, recipe in list(RECIPES.items()):
        monkeypatch.setitem(RECIPES, name, replace(recipe, members=2, max_epochs=8, patience=0))
    monkeypatch.setattr("heart.evaluation.resampling.RESAMPLES", 50)
    monkeypatch.setattr("heart.evaluation.curves.RESAMPLES", 20)
    monkeypatch.setitem(local_recalibration.__kwdefaults__, "draws", 5)

    def run(cohort, *, folds, **options):
        calls.append(folds.n_repeats)
        return plain(cohort, folds=Folds(3, 2), **options)

    def nest(cohort, *, folds, **options):  # noqa: ARG001  the signature that is replaced
        return judge_nested(cohort, folds=Folds(3, 2), **options)

    monkeypatch.setattr("heart.ui.evaluate_leaderboard.run_leaderboard", run)
    monkeypatch.setattr("heart.ui.evaluate_nested.judge_nested", nest)
    monkeypatch.setattr("heart.experiments.nested.CHANGES", {"default": {}, "bare": {"hidden": ()}})
    monkeypatch.setattr("heart.ui.evaluate_leaderboard.models_for", lambda *_: FEW)
    return calls


@pytest.fixture
def at_evaluate(visit):
    """The page with a model in use, by default the shipped one as if made by the quick recipe."""

    def open_with(**changes):
        session, shipped = Session(), load_bundle(SHIPPED_BUNDLE)
        session.use(replace(shipped, **({"settings": RECIPES["default"]} | changes)), Origin.LOADED)
        app = visit()
        app.session_state["heart"] = session
        return go(app, "evaluate")

    return open_with


def table_with(app, column):
    (found,) = (table.value for table in app.table if column in table.value.columns)
    return found


def test_two_visitors_who_ask_for_the_same_ask_for_it_in_the_same_bytes(visit, pool, monkeypatch):
    def refuse(cohort, settings, **options):  # noqa: ARG001  the signature that is replaced
        raise SettingsError("a", "b", "c")

    monkeypatch.setattr("heart.ui.evaluate_learning.learning_curve", refuse)
    for _ in range(2):
        press(visit("evaluate"), "Compute the learning curve again")
    one, other = (
        pickle.dumps((request.call.args, request.call.keywords)) for request in pool.asked
    )
    assert digest_of(one) == digest_of(other)


def test_what_is_computed_goes_to_the_servers_scheduler_and_a_lost_one_costs_nothing(
    visit, pool, monkeypatch
):
    pytest.importorskip("distributed", reason="Dask is not installed: requirements-cluster.txt")
    monkeypatch.setenv("HEART_SCHEDULER", "tcp://127.0.0.1:1")
    monkeypatch.setattr("heart.cluster.client.ANSWER_S", 0.1)
    app = visit("evaluate")
    n_tables = len(app.table)
    for label in COMPUTE_AGAIN:
        assert "Found: no answer" in said(press(app, label)), label
    assert [request.call.keywords["scheduler"] for request in pool.asked] == [
        "tcp://127.0.0.1:1"
    ] * len(COMPUTE_AGAIN)
    assert len(app.table) == n_tables


def test_what_is_stored_is_shown_at_once_and_computes_nothing(visit, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError((arguments, options))

    for name in COMPUTING:
        monkeypatch.setattr(f"heart.ui.evaluate_{name}", refuse)
    app = visit("evaluate")
    leaderboard = table_with(app, "Log-loss behind")
    assert leaderboard.index[0] == MINE
    assert len(leaderboard) == len(MODELS)
    check_tuning(app, leaderboard)
    subgroups, hospitals, steps = (table_with(app, n) for n in ("Expected", "1989", "so far"))
    assert (len(hospitals), len(steps)) == (9, 8)
    # Budapest: the model itself as on the card and the Models page, and its recipe, by their names
    facts = gather_facts(load_bundle(SHIPPED_BUNDLE))
    budapest = hospitals.loc["Hungarian Institute of Cardiology, Budapest", "log-loss"]
    itself = facts.elsewhere[0].scores.log_loss
    assert budapest["the model itself"] == write_figure(itself, "log_loss")
    assert (budapest["the model itself"][:5], budapest["all"][:5]) == ("0.417", "0.399")
    # one figure on one page: all patients of the subgroups are those of the leaderboard
    assert subgroups.loc["all", "ROC AUC"] == leaderboard.loc[MINE, "ROC AUC"]
    nested = find_results(load_shipped("cleveland")).nested is not None
    assert said(app).count("stored with the app") == 5 + nested
    assert "was fitted or stopped on 242, and tested on 61" in said(app)
    # and the recalibration table's is the card's, of train and valid
    unseen = judge_out_of_fold(find_stored(load_bundle(SHIPPED_BUNDLE)), threshold=0.5)
    none = table_with(app, "Slope (1 is right)").loc["None"]
    assert none["Log-loss"] == write_figure((unseen.scores.log_loss.value, None, None), "log_loss")
    assert "The 242 patients of the train and valid parts" in said(app)
    check_recalibration(app)


def check_tuning(app, leaderboard):
    """What each was tuned over, what was chosen how often and what it cost, as stored."""
    table = table_with(app, "tuned over")
    assert list(table.index) == list(leaderboard.index)
    assert table.loc[MINE, "tuned over"] == "nothing inside the folds"
    logistic = table.loc["logistic regression"]
    assert logistic["tuned over"].startswith("C 0.01, 0.03, 0.1")
    assert logistic["chosen (in how many folds)"].startswith("C 0.3 (")
    assert logistic["fits"] == f"{50 * (7 * 5 + 1):,}"
    assert "seconds are those of the machine that computed the row" in said(app)
    untuned = find_untuned(find_results(load_shipped("cleveland")).leaderboard)
    assert "logistic regression" not in untuned
    assert ("Not tuned inside the folds as" in said(app)) == bool(untuned)
    assert write_untuned(untuned) in said(app)


def test_nothing_long_starts_by_itself(at_evaluate, quick):
    app = at_evaluate()
    assert [b.label for b in app.button][:4] == [
        "Judge all models",
        "Compute what the model uses",
        "Test at the other hospitals",
        "Compute the learning curve",
    ]
    assert not quick


def test_leaderboard_shows_every_model_with_intervals_and_is_computed_once(at_evaluate, quick):
    app = press(at_evaluate(), "Judge all models")
    table = table_with(app, "Log-loss behind")
    assert set(table.index) == {MINE, *FEW[1:]}
    assert table.loc["class share alone"].name == table.index[-1]
    assert table.loc["class share alone", "ROC AUC"] == "–"
    assert "ranks nobody, and has no ROC AUC" in said(app)
    assert "was chosen with all patients of the Cleveland Clinic" in said(app)
    assert "(" in table["Log-loss"].iloc[0]
    assert "Calibration" in said(app)
    assert "Subgroups" in said(app)
    # the recipe chosen inside the folds stands beside it once it was asked for
    app = press(app, "Choose the recipe inside the folds")
    (nested,) = (t.value for t in app.table if "chosen inside the folds" in t.value.index)
    assert nested.index.tolist() == ["chosen inside the folds", "the default recipe"]
    assert nested.loc["the default recipe", "Log-loss"] == table.loc[MINE, "Log-loss"]
    taken = re.search(r"Taken: recipe (.*?)\. Against", said(app)).group(1)
    assert sum(int(n) for n in re.findall(r"\((\d+)\)", taken)) == 6
    app = go(go(app, "train"), "evaluate")
    assert set(table_with(app, "Log-loss behind").index) == set(table.index)
    assert quick == [5]


def test_results_are_computed_once_and_belong_to_their_visitor_and_cohort(
    at_evaluate, quick, count_calls
):
    names = ("roc_table", "precision_recall_table", "subgroup_table")
    calls = count_calls("heart.ui.evaluate", *names)
    entries = count_calls("heart.ui.evaluate_leaderboard", "leaderboard")
    app = press(at_evaluate(), "Judge all models")
    patients = table_with(app, "Expected")["Patients"].astype(int)
    assert patients["all"] == 303
    assert patients["female"] + patients["male"] == 303
    assert {*calls, *entries} == {*names, "leaderboard"}
    entries.clear()
    calls.clear()
    app.run()
    assert calls == entries == [], "another run of the page computes nothing again"
    app = app.multiselect[0].set_value(["hungary"]).run()
    assert "Judge all models" in [b.label for b in app.button], "another cohort's are not these"
    app = app.multiselect[0].set_value(["cleveland"]).run()
    assert "Judge all models" not in [b.label for b in app.button], "they are still there"
    other = at_evaluate()
    assert "Judge all models" in [b.label for b in other.button], "another visitor's are not these"
    assert len(quick) == 1


def test_other_hospitals_are_shown_with_what_they_lack(at_evaluate, quick):
    app = press(at_evaluate(), "Test at the other hospitals")
    table = table_with(app, "1989")
    hungary = [
        row
        for place, row in table.iterrows()
        if place[0].startswith("Budapest") or "ungar" in place[0]
    ]
    assert len(hungary) == 3  # all features, those it has, the model itself
    assert {row["1989"] for row in hungary} == {"0.77"}
    assert "ca" in hungary[0]["lacks"]
    assert not quick


@pytest.mark.usefixtures("quick")
def test_model_in_use_is_judged_at_its_threshold_beside_the_default_recipe_and_kept_models(
    at_evaluate, tmp_path, monkeypatch
):
    tiny = Settings(members=1, hidden=(3,), max_epochs=2, patience=0)
    kept = run_experiment(load_shipped("cleveland"), tiny, name="theirs", created_at=NOON).bundle
    save_bundle(kept, tmp_path / "theirs.joblib")
    monkeypatch.setenv("HEART_MODELS", str(tmp_path))
    app = at_evaluate(
        name="mine",
        settings=replace(RECIPES["default"], members=1, hidden=(4,)),
        threshold=set_threshold(0.61),
        recalibration=Recalibration("platt", 1.2, 0.1, patients=242),
        data=load_bundle(SHIPPED_BUNDLE).data._replace(cohort="my_file_", fingerprint="0" * 64),
        learnt=None,
    )
    assert "its recipe (changed settings, recalibrated (platt, each fold by the others))" in said(
        app
    )
    assert "learnt from these patients is not known: not everybody that it learnt from is" in said(
        app
    )
    app = press(app, "Judge all models")
    table = table_with(app, "Log-loss behind")
    assert set(table.index) == {"`mine` (the model in use)", DEFAULT, *FEW[1:]}
    assert "Whether changed settings were chosen with these patients is not known" in said(app)
    # a kept model is judged beside them, and the others are not judged again
    app = app.multiselect(key="leaderboard_kept").set_value(["theirs"]).run()
    assert "Not judged on these patients yet: `theirs` (kept)" in said(app)
    app = press(app, "Judge it on the same folds")
    table = table_with(app, "Log-loss behind")
    assert set(table.index) == {"`mine` (the model in use)", "`theirs` (kept)", DEFAULT, *FEW[1:]}
    assert "Of `mine` at its threshold of 61\u00a0%" in said(app)
    assert "Dashed: the model's own threshold, 61\u00a0%" in said(app)


def check_recalibration(app):
    """It goes into the model and back out."""
    table = table_with(app, "Slope (1 is right)")
    assert table.index.tolist() == ["None", "Temperature", "Platt"]
    assert "needs 1,000 patients; these are 242" in said(app)
    (method,) = (radio for radio in app.radio if radio.label == "Recalibration")
    app = method.set_value("platt").run()
    app = press(app, "Use this recalibration in the model")
    assert "recalibrated" in said(app)
    # as the Bundle page shows it
    table = describe_bundle(app.session_state["heart"].bundle)
    assert "Platt" in table.loc["Recalibration"].item()
    app = go(app, "threshold")
    assert "Threshold **33\u00a0%**" in said(app)
    app = go(app, "evaluate")
    assert [radio.value for radio in app.radio if radio.label == "Recalibration"] == ["platt"]
