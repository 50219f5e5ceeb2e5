"""`score`: a file of patients."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from heart.commands.inputs import ACTIVE_HELP, command, complete_bundle, dialect_option, find_bundle
from heart.commands.output import on_terminal, print_rows
from heart.commands.streams import FILE, STREAM, read_standard_input
from heart.commands.suggestions import refuse_more
from heart.commands.targets import Target, out_option

if TYPE_CHECKING:
    from heart.evaluation.judged import Judged
    from heart.experiments.overlap import Overlap


def _at_most_one(ctx: click.Context, _: click.Parameter, values: tuple[str, ...]) -> str | None:
    """The bundle, if one stands before the file."""
    if len(values) > 1:
        refuse_more(ctx, values[1:])
    return values[0] if values else None


@command
@click.argument(
    "bundle",
    nargs=-1,  # so that a single word is the file
    metavar="[BUNDLE]",
    callback=_at_most_one,
    help=ACTIVE_HELP,
    shell_complete=complete_bundle,
)
@click.argument(
    "file",
    type=FILE,
    help="CSV, ARFF, XLSX or Parquet, in any dialect, or a shipped cohort's name; an outcome is not"
    " needed; - reads standard input",
)
@out_option(
    "the CSV file to write, safe for spreadsheets",
    {".csv": b'"row",'},
    required=True,
    binary=False,
)
@dialect_option
def score(*, bundle: str | None, file: Path, out: Target, dialect: str | None) -> dict[str, Any]:
    """Score every patient of a file and write a table, row by row in the same order. Where the file
    has outcomes, say how the model does.
    """
    from heart.data import read_patients
    from heart.experiments.overlap import find_overlap
    from heart.scoring.table import judge_scores, score_patients

    chosen = find_bundle(bundle)
    source = read_standard_input() if str(file) == STREAM else _find_table(file)
    patients = read_patients(source, dialect=dialect)
    with out.open() as target:
        scored = score_patients(chosen, patients, target, on_chunk=on_terminal(print_rows))
    judged = judge_scores(chosen, patients, scored)
    report = patients.report
    return {
        "written": str(out),
        "rows": scored.n,
        "failed": scored.failed,
        "disease": scored.positive,
        "threshold": chosen.threshold.value,
        "dialect": report.dialect,
        "evidence": list(report.evidence),
        "converted": [change._asdict() for change in report.changes],
        "dropped_columns": list(report.dropped),
        "personal_columns": list(report.personal),
        "judged": judged and describe_judged(judged, find_overlap(chosen, patients.frame)),
    }


def _find_table(file: Path) -> Path | bytes:
    """The file, or where there is none of this name the table of the shipped cohort."""
    from heart.data.shipped import SHIPPED, read_shipped_table

    return read_shipped_table(str(file)) if str(file) in SHIPPED and not file.exists() else file


def describe_judged(judged: Judged, overlap: Overlap) -> dict[str, Any]:
    """Figures with their intervals, the confusion counts, and how many of the patients the model
    has seen.
    """
    from heart.evaluation.judged import as_plain

    return {
        **as_plain(judged.at, judged.scores),
        "seen_by_the_model": overlap.seen if overlap.known else None,
        "note": overlap.sentence,
    }
