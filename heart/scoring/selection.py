"""Which rows of a scored file are looked at, in which order, and how their probabilities lie.
Everything works on arrays of all rows, so that a large file is as quick to filter as a small one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data import Patients
from heart.evaluation.decisions import DISEASE, NO_DISEASE
from heart.schema import DISEASED, HEALTHY
from heart.scoring.patient import LITTLE, NEAR
from heart.scoring.table import Positions, Scored

Flags = npt.NDArray[np.bool_]

BINS = 20

FILTERS: Mapping[str, str] = {
    "all": "All",
    "failed": "Could not be scored",
    "near": "Near the threshold",
    "undecided": "No decision: too little known",
    "disease": "Decided “disease”",
    "no-disease": "Decided “no disease”",
    "missed": "Missed: diseased, decided “no disease”",
    "false-alarms": "False alarms: healthy, decided “disease”",
}
NEED_OUTCOME = frozenset({"missed", "false-alarms"})

ORDERS: Mapping[str, str] = {
    "failed-first": "Could not be scored first, then as in the file",
    "file": "As in the file",
    "highest": "Highest probability first",
    "lowest": "Lowest probability first",
    "nearest": "Nearest to the threshold first",
}


class Rows(NamedTuple):
    """What is known of each row of a scored file, for filters.

    Attributes:
        y_score: float64, shape (n,), NaN where a row could not be scored.
        decided: bool, shape (n,): decided "disease".
        spared: bool, shape (n,): decided "no disease"; neither where there is no decision.
        outcome: float64, shape (n,): 1 diseased, 0 healthy, NaN not known.
        threshold: of the decision.
        near: bool, shape (n,): decided near the threshold (`heart.evaluation.decisions`).
        undecided: bool, shape (n,): too little is known for a decision.
    """

    y_score: npt.NDArray[np.float64]
    decided: Flags
    spared: Flags
    outcome: npt.NDArray[np.float64]
    threshold: float
    near: Flags
    undecided: Flags

    @property
    def has_outcomes(self) -> bool:
        """Whether the outcome of any row is known."""
        return bool(np.isfinite(self.outcome).any())


def find_rows(patients: Patients, scored: Scored, *, threshold: float) -> Rows:
    """What is known of each row.

    Args:
        patients: the file's rows.
        scored: what scoring them gave.
        threshold: by which they were decided.
    """
    decision = scored.answers["decision"]
    if patients.num is None:
        outcome = np.full(scored.n, np.nan)
    else:
        num = patients.num.to_numpy(dtype=np.float64, na_value=np.nan)
        outcome = np.where(np.isnan(num), np.nan, num > 0)
    return Rows(
        scored.y_score,
        (decision == DISEASE).to_numpy(),
        (decision == NO_DISEASE).to_numpy(),
        outcome,
        threshold,
        (scored.answers["remark"] == NEAR).to_numpy(),
        (scored.answers["remark"] == LITTLE).to_numpy(),
    )


def choose_rows(rows: Rows, wanted: str) -> Positions:
    """The rows that one of `FILTERS` keeps, in the order of the file.

    Raises:
        KeyError: for a name that is none.
    """
    flags: Mapping[str, Flags] = {
        "all": np.ones(len(rows.y_score), dtype=np.bool_),
        "failed": np.isnan(rows.y_score),
        "near": rows.near,
        "undecided": rows.undecided,
        "disease": rows.decided,
        "no-disease": rows.spared,
        "missed": rows.spared & (rows.outcome == 1),
        "false-alarms": rows.decided & (rows.outcome == 0),
    }
    return np.flatnonzero(flags[wanted])


def order_rows(rows: Rows, positions: Positions, order: str) -> Positions:
    """These rows in one of `ORDERS`; rows without a probability come last where it decides.

    Raises:
        KeyError: for a name that is none.
    """
    y_score = rows.y_score[positions]
    keys = {
        "failed-first": lambda: ~np.isnan(y_score),
        "file": lambda: np.zeros(len(positions)),
        "highest": lambda: -y_score,
        "lowest": lambda: y_score,
        "nearest": lambda: np.abs(y_score - rows.threshold),
    }
    ordered: Positions = positions[np.argsort(keys[order](), kind="stable")]
    return ordered


def probability_frame(rows: Rows) -> pd.DataFrame:
    """How many patients have a probability in each of `BINS` equal bins.

    Columns: `outcome` (`HEALTHY` and `DISEASED` where the file has outcomes, else ""), `start` and
    `end` of the bin, `patients`, `signed` (patients, below 0 for the healthy) and `threshold`. Rows
    that were not scored are in no bin; where the file has outcomes, rows without one neither.
    """
    groups = {HEALTHY: rows.outcome == 0, DISEASED: rows.outcome == 1}
    if not rows.has_outcomes:
        groups = {"": np.ones(len(rows.y_score), dtype=np.bool_)}
    known, edges = np.isfinite(rows.y_score), np.linspace(0, 1, BINS + 1)
    parts = []
    for outcome, flags in groups.items():
        patients = np.histogram(rows.y_score[flags & known], edges)[0]
        sign = -1 if outcome == HEALTHY else 1
        part = {"outcome": outcome, "start": edges[:-1], "end": edges[1:], "patients": patients}
        parts.append(pd.DataFrame({**part, "signed": sign * patients}))
    return pd.concat(parts, ignore_index=True).assign(threshold=rows.threshold)
