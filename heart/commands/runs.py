"""`runs`: the trainings of this command line, as `train` writes them down."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from heart.commands.inputs import JSON_OPTION, WHOLE, OneOf, command
from heart.commands.output import with_bounds
from heart.commands.streams import agrees
from heart.errors import RunsError, SettingsError
from heart.paths import user_runs

if TYPE_CHECKING:
    from heart.experiments.from_disk import DiskExperiment
    from heart.experiments.run import Experiment
    from heart.experiments.run_store import RunStore
    from heart.experiments.runs import Run

BY = {
    "run": lambda run: run.number,
    "seconds": lambda run: run.seconds,
    "auc": lambda run: _descending(run.figures["roc_auc"][0]),
    "log_loss": lambda run: _ascending(run.figures["log_loss"][0]),
    "accuracy": lambda run: _descending(run.figures["accuracy"][0]),
    "recall": lambda run: _descending(run.figures["recall"][0]),
}
"""What a list can be sorted by: the oldest first, the quickest first, the best on test first."""


def _ascending(value: float | None) -> float:
    return float("inf") if value is None else value


def _descending(value: float | None) -> float:
    return float("inf") if value is None else -value


@click.group(
    invoke_without_command=True, subcommand_metavar="[ACTION] [ARGS]...", params=[JSON_OPTION]
)
@click.option(
    "--sort",
    "by",
    type=OneOf(BY),
    default="run",
    help="what the list is sorted by: the oldest, the quickest, or the best on test first",
)
@click.pass_context
def runs(context: click.Context, by: str) -> dict[str, Any] | None:
    """List the trainings of this command line; show one, write a note about it, forget it."""
    return None if context.invoked_subcommand else _list(by)


def _list(by: str) -> dict[str, Any]:
    store = _store()
    return {
        "file": str(store.path),
        "runs": [_describe(run) for run in sorted(store.read(), key=BY[by])],
    }


def _describe(run: Run) -> dict[str, Any]:
    from heart.experiments.runs import describe_changes

    return {
        "run": run.number,
        "made": run.created_at,
        "cohort": run.cohort,
        "recipe": run.settings["recipe"],
        "changed": describe_changes(run.settings),
        "epochs": run.epochs,
        "seconds": run.seconds,
        **with_bounds(run.figures),
        "written": run.written,
        "note": run.note,
    }


@command
@click.argument("number", type=WHOLE, help="of the run")
def show(*, number: int) -> dict[str, Any]:
    """Everything that is written down of a run, its losses epoch by epoch included."""
    run = _store().find(number)
    values = run._asdict()
    history = [record._asdict() for record in values.pop("history")]
    return {"run": values.pop("number"), **values, "history": history}


@command
@click.argument("number", type=WHOLE, help="of the run")
@click.argument("text", help="the note, in one line; empty for none")
def note(*, number: int, text: str) -> dict[str, Any]:
    """Write a note about a run, in place of the one that it has."""
    run = _store().note(number, text)
    return {"run": run.number, "note": run.note}


@command
@click.argument("numbers", type=WHOLE, nargs=-1, required=True, help="of the runs")
@click.option("--yes", is_flag=True, help="do not ask")
def delete(*, numbers: tuple[int, ...], yes: bool) -> dict[str, Any]:
    """Forget runs for good; the models that they wrote stay."""
    if not yes and not agrees(f"Forget {', '.join(map(str, numbers))} for good? [y/N] "):
        raise SettingsError("yes, or --yes", "no confirmation", "Nothing was forgotten.")
    _store().delete(*dict.fromkeys(numbers))
    return {"deleted": list(numbers)}


def _store() -> RunStore:
    from heart.experiments.run_store import RunStore

    return RunStore(user_runs())


def write_down(
    experiment: Experiment | DiskExperiment, *, seconds: float, written: str
) -> int | None:
    """The number under which a training was written down; None where that could not be, which is
    told: the training itself is not lost by it.
    """
    from heart.experiments.runs import describe_run

    try:
        return _store().add(describe_run(experiment, seconds=seconds, written=written)).number
    except RunsError as error:
        print(f"This run was not written down: {error}", file=sys.stderr)
        return None


for action in (show, note, delete):
    runs.add_command(action)
