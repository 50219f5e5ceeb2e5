"""The icon array of a hundred people."""

import pytest

from heart.charts.patient import hundred_frame
from heart.schema import DISEASED


@pytest.mark.parametrize("of_100", [0, 1, 31, 100])
def test_icon_array_has_a_hundred_marks_and_as_many_diseased(of_100):
    frame = hundred_frame(of_100)
    assert len(frame.drop_duplicates(["row", "column"])) == 100
    assert (frame["outcome"] == DISEASED).sum() == of_100
