"""`python -m heart evaluate`: the leaderboard and the other hospitals, as the library computes
them.
"""

import re
from pathlib import Path

import pytest
from sklearn.metrics import roc_auc_score

from heart.bundle import save_bundle
from heart.config import RECIPES, Settings
from heart.data import load_shipped
from heart.experiments.cross_validation import Folds, cross_validate
from heart.experiments.hospitals import judge_elsewhere
from heart.experiments.leaderboard import MODELS, pooled_figures
from heart.experiments.run import run_experiment
from tests.support.bundles import NOON
from tests.support.running import answer, run

ROOT = Path(__file__).parents[2]
FIGURES = ["auc", "average_precision", "log_loss", "brier", "accuracy"]
BOUNDS = [f"{name}{end}" for name in FIGURES for end in ("", "_low", "_high")]
FAST = ["--models", "logistic regression,class share alone", "--folds", "3", "--repeats", "1"]
TINY = Settings(members=2, hidden=(8,), max_epochs=4, patience=2, device="cpu")


pytestmark = pytest.mark.usefixtures("quick_tuning")


@pytest.fixture(scope="module")
def told(quick_tuning):  # noqa: ARG001  before the first test
    return answer("evaluate", *FAST, "--no-hospitals")


@pytest.fixture
def tiny(monkeypatch):
    """A default recipe that takes a moment."""
    monkeypatch.setitem(RECIPES, "default", TINY)
    return TINY


def test_leaderboard_has_each_model_with_its_figures_and_intervals(told):
    assert [row["model"] for row in told["leaderboard"]] == [
        "logistic regression",
        "class share alone",
    ]
    for row in told["leaderboard"]:
        about = {"model", "seconds", "fits", "tuned_over", "chosen"}
        assert {*about, *BOUNDS, *(f"behind_{name}" for name in BOUNDS)} == set(row)
        ranking = ["auc", "average_precision"] if row["model"] == "class share alone" else []
        assert all(row[f"{name}{end}"] is None for name in ranking for end in ("", "_low", "_high"))
        there = [name for name in FIGURES if name not in ranking]
        assert all(row[f"{name}_low"] <= row[name] <= row[f"{name}_high"] for name in there)
        assert row["seconds"] > 0


def test_tuning_is_told_with_what_it_chose_and_its_fits(told):
    logistic, share = told["leaderboard"]
    assert logistic["tuned_over"] == "C 0.01, 0.03, 0.1, 0.3, 1, 3 or 10"
    assert logistic["fits"] == 3 * (2 * 2 + 1)  # folds x (settings x inner folds, and the last)
    assert sum(int(n) for n in re.findall(r"\((\d+)\)", logistic["chosen"])) == 3
    assert (share["tuned_over"], share["fits"], share["chosen"]) == (None, 3, None)


def test_leaderboard_says_what_the_library_computes(told):
    expected = pooled_figures(
        cross_validate(load_shipped("cleveland"), "logistic regression", folds=Folds(3, 1))
    )
    assert {name: told["leaderboard"][0][name] for name in FIGURES} == pytest.approx(
        {"auc" if name == "roc_auc" else name: value for name, value in expected.items()}
    )
    assert told["folds"] == {"n_splits": 3, "n_repeats": 1, "random_state": 0}
    assert told["cohort"] == "cleveland"
    assert told["hospitals"] == []


def test_best_model_is_not_behind_and_the_others_are(told):
    best, other = told["leaderboard"]
    assert (best["behind_log_loss"], best["behind_log_loss_low"], best["behind_log_loss_high"]) == (
        0,
        0,
        0,
    )
    assert (
        0 < other["behind_log_loss_low"] < other["behind_log_loss"] < other["behind_log_loss_high"]
    )


def test_hospitals_have_the_same_figures(tiny):
    told = answer("evaluate", "--models", "class share alone", "--folds", "2", "--repeats", "1")[
        "hospitals"
    ]
    assert [(row["trained_on"], row["tested_on"]) for row in told[::2]] == [
        ("cleveland", name) for name in ("hungary", "switzerland", "va_long_beach")
    ]
    assert [row["features"] for row in told] == ["all", "shared"] * 3
    assert [row["lacking"] for row in told[::2]] == [
        "slope, ca, thal",
        "chol, fbs, ca",
        "slope, ca, thal",
    ]
    for row, external in zip(told, judge_elsewhere("cleveland", tiny), strict=True):
        cohort = load_shipped(row["tested_on"])
        assert set(BOUNDS) <= set(row)
        assert all(row[f"{name}_low"] <= row[name] <= row[f"{name}_high"] for name in FIGURES)
        assert (row["n"], row["positives"]) == (cohort.n, cohort.positives)
        assert row["auc"] == pytest.approx(roc_auc_score(cohort.y_true, external.judged.y_score))
        for name in ("intercept", "slope"):
            shown = [row[f"calibration_{name}{end}"] for end in ("", "_low", "_high")]
            assert shown == pytest.approx(list(external.judged.figure(name)))


