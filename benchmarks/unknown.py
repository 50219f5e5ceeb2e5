"""How far answers hold when little is known, and from how many known values on a decision is worth
making: `python benchmarks/unknown.py` prints the tables of docs/EVALUATION.md.

Every patient is answered by models that did not see that patient, once for each of the 2^13 sets of
features that could be known. The criterion was written down before the figures were looked at:

the least number of known values is the smallest from which on, at it and at every greater number,

1. the log-loss over all sets of that size is below that of the training patients' prevalence (the
   upper end of the 95 % bootstrap interval over patients is below 0), and
2. in at least 95 of 100 sets of that size the decisions cost less a patient than the better of
   following up everybody and nobody.

Shapes: R repeats, n patients, S = 2^13 sets; set s holds feature i where bit i of s is 1.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import numpy.typing as npt  # noqa: E402
import torch  # noqa: E402
from sklearn.metrics import roc_auc_score  # noqa: E402

from heart.config import Settings  # noqa: E402
from heart.data import SHIPPED, Cohort, load_shipped  # noqa: E402
from heart.data.patients import none_if_missing  # noqa: E402
from heart.evaluation.calibration import calibration_of  # noqa: E402
from heart.evaluation.decisions import count_others, find_near  # noqa: E402
from heart.evaluation.members import find_ends  # noqa: E402
from heart.evaluation.metrics import FloatArray, IntArray  # noqa: E402
from heart.evaluation.threshold_table import COST_RATIO  # noqa: E402
from heart.evaluation.thresholds import bayes_threshold  # noqa: E402
from heart.experiments.cross_validation import Folds  # noqa: E402
from heart.model.classifier import HeartClassifier  # noqa: E402
from heart.model.inference import FoldedNetwork  # noqa: E402
from heart.model.joint import fit_jointly  # noqa: E402
from heart.model.preprocessing import Encoded, HeartPreprocessor  # noqa: E402
from heart.schema import FEATURES, Value  # noqa: E402

K = len(FEATURES)
SETS = np.arange(2**K)
SIZES = np.array([int(each).bit_count() for each in SETS])
KNOWN_OF = 0.7
"""Share of patients; sets that are known of fewer are left out, as those patients are others."""

SAMPLED = 60
"""Sets of a size of which AUC and slope are computed."""

WANTED = 0.95
"""Share of the sets that have to be worth it."""

THRESHOLD = bayes_threshold(COST_RATIO)
RUNS = (
    ("cleveland", 0.5, 3),
    ("cleveland", 0.0, 3),
    ("hungary", 0.5, 2),
    ("hungary", 0.0, 2),
    ("va_long_beach", 0.5, 2),
    ("+".join(SHIPPED), 0.5, 1),
)
"""Cohort, masking, repeats."""

Patient = Mapping[str, Value | None]


class Told(NamedTuple):
    """What models said of patients that they did not see, for every set of known features.

    Attributes:
        y_true: 0 or 1, shape (n,).
        known: whether all features of a set are known of a patient, shape (n, S).
        p: probabilities, shape (R, n, S).
        width: of the members' range, shape (R, n, S).
        covers: whether that range holds the answer with all that is known, shape (R, n, S).
        base: prevalence of the training patients, shape (R, n).
        positive: members at or above the threshold with all that is known, shape (R, n).
        members: how many there are.
    """

    y_true: IntArray
    known: npt.NDArray[np.bool_]
    p: npt.NDArray[np.float32]
    width: npt.NDArray[np.float32]
    covers: npt.NDArray[np.bool_]
    base: FloatArray
    positive: IntArray
    members: int


def patients_of(cohort: Cohort) -> list[Patient]:
    """Canonical values, None where not known."""
    rows = cohort.features.astype(object).to_dict("records")
    return [{f.name: none_if_missing(row[f.name]) for f in FEATURES} for row in rows]  # type: ignore[misc]


def encode_alone(preprocessor: HeartPreprocessor, patient: Patient) -> Encoded:
    """Nobody, then the patient with each feature alone, K + 1 rows."""
    nobody: Patient = dict.fromkeys(f.name for f in FEATURES)
    rows = [nobody, *({**nobody, f.name: patient[f.name]} for f in FEATURES)]
    encoded = [preprocessor.transform_patient(row) for row in rows]
    return Encoded(*(np.concatenate(arrays) for arrays in zip(*encoded, strict=True)))


def tell(cohort: Cohort, settings: Settings, *, repeats: int, every: int) -> Told:
    """Every patient (or each of so many), for every set of known features."""
    y_true, patients = cohort.y_true, patients_of(cohort)
    folds = Folds.fitting(cohort.features, y_true, repeats)
    splits = folds.split(cohort.features, y_true)
    estimator = HeartClassifier.from_settings(settings)
    prepared = [estimator.prepare(cohort.features.iloc[a], y_true[a]) for a, _ in splits]
    networks = fit_jointly(prepared, settings)
    has = np.array(
        [sum(1 << i for i, f in enumerate(FEATURES) if p[f.name] is not None) for p in patients]
    )
    shape = (repeats, len(y_true))
    told = Told(
        y_true,
        (SETS[None, :] & ~has[:, None]) == 0,
        np.zeros((*shape, len(SETS)), np.float32),
        np.zeros((*shape, len(SETS)), np.float32),
        np.zeros((*shape, len(SETS)), np.bool_),
        np.zeros(shape),
        np.zeros(shape, np.int64),
        settings.members,
    )
    for i, ((train, test), network, fit) in enumerate(zip(splits, networks, prepared, strict=True)):
        folded = FoldedNetwork(network)
        for row in test[::every]:
            at = i // folds.n_splits, row
            members = folded.predict_coalitions(encode_alone(fit.preprocessor, patients[row]))
            low, high = np.quantile(members, find_ends(len(members)), axis=0)
            told.p[at], told.width[at] = members.mean(axis=0), high - low
            told.covers[at] = (low <= told.p[at][-1]) & (told.p[at][-1] <= high)
            told.base[at], told.positive[at] = (
                y_true[train].mean(),
                (members[:, -1] >= THRESHOLD).sum(),
            )
    rows = np.sort(np.concatenate([test[::every] for _, test in splits[: folds.n_splits]]))
    return told if every == 1 else _only(told, rows)


def _only(told: Told, rows: IntArray) -> Told:
    return told._replace(
        y_true=told.y_true[rows],
        known=told.known[rows],
        **{
            name: getattr(told, name)[:, rows]
            for name in ("p", "width", "covers", "base", "positive")
        },
    )


class PerPatient(NamedTuple):
    """Means over the repeats, shape (n, S): log-loss and cost less those without the patient, and
    whether the decision is that with all known, and right.
    """

    loss: FloatArray
    cost: FloatArray
    agree: FloatArray
    right: FloatArray


def losses(y_true: IntArray, p: FloatArray) -> FloatArray:
    """Each answer's log-loss."""
    inside = np.clip(p, 1e-7, 1 - 1e-7)
    return np.asarray(-np.where(y_true == 1, np.log(inside), np.log(1 - inside)))


