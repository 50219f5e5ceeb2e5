"""`train`: a model, written as a bundle."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from heart.commands.inputs import (
    WHOLE,
    CohortChoice,
    Function,
    Number,
    OneOf,
    check_costs,
    cohort_option,
    command,
    costs_options,
)
from heart.commands.output import on_terminal, print_epoch
from heart.commands.scheduler import find_workers, scheduler_option
from heart.commands.show import describe_bundle
from heart.commands.streams import STREAM
from heart.commands.targets import BUNDLE, Target, out_option
from heart.commands.trained import keep_model, name_model
from heart.config import (
    BOUNDS,
    CATEGORY_INPUTS,
    DEVICES,
    ENTRIES,
    ENTRY_SETTINGS,
    RECIPES,
    Settings,
    get_recipe,
    parse_widths,
)
from heart.errors import SettingsError

if TYPE_CHECKING:
    from heart.data.read import BadRows
    from heart.experiments.from_disk import DiskTable


def bounds_options(function: Function) -> Function:
    """An option for each numeric setting, with its bounds and what it is without the option."""
    for name, bound in reversed(BOUNDS.items()):
        text = f"{bound.help} {bound.low:g} to {bound.high:g}. [default: {_describe_default(name)}]"
        option = click.option(f"--{name.replace('_', '-')}", type=Number(bound.kind), help=text)
        function = option(function)
    return function


def entry_options(function: Function) -> Function:
    """An option for each code with an order: how it enters."""
    for name, feature in reversed(ENTRY_SETTINGS.items()):
        text = f"how the codes of {feature} enter. [default: {_describe_default(name)}]"
        option = click.option(f"--{name.replace('_', '-')}", type=OneOf(ENTRIES), help=text)
        function = option(function)
    return function


def _describe_default(name: str) -> str:
    """What the default recipe has, and each that has something else."""
    default, *others = ((recipe, getattr(RECIPES[recipe], name)) for recipe in RECIPES)
    differing = [f"{recipe}: {_write(value)}" for recipe, value in others if value != default[1]]
    return "; ".join([_write(default[1]), *differing])


def _write(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


@command
@cohort_option
@out_option("the bundle to write, NAME.joblib", BUNDLE, required=True)
@click.option("--recipe", type=OneOf(RECIPES), default="default", help="the settings to start from")
@click.option("--hidden", metavar="WIDTHS", help="widths of the hidden layers, as in 64,32")
@click.option("--categories", type=OneOf(CATEGORY_INPUTS), help="how categories enter the network")
@click.option(
    "--linear-path/--no-linear-path",
    default=None,
    help="a direct path beside the hidden layers",
)
@click.option(
    "--device", type=OneOf(DEVICES), help="where to train [default: CUDA where there is one]"
)
@entry_options
@bounds_options
@costs_options
@click.option(
    "--from-disk",
    is_flag=True,
    help="read the cohort, a Parquet file of any length, row group by row group",
)
@click.option(
    "--memory",
    type=WHOLE,
    metavar="MIB",
    help="of its rows at once, with --from-disk; the program takes some more [default: 512]",
)
@scheduler_option
def train(
    *,
    cohort: CohortChoice,
    out: Target,
    recipe: str,
    hidden: str | None,
    cost_ratio: float,
    rule: str,
    at_least: float | None,
    from_disk: bool,
    memory: int | None,
    scheduler: str | None,
    **changes: Any,
) -> dict[str, Any]:
    """Train a model and write it as a bundle; `runs` lists what was trained. With a scheduler one
    of its workers trains it.
    """
    given = {name: value for name, value in changes.items() if value is not None}
    widths = {} if hidden is None else {"hidden": parse_widths(hidden)}
    settings = get_recipe(recipe, **given, **widths)
    check_costs(rule, cost_ratio, at_least)
    costs = {"cost_ratio": cost_ratio, "rule": rule, "at_least": at_least}
    if memory is not None and not from_disk:
        raise SettingsError("--memory together with --from-disk", "it alone", "Add --from-disk.")
    if from_disk:
        _refuse(scheduler)
        return _train_from_disk(cohort, out, settings, costs, memory)
    return _train_in_memory(cohort, out, settings, costs, find_workers(scheduler))


def _refuse(scheduler: str | None) -> None:
    """No scheduler for a file that is read here, group by group; that of the environment is for
    other commands.
    """
    if scheduler is not None:
        raise SettingsError(
            "--scheduler without --from-disk",
            "both",
            "Leave --scheduler out, or run the command on the machine that has the file.",
        )


def _train_in_memory(
    cohort: CohortChoice,
    out: Target,
    settings: Settings,
    costs: dict[str, Any],
    workers: str | None,
) -> dict[str, Any]:
    from heart.data.completeness import count_complete
    from heart.experiments.spread import run_at

    patients, began = cohort.read(), time.perf_counter()
    experiment = run_at(
        workers,
        patients,
        settings,
        name=name_model(out),
        created_at=datetime.now(UTC),
        on_epoch_end=on_terminal(print_epoch),
        **costs,
    )
    kept = keep_model(experiment, out, seconds=time.perf_counter() - began)
    used = count_complete(patients) if settings.complete_rows else ()
    complete = {"complete_rows": [count._asdict() for count in used]}
    return {**kept, **complete, **describe_bundle(experiment.bundle)}


def _train_from_disk(
    cohort: CohortChoice, out: Target, settings: Settings, costs: dict[str, Any], memory: int | None
) -> dict[str, Any]:
    from heart.experiments.from_disk import MEMORY, run_from_disk

    began = time.perf_counter()
    experiment = run_from_disk(
        _find_table(cohort, MEMORY if memory is None else memory),
        settings,
        name=name_model(out),
        created_at=datetime.now(UTC),
        on_epoch_end=on_terminal(print_epoch),
        **costs,
    )
    kept = keep_model(experiment, out, seconds=time.perf_counter() - began)
    told = {"rows_at_once": experiment.rows_at_once, "stopped_on": experiment.stopped_on}
    return {**kept, "from_disk": told, **describe_bundle(experiment.bundle)}


def _find_table(cohort: CohortChoice, memory: int) -> DiskTable:
    """The Parquet file that a cohort names, read in so many MiB.

    Raises:
        SettingsError: if it is no file.
    """
    from heart.experiments.from_disk import DiskTable

    path = Path(cohort.name)
    if cohort.name == STREAM or not path.is_file():
        raise SettingsError(
            "a Parquet file as --cohort", repr(cohort.name[:80]), "Name a file, or no --from-disk."
        )
    bad_rows: BadRows = "leave out" if cohort.leave_out_bad_rows else "stop"
    return DiskTable(path, memory, cohort.dialect, cohort.columns, bad_rows)
