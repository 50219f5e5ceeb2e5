"""`threshold`: chosen on out-of-fold predictions of a bundle's recipe, reported on the test part
where it goes into a bundle.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from heart.commands.inputs import (
    REAL,
    CohortChoice,
    bundle_argument,
    check_costs,
    command,
    costs_options,
    find_bundle,
    own_cohort_option,
    repeats_option,
)
from heart.commands.output import on_terminal, print_share, with_bounds
from heart.commands.scheduler import find_workers, scheduler_option
from heart.commands.targets import BUNDLE, Target, out_option
from heart.errors import SettingsError
from heart.evaluation.figures import METRICS

if TYPE_CHECKING:
    from heart.bundle import Bundle
    from heart.data import Split
    from heart.evaluation.out_of_fold import OutOfFold
    from heart.evaluation.threshold_curves import ThresholdCurves
    from heart.evaluation.thresholds import ThresholdChoice


@command
@bundle_argument
@costs_options
@click.option("--value", type=REAL, help="a threshold by hand, 0 to 1")
@click.option(
    "--prevalence",
    type=REAL,
    metavar="SHARE",
    help="share of ill patients where it is used [default: the cohort's]",
)
@click.option(
    "--rule-out",
    type=REAL,
    default=0.95,
    metavar="SHARE",
    help="sensitivity that ruling out keeps",
)
@click.option(
    "--rule-in",
    type=REAL,
    default=0.95,
    metavar="SHARE",
    help="specificity that ruling in keeps",
)
@own_cohort_option
@repeats_option
@scheduler_option
@out_option(
    "write the table of all thresholds as CSV",
    {".csv": b'"threshold",'},
    name="--table",
    binary=False,
)
@out_option("write the bundle with this threshold", BUNDLE)
def threshold(
    *,
    bundle: str | None,
    cohort: CohortChoice | None,
    repeats: int,
    scheduler: str | None,
    table: Target | None,
    out: Target | None,
    **wanted: Any,
) -> dict[str, Any]:
    """Choose a threshold on out-of-fold predictions.

    With --out it goes into a bundle and is reported on the test part: not before, so that nobody
    chooses by it.
    """
    from heart.evaluation.threshold_curves import ThresholdCurves
    from heart.evaluation.thresholds import mark_reported
    from heart.experiments.run import judge, split_of
    from heart.experiments.stored import recalibrated
    from heart.scoring.safe_csv import to_safe_csv

    policy = Policy(**wanted)
    _check(policy)
    if out is not None:
        _check_keepable(policy)
    workers = find_workers(scheduler)
    chosen = find_bundle(bundle)
    split = split_of(chosen, [] if cohort is None else [cohort.read()])
    curves = ThresholdCurves(recalibrated(chosen, out_of_fold(chosen, split, repeats, workers)))
    choice = mark_reported(_choose(curves, policy), chosen.threshold)
    judged = judge(chosen, split, choice)
    if table is not None:
        rows = curves.table(cost_ratio=policy.cost_ratio, prevalence=policy.prevalence)
        table.write(to_safe_csv(rows))
    if out is not None:
        out.write_bundle(judged)
    return {
        "threshold": choice._asdict(),
        "tuned": _describe_tuned(curves, policy),
        "out_of_fold": _describe_policy(curves, choice.value, policy),
        "zones": _describe_zones(curves, policy),
        "borders": _describe_borders(curves, policy),
        "valid": judged.metrics["valid"],
        "test": None if out is None else judged.metrics["test"],
        **({} if table is None else {"table": str(table)}),
        **({} if out is None else {"written": str(out)}),
    }


class Policy(NamedTuple):
    """How the threshold is to be chosen, and for whom."""

    rule: str
    cost_ratio: float
    at_least: float | None
    value: float | None
    prevalence: float | None
    rule_out: float
    rule_in: float


def _check_keepable(policy: Policy) -> None:
    if policy.prevalence is not None:
        raise SettingsError(
            "--out without --prevalence: a bundle's threshold is one for its own probabilities,"
            " which are those of the share of ill patients that it learnt from",
            f"--prevalence {policy.prevalence:g}",
            "Leave one of them out; predict --prevalence corrects a probability.",
        )


def _check(policy: Policy) -> None:
    """Refuse what cannot be, before anything is computed."""
    from heart.evaluation.policies import check_prevalence

    check_costs(policy.rule, policy.cost_ratio, policy.at_least)
    check_costs("sensitivity", policy.cost_ratio, policy.rule_out)
    check_costs("specificity", policy.cost_ratio, policy.rule_in)
    check_prevalence(policy.prevalence)


def out_of_fold(bundle: Bundle, split: Split, repeats: int, workers: str | None) -> OutOfFold:
    """The stored predictions, or those of a cross-validation of the bundle's recipe."""
    from heart.experiments.stored import cross_validate_bundle, find_stored

    return find_stored(bundle) or cross_validate_bundle(
        bundle,
        split,
        n_repeats=repeats,
        scheduler=workers,
        on_share=on_terminal(partial(print_share, "cross-validation")),
    )