def compare(told: Told) -> PerPatient:
    """Each answer beside the prevalence, and beside the better of everybody and nobody."""
    y = told.y_true[:, None]
    share = told.y_true.mean()
    same = (1.0 - y) if COST_RATIO * share >= 1 - share else COST_RATIO * y
    loss, cost, agree, right = (np.zeros(told.known.shape) for _ in range(4))
    for p, base in zip(told.p, told.base, strict=True):
        positive = p >= THRESHOLD
        loss += losses(y, p.astype(np.float64)) - losses(y, base[:, None])
        cost += np.where(positive, 1 - y, COST_RATIO * y) - same
        agree += positive == positive[:, -1:]
        right += positive == (y == 1)
    n = len(told.p)
    return PerPatient(loss / n, cost / n, agree / n, right / n)


class Row(NamedTuple):
    """The figures of all sets of one size; `loss` and `cost` as value, low, high."""

    known: int
    sets: int
    loss: tuple[float, float, float]
    cost: tuple[float, float, float]
    worth: float
    auc: float
    slope: float
    agree: float
    right: float
    width: float
    covers: float


def judge(told: Told, *, rng: np.random.Generator) -> list[Row]:
    """A row for each number of known features."""
    each = compare(told)
    n = len(told.y_true)
    weights = rng.multinomial(n, np.full(n, 1 / n), size=1000).astype(np.float64)
    enough = told.known.mean(axis=0) >= KNOWN_OF
    groups = [np.flatnonzero((size == SIZES) & enough) for size in range(K + 1)]
    return [_judge(told, each, sets, weights, rng) for sets in groups if len(sets)]


