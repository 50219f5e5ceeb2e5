"""`models`: the bundles in models/."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from heart.bundle import load_bundle
from heart.bundle.registry import Entry, open_registry
from heart.commands.bundles import find_bundle
from heart.commands.output import with_bounds
from heart.errors import SettingsError


def run_models(_: argparse.Namespace) -> dict[str, Any]:
    """`models`: what is there, and which one is active."""
    registry = open_registry()
    active = registry.active_path
    return {
        "folder": str(registry.folder),
        "read_only": registry.read_only,
        "active": active.stem,
        "models": [_describe(entry) for entry in registry.entries()],
    }


def _describe(entry: Entry) -> dict[str, Any]:
    bundle = entry.bundle
    if bundle is None:
        return {"name": entry.name, "problem": entry.problem}
    figures = bundle.metrics["test"]["figures"]
    return {
        "name": entry.name,
        "cohort": bundle.data.cohort,
        "made": bundle.created_at,
        **with_bounds({"auc": figures["roc_auc"], "log_loss": figures["log_loss"]}),
        "threshold": bundle.threshold.value,
        "fingerprint": bundle.data.fingerprint[:16],
    }


def run_save(options: argparse.Namespace) -> dict[str, Any]:
    """`models save`: a bundle file, kept under a name."""
    return {"written": str(open_registry().save(load_bundle(options.file), options.name))}


def run_rename(options: argparse.Namespace) -> dict[str, Any]:
    """`models rename`."""
    return {"written": str(open_registry().rename(options.name, options.new_name))}


def run_delete(options: argparse.Namespace) -> dict[str, Any]:
    """`models delete`: after a question, or with --yes.

    Raises:
        SettingsError: if it is not confirmed.
    """
    registry = open_registry()
    path = registry.path_of(options.name)
    if not options.yes and not _confirm(f"Delete {path} for good? Type its name: ", options.name):
        raise SettingsError("the name again, or --yes", "no confirmation", "Nothing was deleted.")
    registry.delete(options.name)
    return {"deleted": options.name}


def _confirm(question: str, wanted: str) -> bool:
    """Whether somebody at a terminal types what is wanted."""
    if not sys.stdin.isatty():
        return False
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() == wanted


def run_use(options: argparse.Namespace) -> dict[str, Any]:
    """`models use`: the active bundle."""
    open_registry().activate(options.name)
    return {"active": options.name}


def run_compare(options: argparse.Namespace) -> dict[str, Any]:
    """`models compare`: two bundles on the same patients.

    Raises:
        HeartError: for a bundle or cohort that cannot be read, or too few patients that neither has
            learnt from.
    """
    from heart.commands.cohort import find_cohort  # noqa: PLC0415
    from heart.experiments.comparison import compare_bundles  # noqa: PLC0415

    cohort = find_cohort(options)
    found = compare_bundles(find_bundle(options.first), find_bundle(options.second), cohort)
    differences = [
        {"figure": name, **with_bounds({"difference": figure})}
        for name, figure in found.differences.items()
    ]
    return {
        "cohort": cohort.name,
        "patients": len(found.y_true),
        "positives": int(found.y_true.sum()),
        "left_out": found.left_out,
        "not_checked": list(found.unchecked),
        "models": [
            {
                "name": side.name,
                **with_bounds({"auc": side.scores.roc_auc, "log_loss": side.scores.log_loss}),
                "threshold": side.at.threshold,
                **with_bounds({"sensitivity": side.at.recall, "specificity": side.at.specificity}),
                "intercept": side.calibration.intercept,
                "slope": side.calibration.slope,
            }
            for side in found.sides
        ],
        "second_minus_first": differences,
    }