def _choose(curves: ThresholdCurves, policy: Policy) -> ThresholdChoice:
    from heart.evaluation.thresholds import choose_by_rule, set_threshold

    if policy.value is not None:
        return set_threshold(policy.value, cost_ratio=policy.cost_ratio)
    return choose_by_rule(
        curves.counts, policy.rule, cost_ratio=policy.cost_ratio, at_least=policy.at_least
    )


def _describe_tuned(curves: ThresholdCurves, policy: Policy) -> dict[str, Any]:
    """Where a tuned threshold falls on resampled patients: the 10th, 50th and 90th percentile."""
    import numpy as np

    from heart.evaluation.thresholds import tuned_rule

    rule = tuned_rule(policy.rule)
    tuned = curves.tuned(rule, cost_ratio=policy.cost_ratio, at_least=policy.at_least)
    return {"rule": rule} | dict(
        zip(("low", "median", "high"), np.quantile(tuned, [0.1, 0.5, 0.9]).tolist(), strict=True)
    )


def _describe_policy(curves: ThresholdCurves, threshold: float, policy: Policy) -> dict[str, Any]:
    """Counts, what they become of a thousand patients, and the figures with their intervals, all at
    this very threshold.
    """
    from heart.evaluation.policies import of_thousand
    from heart.evaluation.threshold_curves import FIXED, MOVING

    prevalence = curves.prevalence if policy.prevalence is None else policy.prevalence
    row = curves.at(threshold, cost_ratio=policy.cost_ratio, prevalence=prevalence)
    figures = {
        name: [row[name], row[f"{name}_low"], row[f"{name}_high"]] for name in (*FIXED, *MOVING)
    }
    return {
        "n": len(curves.y_true),
        "positives": int(curves.y_true.sum()),
        "confusion": {name: int(row[name]) for name in ("tn", "fp", "fn", "tp")},
        "prevalence": prevalence,
        "of_1000": of_thousand(row["recall"], row["specificity"], prevalence),
        "figures": {name: [_number(value) for value in values] for name, values in figures.items()},
    }


def _number(value: float) -> float | None:
    """None for what is not a number, which JSON has no word for."""
    return float(value) if math.isfinite(value) else None


def _describe_zones(curves: ThresholdCurves, policy: Policy) -> list[dict[str, Any]]:
    zones = curves.zones(sensitivity=policy.rule_out, specificity=policy.rule_in).zones
    return [zone._asdict() | {"share": list(zone.share)} for zone in zones]


def _describe_borders(curves: ThresholdCurves, policy: Policy) -> list[dict[str, Any]]:
    """What the zones' borders promise, on the patients who set them and corrected for that."""
    wanted = {"sensitivity": policy.rule_out, "specificity": policy.rule_in}
    zones, corrected = curves.zones(**wanted), curves.corrected(**wanted)
    return [
        {
            "border": border,
            "figure": METRICS[name].words,
            **with_bounds({"value": figure}),
            "corrected": _number(promise),
        }
        for (border, name), figure, promise in zip(
            (
                ("lower", "recall"),
                ("lower", "npv"),
                ("upper", "specificity"),
                ("upper", "precision"),
            ),
            zones[1:],
            corrected,
            strict=True,
        )
    ]
