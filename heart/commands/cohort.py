"""`cohort`: how a file is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from heart.commands.inputs import CohortChoice, cohort_argument, command
from heart.commands.output import tell, wants_json
from heart.config import RECIPES
from heart.errors import BadCellsError, CohortError, ColumnsError, DialectError, SplitError

if TYPE_CHECKING:
    import pandas as pd

    from heart.data import Cohort


@command
@cohort_argument
@click.option("--glance", is_flag=True, help="add its groups side by side and what goes together")
def cohort(*, cohort: CohortChoice, glance: bool) -> dict[str, Any]:
    """Say how a file is read and why, who is in it, what is missing and how it is split."""
    try:
        read = cohort.read()
        return _describe(read) | (_glance_at(read) if glance else {})
    except CohortError as error:
        if wants_json():
            tell(_describe_refusal(error))
        raise


def _describe(cohort: Cohort) -> dict[str, Any]:
    """How it is read and why, counts, what reading changed, and the split."""
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
        "columns": [entry._asdict() for entry in report.columns],
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


def _glance_at(cohort: Cohort) -> dict[str, Any]:
    """What the Cohort page shows of it: what each group lacks, the groups in numbers, and how
    strongly each two columns go together (Cramér's V), the strongest first.
    """
    from heart.data.profile import associations, describe_groups, missing_by_group

    pairs = associations(cohort)
    once = pairs[pairs["first"] < pairs["second"]].sort_values("association", ascending=False)
    return {
        "missing_by_group": _records(missing_by_group(cohort)),
        "groups": _records(describe_groups(cohort)),
        "associations": _records(once),
    }


def _records(table: pd.DataFrame) -> list[dict[Any, Any]]:
    """The rows of a table; what is no number is None."""
    return table.astype(object).where(table.notna(), None).to_dict("records")


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
            {
                "dialect": c.name,
                "meaning": c.meaning,
                "first_rows": [dict(row) for row in c.rows],
                "diseased": c.diseased,
                "healthy": c.healthy,
            }
            for c in candidates
        ],
        "open_columns": [
            {**column._asdict(), "options": list(column.options), "examples": list(column.examples)}
            for column in (error.open_columns if isinstance(error, ColumnsError) else ())
        ],
        "refused": str(error),
    }


def _describe_split(cohort: Cohort) -> list[dict[str, Any]]:
    from heart.data import split_cohort

    try:
        split = split_cohort(cohort, random_state=RECIPES["default"].random_state)
    except SplitError as error:
        return [{"too small": str(error)}]
    return [
        dict(zip(("part", "patients", "diseased", "share"), row, strict=True))
        for row in split.table().itertuples(index=False)
    ]
