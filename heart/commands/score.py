"""`score`: a file of patients."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from heart.commands.bundles import find_bundle
from heart.commands.progress import print_rows
from heart.data import read_patients
from heart.errors import CohortError
from heart.experiments.overlap import Overlap, find_overlap
from heart.scoring.table import Judged, judge_scores, score_patients


def run_score(options: argparse.Namespace) -> dict[str, Any]:
    """`score`: every row of a file scored into a table, and how the model does where the file has
    outcomes.

    Raises:
        HeartError: for a bundle or file that cannot be read, or a table that cannot be written.
    """
    bundle = find_bundle(options.bundle)
    patients = read_patients(options.file, dialect=options.dialect)
    try:
        with options.out.open("wb") as file:
            scored = score_patients(
                bundle, patients, file, on_chunk=print_rows if sys.stderr.isatty() else None
            )
    except OSError as error:
        raise CohortError(
            f"to write {options.out}", str(error.strerror), "Check the folder and the free space."
        ) from error
    judged = judge_scores(bundle, patients, scored)
    report = patients.report
    return {
        "written": str(options.out),
        "rows": scored.n,
        "failed": scored.failed,
        "disease": scored.positive,
        "threshold": bundle.threshold.value,
        "dialect": report.dialect,
        "evidence": list(report.evidence),
        "converted": [change._asdict() for change in report.changes],
        "dropped_columns": list(report.dropped),
        "personal_columns": list(report.personal),
        "judged": (
            None
            if judged is None
            else describe_judged(judged, find_overlap(bundle, patients.frame))
        ),
    }


def describe_judged(judged: Judged, overlap: Overlap) -> dict[str, Any]:
    """Figures with their intervals, the confusion counts, and how many of the patients the model
    has seen.
    """
    figures = {
        name: list(getattr(judged.scores, name))
        for name in ("roc_auc", "average_precision", "log_loss", "brier")
    }
    figures |= {
        name: list(getattr(judged.at, name))
        for name in ("accuracy", "precision", "recall", "specificity", "npv")
    }
    return {
        "n": judged.at.n,
        "positives": judged.at.positives,
        "confusion": {name: getattr(judged.at, name) for name in ("tn", "fp", "fn", "tp")},
        "figures": figures,
        "seen_by_the_model": overlap.seen if overlap.known else None,
        "note": overlap.sentence,
    }
