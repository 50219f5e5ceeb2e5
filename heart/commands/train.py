"""`train` and `show`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from heart.bundle import save_bundle
from heart.commands.bundles import find_bundle
from heart.commands.cohort import find_cohort
from heart.commands.progress import print_epoch
from heart.config import Settings, get_recipe, parse_widths
from heart.experiments.run import run_experiment


def run_train(options: argparse.Namespace) -> dict[str, Any]:
    """`train`: split, fit, choose the threshold, judge, write."""
    settings = _settings(options)
    cohort = find_cohort(options)

    experiment = run_experiment(
        cohort,
        settings,
        name=options.out.stem,
        created_at=datetime.now(UTC),
        cost_ratio=options.cost_ratio,
        rule=options.rule,
        at_least=options.at_least,
        on_epoch_end=print_epoch if sys.stderr.isatty() else None,
    )
    save_bundle(experiment.bundle, options.out)
    return {"written": str(options.out), **_describe(experiment.bundle)}


def run_show(options: argparse.Namespace) -> dict[str, Any]:
    """`show`: what is in a bundle."""
    return _describe(find_bundle(options.bundle))


def _settings(options: argparse.Namespace) -> Settings:
    names = {field.name for field in fields(Settings)} - {"recipe"}
    given = {
        name: value for name, value in vars(options).items() if name in names and value is not None
    }
    if "hidden" in given:
        given["hidden"] = parse_widths(given["hidden"])
    return get_recipe(options.recipe, **given)


def _describe(bundle: Any) -> dict[str, Any]:
    return {
        "name": bundle.name,
        "created_at": bundle.created_at,
        "data": bundle.data._asdict(),
        "settings": bundle.settings.as_dict()
        | {"epochs_run": bundle.epochs_run, "device_used": bundle.device_used},
        "threshold": bundle.threshold._asdict(),
        "recalibration": bundle.recalibration._asdict(),
        "metrics": dict(bundle.metrics),
        "versions": dict(bundle.versions),
    }
