"""The rules that choose a threshold."""

import numpy as np
import pytest
from sklearn.metrics import f1_score

from heart.errors import SettingsError
from heart.evaluation.threshold_table import GRID, Counts, counts_of, threshold_table
from heart.evaluation.thresholds import (
    AUTOMATIC,
    RULES,
    TUNED,
    WANTING,
    ThresholdChoice,
    bayes_threshold,
    find_threshold,
    mark_reported,
    select_threshold,
    set_threshold,
    tuned_rule,
)
from tests.support.parts import random_part


@pytest.mark.parametrize(("cost_ratio", "threshold"), [(2, 1 / 3), (1, 0.5), (9, 0.1), (0.25, 0.8)])
def test_bayes_threshold_is_the_false_alarms_share_of_the_costs(cost_ratio, threshold):
    assert bayes_threshold(cost_ratio) == pytest.approx(threshold)


def test_bayes_threshold_is_cheapest_where_probabilities_are_true():
    p = np.repeat(np.linspace(0.005, 0.995, 100), 200)
    y_true = (np.tile(np.arange(200), 100) < p * 200).astype(np.int64)
    assert select_threshold(y_true, p, rule="cheapest", cost_ratio=2).value == pytest.approx(
        1 / 3, abs=0.01
    )


@pytest.mark.parametrize("cost_ratio", [0, 0.09, 101, -1, float("nan"), float("inf")])
def test_cost_ratio_outside_its_bounds_is_refused(cost_ratio):
    with pytest.raises(SettingsError, match=r"from 0\.1 to 100"):
        bayes_threshold(cost_ratio)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("cost_ratio", [0.5, 2.0, 8.0])
def test_cheapest_threshold_costs_no_more_than_any(seed, cost_ratio):
    y_true, y_score = random_part(seed)
    choice = select_threshold(y_true, y_score, rule="cheapest", cost_ratio=cost_ratio)

    def cost(threshold):
        return (
            cost_ratio * (y_true & (y_score < threshold)).sum()
            + ((1 - y_true) & (y_score >= threshold)).sum()
        )

    assert cost(choice.value) == min(cost(t) for t in np.linspace(0, 1, 1001))


def test_of_several_cheapest_thresholds_it_is_the_middle_one():
    y_true, y_score = np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.8, 0.9])
    assert select_threshold(y_true, y_score, rule="cheapest").value == pytest.approx(0.5, abs=0.01)


def test_choice_says_how_and_on_what_it_was_made(parts):
    assert select_threshold(*parts["valid"]) == (
        bayes_threshold(2.0),
        "bayes",
        2.0,
        "costs only",
        None,
    )
    chosen = select_threshold(
        *parts["valid"], rule="cheapest", cost_ratio=4, chosen_on="out-of-fold"
    )
    assert chosen[1:] == ("cheapest", 4.0, "out-of-fold", None)
    assert select_threshold(*parts["valid"], rule="sensitivity", at_least=0.9)[1:] == (
        "sensitivity",
        2.0,
        "valid",
        0.9,
    )


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("wanted", [0.5, 0.8, 0.95, 1.0])
def test_wanted_sensitivity_is_kept_by_no_higher_threshold(seed, wanted):
    y_true, y_score = random_part(seed)
    value = select_threshold(y_true, y_score, rule="sensitivity", at_least=wanted).value
    assert max(t for t in GRID if (y_score[y_true == 1] >= t).mean() >= wanted) == value


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("wanted", [0.5, 0.8, 0.95, 1.0])
def test_wanted_specificity_is_kept_by_no_lower_threshold(seed, wanted):
    y_true, y_score = random_part(seed)
    value = select_threshold(y_true, y_score, rule="specificity", at_least=wanted).value
    assert min(t for t in GRID if (y_score[y_true == 0] < t).mean() >= wanted) == value


@pytest.mark.parametrize("seed", range(4))
def test_best_f1_and_youden_are_the_greatest_of_all_thresholds(seed):
    y_true, y_score = random_part(seed)
    f1 = [f1_score(y_true, y_score >= t, zero_division=0) for t in GRID]
    youden = [(y_score[y_true == 1] >= t).mean() - (y_score[y_true == 0] >= t).mean() for t in GRID]
    for rule, values in (("f1", f1), ("youden", youden)):
        chosen = select_threshold(y_true, y_score, rule=rule).value
        assert values[round(chosen * 100)] == pytest.approx(max(values))


