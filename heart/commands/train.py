"""`train`: a model, written as a bundle."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import click

from heart.commands.inputs import (
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
from heart.commands.runs import write_down
from heart.commands.show import describe_bundle
from heart.commands.targets import BUNDLE, Target, out_option
from heart.config import (
    BOUNDS,
    CATEGORY_INPUTS,
    DEVICES,
    ENTRIES,
    ENTRY_SETTINGS,
    RECIPES,
    get_recipe,
    parse_widths,
)

UNNAMED = "model"
"""What a bundle is called that goes to standard output."""


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
def train(
    *,
    cohort: CohortChoice,
    out: Target,
    recipe: str,
    hidden: str | None,
    cost_ratio: float,
    rule: str,
    at_least: float | None,
    **changes: Any,
) -> dict[str, Any]:
    """Train a model and write it as a bundle; `runs` lists what was trained."""
    from heart.data.completeness import count_complete
    from heart.experiments.run import run_experiment

    given = {name: value for name, value in changes.items() if value is not None}
    widths = {} if hidden is None else {"hidden": parse_widths(hidden)}
    settings = get_recipe(recipe, **given, **widths)
    check_costs(rule, cost_ratio, at_least)
    patients, began = cohort.read(), time.perf_counter()
    experiment = run_experiment(
        patients,
        settings,
        name=UNNAMED if out.is_stream else out.path.stem,
        created_at=datetime.now(UTC),
        cost_ratio=cost_ratio,
        rule=rule,
        at_least=at_least,
        on_epoch_end=on_terminal(print_epoch),
    )
    seconds = time.perf_counter() - began
    out.write_bundle(experiment.bundle)
    run = write_down(experiment, seconds=seconds, written=str(out))
    used = count_complete(patients) if settings.complete_rows else ()
    return {
        "written": str(out),
        "run": run,
        "complete_rows": [count._asdict() for count in used],
        **describe_bundle(experiment.bundle),
    }
