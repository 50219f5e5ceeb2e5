"""Sentences about an answer say what the numbers say, at the edges too."""

import numpy as np
import pytest

from heart.evaluation.intervals import proportion
from heart.explain.certainty import Members, Nearby, Novelty, find_zone
from heart.explain.words import (
    describe_members,
    describe_nearby,
    describe_novelty,
    describe_test_part,
    describe_unknown,
    describe_zone,
)
from heart.schema import EXAMPLE_PATIENT


def test_of_few_members_all_are_told():
    few = describe_members(Members(2, 0.2, 0.3, 0.36, 0.19, 0.37, 1))
    assert few.startswith(
        "1 of its 2 members is at or above the threshold. They say 19\u00a0% to 37\u00a0%."
    )
    many = describe_members(Members(20, 0.2, 0.3, 0.36, 0.19, 0.37, 0))
    assert "Nine of ten say 20\u00a0% to 36\u00a0%, all of them 19\u00a0% to 37\u00a0%." in many
    assert "a single member" in describe_members(None)


@pytest.mark.parametrize(
    ("diseased", "expected", "verdict"),
    [
        (15, 0.5, "which agrees with what the model said"),
        (15, 0.9, "less often than the model said"),
        (29, 0.5, "more often than the model said"),
        (30, 1.0, "which agrees with what the model said"),
        (0, 0.0, "which agrees with what the model said"),
    ],
)
def test_a_mean_outside_the_interval_is_said_to_be_so(diseased, expected, verdict):
    nearby = Nearby(30, diseased, proportion(diseased, 30), 0.1, 0.9, expected)
    assert describe_nearby(nearby).endswith(f"{verdict}.")


def test_a_zone_of_nobody_has_no_share():
    y_true, y_score = np.array([0, 1, 0, 1]), np.array([0.4, 0.4, 0.6, 0.6])
    empty = find_zone(y_true, y_score, 0.0)
    assert empty.zone.patients == 0
    assert describe_zone(empty, 4).endswith("in cross-validation nobody fell into this zone.")


@pytest.mark.parametrize(
    ("farther", "words"),
    [(0, "Unlike the cohort"), (1, "At the edge"), (4, "At the edge"), (5, "Inside the cohort")],
)
def test_the_farther_the_patient_the_stronger_the_word(farther, words):
    assert describe_novelty(Novelty(0.2, 100, farther, 0.1)).startswith(f"**{words}")


def test_where_nobody_compares_nothing_is_told():
    assert describe_novelty(Novelty(None, 0, 0, float("nan"))).startswith("Too few values")


def test_what_is_not_known_of_the_patient_is_counted_among_the_models_features(shipped):
    assert describe_unknown(shipped, EXAMPLE_PATIENT) == ""
    assert "3 of 13" in describe_unknown(
        shipped, {**EXAMPLE_PATIENT, **dict.fromkeys(("ca", "thal", "age"))}
    )


def test_the_test_part_is_counted_on_the_side_of_the_decision(shipped):
    counts = shipped.metrics["test"]["confusion"]
    ill = describe_test_part(shipped, is_positive=True)
    assert f"“disease” for {counts['tp'] + counts['fp']} patients; {counts['tp']} were ill" in ill
    assert counts["fn"] == 1
    below = describe_test_part(shipped, is_positive=False)
    assert f"for {counts['fn'] + counts['tn']} patients; {counts['fn']} was ill" in below