def test_file_of_somebodys_own_has_no_other_hospitals(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_bytes((ROOT / "data" / "hungary.csv").read_bytes())
    told = answer(
        "evaluate",
        "--cohort",
        file,
        "--models",
        "class share alone",
        "--folds",
        "2",
        "--repeats",
        "1",
    )
    assert told["hospitals"] == []
    assert told["leaderboard"][0]["accuracy"] == pytest.approx(188 / 294)


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("cohort", ["cleveland+hungary", "va_long_beach"])
def test_hospitals_that_were_trained_on_are_not_tested(cohort):
    told = answer(
        "evaluate",
        "--cohort",
        cohort,
        "--models",
        "class share alone",
        "--folds",
        "2",
        "--repeats",
        "1",
    )
    tested = {row["tested_on"] for row in told["hospitals"]}
    assert tested == {"cleveland", "hungary", "switzerland", "va_long_beach"} - set(
        cohort.split("+")
    )
    assert {row["trained_on"] for row in told["hospitals"]} == {cohort}


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """The file of a model with settings of its own."""
    made = run_experiment(load_shipped("hungary"), TINY, name="mine", created_at=NOON).bundle
    return save_bundle(made, tmp_path_factory.mktemp("mine") / "mine.joblib")


def test_recipe_of_a_model_is_judged_beside_the_others_on_the_same_folds(mine, told):
    found = answer("evaluate", "--model", mine, "--model", mine, *FAST, "--no-hospitals")
    first, again = found["judged"]
    assert first == again  # one row stands for both
    assert (first["model"], first["row"]) == ("mine", "model mine")
    assert first["recipe"] == "changed settings"
    assert "not its own weights" in first["what"]
    assert found["how_chosen"].startswith("Whether changed settings were chosen with these")
    rows = {row["model"]: row for row in found["leaderboard"]}
    assert set(rows) == {"model mine", "logistic regression", "class share alone"}
    expected = pooled_figures(cross_validate(load_shipped("cleveland"), TINY, folds=Folds(3, 1)))
    assert rows["model mine"]["log_loss"] == pytest.approx(expected["log_loss"])
    before = {row["model"]: row for row in told["leaderboard"]}
    assert rows["class share alone"]["log_loss"] == before["class share alone"]["log_loss"]


@pytest.mark.usefixtures("tiny")
def test_model_that_is_a_named_recipe_is_that_recipes_row(mine):
    found = answer("evaluate", "--model", mine, *FAST, "--no-hospitals")
    assert [one["row"] for one in found["judged"]] == ["default"]
    assert "was chosen with all patients of the Cleveland Clinic" in found["how_chosen"]
    assert {row["model"] for row in found["leaderboard"]} == {"default", *FAST[1].split(",")}


@pytest.mark.usefixtures("tiny")
def test_recipe_chosen_inside_the_folds_is_told_beside_the_default_one(monkeypatch):
    changes = {"default": {}, "bare": {"hidden": ()}, "the same": {"members": 2}}
    monkeypatch.setattr("heart.experiments.nested.CHANGES", changes)
    words = ["--models", "class share alone", "--folds", "2", "--repeats", "1", "--no-hospitals"]
    told = answer("evaluate", *words, "--nested")["nested"]
    assert told["short_list"] == ["default", "bare"]
    assert told["fits"] == 2 + 2 * 2 * 5
    assert told["how"].startswith("In each of 2 folds, 1 times")
    cohort = load_shipped("cleveland")
    plain = pooled_figures(cross_validate(cohort, TINY, folds=Folds(2, 1)))
    assert told["default_log_loss"] == pytest.approx(plain["log_loss"])
    assert told["more_log_loss_low"] <= told["more_log_loss"] <= told["more_log_loss_high"]
    assert sum(int(n) for n in re.findall(r"\((\d+)\)", told["chosen"])) == 2


def test_work_up_of_a_model_is_at_its_own_threshold(mine):
    words = ("--work-up", "--folds", "3", "--repeats", "1", "--steps", "history")
    found = answer("evaluate", "--model", mine, *words)
    assert found["judged"][0]["model"] == "mine"
    assert found["threshold"] == found["judged"][0]["threshold"]


def test_recipe_that_cannot_learn_from_the_patients_is_said_to_be_left_out(monkeypatch):
    found = cross_validate(load_shipped("hungary"), "class share alone", folds=Folds(2, 1))
    monkeypatch.setattr("heart.experiments.leaderboard.cross_validate", lambda *_, **__: found)
    told = answer("evaluate", "--cohort", "hungary", "--no-hospitals", "--folds", "2")
    assert told["left_out"] == ["lesson"]
    assert {row["model"] for row in told["leaderboard"]} == set(MODELS) - {"lesson"}


def test_seed_cuts_the_patients_anew(told):
    other = answer("evaluate", *FAST, "--no-hospitals", "--random-state", "1")
    assert other["leaderboard"][0]["log_loss"] != told["leaderboard"][0]["log_loss"]


def test_all_models_are_judged_by_default(monkeypatch):
    asked = []
    found = cross_validate(load_shipped("cleveland"), "class share alone", folds=Folds(2, 1))

    def record(cohort, model, *, folds, on_share):  # noqa: ARG001  the signature that is replaced
        asked.append((cohort.name, model, folds))
        return found

    monkeypatch.setattr("heart.experiments.leaderboard.cross_validate", record)
    answer("evaluate", "--no-hospitals")
    assert asked == [("cleveland", model, Folds(10, 5, 0)) for model in MODELS]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--models", "oracle"], "models among default, lesson, logistic regression"),
        (["--models", "default,Logistic Regression"], "'Logistic Regression'"),
        (["--models", ""], "models among"),
        (["--folds", "1"], "2 to 50 folds"),
        (["--folds", "51"], "2 to 50 folds"),
        (["--repeats", "0"], "1 to 50 repeats"),
        (["--random-state", "-1", *FAST], "random"),
        (
            ["--cohort", "switzerland", "--models", "class share alone"],
            "at least 10 different patients with and without disease",
        ),
        (["--cohort", "nowhere.csv"], "No such file"),
    ],
)
def test_mistakes_are_told_on_standard_error_with_status_2(words, message):
    status, out, err = run("evaluate", "--no-hospitals", *words)
    assert (status, out) == (2, "")
    assert err.startswith("heart: Expected ")
    assert message in err


