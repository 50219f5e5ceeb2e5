"""How often a 95 % interval holds the truth: studies of patients whose truth is known.

python benchmarks/coverage.py prints the table of docs/EVALUATION.md; --quick only shows that the
script works. A healthy patient's marker is N(0, 1), a diseased one's N(1.8, 1), the model answers
with the posterior probability, and patients are drawn with a fixed chance of being diseased: so
every figure's truth is an integral. `constant` is a model that answers the share of the diseased.
The model is given: what its own training adds to the doubt is in no interval here.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from scipy.integrate import quad  # noqa: E402
from scipy.special import expit, logit  # noqa: E402
from scipy.stats import norm  # noqa: E402

from heart.evaluation import resampling  # noqa: E402

DISTANCE = 1.8
RESAMPLES = 300
"""Percentiles of so many hold the truth as often as those of 1,000, in a third of the time."""

Loss = Callable[[np.ndarray], np.ndarray]

NAMES = ("roc_auc", "log_loss", "brier", "accuracy")


class Case(NamedTuple):
    """Patients of a study, and the chance of each to be diseased."""

    patients: int
    share: float


CASES = (
    Case(300, 5 / 300),
    Case(300, 20 / 300),
    Case(300, 50 / 300),
    Case(300, 0.46),
    Case(123, 0.94),
    Case(50_000, 20 / 50_000),
)


def posterior(marker: np.ndarray | float, share: float) -> np.ndarray:
    """The probability of disease at a marker."""
    return np.asarray(expit(DISTANCE * marker - DISTANCE**2 / 2 + logit(share)))


def expect(loss: Loss, outcome: int, share: float) -> float:
    """The mean loss of patients of one class, of their posterior probability."""

    def weighted(marker: float) -> float:
        return float(loss(posterior(marker, share)) * norm.pdf(marker, DISTANCE * outcome))

    return float(quad(weighted, -9, 11)[0])


def truths(share: float) -> dict[str, float]:
    """Every figure of patients without end."""

    def mean(of_healthy: Loss, of_diseased: Loss) -> float:
        return (1 - share) * expect(of_healthy, 0, share) + share * expect(of_diseased, 1, share)

    cut = DISTANCE / 2 - logit(share) / DISTANCE  # the marker at which the posterior is 0.5
    right = (1 - share) * norm.cdf(cut) + share * norm.sf(cut, DISTANCE)
    return {
        "roc_auc": float(norm.cdf(DISTANCE / 2**0.5)),
        "log_loss": mean(lambda p: -np.log1p(-p), lambda p: -np.log(p)),
        "brier": mean(lambda p: p**2, lambda p: (1 - p) ** 2),
        "accuracy": float(right),
        "accuracy, constant": max(share, 1 - share),
    }


def cover(case: Case, studies: int) -> dict[str, float]:
    """Share of the studies whose interval holds the truth; a study of one class has no AUC and is
    drawn again.
    """
    rng, truth = np.random.default_rng(0), truths(case.share)
    held: dict[str, list[bool]] = {name: [] for name in truth}
    for study in range(studies):
        y_true = np.zeros(case.patients, dtype=np.int64)
        while not 0 < y_true.sum() < case.patients:
            y_true = (rng.random(case.patients) < case.share).astype(np.int64)
        marker = rng.normal(DISTANCE * y_true, 1.0)
        y_score = posterior(marker, case.share)
        figures = resampling.bootstrap_figures(y_true, y_score[None, :], random_state=study)
        constant = np.full((1, case.patients), case.share)
        plain = resampling.bootstrap_figures(y_true, constant, random_state=study)
        found = {name: figures[name] for name in NAMES} | {"accuracy, constant": plain["accuracy"]}
        for name, (_, low, high) in found.items():
            held[name].append(low is not None and high is not None and low <= truth[name] <= high)
    return {name: float(np.mean(flags)) for name, flags in held.items()}


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=300)
    parser.add_argument("--quick", action="store_true", help="one case, few studies")
    options = parser.parse_args()
    usual, resampling.RESAMPLES = resampling.RESAMPLES, RESAMPLES
    cases, studies = (CASES[:1], 5) if options.quick else (CASES, options.studies)
    print(
        f"{studies} studies a row, {RESAMPLES} resamples; share whose interval holds the truth.\n"
    )
    print("| patients | ill, expected | ROC AUC | log-loss | Brier | accuracy | of a constant |")
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for case in cases:
        shares = " | ".join(f"{share:.3f}" for share in cover(case, studies).values())
        ill = round(case.patients * case.share)
        print(f"| {case.patients:,} | {ill:,} | {shares} |", flush=True)
    resampling.RESAMPLES = usual


if __name__ == "__main__":
    main()
