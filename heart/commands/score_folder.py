"""`score` of a folder: a table that lies in many files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from heart.commands.inputs import find_bundle
from heart.commands.output import on_terminal, print_parts, tell
from heart.commands.scheduler import find_workers
from heart.commands.targets import check_registry

if TYPE_CHECKING:
    from heart.data.report import CohortReport


class Wanted(NamedTuple):
    """What somebody asked `score` for, beside where the answers go."""

    bundle: str | None
    file: str
    only: str
    identifier: str | None
    dialect: str | None
    columns: dict[str, str] | None


def score_many(wanted: Wanted, folder: Path, scheduler: str | None) -> dict[str, Any] | int:
    """What is told of a folder; where a part could not be read, it is told here, and the exit
    status is 1.
    """
    from heart.scoring.folder import check_folder, find_parts, score_folder

    forced = click.get_current_context().meta.get("heart.force", False)
    address = find_workers(scheduler)
    check_registry(folder)
    check_folder(folder, replace=forced)
    chosen = find_bundle(wanted.bundle)
    scores = score_folder(
        chosen,
        find_parts(wanted.file),
        folder,
        replace=forced,
        dialect=wanted.dialect,
        columns=wanted.columns,
        only=wanted.only,
        identifier=wanted.identifier,
        scheduler=address,
        on_part=on_terminal(print_parts),
    )
    answer = {
        "written": str(folder),
        "parts": len(scores.parts),
        "rows": scores.total("rows"),
        "rows_written": scores.total("rows_written"),
        "failed": scores.total("failed"),
        "disease": scores.total("disease"),
        "undecided": scores.total("undecided"),
        "near_threshold": scores.total("near"),
        "threshold": chosen.threshold.value,
        **describe_reading(scores.report, wanted.identifier),
        "decided_by_rows": scores.report.rows,
        "unread": [{"part": one.part, "error": str(one.error)} for one in scores.unread],
    }
    if not scores.unread:
        return answer
    tell(answer)
    return 1


def describe_reading(report: CohortReport, identifier: str | None) -> dict[str, Any]:
    """How the file was read; the column that stands beside the answers is none that was dropped."""
    return {
        "dialect": report.dialect,
        "columns": [entry._asdict() for entry in report.columns],
        "evidence": list(report.evidence),
        "converted": [change._asdict() for change in report.changes],
        "identifier": identifier,
        "dropped_columns": [name for name in report.dropped if name != identifier],
        "personal_columns": [name for name in report.personal if name != identifier],
    }