def test_text_says_the_same_for_people():
    status, out, err = run(
        "evaluate",
        "--models",
        "class share alone",
        "--folds",
        "2",
        "--repeats",
        "1",
        "--no-hospitals",
    )
    assert (status, err) == (0, "")
    assert [line.split("  ")[1] for line in out.splitlines() if "class share" in line] == [
        "class share alone"
    ]
    assert (
        next(line for line in out.splitlines() if "class share" in line).count(" to ") == 8
    )  # each figure with its interval, but those of ranks, as it ranks nobody


def test_one_model_alone_is_judged_without_hospitals():
    words = ["--models", "class share alone", "--folds", "2", "--repeats", "1", "--no-hospitals"]
    (row,) = answer("evaluate", *words)["leaderboard"]
    assert row["model"] == "class share alone"


@pytest.mark.usefixtures("tiny")
def test_work_up_tells_each_step_with_its_cost():
    words = ("--work-up", "--folds", "3", "--repeats", "1")
    told = answer("evaluate", *words, "--steps", "history, thallium,exercise", "--fee", "thal=90/1")
    steps = told["work_up"]
    assert [step["step"] for step in steps] == [
        "Nothing known",
        "History",
        "Thallium scan",
        "Exercise test",
    ]
    assert [round(step["cost"], 2) for step in steps] == [0, 3, 90, 90.3]
    assert steps[0]["roc_auc"] is None
    assert steps[0]["verdict"] is None
    assert set(steps[1]) == {
        "step", "measured", "cost", "cumulated", "later", "roc_auc", "log_loss", "net_benefit",
        "gain", "gain_low", "gain_high", "verdict",
    }  # fmt: skip
    assert set(told) == {"cohort", "folds", "threshold", "work_up"}


def test_steps_that_there_are_not_are_refused():
    status, _, error = run("evaluate", "--work-up", "--steps", "blood")
    assert status == 2
    assert "some of the steps" in error