def _judge(
    told: Told, each: PerPatient, sets: IntArray, weights: FloatArray, rng: np.random.Generator
) -> Row:
    known = told.known[:, sets]
    cost = np.where(known, each.cost[:, sets], 0).sum(axis=0)
    some = rng.choice(sets, size=min(SAMPLED, len(sets)), replace=False)
    inside = told.known[:, some]
    y_true = np.broadcast_to(told.y_true[:, None], inside.shape)[inside]
    scores = told.p[0][:, some][inside].astype(np.float64)
    return Row(
        int(SIZES[sets[0]]),
        len(sets),
        _with_interval(each.loss[:, sets], known, weights),
        _with_interval(each.cost[:, sets], known, weights),
        float((cost < 0).mean()),
        float(np.mean([_auc(told, one) for one in some])),
        float(calibration_of(y_true, scores).slope.value or np.nan),
        float(each.agree[:, sets][known].mean()),
        float(each.right[:, sets][known].mean()),
        float(told.width[:, :, sets].mean(axis=0)[known].mean()),
        float(told.covers[:, :, sets].mean(axis=0)[known].mean()),
    )


def _with_interval(
    values: FloatArray, known: npt.NDArray[np.bool_], weights: FloatArray
) -> tuple[float, float, float]:
    """The mean over known cells with its bootstrap interval over patients."""
    totals, counts = np.where(known, values, 0).sum(axis=1), known.sum(axis=1)
    drawn = (weights @ totals) / (weights @ counts)
    low, high = np.quantile(drawn, [0.025, 0.975]).tolist()
    return float(totals.sum() / counts.sum()), low, high


def _auc(told: Told, one: int) -> float:
    inside = told.known[:, one]
    scores = [roc_auc_score(told.y_true[inside], p[inside, one]) for p in told.p]
    return float(np.mean(scores))


def find_least(rows: list[Row]) -> int | None:
    """The least number of known values by the criterion; None where none has it."""
    good = {row.known: row.loss[2] < 0 and row.worth >= WANTED for row in rows}
    held = [k for k in good if all(good[other] for other in good if other >= k)]
    return min(held, default=None)


HEADS = (
    "known",
    "sets",
    "log-loss less prevalence's",
    "cost less the same for all's",
    "sets worth it",
    "AUC",
    "slope",
    "decides as with all",
    "right",
    "members' range",
    "holds the answer with all",
)


def write_rows(rows: list[Row]) -> Iterator[str]:
    """The table in Markdown."""
    yield f"| {' | '.join(HEADS)} |"
    yield f"|{' --- |' * len(HEADS)}"
    for row in rows:
        loss, cost = (f"{v:+.3f} ({a:+.3f} to {b:+.3f})" for v, a, b in (row.loss, row.cost))
        yield (
            f"| {row.known} | {row.sets:,} | {loss} | {cost} | {row.worth:.0%} | {row.auc:.3f} |"
            f" {row.slope:.2f} | {row.agree:.0%} | {row.right:.0%} | {row.width * 100:.0f} points |"
            f" {row.covers:.0%} |"
        )


def write_near(told: Told) -> Iterator[str]:
    """How often models that learnt from other patients decide otherwise, with all that is known, by
    the share of the members on the other side.
    """
    p = told.p[:, :, -1].astype(np.float64)
    decided = p >= THRESHOLD
    flips = (decided[:, None] != decided[None]).sum(axis=1) / max(len(p) - 1, 1)
    right = decided == (told.y_true == 1)
    others = count_others(p, THRESHOLD, positive=told.positive, members=told.members)
    near = find_near(p, THRESHOLD, positive=told.positive, members=told.members)
    share = others / told.members
    groups = {
        "no member on the other side": share == 0,
        "up to 10 %": (share > 0) & (share <= 0.1),
        "10 % to 20 %": (share > 0.1) & (share <= 0.2),
        "20 % and more": share > 0.2,
        "near the threshold": near,
        "not near it": ~near,
    }
    yield "| members on the other side | of the answers | decided otherwise | right |"
    yield f"|{' --- |' * 4}"
    for name, inside in groups.items():
        if inside.any():
            yield (
                f"| {name} | {inside.mean():.1%} | {flips[inside].mean():.1%} |"
                f" {right[inside].mean():.0%} |"
            )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few patients of the first cohort")
    parser.add_argument("--near", action="store_true", help="five repeats, the second table")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for name, masking, repeats in RUNS[:1] if options.quick or options.near else RUNS:
        settings = replace(Settings(), masking=masking)
        if options.quick:
            settings = replace(settings, members=2, hidden=(8,), max_epochs=2)
        told = tell(
            load_shipped(name),
            settings,
            repeats=5 if options.near else 1 if options.quick else repeats,
            every=60 if options.quick else 1,
        )
        rows = judge(told, rng=np.random.default_rng(0))
        least = find_least(rows) or "none"
        print(f"\n{name}, masking {masking:g}; least number of known values: {least}\n")
        print("\n".join([*write_rows(rows), "", *write_near(told)]))


if __name__ == "__main__":
    main()
