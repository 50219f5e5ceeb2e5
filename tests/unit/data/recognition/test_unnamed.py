"""What known patients say about a column without a name: how equal it is, and how clearly."""

import numpy as np
import pytest

from heart.data.dialects.cells import Tokens
from heart.data.recognition import unnamed as module
from heart.data.recognition.anchors import Anchors
from heart.data.recognition.known import reference
from heart.data.recognition.samples import NUMBERS, Sample, SampledColumn
from heart.data.recognition.unnamed import (
    Decided,
    Equal,
    Rival,
    compare_columns,
    decide_columns,
    find_undecided,
)


@pytest.mark.parametrize(
    ("equal", "share"), [((5, 5, 0), 1), ((4, 4, 0), 0), ((3, 6, 0), 0.5), ((0, 0, 0), 0)]
)
def test_share_is_of_five_patients_and_more(equal, share):
    assert Equal(*equal).share == share


@pytest.mark.parametrize(
    ("equal", "share", "leads"),
    [
        ((100, 100, 0), 0.95, True),
        ((100, 100, 0), 0.96, False),
        ((6, 6, 0), 0.5, True),  # three patients
        ((6, 6, 0), 0.51, False),
        ((0, 0, 0), 0, False),
    ],
)
def test_lead_is_a_twentieth_and_three_patients(equal, share, leads):
    assert Equal(*equal).leads(share) == leads


@pytest.mark.parametrize(
    ("equal", "is_high"),
    [
        ((90, 100, 85), True),
        ((90, 100, 86), False),  # a column of one value comes near
        ((89, 100, 0), False),
        ((6, 6, 3), True),
        ((6, 6, 4), False),
        ((0, 0, 0), False),
    ],
)
def test_share_is_high_from_nine_of_ten_and_above_a_constant_columns(equal, is_high):
    assert Equal(*equal).is_high == is_high


def test_column_is_decided_where_no_other_column_or_feature_comes_near():
    high, low, near = Equal(95, 100, 0), Equal(50, 100, 0), Equal(91, 100, 0)
    grid = {(0, "cp"): high, (1, "cp"): low, (0, "ca"): Equal(9, 100, 0), (1, "ca"): high}
    assert decide_columns(grid) == [
        Decided(0, "cp", high, Rival(1, "cp", low)),
        Decided(1, "ca", high, Rival(1, "cp", low)),
    ]
    assert find_undecided(grid, decide_columns(grid)) == {}
    twins = {(0, "cp"): high, (1, "cp"): near, (2, "ca"): high}
    assert decide_columns(twins) == [Decided(2, "ca", high, None)]
    undecided = find_undecided(twins, decide_columns(twins))
    assert undecided == {0: {"cp": high}, 1: {"cp": near}}
    assert decide_columns({(0, "cp"): low}) == []


def test_second_best_of_what_is_decided_is_not_open_though_it_is_high():
    first, second = Equal(100, 100, 0), Equal(92, 100, 0)
    grid = {(0, "cp"): first, (0, "ca"): second, (1, "cp"): second}
    decided = decide_columns(grid)
    assert [entry[:3] for entry in decided] == [(0, "cp", first)]
    assert find_undecided(grid, decided) == {}
    assert find_undecided(grid, []) == {0: {"cp": first, "ca": second}, 1: {"cp": second}}


def tokens(*texts):
    """A column of these tokens, a row each."""
    every = list(dict.fromkeys(texts))
    positions = np.array([every.index(text) for text in texts])
    rows = type("Texts", (), {"codes": np.arange(len(texts))})
    return Tokens(rows, tuple(every), positions)


def test_best_reading_is_counted_over_patients_of_whom_both_are_known():
    truth = np.array([1, 1, 2, np.nan, 1])
    values = np.array([1, 2, 2, 1, np.nan])
    assert module._best([values], truth) == Equal(2, 3, 2)
    five = np.array([0.0, 0, 0, 1, 1])
    assert module._best([1 - five, five, five * 0], five) == Equal(5, 5, 3)
    strange = np.array([0, 0, 0, 1, np.inf])
    assert module._best([strange], five) == Equal(4, 5, 3)
    assert module._best([np.full(5, np.nan)], five) == Equal(0, 0, 0)


@pytest.mark.parametrize(
    ("labels", "equal"),
    [
        (("0", "0", "1", "1", "1"), 5),  # diseased or not
        (("1", "1", "0", "0", "0"), 5),  # inverted
        (("0", "0", "0", "1", "1"), 5),  # from a severity of 2
        (("0", "0", "1", "2", "4"), 5),
        (("1", "1", "2", "2", "2"), 5),
        (("no", "no", "yes", "yes", "yes"), 5),
        (("0", "1", "1", "1", "1"), 4),
        (("x", "0", "1", "1", "1"), 4),
    ],
)
def test_labels_are_compared_by_every_rule(labels, equal):
    truth = np.array([0.0, 0, 1, 2, 4])
    found = module._compare_labels(tokens(*labels), np.arange(5), truth)
    assert (found.equal, found.of) == (equal, 5)


def test_labels_of_fewer_than_five_patients_say_nothing():
    found = module._compare_labels(tokens("0", "1"), np.arange(2), np.array([0.0, 1]))
    assert found == Equal(0, 0, 0)


@pytest.mark.parametrize(
    ("token", "ill"), [("0", 0), ("1", 1), ("3", 1), ("2", 0), (None, np.nan), ("x", np.inf)]
)
def test_token_means_disease_or_not_or_nothing(token, ill):
    np.testing.assert_equal(module._ill(token, {"0": 0, "1": 1, "3": 3, "2": None}), ill)


def test_each_patient_is_counted_by_his_first_row():
    rows, patients = module._first_rows(np.array([-1, 7, 3, 7, -1, 3, 0]))
    assert rows.tolist() == [6, 2, 1]
    assert patients.tolist() == [0, 3, 7]


def test_columns_are_compared_with_the_features_that_lack_one():
    """Of the oldest patients: one column is the cholesterol, one the chest pain, one has words."""
    patients = np.arange(20)
    codes = {name: values[patients] for name, values in reference().codes.items()}
    names = [*NUMBERS, "cp"]
    columns = {
        position: SampledColumn(
            codes[name],
            is_number=True,
            tokens=tokens(*(f"{value:g}" for value in codes[name])) if name == "cp" else None,
            labels=None,
        )
        for position, name in enumerate(names)
    }
    named = {name: position for position, name in enumerate(NUMBERS) if name != "chol"}
    anchors = Anchors(dict(zip(NUMBERS, range(5), strict=True)), patients)
    grid = compare_columns(Sample(columns, 20), anchors, named, ["chol", "cp", "num"])
    assert set(grid) == {(p, name) for p in (2, 5) for name in ("chol", "cp", "num")}
    assert grid[2, "chol"].share > 0.9
    assert (grid[5, "cp"].equal, grid[5, "cp"].of) == (20, 20)
    assert grid[2, "cp"] == grid[2, "num"] == grid[5, "num"] == Equal(0, 0, 0)
    assert grid[5, "chol"].equal == 0
