"""What a 2 x 2 table of decisions says: shares with intervals, and "not defined" with
its reason.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import NamedTuple

from heart.errors import SettingsError
from heart.evaluation.figures import METRICS
from heart.evaluation.intervals import proportion
from heart.evaluation.metrics import IntArray


@dataclass(frozen=True, slots=True)
class Table:
    """Counts of patients by what was decided and what is.

    Attributes:
        tp: called ill, and ill.
        fp: called ill, but healthy.
        fn: called healthy, but ill.
        tn: called healthy, and healthy.

    Raises:
        SettingsError: for a negative count.
    """

    tp: int
    fp: int
    fn: int
    tn: int

    def __post_init__(self) -> None:
        if min(astuple(self)) < 0:
            raise SettingsError(
                "counts of patients, 0 or more", f"{min(astuple(self))}", "Choose 0 or more."
            )

    @property
    def ill(self) -> int:
        """How many are ill."""
        return self.tp + self.fn

    @property
    def healthy(self) -> int:
        """How many are healthy."""
        return self.fp + self.tn

    @property
    def n(self) -> int:
        """How many patients."""
        return self.ill + self.healthy


class Ratio(NamedTuple):
    """A figure as it is counted.

    Attributes:
        title: its name, with its other name in brackets.
        question: what it answers.
        formula: in the cells' names.
        top, bottom: cells to add up; one that stands twice counts twice.
        reason: why there is no such figure where the cells of `bottom` are empty.
    """

    title: str
    question: str
    formula: str
    top: tuple[str, ...]
    bottom: tuple[str, ...]
    reason: str


RATIOS = {
    "accuracy": Ratio(
        METRICS["accuracy"].label,
        "How many answers are right?",
        "(TP + TN) / all",
        ("tp", "tn"),
        ("tp", "fp", "fn", "tn"),
        "there are no patients",
    ),
    "recall": Ratio(
        METRICS["recall"].label,
        "How many of the ill are found?",
        "TP / (TP + FN)",
        ("tp",),
        ("tp", "fn"),
        "nobody is ill",
    ),
    "specificity": Ratio(
        METRICS["specificity"].label,
        "How many of the healthy are called healthy?",
        "TN / (TN + FP)",
        ("tn",),
        ("tn", "fp"),
        "nobody is healthy",
    ),
    "precision": Ratio(
        METRICS["precision"].label,
        "How many of those called ill are ill?",
        "TP / (TP + FP)",
        ("tp",),
        ("tp", "fp"),
        "nobody was called ill",
    ),
    "npv": Ratio(
        METRICS["npv"].label,
        "How many of those called healthy are healthy?",
        "TN / (TN + FN)",
        ("tn",),
        ("tn", "fn"),
        "nobody was called healthy",
    ),
    "f1": Ratio(
        METRICS["f1"].label,
        "Precision and sensitivity in one number (harmonic mean); TN does not count",
        "2 TP / (2 TP + FP + FN)",
        ("tp", "tp"),
        ("tp", "tp", "fp", "fn"),
        "nobody is ill and nobody was called ill",
    ),
}


class Reading(NamedTuple):
    """A figure of a table.

    Attributes:
        title, question, formula: as in `RATIOS`.
        value: 0-1, or None where it is not defined.
        low, high: its exact 95 % interval, for a share of patients; else None.
        counts: the division, as in "27 / 34".
        reason: why the figure is not defined; else empty.
    """

    title: str
    question: str
    formula: str
    value: float | None
    low: float | None
    high: float | None
    counts: str
    reason: str


def read_table(table: Table) -> dict[str, Reading]:
    """Every figure of the table by name: those of `RATIOS`, and `balanced_accuracy`, the mean of
    sensitivity and specificity.
    """
    readings = {name: _read(table, ratio) for name, ratio in RATIOS.items()}
    readings["f1"] = readings["f1"]._replace(
        low=None, high=None
    )  # the true positives count twice: no share of patients, no binomial interval
    recall, specificity = readings["recall"], readings["specificity"]
    reason = recall.reason or specificity.reason
    value = (
        None
        if recall.value is None or specificity.value is None
        else (recall.value + specificity.value) / 2
    )
    words = (
        "Balanced accuracy",
        "Accuracy, if as many were ill as healthy",
        "(sensitivity + specificity) / 2",
    )
    counts = f"({recall.counts} + {specificity.counts}) / 2"
    return readings | {"balanced_accuracy": Reading(*words, value, None, None, counts, reason)}


def _read(table: Table, ratio: Ratio) -> Reading:
    top, bottom = (
        sum(getattr(table, cell) for cell in cells) for cells in (ratio.top, ratio.bottom)
    )
    value, low, high = proportion(top, bottom)  # no figure of nobody
    counts, reason = f"{top} / {bottom}", "" if bottom else ratio.reason
    return Reading(ratio.title, ratio.question, ratio.formula, value, low, high, counts, reason)


def lazy_accuracy(table: Table) -> float | None:
    """The accuracy of giving everybody the more frequent answer; None of nobody."""
    return max(table.ill, table.healthy) / table.n if table.n else None


def call_everybody_ill(y_true: IntArray) -> Table:
    """The table of answering "ill" without looking; outcomes 0 or 1, shape (n,)."""
    ill = int(y_true.sum())
    return Table(tp=ill, fp=len(y_true) - ill, fn=0, tn=0)
