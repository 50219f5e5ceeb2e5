"""The range of a model's members."""

import numpy as np
import pytest

from heart.evaluation.members import find_ends, write_members


@pytest.mark.parametrize(
    ("members", "inside", "said"),
    [
        (2, 2, "the model's 2 members"),
        (19, 19, "the model's 19 members"),
        (20, 18, "nine of ten of the model's 20 members"),
        (100, 90, "nine of ten of the model's 100 members"),
    ],
)
def test_range_holds_as_many_members_as_its_words_say(members, inside, said):
    answers = np.arange(members) / members
    low, high = np.quantile(answers, find_ends(members))
    assert ((low <= answers) & (answers <= high)).sum() == inside
    assert write_members(members) == said
