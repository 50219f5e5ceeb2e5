"""Hostile and broken files: each is refused with its reason, or loads right."""

import pytest

from heart.data import read_cohort, read_patients
from heart.errors import CohortError
from tests.support.hostile import BASE, ELSEWHERE, FILES, N, changed


def test_there_are_enough_files():
    assert len(FILES) >= 60


@pytest.mark.parametrize("name", [name for name, (_, word) in FILES.items() if word is not None])
def test_file_is_refused_with_its_reason(name):
    content, word = FILES[name]
    with pytest.raises(CohortError) as caught:
        read_cohort(content)
    assert word in str(caught.value)
    assert len(str(caught.value)) < 1500


@pytest.mark.parametrize("name", [name for name, (_, word) in FILES.items() if word is None])
def test_file_loads_with_all_its_patients(name):
    cohort = read_cohort(FILES[name][0])
    assert cohort.n == N
    assert cohort.y_true.tolist() == (BASE["num"] > 0).astype(int).tolist()


@pytest.mark.parametrize("name", ELSEWHERE)
def test_file_about_something_else_says_which_features_are_missing(name):
    with pytest.raises(CohortError, match=r"no column for .*cp") as caught:
        read_cohort(FILES[name][0])
    assert "thalach" in caught.value.found


@pytest.mark.parametrize("name", FILES)
def test_scoring_refuses_or_gives_every_row_back(name):
    try:
        patients = read_patients(FILES[name][0])
    except CohortError:
        return
    assert len(patients.frame) >= N
    assert set(patients.errors) <= set(patients.frame.index)


def test_one_bad_cell_costs_scoring_one_row():
    patients = read_patients(changed("chol", "1e308"))
    assert patients.errors == {5: "column chol: '1e308' is not 50 to 1000 mg/dl"}
    assert len(patients.frame) == N


def test_ragged_row_costs_scoring_one_row():
    patients = read_patients(FILES["one short row"][0])
    assert patients.errors == {20: "2 cells, which is not 14 cells"}
    assert patients.frame.index.tolist() == list(range(1, N + 2))
    assert patients.frame.loc[20].isna().all()


def test_ragged_row_is_left_out_when_wanted():
    cohort = read_cohort(FILES["one short row"][0], bad_rows="leave out")
    assert (cohort.n, 20 in cohort.frame.index, cohort.report.rows) == (N, False, N + 1)


def test_file_without_a_target_is_scored():
    patients = read_patients(FILES["no target"][0])
    assert patients.num is None
    assert len(patients.frame) == N


@pytest.mark.parametrize("path", ["absent.csv", ".", "a\0b"])
def test_path_that_is_no_file_is_refused(tmp_path, path):
    with pytest.raises(CohortError, match="a file that can be read"):
        read_cohort(tmp_path / path)


def test_file_over_the_limit_is_refused_before_it_is_read(tmp_path):
    file = tmp_path / "large.csv"
    with file.open("wb") as sparse:
        sparse.truncate(2**30)
    with pytest.raises(CohortError, match=r"1024\.0 MiB"):
        read_cohort(file)
