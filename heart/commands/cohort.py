"""What the commands know of cohorts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from heart.config import RECIPES
from heart.data import SHIPPED, Cohort, load_shipped, read_cohort, split_cohort
from heart.errors import BadCellsError, CohortError, DialectError, SplitError


def find_cohort(options: argparse.Namespace) -> Cohort:
    """The shipped cohorts of this name, or the one in this file.

    Raises:
        CohortError: if it is neither.
    """
    if set(options.cohort.split("+")) <= set(SHIPPED):
        return load_shipped(options.cohort)
    return read_cohort(
        Path(options.cohort),
        dialect=options.dialect,
        bad_rows="leave out" if options.leave_out_bad_rows else "stop",
    )


def run_cohort(options: argparse.Namespace) -> dict[str, Any]:
    """`cohort`: how it is read and why, counts, what reading changed, and the split; or why it is
    refused.
    """
    try:
        cohort = find_cohort(options)
    except CohortError as error:
        return _describe_refusal(error)
    report = cohort.report
    return {
        "cohort": cohort.name,
        "source": cohort.source,
        "dialect": report.dialect,
        "reading": report.reading,
        "rows": report.rows,
        "used": cohort.n,
        "patients": report.distinct,
        "positives": report.positives,
        "inverted": report.inverted,
        "matched": report.known,
        "matched_by_hospital": report.matched,
        "evidence": list(report.evidence),
        "warnings": list(report.warnings),
        "converted": [change._asdict() for change in report.changes],
        "restored": report.restored,
        "set_aside": [entry._asdict() for entry in report.set_aside],
        "conflicts": [", ".join(map(str, rows)) for rows in report.conflicts],
        "dropped_columns": list(report.dropped),
        "personal_columns": list(report.personal),
        "bad_cells": [cell._asdict() for cell in report.bad_cells],
        "refused": None,
        "missing": report.missing,
        "unusual": [value._asdict() for value in report.unusual],
        "split": _describe_split(cohort),
        "fingerprint": cohort.fingerprint,
    }


def _describe_refusal(error: CohortError) -> dict[str, Any]:
    """The same keys as a report's, as far as they are known without a cohort."""
    candidates = error.candidates if isinstance(error, DialectError) else ()
    bad_cells = error.bad_cells if isinstance(error, BadCellsError) else ()
    unknown = dict.fromkeys(("dialect", "rows", "patients", "positives", "inverted", "matched"))
    return {
        **unknown,
        "converted": [],
        "dropped_columns": [],
        "bad_cells": [cell._asdict() for cell in bad_cells],
        "candidates": [
            {"dialect": c.name, "meaning": c.meaning, "first_rows": [dict(row) for row in c.rows]}
            for c in candidates
        ],
        "refused": str(error),
    }


def _describe_split(cohort: Cohort) -> list[dict[str, Any]]:
    try:
        split = split_cohort(cohort, random_state=RECIPES["default"].random_state)
    except SplitError as error:
        return [{"too small": str(error)}]
    return [
        dict(zip(("part", "patients", "diseased", "share"), row, strict=True))
        for row in split.table().itertuples(index=False)
    ]
