"""The report says what the other screens say, of every kind of model."""

from dataclasses import replace
from datetime import UTC, datetime

import joblib
import pytest

from heart.bundle import load_bundle
from heart.bundle.layout import digest
from heart.bundle.storage import fingerprint_of, save_bundle
from heart.data.patients import canonical_patient
from heart.evaluation.fees import FEES, parse_fee
from heart.explain.cases import Unseen
from heart.explain.certainty import find_novelty
from heart.explain.next_tests import find_next_tests
from heart.explain.prevalence import go_elsewhere
from heart.explain.report import Subject, make_report
from heart.explain.why import explain_patient
from heart.explain.words import NO_GAME, NOT_TRAINED, SIDES, describe_novelty, write_span
from heart.paths import SHIPPED_BUNDLE
from heart.scoring.patient import predict_patient
from heart.shares import write_share

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PATIENT = {"age": 61, "sex": 1, "cp": 4, "chol": 233, "exang": 1}


def about(bundle, patient=PATIENT, **more):
    values = canonical_patient(patient)
    return Subject(bundle, values, predict_patient(bundle, values), **more)


@pytest.fixture(scope="module")
def unseen(predictions):
    return Unseen(predictions.y_true, predictions.mean_score)


@pytest.fixture(scope="module")
def report(shipped, cases, unseen):
    return make_report(about(shipped, cases=cases, unseen=unseen), made_at=NOON)


def test_answer_is_the_predictions(report, shipped):
    prediction = predict_patient(shipped, PATIENT)
    assert (report.probability, report.of_100) == (
        f"{100 * prediction.probability:.0f}\u00a0%",
        prediction.of_100,
    )
    assert f"Decision: {prediction.label}" in report.answer[1]
    assert report.made_at == "2026-11-21 12:00 UTC"


def test_report_about_age_alone_has_no_decision_anywhere(shipped, cases):
    place = go_elsewhere(shipped, 0.1)
    told = make_report(about(shipped, {"age": 77}, cases=cases, place=place), made_at=NOON)
    assert "No decision: too little is known (1 of the 13 values" in told.answer[1]
    assert told.answer[2].endswith("decision: none.")
    assert not any("it decided" in sentence for sentence in told.sure)
    assert SIDES in told.next


def test_every_feature_has_a_row_with_its_contribution(report, shipped):
    steps = explain_patient(shipped, PATIENT).steps
    assert [row.label for row in report.rows] == [step.feature.label for step in steps]
    for row, step in zip(report.rows, steps, strict=True):
        assert row.contribution == (step.contribution if step.is_used else None)
    chol = next(row for row in report.rows if row.label == "Serum cholesterol")
    assert (chol.value, chol.training) == ("233 mg/dl", "131 to 564 mg/dl")
    unknown = [row for row in report.rows if row.value == "not known"]
    assert len(unknown) == 8
    assert {(row.effect, row.remark) for row in unknown} == {("", "")}


def test_cholesterol_stands_in_the_chosen_unit(shipped):
    report = make_report(about(shipped, units="mmol/l"), made_at=NOON)
    chol = next(row for row in report.rows if row.label == "Serum cholesterol")
    assert (chol.value, chol.training) == ("6.03 mmol/l", "3.39 to 14.58 mmol/l")


def test_unusual_value_has_its_warning_beside_it(shipped):
    report = make_report(about(shipped, {"age": 99}), made_at=NOON)
    assert "above everybody in training" in report.rows[0].remark


def test_how_sure_and_what_next_are_those_of_the_page(report, shipped, cases):
    assert any("patients fell into this zone" in text for text in report.sure)
    assert any("with the nearest probabilities" in text for text in report.sure)
    assert not any("**" in text for text in report.sure)
    novelty = describe_novelty(find_novelty(cases, canonical_patient(PATIENT)))
    assert report.sure[-1] == novelty.replace("**", "")
    tests = find_next_tests(shipped, canonical_patient(PATIENT), cases).tests
    assert [(test.name, test.probability_then) for test in report.tests] == [
        (test.step.title, write_span(test.low, test.high)) for test in tests[:5]
    ]


