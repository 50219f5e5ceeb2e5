"""`predict`: one patient from options; as a filter one patient a line in, one answer a line out."""

import io
import json
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from heart.bundle import load_bundle
from heart.commands.predict import MAX_LINE, filter_lines, find_place
from heart.data import load_shipped
from heart.errors import BundleError
from heart.paths import SHIPPED_BUNDLE
from heart.schema import EXAMPLE_PATIENT
from heart.scoring.patient import predict_patient
from tests.support.running import EXAMPLE, answer, run


@pytest.fixture(scope="module")
def bundle():
    return load_bundle(SHIPPED_BUNDLE)


def pipe(bundle, text):
    """Exit status and answers."""
    out = io.StringIO()
    status = filter_lines(
        bundle, io.BytesIO(text if isinstance(text, bytes) else text.encode()), out
    )
    return status, [json.loads(line) for line in out.getvalue().splitlines()]


def test_every_line_gets_the_librarys_answer_in_its_order(bundle):
    frame = load_shipped("hungary").features.head(40)
    patients = [
        {name: value for name, value in row.items() if not pd.isna(value)}
        for row in frame.astype(object).to_dict("records")
    ]
    status, answers = pipe(bundle, "".join(json.dumps(patient) + "\n" for patient in patients))
    assert status == 0
    assert [a["line"] for a in answers] == list(range(1, 41))
    assert [a["probability"] for a in answers] == pytest.approx(
        bundle.predict_proba(frame).tolist(), abs=1e-7
    )
    expected = predict_patient(bundle, patients[0])
    assert (answers[0]["decision"], answers[0]["no_decision"]) == (expected.label, None)
    assert answers[0]["near_threshold"] == expected.why_near
    assert any(answer["near_threshold"] for answer in answers)
    assert answers[0]["warnings"] == [
        w.message for w in predict_patient(bundle, patients[0]).warnings
    ]


