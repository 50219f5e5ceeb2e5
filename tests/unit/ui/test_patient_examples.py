"""The real patients to guess are who the page says they are."""

import pytest

from heart.bundle import load_bundle
from heart.data import load_shipped
from heart.experiments.run import split_of
from heart.paths import SHIPPED_BUNDLE
from heart.schema import EXAMPLE_PATIENT, FEATURE_NAMES, parse_patient
from heart.ui.patient_examples import EXAMPLES, find_example


@pytest.mark.parametrize("name", EXAMPLES)
def test_values_and_outcome_are_those_of_the_table(name):
    example = EXAMPLES[name]
    row = load_shipped("cleveland").frame.loc[example.row]
    assert {feature: row[feature] for feature in FEATURE_NAMES} == dict(example.values)
    assert row["num"] == example.severity
    assert ("No heart disease" in example.outcome) == (example.severity == 0)


def test_they_were_chosen_by_the_rule_and_not_by_their_outcomes():
    bundle = load_bundle(SHIPPED_BUNDLE)
    patients = split_of(bundle, []).test.features
    known = patients[patients.notna().all(axis=1)]
    by_probability = sorted(zip(bundle.predict_proba(known), known.index, strict=True))
    low, high = (by_probability[round(q * (len(known) - 1))][1] for q in (0.1, 0.9))
    unclear = min(by_probability, key=lambda one: abs(one[0] - bundle.threshold.value))[1]
    assert [example.row for example in EXAMPLES.values()] == sorted([low, high, unclear])


def test_a_form_that_holds_one_is_recognised_and_no_other():
    for name, example in EXAMPLES.items():
        values = parse_patient(example.values)
        assert find_example(values) == name
        assert find_example({**values, "age": values["age"] + 1}) is None
        assert find_example({**values, "ca": None}) is None
    assert find_example(parse_patient(EXAMPLE_PATIENT)) is None
