"""The mistakes of the lesson on leakage in words, and how large they are in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from heart.lessons.leakage import Lie, Setup

SMALL = 0.5
"""A difference in points of accuracy that nobody would act upon."""


class Mistake(NamedTuple):
    """A mistake in words.

    Attributes:
        title: its name.
        wrong: what is done.
        right: what the honest side does instead.
        elsewhere: its size in public audits of such files; empty where none is known.
    """

    title: str
    wrong: str
    right: str
    elsewhere: str = ""


MISTAKES = {
    "duplicates": Mistake(
        "Copies of a patient on both sides",
        "Every patient is in the table three or four times, as in the widespread file of 1,025"
        " rows, and the **rows** are split. Most test rows are then copies of a train row: the"
        " model need only remember.",
        "The same copies, but the **patients** are split: all copies of one are on one side.",
        "A forest got 0.993 on the file of 1,025 rows and 0.836 on its 302 different patients.",
    ),
    "imputation": Mistake(
        "Gaps filled by outcome",
        "A missing value becomes the mean (or the most frequent category) of the patients with the"
        " **same outcome**. Where nothing was measured, the fill itself says who is ill, in the"
        " test part too.",
        "A gap becomes the mean or the most frequent category of **all train patients**.",
        "Fills decided by the outcome were worth 7.1 points of accuracy.",
    ),
    "threshold": Mistake(
        "Threshold chosen on test",
        "The threshold is the one that is best for the very patients it is judged on.",
        "The threshold is chosen on **out-of-fold predictions of the train patients**, by the same"
        " rule.",
    ),
    "models": Mistake(
        "Best of four models, chosen on test",
        "Logistic regression, nearest neighbours, naive Bayes and a decision tree are all tried on"
        " the test part, and the best of them is reported with what it got there.",
        "The same four, but the one that is best in **cross-validation inside train** is reported.",
        "Choosing the best of four was worth 1.5 points.",
    ),
    "scaler": Mistake(
        "Scaler fitted before the split",
        "Mean and standard deviation of the measurements come from **all** patients, those of the"
        " test part among them.",
        "They come from the **train** patients alone.",
        "It was worth about nothing.",
    ),
}
PATIENTS = {"cleveland": "Cleveland", "hungary": "Hungary", "all": "all four hospitals"}
FIGURES = {"accuracy": "accuracy", "roc_auc": "AUC", "cost": "cost"}
UNITS = {
    "accuracy": "points of accuracy",
    "roc_auc": "points of AUC",
    "cost": "false alarms of 100 patients in cost",
}


def describe_lies(lies: Mapping[str, Lie], setup: Setup, n_splits: int) -> str:
    """How large the lies are and whether chance explains them, in words.

    Args:
        lies: that of each figure, the accuracy's among them.
        setup: what was measured.
        n_splits: on how many splits.
    """
    accuracy = lies["accuracy"]
    sizes = " and ".join(f"**{lie.mean:+.1f}** {UNITS[name]}" for name, lie in lies.items())
    if abs(accuracy.mean) < SMALL:
        verdict = (
            "In accuracy that is **hardly a lie** on these patients; it is still to be avoided,"
            " as nobody can know beforehand."
        )
    elif accuracy.low > 0:
        verdict = "That is **a lie that chance does not explain**."
    else:
        verdict = (
            "It flatters on average, but the interval holds 0: a single split may show nothing, or"
            " the opposite."
        )
    return (
        f"**What it is worth.** {n_splits} splits of the patients of {PATIENTS[setup.cohort]},"
        f" {setup.model}: {sizes}. {verdict}"
    )
