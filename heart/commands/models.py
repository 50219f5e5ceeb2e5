"""`models`: the bundles that are kept."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from heart.commands.inputs import (
    BUNDLE_HELP,
    JSON_OPTION,
    CohortChoice,
    cohort_option,
    command,
    complete_bundle,
    find_bundle,
)
from heart.commands.output import with_bounds
from heart.commands.streams import STREAM, read_standard_input
from heart.commands.suggestions import suggesting
from heart.errors import SettingsError, show_controls
from heart.evaluation.figures import AGREEMENT

if TYPE_CHECKING:
    from heart.bundle.registry import Entry, Registry


@click.group(
    invoke_without_command=True, subcommand_metavar="[ACTION] [ARGS]...", params=[JSON_OPTION]
)
@click.pass_context
def models(context: click.Context) -> dict[str, Any] | None:
    """List the bundles kept here; save, rename, delete or compare them, choose the active one."""
    return None if context.invoked_subcommand else _list()


def _list() -> dict[str, Any]:
    from heart.bundle.registry import open_registry

    registry = open_registry()
    listing = registry.read()
    return {
        "folder": str(registry.folder),
        "read_only": registry.read_only,
        "active": listing.active,
        "models": [_describe(entry) for entry in listing.entries],
    }


def _describe(entry: Entry) -> dict[str, Any]:
    about = entry.about
    if about is None:
        return {"name": entry.name, "problem": entry.problem}
    figures = about.metrics["test"]["figures"]
    return {
        "name": entry.name,
        "cohort": about.data.cohort,
        "made": about.created_at,
        **with_bounds({name: figures[name] for name in ("roc_auc", "log_loss")}),
        "threshold": about.threshold.value,
        "fingerprint": about.data.fingerprint[:16],
    }


@command
@click.argument("file", help="a bundle file; - reads standard input")
@click.argument("name", help="letters, digits, - and _, at most 64")
def save(*, file: str, name: str) -> dict[str, Any]:
    """Keep a bundle file under a name."""
    from heart.bundle import load_bundle
    from heart.bundle.registry import open_registry

    source = read_standard_input() if file == STREAM else file
    return {"written": str(open_registry().save(load_bundle(source), name))}


@command
@click.argument("name", help="the name now", shell_complete=complete_bundle)
@click.argument("new_name", help="the name from now on")
def rename(*, name: str, new_name: str) -> dict[str, Any]:
    """Give a bundle another name."""
    with _registry(name) as registry:
        return {"written": str(registry.rename(name, new_name))}


@command
@click.argument("name", help="of the bundle", shell_complete=complete_bundle)
@click.option("--yes", is_flag=True, help="do not ask")
def delete(*, name: str, yes: bool) -> dict[str, Any]:
    """Delete a bundle for good."""
    with _registry(name) as registry:
        path = registry.path_of(name)
        if not yes and not _confirm(f"Delete {path} for good? Type its name: ", name):
            raise SettingsError(
                "the name again, or --yes", "no confirmation", "Nothing was deleted."
            )
        registry.delete(name)
        return {"deleted": name}


def _confirm(question: str, wanted: str) -> bool:
    """Whether somebody at a terminal types what is wanted."""
    if not sys.stdin.isatty():
        return False
    print(show_controls(question), end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() == wanted


@command
@click.argument("name", help="of the bundle", shell_complete=complete_bundle)
def use(*, name: str) -> dict[str, Any]:
    """Make a bundle the one that the app and the commands start with."""
    with _registry(name) as registry:
        registry.activate(name)
        return {"active": name}


@contextmanager
def _registry(name: str) -> Iterator[Registry]:
    """The registry; an error about a name that it does not have says which was meant."""
    from heart.bundle.registry import open_registry

    registry = open_registry()
    with suggesting(name, registry.names()):
        yield registry


@command
@click.argument("first", help=BUNDLE_HELP, shell_complete=complete_bundle)
@click.argument("second", help=BUNDLE_HELP, shell_complete=complete_bundle)
@cohort_option
def compare(*, first: str, second: str, cohort: CohortChoice) -> dict[str, Any]:
    """Two bundles side by side, on patients that neither has learnt from."""
    from heart.experiments.comparison import compare_bundles

    patients = cohort.read()
    compared = compare_bundles(find_bundle(first), find_bundle(second), patients)
    return {
        "cohort": patients.name,
        "patients": len(compared.y_true),
        "positives": int(compared.y_true.sum()),
        "left_out": compared.left_out,
        "not_checked": list(compared.unchecked),
        "models": [
            {
                "name": side.name,
                **with_bounds({"roc_auc": side.scores.roc_auc, "log_loss": side.scores.log_loss}),
                "threshold": side.at.threshold,
                **with_bounds({"sensitivity": side.at.recall, "specificity": side.at.specificity}),
                **with_bounds({name: side.figure(name) for name in AGREEMENT}),
            }
            for side in compared.sides
        ],
        "second_minus_first": [
            {"figure": name, **with_bounds({"difference": figure})}
            for name, figure in compared.differences.items()
        ],
    }


for action in (save, rename, delete, use, compare):
    models.add_command(action)
