"""`learn`: what the lessons claim, from the command line."""

import pytest

from heart.commands.learn import FIGURES
from heart.lessons import LESSONS
from heart.lessons.exercises import EXERCISES
from heart.lessons.terms import TERMS
from heart.paths import PAGES
from tests.support.brief.brief_lessons import BRIEF
from tests.support.running import answer, run


def test_without_a_name_it_says_which_lessons_there_are():
    told = answer("learn")
    assert told["lessons"] == list(LESSONS) == [row["lesson"] for row in told["course"]]
    assert told["course"][1] == {
        "lesson": "loss",
        "title": "Why cross-entropy",
        "minutes": LESSONS["loss"].minutes,
        "builds_on": "neuron",
    }


def test_every_lesson_has_its_page_and_its_figures():
    assert list(FIGURES) == list(LESSONS)
    assert {path.stem for path in PAGES.glob("learn_*.py")} == {f"learn_{name}" for name in LESSONS}


def test_neuron_finds_the_same_weights_three_ways():
    told = answer("learn", "neuron")
    weights = [(row["thalach"], row["oldpeak"], row["bias"]) for row in told["converged_weights"]]
    assert weights[0] == pytest.approx(weights[1], abs=1e-4)
    assert weights[0] == pytest.approx(weights[2], abs=1e-4)
    assert told["gradient_differs_from_numerical_by"] < 1e-6


def test_exercise_is_told_and_an_answer_to_it_is_checked_as_on_the_page():
    told = answer("learn", "loss")["exercise"]
    assert "**" not in told["question"]
    assert "squared error" in told["question"]
    wrong, right = (answer("learn", "loss", "--answer", given) for given in ("-8", "-0.7"))
    assert (wrong["right"], right["right"]) == (False, True)
    assert right["why"] == EXERCISES["loss"].check(-0.7).why
    assert answer("learn", "encodings")["exercise"]["options"][0] == "Sex"


def test_glossary_is_told_as_the_page_shows_it():
    words = {row["word"]: row for row in answer("learn", "--glossary")["glossary"]}
    assert list(words) == list(TERMS)
    assert words["sensitivity"]["also"] == "recall, true positive rate"


def test_answer_that_is_none_is_refused():
    status, _, err = run("learn", "loss", "--answer", "steep")
    assert status == 2
    assert "a number from -8 to 8" in err
    status, _, err = run("learn", "--answer", "3")
    assert status == 2
    assert "Name it before --answer" in err


def test_loss_of_a_confident_mistake():
    told = answer("learn", "loss")
    confident = told["answers_about_a_diseased_patient"][0]
    assert abs(confident["cross_slope"]) > 1000 * abs(confident["squared_slope"])
    straight, logistic = told["far_patient"]
    assert straight["boundary_far"] - straight["boundary_near"] > 10 * abs(
        logistic["boundary_far"] - logistic["boundary_near"]
    )


def test_logits_saturate_and_mistakes_have_floors():
    told = answer("learn", "logits")
    separate = [row for row in told["healthy_patient"] if row["logit"] == 200]
    assert [row["gradient"] for row in separate] == [0, 1, 1]
    assert all(row["train_loss"] > row["floor"] for row in told["endings"])


def test_encodings_say_what_a_line_loses():
    told = answer("learn", "encodings")
    assert all(row["line_loss"] >= row["free_loss"] - 1e-9 for row in told["one_category"])
    assert told["codes_cost_logistic_regression"]["log_loss"] > 0


def test_boundaries_need_a_hidden_layer():
    circles, _ = answer("learn", "boundaries")["test_accuracy"]
    assert circles["no_hidden_layer"] < 0.65
    assert circles["one_hidden_layer"] > 0.9


def test_metrics_of_everybody_ill():
    told = answer("learn", "metrics")
    shown = {row["figure"]: row for row in told["figures"]}
    assert (
        shown["Accuracy"]["value"] == pytest.approx(115 / 123) == told["accuracy_without_looking"]
    )
    assert shown["Specificity"]["value"] == 0
    assert (
        shown["Negative predictive value"]["value"],
        shown["Negative predictive value"]["not_defined"],
    ) == (
        None,
        "nobody was called healthy",
    )


def test_classes_are_judged_beside_the_commonest(monkeypatch):
    for name, value in BRIEF["heart.lessons.classes_severity"].items():
        monkeypatch.setattr(f"heart.lessons.classes_severity.{name}", value)
    told = answer("learn", "classes", "--random-state", "4")
    assert told["clouds"]["softmax_accuracy"] > told["clouds"]["one_vs_rest_accuracy"]
    low, high = told["clouds"]["one_vs_rest_sums"]
    assert low < 0.9
    assert high > 1.1
    assert told["severity"]["accuracy"] > told["severity"]["commonest_grade"]


def test_calibration_and_missing_values_in_fewer_folds(monkeypatch):
    for lesson in ("calibration", "missing"):
        monkeypatch.setattr(f"heart.lessons.{lesson}.N_FOLDS", 3)
    by_heart, too_soon, _ = answer("learn", "calibration")["networks"]
    assert by_heart["slope_high"] < 1 < too_soon["slope_low"]
    assert by_heart["log_loss_change"] < 0
    told = answer("learn", "missing")
    assert [row["way"] for row in told["hidden"]] == ["masked", "plain", "filled"] * 2
    assert told["hidden"][-1]["difference_low"] > 0
    assert len(told["elsewhere"]) == 9


@pytest.mark.parametrize("seed", ["-1", "10000"])
def test_seed_outside_is_refused(seed):
    status, _, err = run("learn", "neuron", "--random-state", seed)
    assert status == 2
    assert "a seed from 0 to 9,999" in err