def test_many_samples_get_the_threshold_that_each_gets_alone():
    parts = [counts_of(threshold_table(*random_part(seed))) for seed in range(3)]
    parts = [part for part in parts if part.positives == parts[0].positives] or parts[:1]
    together = Counts(
        np.stack([p.tp for p in parts]),
        np.stack([p.fp for p in parts]),
        parts[0].positives,
        parts[0].negatives,
    )
    for rule in set(AUTOMATIC) - {"bayes"}:
        alone = [float(find_threshold(part, rule, at_least=0.9)) for part in parts]
        assert find_threshold(together, rule, at_least=0.9).tolist() == alone


@pytest.mark.parametrize("wanted", [None, 0.0, -0.5, 1.01, float("nan")])
def test_wanted_share_that_cannot_be_is_refused(wanted):
    with pytest.raises(SettingsError, match="a wanted sensitivity above 0"):
        select_threshold(*random_part(0), rule="sensitivity", at_least=wanted)


def test_bayes_rule_does_not_look_at_the_part():
    assert select_threshold(*random_part(0)) == select_threshold(*random_part(1))


@pytest.mark.parametrize("rule", ["manual", "best", ""])
def test_other_rules_are_refused(rule):
    with pytest.raises(SettingsError, match="a rule among bayes, cheapest"):
        select_threshold(*random_part(0), rule=rule)


@pytest.mark.parametrize("rule", ["manual", "bayes", "best", ""])
def test_rule_that_asks_no_patients_finds_no_threshold(rule):
    """One that was not known was once read as Youden's."""
    counts = counts_of(threshold_table(*random_part(0)))
    with pytest.raises(SettingsError, match="a rule that asks patients among cheapest"):
        find_threshold(counts, rule)


def test_every_rule_is_explained():
    assert set(RULES) == {*AUTOMATIC, "manual"}
    assert set(RULES) == {*TUNED, "bayes", "manual"}
    assert set(WANTING) == {"sensitivity", "specificity"} < set(TUNED)
    for rule in RULES.values():
        assert rule.label
        assert rule.description
        assert bool(rule.tuned) == (rule.choose is not None)


@pytest.mark.parametrize(
    ("rule", "merit"),
    [
        ("cheapest", lambda row: -row["cost"]),
        ("f1", lambda row: row["f1"]),
        ("youden", lambda row: row["recall"] + row["specificity"]),
    ],
)
def test_each_rule_has_a_merit_of_its_own(rule, merit):
    table = threshold_table(*random_part(3))
    merits = merit(table)
    value = float(find_threshold(counts_of(table), rule))
    assert merits[table["threshold"] == value].item() == pytest.approx(merits.max())


def test_threshold_by_hand_is_a_probability():
    assert set_threshold(0.2, cost_ratio=3) == (0.2, "manual", 3.0, "by hand", None)
    for value in (-0.01, 1.01, float("nan")):
        with pytest.raises(SettingsError, match="a threshold from 0 to 1"):
            set_threshold(value)


@pytest.mark.parametrize(("rule", "tuned"), [("bayes", "cheapest"), ("manual", "cheapest")])
def test_what_needs_no_tuning_shows_how_far_the_least_cost_moves(rule, tuned):
    assert tuned_rule(rule) == tuned
    assert tuned_rule("youden") == "youden"


def test_threshold_set_by_hand_was_chosen_on_no_patients():
    assert set_threshold(0.4).chosen_on == "by hand"


TRAINED = ThresholdChoice(0.4, "cheapest", 2.0, "valid")


@pytest.mark.parametrize(
    ("earlier", "reported", "marked"),
    [
        (TRAINED, False, False),
        (TRAINED, True, True),
        (TRAINED._replace(chosen_on="out-of-fold"), False, True),
        (set_threshold(0.4), False, True),
        (set_threshold(0.4)._replace(chosen_on="after test"), False, True),
        (set_threshold(0.5), True, False),  # the same threshold again
        (set_threshold(0.5)._replace(chosen_on="after test"), False, True),
    ],
)
def test_threshold_after_another_ones_report_is_marked(earlier, reported, marked):
    choice = mark_reported(set_threshold(0.5), earlier, reported=reported)
    assert choice.chosen_on == ("after test" if marked else "by hand")


@pytest.mark.parametrize("value", [0, 1])
def test_threshold_by_hand_may_be_either_end(value):
    assert set_threshold(value).value == value


def test_f1_of_nobody_diseased_is_equal_everywhere_and_the_middle_is_taken():
    fp = np.array([2.0] * 51 + [0.0] * 50)
    counts = Counts(np.zeros(101), fp, 0, 2)
    assert find_threshold(counts, "f1", cost_ratio=2, at_least=0.9) == 0.5
