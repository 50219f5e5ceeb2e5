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


def test_what_the_nearest_had_is_told_with_their_probabilities_and_the_exact_interval():
    nearby = Nearby(30, 15, proportion(15, 30), 0.1, 0.9, 0.5)
    assert describe_nearby(nearby).replace("\u00a0", " ") == (
        "Of the 30 patients in cross-validation with the nearest probabilities (10 % to 90 %, on"
        " average 50 %) 15 were ill (50 %, exact 95 % interval 31 % to 69 %), which agrees with"
        " what the model said."
    )


def test_a_zone_of_nobody_has_no_share():
    y_true, y_score = np.array([0, 1, 0, 1]), np.array([0.4, 0.4, 0.6, 0.6])
    empty = find_zone(y_true, y_score, 0.0)
    assert empty.zone.patients == 0
    assert describe_zone(empty, 4).endswith("in cross-validation nobody fell into this zone.")
    zone = empty.zone._replace(low=0.25, high=0.5, patients=2, diseased=1, share=proportion(1, 2))
    assert describe_zone(empty._replace(zone=zone), 4).replace("\u00a0", " ") == (
        "**Rule out** (25 % to 50 %): in cross-validation 2 of 4 patients fell into this zone; 1"
        " was ill (50 %, exact 95 % interval 1 % to 99 %). Its borders keep a sensitivity and a"
        " specificity of 95 % on these patients, who set them: among others they keep a little"
        " less (the Threshold page says how much)."
    )


@pytest.mark.parametrize(
    ("farther", "words"),
    [(0, "Unlike the cohort"), (1, "At the edge"), (4, "At the edge"), (5, "Inside the cohort")],
)
def test_the_farther_the_patient_the_stronger_the_word(farther, words):
    assert describe_novelty(Novelty(0.2, 100, farther, 0.1)).startswith(f"**{words}")


def test_how_far_is_told_beside_how_far_others_are():
    assert describe_novelty(Novelty(0.2, 100, 4, 0.125)) == (
        "**At the edge of the cohort**. The 5 nearest patients are 0.20 away on average (0: the"
        " same in all values). Of 100 patients of the cohort 4 are as far from their nearest, or"
        " farther; half are nearer than 0.12."
    )
    assert " 1 is as far " in describe_novelty(Novelty(0.2, 100, 1, 0.1))


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
