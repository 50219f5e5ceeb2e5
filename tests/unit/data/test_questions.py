"""What is asked about columns, and when asking would be of no use."""

import pytest

from heart.data.questions import Columns, Evidence, _check_possible, _reason
from heart.errors import CohortError
from heart.schema import FEATURE_NAMES, TARGET

ANY = tuple(f"column {i}" for i in range(1, 15))
ELSEWHERE = ("tobacco", "ldl", *ANY[2:])
EVERY = [*FEATURE_NAMES, TARGET]


@pytest.mark.parametrize(
    ("header", "n_open", "found"),
    [
        (ANY, 8, None),
        (ANY, 7, "slope, ca, thal. Choose"),  # too few columns, though any may be any
        (ELSEWHERE, 14, "it seems to be the South African heart data"),
    ],
)
def test_table_that_no_answer_would_make_one_of_heart_patients_is_refused(header, n_open, found):
    options = dict.fromkeys(range(n_open), EVERY)
    table = (Columns(header, {}, {}), Evidence(None, (), {}), options)
    if found is None:
        _check_possible(*table, need_target=True)
    else:
        with pytest.raises(CohortError, match=found) as caught:
            _check_possible(*table, need_target=True)
        assert caught.value.found.startswith("no column for age, sex, cp")


def test_column_whose_values_suggest_one_feature_says_which():
    assert _reason({}, ["cp"], "cp") == "its values are possible for cp only"
    assert _reason({}, ["cp", "ca"], None) == "its values are possible for cp, ca"