GOOD = json.dumps({"age": 61, "sex": "male"})
BAD = {
    "no JSON": ("age=61", "something else"),
    "an empty line": ("", "an empty line"),
    "blanks": ("   ", "an empty line"),
    "a list": ("[61]", "a list"),
    "a number": ("61", "a int"),
    "null": ("null", "a NoneType"),
    "half an object": ('{"age": 61', "something else"),
    "an impossible value": ('{"age": 5}', "5"),
    "an unknown name": ('{"weight": 70}', "'weight'"),
    "nobody": ("{}", "an empty patient"),
    "a value twice": ('{"age": 61, "age": 62}', "'age' twice"),
    "a list as a value": ('{"age": [61]}', "[61]"),
    "an object as a value": ('{"age": {"a": 1}}', "{'a': 1}"),
    "true": ('{"age": true}', "True"),
    "infinity": ('{"age": Infinity}', "inf"),
    "a giant number": (f'{{"age": {"9" * 5000}}}', "something else"),
    "a deep nest": ("[" * 20_000, "something else"),
    "a long line": (f'{{"age": "{"6" * MAX_LINE}"}}', "more than 65,536 bytes"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_line_gets_an_error_object_and_the_others_their_answers(bundle, kind):
    line, found = BAD[kind]
    status, answers = pipe(bundle, f"{GOOD}\n{line}\n{GOOD}\n")
    assert status == 1
    assert [("error" in a, "probability" in a) for a in answers] == [
        (False, True),
        (True, False),
        (False, True),
    ]
    assert found in answers[1]["error"]["found"]
    assert set(answers[1]["error"]) == {"expected", "found", "action"}
    assert answers[0]["probability"] == answers[2]["probability"]


def test_bytes_that_are_no_utf8_are_a_bad_line(bundle):
    status, answers = pipe(bundle, b'{"sex": "m\xe4nnlich"}\n' + GOOD.encode())
    assert (status, "error" in answers[0], "error" in answers[1]) == (1, True, False)


@pytest.mark.parametrize("text", [GOOD, f"{GOOD}\n", f"{GOOD}\r\n", f"\ufeff{GOOD}\n"])
def test_line_ends_and_a_mark_at_the_beginning_do_not_matter(bundle, text):
    status, answers = pipe(bundle, text)
    assert (status, len(answers)) == (0, 1)


def test_nothing_in_gives_nothing_out(bundle):
    assert pipe(bundle, "") == (0, [])


@pytest.mark.parametrize(
    "length", [MAX_LINE - 1, MAX_LINE, MAX_LINE + 1, MAX_LINE + 2, MAX_LINE + 3, 3 * MAX_LINE]
)
def test_line_of_any_length_is_one_line(bundle, length):
    padded = GOOD + " " * (length - len(GOOD))
    status, answers = pipe(bundle, f"{padded}\n{GOOD}\n")
    assert (status, len(answers)) == (int(length > MAX_LINE), 2)
    assert "probability" in answers[1]


def test_cholesterol_may_have_its_unit(bundle):
    lines = '{"age": 61, "chol": "6.2 mmol/l"}\n{"age": 61, "chol": "6.2 mol"}\n'
    status, (answer, refused) = pipe(bundle, lines)
    expected = predict_patient(bundle, {"age": 61, "chol": 6.2 * 38.67})
    assert answer["probability"] == expected.probability
    assert (status, "error" in refused) == (1, True)


def test_what_is_piped_in_is_answered(monkeypatch):
    # that a process does so is tests/docs/test_readme.py's
    lines = io.BytesIO(f"{json.dumps(dict(EXAMPLE_PATIENT))}\nnobody\n".encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(lines))
    status, out, err = run("predict", "cleveland")
    assert (status, err) == (1, "")
    first, second = map(json.loads, out.splitlines())
    assert first["probability"] == pytest.approx(
        predict_patient(load_bundle(SHIPPED_BUNDLE), EXAMPLE_PATIENT).probability
    )
    assert second["error"]["found"] == "something else"


def test_options_go_before_what_is_piped(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("nobody\n"))
    assert 0 < answer("predict", "--age", "61")["probability"] < 1


def test_nobody_on_a_terminal_is_an_error_and_does_not_wait_for_lines(monkeypatch):
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", terminal)
    status, _, err = run("predict")
    assert status == 2
    assert "an empty patient" in err


def test_bundle_that_is_not_there_ends_it_before_the_first_line(monkeypatch):
    lines = io.StringIO(GOOD)
    monkeypatch.setattr(sys, "stdin", lines)
    status, out, err = run("predict", "nowhere")
    assert (status, out, lines.tell()) == (2, "", 0)
    assert "Here are: cleveland" in err


def test_predict_answers_as_the_library_does():
    told = answer("predict", *EXAMPLE)
    expected = predict_patient(load_bundle(SHIPPED_BUNDLE), EXAMPLE_PATIENT)
    assert told["probability"] == pytest.approx(expected.probability, abs=1e-9)
    assert told["decision"] == expected.label
    assert told["warnings"] == [warning.message for warning in expected.warnings]


def test_words_and_codes_are_the_same_patient():
    assert answer("predict", "--sex", "female", "--cp", "atypical angina") == answer(
        "predict", "--sex", "0", "--cp", "2"
    )


def test_text_for_people_names_the_decision():
    status, out, _ = run("predict", *EXAMPLE)
    assert status == 0
    assert "decision: " in out
    assert "  Age: 80 years is above everybody in training (34 to 77 years)." in out


def test_terminal_is_told_what_is_expected_in_one_line(monkeypatch):
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", terminal)
    _, _, err = run("predict")
    assert err.count("\n") == 1
    assert "--age 61" in err
    assert "standard input" in err


def test_patient_from_where_fewer_are_ill_gets_both_answers(bundle):
    both = answer("predict", *EXAMPLE, "--prevalence", "0.1")
    prediction = predict_patient(bundle, EXAMPLE_PATIENT)
    assert both["probability"] == prediction.probability
    assert both["elsewhere"]["training_prevalence"] == 89 / 193
    odds = prediction.probability / (1 - prediction.probability) * (0.1 / 0.9) / (89 / 104)
    assert both["elsewhere"]["probability"] == pytest.approx(odds / (1 + odds))
    assert "elsewhere" not in answer("predict", *EXAMPLE)


def test_every_line_is_answered_for_that_place_too(bundle):
    out = io.StringIO()
    lines = io.BytesIO(f"{GOOD}\nnot JSON\n{GOOD}\n".encode())
    assert filter_lines(bundle, lines, out, find_place(bundle, 0.1)) == 1
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert ["elsewhere" in each for each in answers] == [True, False, True]
    for told in (answers[0], answers[0]["elsewhere"]):  # age and sex alone
        assert told["decision"] is None
        assert told["no_decision"] == predict_patient(bundle, json.loads(GOOD)).why_undecided
    assert answers[0]["elsewhere"]["probability"] < answers[0]["probability"]


def test_corrected_answer_is_decided_at_the_same_threshold(bundle):
    prediction = predict_patient(bundle, EXAMPLE_PATIENT)
    at = prediction.corrected(lambda _: prediction.threshold)
    below = prediction.corrected(lambda _: np.nextafter(prediction.threshold, 0))
    assert (at.label, below.label) == ("disease", "no disease")


def test_share_of_ill_patients_has_no_meaning_where_all_were_ill(bundle):
    metrics = {**bundle.metrics, "train": {"n": 9, "positives": 9}}
    with pytest.raises(BundleError, match="one that names patients of one outcome only"):
        find_place(replace(bundle, metrics=metrics), 0.1)
