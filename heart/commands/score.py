"""`score`: a file of patients."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from heart.commands.columns import columns_option
from heart.commands.inputs import (
    ACTIVE_HELP,
    command,
    complete_bundle,
    dialect_option,
    find_bundle,
)
from heart.commands.output import on_terminal, print_rows
from heart.commands.scheduler import scheduler_option
from heart.commands.score_folder import Wanted, describe_reading, score_many
from heart.commands.streams import FILE, STREAM, read_standard_input
from heart.commands.suggestions import refuse_more, suggest
from heart.commands.targets import Target, out_option
from heart.errors import SettingsError

if TYPE_CHECKING:
    from heart.data import Patients
    from heart.evaluation.judged import Judged
    from heart.experiments.overlap import Overlap
    from heart.scoring.table import Positions, Scored


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
    " needed; - reads standard input; or a folder, or a pattern, of Parquet or CSV files",
)
@out_option(
    "the CSV file to write, safe for spreadsheets",
    {".csv": b'"row",'},
    binary=False,
)
@click.option(
    "--output",
    "folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="of a folder or a pattern: the folder to write, with a Parquet file for each file",
)
@scheduler_option
@click.option(
    "--id",
    "identifier",
    metavar="COLUMN",
    help="a column of the file that stands beside each answer, such as a case number",
)
@click.option(
    "--only",
    metavar="ROWS",
    default="all",
    show_default=True,
    help="which rows are written: all, failed, near (the threshold), undecided, disease,"
    " no-disease, missed, false-alarms",
)
@dialect_option
@columns_option
def score(
    *,
    bundle: str | None,
    file: Path,
    out: Target | None,
    folder: Path | None,
    scheduler: str | None,
    identifier: str | None,
    only: str,
    dialect: str | None,
    columns: dict[str, str] | None,
) -> dict[str, Any] | int:
    """Score every patient of a file and write a table, row by row in the same order. Where the file
    has outcomes, say how the model does. Of a folder or a pattern: every file, each into one of its
    own.
    """
    from heart.scoring.folder import is_many

    _check_filter(only)
    many = is_many(str(file))
    _check_outputs(out, folder, scheduler, many=many)
    wanted = Wanted(bundle, str(file), only, identifier, dialect, columns)
    if folder is not None:
        return score_many(wanted, folder, scheduler)
    assert out is not None  # noqa: S101  _check_outputs
    return _score_one(wanted, out)


def _check_outputs(
    out: Target | None, folder: Path | None, scheduler: str | None, *, many: bool
) -> None:
    """One file has one file of answers, many have a folder of them.

    Raises:
        SettingsError: saying which option it is.
    """
    wanted, other = ("--output FOLDER", "--out") if many else ("--out FILE", "--output")
    given, odd = (folder, out) if many else (out, folder)
    if given is None or odd is not None:
        what = "a folder or a pattern of files" if many else "one file"
        found = f"{other} too" if given is not None else (other if odd is not None else "neither")
        raise SettingsError(f"{wanted} for {what}", found, f"Write {wanted}.")
    if scheduler is not None and not many:
        raise SettingsError(
            "a folder or a pattern of files for --scheduler",
            "one file",
            "Leave --scheduler out, or cut the file into parts.",
        )


def _score_one(wanted: Wanted, out: Target) -> dict[str, Any]:
    from heart.data import read_patients
    from heart.data.content import read_content
    from heart.data.identifiers import read_identifiers
    from heart.experiments.overlap import find_overlap
    from heart.scoring.table import judge_scores, score_patients, write_rows

    chosen, identifier = find_bundle(wanted.bundle), wanted.identifier
    source = read_standard_input() if wanted.file == STREAM else _find_table(Path(wanted.file))
    content = read_content(source)  # once: a pipe has nothing for a second reading
    patients = read_patients(content, dialect=wanted.dialect, columns=wanted.columns)
    rows = patients.frame.index
    others = patients.report.dropped
    kept = (
        None
        if identifier is None
        else read_identifiers(content, identifier, others=others).of_rows(rows)
    )
    scored = score_patients(chosen, patients, on_chunk=on_terminal(print_rows))
    positions = _choose(wanted.only, patients, scored, chosen.threshold.value)
    with out.open() as target:
        write_rows(patients, scored, target, positions=positions, identifiers=kept)
    judged = judge_scores(chosen, patients, scored)
    return {
        "written": str(out),
        "rows": scored.n,
        "rows_written": len(positions),
        "failed": scored.failed,
        "disease": scored.positive,
        "undecided": scored.undecided,
        "near_threshold": scored.near,
        "threshold": chosen.threshold.value,
        **describe_reading(patients.report, identifier),
        "judged": judged and describe_judged(judged, find_overlap(chosen, patients.frame)),
    }


def _check_filter(only: str) -> None:
    from heart.scoring.selection import FILTERS

    if only not in FILTERS:
        action = suggest(only, FILTERS) or "Correct the name."
        raise SettingsError(f"--only one of {', '.join(FILTERS)}", repr(only[:40]), action)


def _choose(only: str, patients: Patients, scored: Scored, threshold: float) -> Positions:
    """The rows to write, in the file's order.

    Raises:
        SettingsError: if the rows are told by an outcome, and the file has none.
    """
    from heart.scoring.selection import NEED_OUTCOME, choose_rows, find_rows

    rows = find_rows(patients, scored, threshold=threshold)
    if only in NEED_OUTCOME and not rows.has_outcomes:
        expected, found = f"outcomes in the file, for --only {only}", "none that can be read"
        raise SettingsError(expected, found, "Leave --only out, or choose other rows.")
    return choose_rows(rows, only)


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
