"""Decisions at their edges: the threshold itself, one value too few, as many members as are too
many.
"""

import numpy as np
import pytest

from heart.evaluation.decisions import (
    NEAR_CLOSE,
    count_others,
    decide,
    decide_each,
    describe_near,
    find_near,
    least_known,
)


@pytest.mark.parametrize(
    ("readable", "masking", "needed"),
    [(13, 0.1, 4), (13, 0.0, 5), (3, 0.1, 3), (4, 0.0, 4), (0, 0.1, 1)],
)
def test_so_many_values_have_to_be_known(readable, masking, needed):
    assert least_known(readable, masking=masking) == needed


def test_disease_is_decided_at_the_threshold_and_nothing_with_one_value_too_few():
    probability, known = np.array([0.4, 0.3999, 0.9]), np.array([4, 4, 3])
    assert decide_each(probability, 0.4, known=known, needed=4).tolist() == [1, 0, -1]
    assert decide(0.4, 0.4, known=4, needed=4) == "disease"
    assert decide(0.3999, 0.4, known=4, needed=4) == "no disease"
    assert decide(0.9, 0.4, known=3, needed=4) is None


def test_others_are_below_an_answer_at_the_threshold_and_above_one_below_it():
    positive = np.array([7, 7])
    others = count_others(np.array([0.5, 0.4999]), 0.5, positive=positive, members=10)
    assert others.tolist() == [3, 7]


def test_a_tenth_of_the_members_on_the_other_side_is_not_yet_near():
    positive = np.array([90, 89])
    near = find_near(np.array([0.9, 0.9]), 0.5, positive=positive, members=100)
    assert near.tolist() == [False, True]


def test_an_answer_is_near_if_it_is_closer_than_the_margin_not_at_it():
    near = find_near(np.array([0.05, 0.0499]), 0.0, positive=np.array([20, 20]), members=20)
    assert near.tolist() == [False, True]


def test_nearness_in_words_counts_the_members_or_names_the_margin():
    assert describe_near(0.9, 0.5, positive=90, members=100) is None
    words = describe_near(0.9, 0.5, positive=89, members=100)
    assert words.startswith("Near the threshold: 11 of the model's 100 members are on the other")
    assert describe_near(0.3, 0.5, positive=3, members=20).startswith("Near the threshold: 3 of")
    # 2 of 20 are a tenth and not more: it is the margin that makes it near
    assert describe_near(0.52, 0.5, positive=18, members=20) == NEAR_CLOSE
    assert "less than 5 percentage points" in NEAR_CLOSE