def test_edited_prices_are_the_reports(shipped, cases):
    fees = parse_fee(FEES, "ca=7")
    report = make_report(about(shipped, cases=cases, fees=fees), made_at=NOON)
    assert {test.name: test.price for test in report.tests}["Fluoroscopy"] == "$ 7.00"


def test_place_of_the_patient_is_said_beside_the_answer(shipped):
    subject = about(shipped, place=go_elsewhere(shipped, 0.1))
    (sentence,) = make_report(subject, made_at=NOON).answer[2:]
    there = subject.prediction.corrected(subject.place.correct)
    assert "Where 10\u00a0% of such patients are ill, instead of the 46\u00a0%" in sentence
    assert f": {100 * there.probability:.0f}\u00a0%, decision: {there.label}." in sentence


def test_model_is_told_as_its_file_has_it(report, shipped, tmp_path):
    content = joblib.load(SHIPPED_BUNDLE)
    del content["golden"], content["format_version"]
    train, made = shipped.metrics["train"], content["created_at"].partition("T")[0]
    assert report.model == (
        ("Name", f"{content['name']}, made {made}"),
        (
            "Learnt from",
            (
                f"{train['n']} of 303 patients (Cleveland Clinic Foundation), {train['positives']}"
                " of them ill"
            ),
        ),
        ("Threshold", write_share(content["threshold"]["value"])),
        ("Fingerprint", f"{digest(content)} (SHA-256)"),
    )
    again = load_bundle(save_bundle(shipped, tmp_path / "same.joblib"))
    assert fingerprint_of(again) == fingerprint_of(shipped)
    assert fingerprint_of(replace(shipped, name="other")) != fingerprint_of(shipped)


def test_single_member_and_no_patients_at_hand_are_said(single):
    report = make_report(about(single), made_at=NOON)
    assert "a single member" in report.sure[0]
    assert any("not at hand" in text for text in report.sure)
    assert {row.low for row in report.rows} == {None}
    assert "thin line" not in report.why
    assert "how likely each is cannot be told" in report.next


def test_model_without_masking_gets_no_invented_explanation(shipped):
    unmasked = replace(shipped, settings=replace(shipped.settings, masking=0.0))
    report = make_report(about(unmasked), made_at=NOON)
    assert (report.why, report.next, report.tests) == (NO_GAME, NOT_TRAINED, ())
    assert {row.contribution for row in report.rows} == {None}
    assert len(report.rows) == 13


def test_model_without_masking_is_explained_over_its_whole_table_as_on_the_page(shipped, cases):
    unmasked = replace(shipped, settings=replace(shipped.settings, masking=0.0))
    some = cases.features.iloc[:40]
    report = make_report(about(unmasked, cases=cases, cohort=some), made_at=NOON)
    steps = explain_patient(unmasked, PATIENT, cohort=some).steps
    assert [row.contribution for row in report.rows] == [
        step.contribution if step.is_used else None for step in steps
    ]
    assert "the mean over 40 patients of the model's cohort" in report.why


def test_everything_known_leaves_nothing_to_measure(shipped, cases, patient_of):
    complete = cases.features.dropna().index[0]
    patient = patient_of(cases.features.index.get_loc(complete))
    report = make_report(about(shipped, patient, cases=cases), made_at=NOON)
    assert (report.tests, report.next) == (
        (),
        "Nothing that the model could use is left to measure.",
    )


def test_probability_near_none_is_not_written_as_none(shipped):
    subject = about(shipped)
    rare = subject._replace(prediction=subject.prediction.corrected(lambda _: 0.004))
    report = make_report(rare, made_at=NOON)
    assert report.probability == "<1\u00a0%"
    assert report.answer[0] == "Of 100 patients like this one, fewer than 1 has heart disease."
    assert "Decision: no disease (<1\u00a0% < the threshold of 33\u00a0%" in report.answer[1]
