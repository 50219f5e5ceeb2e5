"""`threshold` and `recalibrate`: what is fitted on out-of-fold predictions of a bundle's recipe."""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import replace
from typing import Any

import numpy as np

from heart.bundle import Bundle, save_bundle
from heart.commands.bundles import find_bundle
from heart.commands.cohort import find_cohort
from heart.commands.progress import print_share
from heart.data import Split
from heart.errors import SettingsError
from heart.evaluation import ThresholdChoice, metrics_at, select_threshold
from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.policies import check_prevalence, of_thousand
from heart.evaluation.recalibration import compare_recalibrations
from heart.evaluation.threshold_curves import FIXED, MOVING, ThresholdCurves, nearest_row
from heart.evaluation.thresholds import WANTING, check_rule
from heart.experiments.run import judge, recalibrate, split_of
from heart.experiments.stored import cross_validate_bundle, find_stored, recalibrated
from heart.scoring.safe_csv import write_safe_csv


def run_threshold(options: argparse.Namespace) -> dict[str, Any]:
    """`threshold`: the choice on out-of-fold predictions, how far it moves, three zones, and the
    report on valid and test.

    Raises:
        HeartError: for a rule or share that cannot be, or a model whose cohort is not here.
    """
    check_rule(options.rule, options.cost_ratio, options.at_least)
    for wanted, share in zip(WANTING, (options.rule_out, options.rule_in), strict=True):
        check_rule(wanted, options.cost_ratio, share)
    check_prevalence(options.prevalence)
    bundle = find_bundle(options.bundle)
    split = split_of(bundle, [] if options.cohort is None else [find_cohort(options)])
    curves = ThresholdCurves(recalibrated(bundle, _out_of_fold(bundle, split, options)))
    choice = _choose(curves, options)
    judged = judge(bundle, split, choice)
    if options.table is not None:
        write_safe_csv(
            curves.table(cost_ratio=options.cost_ratio, prevalence=options.prevalence),
            options.table,
        )
    if options.out is not None:
        save_bundle(replace(judged, name=options.out.stem), options.out)
    written = {
        name: str(path)
        for name, path in (("table", options.table), ("written", options.out))
        if path is not None
    }
    return {
        "threshold": choice._asdict(),
        "tuned": _describe_tuned(curves, options),
        "out_of_fold": _describe_policy(curves, choice.value, options),
        "zones": _describe_zones(curves, options),
        **{name: judged.metrics[name] for name in ("valid", "test")},
        **written,
    }


def _out_of_fold(bundle: Bundle, split: Split, options: argparse.Namespace) -> OutOfFold:
    """The stored predictions, or those of a cross-validation of the bundle's recipe."""
    tell = (lambda share: print_share("cross-validation", share)) if sys.stderr.isatty() else None
    return find_stored(bundle) or cross_validate_bundle(
        bundle, split, n_repeats=options.repeats, on_share=tell
    )


def _choose(curves: ThresholdCurves, options: argparse.Namespace) -> ThresholdChoice:
    if options.value is None:
        wanted = {
            "rule": options.rule,
            "cost_ratio": options.cost_ratio,
            "at_least": options.at_least,
        }
        return select_threshold(curves.y_true, curves.y_score, **wanted, chosen_on="out-of-fold")
    if not 0 <= options.value <= 1:
        raise SettingsError("a threshold from 0 to 1", f"{options.value:g}", "Choose one inside.")
    return ThresholdChoice(options.value, "manual", options.cost_ratio, "out-of-fold")


def _describe_tuned(curves: ThresholdCurves, options: argparse.Namespace) -> dict[str, Any]:
    """Where a tuned threshold falls on resampled patients: the 10th, 50th and 90th percentile."""
    rule = "cheapest" if options.rule == "bayes" else options.rule
    tuned = curves.tuned(rule, cost_ratio=options.cost_ratio, at_least=options.at_least)
    return {"rule": rule} | dict(
        zip(("low", "median", "high"), np.quantile(tuned, [0.1, 0.5, 0.9]).tolist(), strict=True)
    )


def _describe_policy(
    curves: ThresholdCurves, threshold: float, options: argparse.Namespace
) -> dict[str, Any]:
    """Counts, what they become of a thousand patients, and the figures of the nearest threshold of
    the table with their bands.
    """
    at = metrics_at(curves.y_true, curves.y_score, threshold)
    prevalence = curves.prevalence if options.prevalence is None else options.prevalence
    table = curves.table(cost_ratio=options.cost_ratio, prevalence=prevalence)
    row = nearest_row(table, threshold)
    figures = {
        name: [row[name], row[f"{name}_low"], row[f"{name}_high"]] for name in (*FIXED, *MOVING)
    }
    return {
        "n": at.n,
        "positives": at.positives,
        "confusion": {name: getattr(at, name) for name in ("tn", "fp", "fn", "tp")},
        "prevalence": prevalence,
        "of_1000": of_thousand(at.recall.value or 0.0, at.specificity.value or 0.0, prevalence),
        "figures": {name: [_number(value) for value in values] for name, values in figures.items()},
    }


def _number(value: float) -> float | None:
    """None for what is not a number, which JSON has no word for."""
    return float(value) if math.isfinite(value) else None


def _describe_zones(curves: ThresholdCurves, options: argparse.Namespace) -> list[dict[str, Any]]:
    found = curves.zones(sensitivity=options.rule_out, specificity=options.rule_in)
    return [zone._asdict() | {"share": list(zone.share)} for zone in found.zones]


def run_recalibrate(options: argparse.Namespace) -> dict[str, Any]:
    """`recalibrate`: what each method does to out-of-fold predictions, and a bundle with the chosen
    one.

    Raises:
        HeartError: for a method that so few patients do not allow, or a model whose cohort is not
            here.
    """
    bundle = find_bundle(options.bundle)
    split = split_of(bundle, [] if options.cohort is None else [find_cohort(options)])
    predictions = _out_of_fold(bundle, split, options)
    changed = recalibrate(bundle, split, predictions, options.method)
    if options.out is not None:
        save_bundle(replace(changed, name=options.out.stem), options.out)
    return {
        "recalibration": changed.recalibration._asdict(),
        "compared": compare_recalibrations(predictions).to_dict("records"),
        "test_before": bundle.metrics["test"],
        "test": changed.metrics["test"],
    } | ({"written": str(options.out)} if options.out else {})
