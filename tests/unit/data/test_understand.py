"""A table is understood: what is too little to read, to tell a coding by, or to learn from."""

import pytest

from heart.data import read_cohort, read_patients
from heart.data.codings import CODINGS, SEVERITY, TARGET_RULES
from heart.data.columns import name_columns
from heart.data.dialects.cells import parse_table
from heart.data.dialects.reading import Reading
from heart.data.formats.detect import open_table
from heart.data.understand import _check_known, _preview
from heart.errors import BadCellsError, CohortError
from tests.support.canonical import HEADER, ROW, file_of, row_with

NOTHING = "," * HEADER.count(",")


def parsed_of(*rows):
    table = open_table("\n".join([HEADER, *rows, ""]).encode())
    return parse_table(table, name_columns(table.header))


@pytest.mark.parametrize("row", ["63" + NOTHING, ",1" + NOTHING[1:], ROW])
def test_one_known_value_is_enough(row):
    _check_known(parsed_of(row, NOTHING))


def test_outcome_alone_is_no_known_value():
    with pytest.raises(CohortError, match="in which every value is missing"):
        _check_known(parsed_of(NOTHING + "1", NOTHING + "0"))


@pytest.mark.parametrize(
    ("known", "without", "error", "says"),
    [
        (4, 5, CohortError, "at least 12 patients .* 5 among 10 rows, which is too few"),
        (5, 4, BadCellsError, "4 rows without an outcome"),  # with the diseased one six
        (4, 4, BadCellsError, "4 rows without an outcome"),  # of nine rows
    ],
)
def test_five_outcomes_of_ten_rows_are_too_few_to_learn_from(known, without, error, says):
    rows = [ROW] * known + [row_with("num", "")] * without
    with pytest.raises(error, match=says):
        read_cohort(file_of(*rows))
    assert len(read_patients(file_of(*rows)).frame) == len(rows) + 1


def test_outcome_of_one_class_and_of_nothing_is_not_used_for_scoring():
    content = "\n".join([HEADER, ROW, row_with("num", ""), ""]).encode()
    assert read_patients(content).num is None
    assert read_patients(file_of(ROW, row_with("num", ""))).num.isna().tolist() == [0, 1, 0]


def test_first_three_rows_are_shown_in_words():
    parsed = parsed_of(ROW, row_with("num", "1"), row_with("thal", ""), ROW)
    shown = _preview(parsed, Reading(CODINGS[0], "", SEVERITY, mmol=False))
    assert [row["Row"] for row in shown] == ["1", "2", "3"]
    assert [row["Heart disease"] for row in shown] == ["no", "yes", "no"]
    assert [row["Thallium scan"] for row in shown][1:] == ["fixed defect", "not known"]
    assert (shown[0]["Age"], shown[0]["Sex"]) == ("63 years", "male")
    severe = next(rule for rule in TARGET_RULES if rule.name == "severe")
    shown = _preview(parsed, Reading(CODINGS[0], "", severe, mmol=False))
    assert [row["Heart disease"] for row in shown] == ["left open", "yes", "left open"]
