"""From a probability to a decision: the rules that choose a threshold."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from heart.errors import SettingsError
from heart.evaluation.metrics import FloatArray, IntArray
from heart.evaluation.threshold_table import (
    COST_RATIO,
    GRID,
    Counts,
    counts_of,
    threshold_table,
)

COST_RATIO_BOUNDS = (0.1, 100.0)

_ROUNDING = 1e-12

BY_HAND, AFTER_TEST = "by hand", "after test"
CHOSEN_ON = ("costs only", "valid", "out-of-fold", BY_HAND, AFTER_TEST)
"""On which patients a threshold was chosen: none (costs, or a person who set it by hand), those
that training stopped on, those that the models did not see; or, whatever it was, after another
chosen threshold had been reported on the test part.
"""


class ThresholdChoice(NamedTuple):
    """A threshold and where it came from.

    Attributes:
        value: disease is decided at this probability and above.
        rule: among `RULES`.
        cost_ratio: what a missed patient costs, in false alarms.
        chosen_on: on which patients, among `CHOSEN_ON`.
        at_least: the wanted sensitivity or specificity, for the rules of that name.
    """

    value: float
    rule: str
    cost_ratio: float
    chosen_on: str
    at_least: float | None = None


def bayes_threshold(cost_ratio: float) -> float:
    """The threshold of least expected cost for calibrated probabilities: C_FP / (C_FP + C_FN), with
    cost_ratio = C_FN / C_FP.

    Source: Elkan, The foundations of cost-sensitive learning, IJCAI 2001, equation 2.

    Raises:
        SettingsError: for a ratio outside its bounds.

    >>> round(bayes_threshold(2), 4)
    0.3333
    """
    low, high = COST_RATIO_BOUNDS
    if not low <= cost_ratio <= high:
        raise SettingsError(
            f"a cost ratio from {low:g} to {high:g}",
            f"{cost_ratio:g}",
            "Say how many false alarms one missed patient is worth.",
        )
    return 1.0 / (1.0 + cost_ratio)


def _reach_sensitivity(counts: Counts, _: float, at_least: float) -> FloatArray:
    enough = counts.recall >= at_least - _ROUNDING
    # recall falls with the threshold and is 1 at 0
    return np.asarray(GRID[enough.sum(axis=-1) - 1])


def _reach_specificity(counts: Counts, _: float, at_least: float) -> FloatArray:
    enough = counts.specificity >= at_least - _ROUNDING
    return np.asarray(GRID[np.minimum((~enough).sum(axis=-1), len(GRID) - 1)])


def _spare_costs(counts: Counts, cost_ratio: float, _: float) -> FloatArray:
    return _middle_best(-(cost_ratio * (counts.positives - counts.tp) + counts.fp))


def _raise_f1(counts: Counts, _: float, __: float) -> FloatArray:
    missed = counts.positives - counts.tp
    return _middle_best(2 * counts.tp / np.maximum(2 * counts.tp + counts.fp + missed, 1))


def _raise_youden(counts: Counts, _: float, __: float) -> FloatArray:
    return _middle_best(np.nan_to_num(counts.recall) + np.nan_to_num(counts.specificity))


def _middle_best(merit: FloatArray) -> FloatArray:
    """The threshold of greatest merit, shape (...), of merits of shape (..., 101): of several
    equally good ones the middle one, which is the least fragile.
    """
    best = merit >= merit.max(axis=-1, keepdims=True) - _ROUNDING
    middle = (best.sum(axis=-1, keepdims=True) + 1) // 2
    return np.asarray(GRID[np.argmax(best.cumsum(axis=-1) == middle, axis=-1)])


class Rule(NamedTuple):
    """How a threshold is chosen.

    Attributes:
        label: on the screen.
        description: what it does.
        tuned: what the rule wants, inside a sentence; empty where no patients are asked.
        choose: the threshold from counts, the cost ratio and the wanted share; None where no
            patients are asked.
        wants_share: whether it needs to be told how much is wanted.
    """

    label: str
    description: str
    tuned: str = ""
    choose: Callable[[Counts, float, float], FloatArray] | None = None
    wants_share: bool = False


RULES = MappingProxyType(
    {
        "bayes": Rule(
            "Expected cost",
            "expected cost: false-alarm cost / (false-alarm cost + missed-patient cost)",
        ),
        "cheapest": Rule(
            "Least cost, tuned",
            "least cost on the patients it was chosen on",
            "least cost",
            _spare_costs,
        ),
        "sensitivity": Rule(
            "A wanted sensitivity",
            "the highest threshold with the wanted sensitivity",
            "the wanted sensitivity",
            _reach_sensitivity,
            wants_share=True,
        ),
        "specificity": Rule(
            "A wanted specificity",
            "the lowest threshold with the wanted specificity",
            "the wanted specificity",
            _reach_specificity,
            wants_share=True,
        ),
        "f1": Rule("Best F1", "greatest F1", "best F1", _raise_f1),
        "youden": Rule(
            "Youden", "greatest sensitivity + specificity (Youden 1950)", "Youden", _raise_youden
        ),
        "manual": Rule("By hand", "chosen by hand"),
    }
)
"""The rules by their names in code and files."""

AUTOMATIC = tuple(name for name in RULES if name != "manual")
TUNED = tuple(name for name, rule in RULES.items() if rule.choose is not None)
"""Rules that ask patients."""

WANTING = tuple(name for name, rule in RULES.items() if rule.wants_share)
"""Rules that need to be told how much is wanted."""


def find_threshold(
    counts: Counts, rule: str, *, cost_ratio: float = COST_RATIO, at_least: float | None = None
) -> FloatArray:
    """The threshold of `GRID` that a rule chooses, shape (...): one for each set of counts.

    If none reaches the wanted specificity, it is 1.

    Args:
        counts: of one or many samples of patients.
        rule: among `TUNED`.
        cost_ratio: what a missed patient costs, in false alarms.
        at_least: the wanted sensitivity or specificity.

    Raises:
        SettingsError: for another rule.
    """
    choose = RULES[rule].choose if rule in RULES else None
    if choose is None:
        raise SettingsError.unknown("a rule that asks patients", rule, TUNED)
    return choose(counts, cost_ratio, at_least or 0.0)


def tuned_rule(rule: str) -> str:
    """The rule itself where it asks patients; else the least cost, to show how far that moves."""
    return rule if rule in TUNED else "cheapest"


def check_rule(rule: str, cost_ratio: float, at_least: float | None = None) -> None:
    """Refuse a rule, ratio or wish that `select_threshold` cannot use, before anything is computed
    for it.

    Raises:
        SettingsError: for another rule, a ratio outside its bounds, or a wanted share that is
            missing or not between 0 and 1.
    """
    bayes_threshold(cost_ratio)
    if rule not in AUTOMATIC:
        raise SettingsError.unknown("a rule", rule, AUTOMATIC)
    if rule in WANTING and (at_least is None or not 0 < at_least <= 1):
        wanted = "none" if at_least is None else f"{at_least:g}"
        raise SettingsError(
            f"a wanted {rule} above 0 and at most 1",
            wanted,
            "Say how much is wanted, for instance 0.95.",
        )


def select_threshold(
    y_true: IntArray,
    y_score: FloatArray,
    *,
    rule: str = "bayes",
    cost_ratio: float = COST_RATIO,
    at_least: float | None = None,
    chosen_on: str = "valid",
) -> ThresholdChoice:
    """The threshold that a rule chooses on valid or out-of-fold predictions, never on the test
    part.

    Args:
        y_true: 0 or 1, shape (n,).
        y_score: probabilities, shape (n,).
        rule: among `AUTOMATIC`; "bayes" uses the costs only.
        cost_ratio: what a missed patient costs, in false alarms.
        at_least: the wanted sensitivity or specificity, for the rules of that name.
        chosen_on: the name of these predictions.

    Raises:
        SettingsError: as `check_rule`.
    """
    check_rule(rule, cost_ratio, at_least)  # before the table is made
    counts = counts_of(threshold_table(y_true, y_score))
    return choose_by_rule(
        counts, rule, cost_ratio=cost_ratio, at_least=at_least, chosen_on=chosen_on
    )


def choose_by_rule(
    counts: Counts,
    rule: str,
    *,
    cost_ratio: float = COST_RATIO,
    at_least: float | None = None,
    chosen_on: str = "out-of-fold",
) -> ThresholdChoice:
    """The threshold that a rule chooses on one set of counts; see `select_threshold`.

    Raises:
        SettingsError: as `check_rule`.
    """
    check_rule(rule, cost_ratio, at_least)
    if rule == "bayes":
        return ThresholdChoice(bayes_threshold(cost_ratio), rule, float(cost_ratio), "costs only")
    value = float(find_threshold(counts, rule, cost_ratio=cost_ratio, at_least=at_least))
    share = at_least if RULES[rule].wants_share else None
    return ThresholdChoice(value, rule, float(cost_ratio), chosen_on, share)


def set_threshold(value: float, *, cost_ratio: float = COST_RATIO) -> ThresholdChoice:
    """A threshold that a person set; no patients chose it. Files of earlier versions say
    "out-of-fold" of it.

    Raises:
        SettingsError: if it is no probability.
    """
    if not 0 <= value <= 1:
        raise SettingsError("a threshold from 0 to 1", f"{value:g}", "Choose one inside.")
    return ThresholdChoice(value, "manual", float(cost_ratio), BY_HAND)


def mark_reported(
    choice: ThresholdChoice, earlier: ThresholdChoice, *, reported: bool = False
) -> ThresholdChoice:
    """The choice as it goes into a model in place of an earlier one, marked where that had been
    chosen after the training, and so reported on the test part: then a choice may have followed
    what was seen there.

    Args:
        choice: the new threshold.
        earlier: the model's threshold so far.
        reported: whether it is known that `earlier` was put into the model after its training;
            else that is read from what it was chosen on.

    >>> first = set_threshold(0.4)
    >>> mark_reported(set_threshold(0.5), first).chosen_on
    'after test'
    """
    same = choice.value == earlier.value
    put_in = reported or earlier.chosen_on in ("out-of-fold", BY_HAND, AFTER_TEST)
    seen = earlier.chosen_on == AFTER_TEST if same else put_in
    return choice._replace(chosen_on=AFTER_TEST) if seen else choice
