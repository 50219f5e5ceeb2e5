"""The document's schemas say of a value what `heart.schema` says of it."""

import math

import jsonschema
import pytest

from heart.api.schemas import all_schemas, feature_schema, patient_schema
from heart.errors import PatientError
from heart.schema import EXAMPLE_PATIENT, FEATURES, parse_patient
from heart.units import UNITS

MEASURED = [entry for entry in FEATURES if not entry.codes]
CODED = [entry for entry in FEATURES if entry.codes]


def fits(schema, value):
    return jsonschema.Draft202012Validator(schema).is_valid(value)


def parses(entry, value):
    try:
        entry.parse(value)
    except PatientError:
        return False
    return True


@pytest.mark.parametrize("entry", MEASURED, ids=lambda entry: entry.name)
def test_ranges_end_where_the_schemas_end(entry):
    schema = feature_schema(entry)
    low, high = entry.minimum, entry.maximum
    beyond = [math.nextafter(low, -math.inf), math.nextafter(high, math.inf), -1e9, 1e9]
    values = [low, high, (low + high) / 2, *beyond, 0, True, False, [], {}, None]
    assert [fits(schema, value) for value in values] == [parses(entry, value) for value in values]
    assert fits(schema, low)
    assert not fits(schema, beyond[0])


@pytest.mark.parametrize("entry", CODED, ids=lambda entry: entry.name)
def test_codes_and_their_words_are_those_of_the_schema(entry):
    schema = feature_schema(entry)
    possible = [*(code for code, _ in entry.codes), *(word for _, word in entry.codes), None]
    assert all(fits(schema, value) and parses(entry, value) for value in possible)
    impossible = [-1, 17, 0.5, "often", [], {}]
    assert not [value for value in impossible if fits(schema, value) or parses(entry, value)]


@pytest.mark.parametrize("entry", MEASURED, ids=lambda entry: entry.name)
def test_numbers_as_text_may_have_each_unit(entry):
    schema = feature_schema(entry)
    for units in UNITS:
        shown = entry.in_units(units)
        middle = round((shown.minimum + shown.maximum) / 2, 1)
        for text in (f"{middle}", f"{middle} {shown.unit}", f" {middle}{shown.unit} "):
            assert fits(schema, text)
        assert parses(entry, f"{middle} {shown.unit}")
    for text in ("many", "61 apples", "６１", "0x3d", "1_0"):
        assert not fits(schema, text)
        assert not parses(entry, text)


def test_patient_has_the_schemas_features_and_no_other():
    schema = patient_schema()
    assert list(schema["properties"]) == [entry.name for entry in FEATURES]
    assert fits(schema, dict(EXAMPLE_PATIENT))
    assert parse_patient(EXAMPLE_PATIENT)
    for patient in ({}, {"weight": 70}, {**EXAMPLE_PATIENT, "num": 1}):
        assert not fits(schema, patient)
        with pytest.raises(PatientError):
            parse_patient(patient)


def test_every_feature_is_described_with_its_domain_and_unit():
    for entry in FEATURES:
        schema = feature_schema(entry)
        assert schema["title"] == entry.title
        assert entry.domain in schema["description"]
        assert entry.help in schema["description"]


def test_schemas_are_schemas():
    for schema in all_schemas().values():
        jsonschema.Draft202012Validator.check_schema(schema)
