"""`explain`: the library's explanation of one patient, for people and for programs."""

from dataclasses import replace

import pytest

from heart.bundle import load_bundle, save_bundle
from heart.config import LESSON
from heart.data import load_shipped
from heart.explain.what_if import what_if
from heart.explain.why import explain_patient
from heart.paths import SHIPPED_BUNDLE
from heart.schema import EXAMPLE_PATIENT, FEATURE_NAMES
from tests.support.bundles import untrained
from tests.support.running import EXAMPLE, answer, run


@pytest.fixture(scope="module")
def shipped():
    return load_bundle(SHIPPED_BUNDLE)


@pytest.fixture(scope="module")
def lesson_file(shipped, tmp_path_factory):
    """A model that never saw a hidden value, and claims to be from another hospital's file."""
    cohort = load_shipped("hungary+cleveland")
    data = shipped.data._replace(cohort="mine", fingerprint=cohort.fingerprint, n=cohort.n)
    path = tmp_path_factory.mktemp("models") / "lesson.joblib"
    save_bundle(untrained(shipped, cohort.features, LESSON, data=data, epochs_run=1), path)
    return path


def test_explain_says_what_predict_says_and_why(shipped):
    told = answer("explain", *EXAMPLE)
    expected = explain_patient(shipped, EXAMPLE_PATIENT)
    predicted = answer("predict", *EXAMPLE)
    assert {key: told[key] for key in predicted} == predicted
    assert told["why"]["starts_at"] == pytest.approx(expected.base)
    steps = told["why"]["steps"]
    assert [step["feature"] for step in steps] == [step.feature.name for step in expected.steps]
    assert [step["log_odds"] for step in steps] == pytest.approx(
        [step.contribution for step in expected.steps]
    )
    assert steps[0] == {
        "feature": "ca",
        "value": "0",
        "effect": "lowers",
        "log_odds": pytest.approx(expected.steps[0].contribution),
        "log_odds_low": pytest.approx(expected.steps[0].low),
        "log_odds_high": pytest.approx(expected.steps[0].high),
        "probability_after": pytest.approx(expected.steps[0].after),
    }


def test_what_was_not_given_is_not_known():
    steps = answer("explain", "--age", "61")["why"]["steps"]
    assert [(step["effect"], step["value"], step["log_odds"]) for step in steps[1:]] == [
        ("not known", None, 0.0)
    ] * 12


def test_what_if_says_where_the_answer_is_lowest_and_highest(shipped):
    rows = {row["feature"]: row for row in answer("explain", *EXAMPLE)["what_if"]["features"]}
    assert tuple(rows) == FEATURE_NAMES
    (cp,) = (c for c in what_if(shipped, EXAMPLE_PATIENT) if c.feature.name == "cp")
    codes = cp.table[:-1]
    assert rows["cp"]["highest"] == pytest.approx(codes["probability"].max())
    assert (rows["cp"]["value"], rows["cp"]["highest_at"]) == ("typical angina", "asymptomatic")
    assert [name for name, row in rows.items() if not row["can_change"]] == ["age", "sex"]


def test_text_for_people_is_a_table_of_steps():
    status, out, _ = run("explain", *EXAMPLE)
    assert status == 0
    assert "  start: somebody of whom nothing is known\n" in out
    (row, _, _) = (line for line in out.splitlines() if line.split()[:2] == ["exang", "no"])
    assert "lowers" in row
    assert "-0.379 (-0.521 to -0.143)" in row


def test_model_that_needs_its_patients_says_so_where_they_are_not(lesson_file, tmp_path):
    told = answer("explain", lesson_file, *EXAMPLE)["why"]
    assert told == {"game": None, "why_none": told["why_none"]}
    assert "Name their file with --cohort" in told["why_none"]
    cohort = load_shipped("hungary+cleveland")
    file = tmp_path / "mine.csv"
    cohort.frame.to_csv(file, index=False)
    told = answer("explain", lesson_file, *EXAMPLE, "--cohort", file)["why"]
    assert told["game"] == "interventional"
    assert told["start"] == "the mean over 298 patients of the model's cohort"
    assert {step["log_odds_low"] for step in told["steps"]} == {None}


def test_single_member_has_figures_without_ranges(lesson_file, tmp_path, shipped):
    one = replace(load_bundle(lesson_file), settings=replace(LESSON, masking=0.1))
    path = tmp_path / "one.joblib"
    save_bundle(one, path)
    status, out, _ = run("explain", path, "--cp", "2", "--age", "60")
    assert status == 0
    assert "(" not in out.split("steps:")[1].split("what_if:")[0]
    assert shipped.network.members > 1


def test_impossible_patient_is_refused_with_what_may_be_meant():
    status, out, err = run("explain", "--cp", "asymptomatc")
    assert (status, out) == (2, "")
    assert err.endswith("Did you mean asymptomatic?\n")
    assert run("explain")[0] == 2


def test_explain_says_how_sure_who_is_alike_and_what_next():
    told = answer("explain", *EXAMPLE)
    sure, alike = told["how_sure"], told["alike"]
    assert sure["members"]["n"] == 32
    assert (sure["zone"]["name"], sure["zone"]["patients"]) == ("cannot tell", 81)
    assert (sure["nearby"]["patients"], sure["nearby"]["diseased"]) == (30, 9)
    assert sure["novelty"]["farther"] == 1
    assert [place["feature"] for place in sure["places"]] == list(FEATURE_NAMES)
    assert (alike["of"], alike["diseased"], len(alike["patients"])) == (20, 3, 20)
    assert told["next"] == {"tests": [], "unread": []}


def test_explain_takes_other_prices():
    known = ("--age", "61", "--sex", "male", "--cp", "4", "--thal", "normal")
    tests = answer("explain", *known, "--fee", "ca=80", "--fee", "thalach=5/4/B")["next"]["tests"]
    dollars = {test["test"]: test["dollars"] for test in tests}
    assert dollars["fluoroscopy"] == 80
    assert dollars["exercise"] == pytest.approx(4 + 87.3 + 1 + 1)
    assert "thallium" not in dollars
    rates = [test["chance_per_100_dollars"] for test in tests]
    assert rates == sorted(rates, reverse=True)


def test_without_its_patients_a_model_says_what_is_unknown(lesson_file):
    told = answer("explain", lesson_file, "--age", "61")
    assert "not here" in told["how_sure"]["unknown"]
    assert "not here" in told["alike"]["unknown"]
    assert "masking 0" in told["next"]["unknown"]
