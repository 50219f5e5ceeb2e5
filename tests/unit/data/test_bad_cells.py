"""Rows without an outcome are counted and can be left out; too few with one are refused."""

import pytest

from heart.data import load_shipped, read_cohort, read_patients
from heart.data.bad_cells import bad_cells_error, describe_bad
from heart.errors import NO_OUTCOME, BadCell, BadCellsError, CohortError, DialectError
from heart.ui.upload import describe_bad_cells
from tests.support.canonical import ROW, file_of, row_with

SAID = "Rows without an outcome to learn from:"


@pytest.fixture(scope="module")
def strangers():
    """Cleveland's patients a little changed, as text: labels of known ones are put right."""
    frame = load_shipped("cleveland").frame
    frame = frame.assign(trestbps=frame["trestbps"] + 0.5, chol=frame["chol"] + 1.5)
    return frame.astype("str").replace({"nan": "", "<NA>": ""})


def without_outcomes(frame, n, *, name="num", empty=""):
    """A file in which the first n outcomes are empty."""
    outcome = frame["num"] if name == "num" else (frame["num"] != "0").astype(int).astype("str")
    outcome = outcome.where(outcome.index > n, empty)
    return frame.drop(columns="num").assign(**{name: outcome}).to_csv(index=False).encode()


@pytest.mark.parametrize(
    ("n", "empty", "name"), [(1, "", "target"), (30, "?", "num"), (250, "NA", "target")]
)
def test_rows_without_an_outcome_are_counted_and_may_be_left_out(strangers, name, n, empty):
    content = without_outcomes(strangers, n, name=name, empty=empty)
    rows = "1 row" if n == 1 else f"{n} rows"
    with pytest.raises(
        BadCellsError, match=rf"an outcome for every.*found {rows} without"
    ) as error:
        read_cohort(content)
    assert "leave these rows out" in error.value.action
    assert [cell.row for cell in error.value.bad_cells] == list(range(1, n + 1))
    assert describe_bad_cells(error.value.bad_cells) == f"**{SAID} {n:,}.**"
    cohort = read_cohort(content, bad_rows="leave out")
    assert cohort.n == 303 - n
    assert cohort.report.set_aside[0].reason == "column num is empty: the outcome is not known"
    patients = read_patients(content)
    assert (len(patients.frame), patients.errors) == (303, {})


@pytest.mark.parametrize("name", ["num", "target"])
@pytest.mark.parametrize("n", [0, 2, 5])
def test_too_few_outcomes_are_no_question_and_no_list_of_cells(strangers, name, n):
    content = without_outcomes(strangers, 303 - n, name=name)
    for bad_rows in ("stop", "leave out"):
        with pytest.raises(
            CohortError, match=f"found {n} among 303 rows, which is too few"
        ) as error:
            read_cohort(content, bad_rows=bad_rows)
        assert not isinstance(error.value, DialectError | BadCellsError)
    assert len(read_patients(content).frame) == 303


def test_other_bad_cells_are_listed_beside_rows_without_an_outcome():
    content = file_of(row_with("num", ""), row_with("age", "200"), ROW)
    with pytest.raises(BadCellsError) as error:
        read_cohort(content)
    assert error.value.found == (
        "row 2, column age: '200' is not 18 to 110 years;"
        " 1 row without an outcome (row 1, column num)"
    )
    assert describe_bad_cells(error.value.bad_cells) == (
        f"**1 cell in 1 row cannot be right.** **{SAID} 1.**"
    )


@pytest.mark.parametrize(("n", "more"), [(5, False), (6, True), (7, True)])
def test_five_cells_are_listed_and_the_others_counted(n, more):
    error = bad_cells_error([BadCell(row, "age", "x", "is no number") for row in range(1, n + 1)])
    assert ("row 5," in str(error), "row 6," in str(error)) == (True, False)
    assert (f" and {n - 5} more" in str(error), " more" in str(error)) == (more, more)


def test_column_of_which_half_cannot_be_read_is_listed_and_one_cell_more_is_refused():
    with pytest.raises(BadCellsError) as listed:
        read_cohort(file_of(*[row_with("age", "x")] * 5, *[ROW] * 4))
    assert [cell.row for cell in listed.value.bad_cells] == [1, 2, 3, 4, 5]
    with pytest.raises(CohortError, match=r"a column age .* 6 of 10 cells") as refused:
        read_cohort(file_of(*[row_with("age", "x")] * 6, *[ROW] * 3))
    assert refused.value.found == ("6 of 10 cells that cannot: 'x' in row 1 is not 18 to 110 years")


@pytest.mark.parametrize(
    ("n", "listed"),
    [
        (1, "1 row without an outcome (row 1, column num)"),
        (5, "5 rows without an outcome (row 1, row 2, row 3, row 4, row 5, column num)"),
        (6, "6 rows without an outcome (row 1, row 2, row 3, row 4, row 5 and 1 more, column num)"),
    ],
)
def test_five_rows_without_an_outcome_are_listed_and_the_others_counted(n, listed):
    error = bad_cells_error([BadCell(row, "num", "", NO_OUTCOME) for row in range(1, n + 1)])
    assert error.found == listed
    assert error.expected == "an outcome for every patient"
    assert error.action == "Fill in the outcomes, or leave these rows out."


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (BadCell(1, "(row)", "2 cells", "is not 3 cells"), "2 cells, which is not 3 cells"),
        (BadCell(1, "num", "", NO_OUTCOME), "column num is empty: the outcome is not known"),
        (BadCell(1, "age", "x", "is no number"), "column age: 'x' is no number"),
    ],
)
def test_cell_is_described_by_what_is_wrong_with_it(cell, words):
    assert describe_bad(cell) == words


def test_cells_are_listed_in_the_order_of_the_rows_and_only_so_many(monkeypatch):
    content = file_of(row_with("chol", "x"), row_with("age", "x"), row_with("chol", "y"), "1,2")
    with pytest.raises(BadCellsError) as listed:
        read_cohort(content)
    assert [cell.row for cell in listed.value.bad_cells] == [1, 2, 3, 4]
    monkeypatch.setattr("heart.data.bad_cells.MAX_BAD_CELLS", 3)
    with pytest.raises(BadCellsError):
        read_cohort(content)
    monkeypatch.setattr("heart.data.bad_cells.MAX_BAD_CELLS", 2)
    with pytest.raises(CohortError, match=r"at most 2 cells .* found 3 in age, chol"):
        read_cohort(content)
