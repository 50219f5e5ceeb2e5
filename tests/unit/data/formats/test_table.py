"""Limits of a table at their edges, and a column in codes."""

import numpy as np
import pandas as pd
import pytest

from heart.data.formats import table
from heart.errors import CohortError


@pytest.mark.parametrize(
    ("check", "limit", "expected", "found"),
    [
        (table.check_width, 64, "at most 64 columns", "65"),
        (table.check_lines, 1_600_000, "at most 1,600,000 lines", "1,600,001"),
        (table.check_different, 200_000, "at most 200,000 different values", "200,001"),
        (lambda n: table.check_different(n, 5), 5, "at most 5 different values", "6"),
        (lambda n: table.check_different(n, 0), 0, "at most 0 different values", "1"),
        (table.check_length, 256, "cells of at most 256 characters", "one of 257"),
        (table.check_size, 64 * 2**20, "a file of at most 64 MiB", "64.0 MiB"),
        (lambda n: table.check_size(64 * 2**20 + n * 2**19), 0, "at most 64 MiB", "64.5 MiB"),
    ],
)
def test_limit_is_allowed_and_one_more_refused(check, limit, expected, found):
    check(limit)
    with pytest.raises(CohortError) as caught:
        check(limit + 1)
    assert expected in caught.value.expected
    assert caught.value.found == found


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["a", "b"], None),
        ([], None),
        (["a", "B", " b"], "'b' 2 times"),
        (["c", "b", "a", "A ", "a"], "'a' 3 times"),
        (["x" * 41, "x" * 41], f"'{'x' * 40}' 2 times"),
        (["a", "", "b"], "none for column 2"),
        (["", " "], "none for column 1"),
    ],
)
def test_each_column_has_a_name_of_its_own(names, found):
    if found is None:
        table.check_header(names)
        return
    with pytest.raises(CohortError) as caught:
        table.check_header(names)
    assert caught.value.found == found


def test_texts_are_coded_in_the_order_of_their_first_rows_without_blanks():
    column = table.encode_texts(pd.Series(["b", " a", "b ", ""], dtype="str"))
    assert column.texts.tolist() == ["b", "a", ""]
    assert column.codes.tolist() == [0, 1, 0, 2]
    assert column.codes.dtype == np.uint8
    assert column.counts().tolist() == [2, 1, 1]
    unused = column._replace(codes=column.codes[:1])
    assert unused.counts().tolist() == [1, 0, 0]


@pytest.mark.parametrize("sign", ["\n", "\r"])
def test_cell_of_several_lines_or_many_letters_is_refused(sign):
    for fine in ([], ["a b", "x" * 256]):
        texts = pd.Index(fine, dtype="str")
        assert table.check_cells(texts) is texts
    with pytest.raises(CohortError, match="a cell that spans several lines"):
        table.check_cells(pd.Index(["a", f"b{sign}c"], dtype="str"))
    with pytest.raises(CohortError, match="one of 257"):
        table.check_cells(pd.Index(["a", "x" * 257], dtype="str"))
