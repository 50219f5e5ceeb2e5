"""What several commands ask for: a bundle, a cohort, a number, the costs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from heart.commands.columns import columns_option
from heart.commands.streams import STREAM, read_standard_input
from heart.commands.suggestions import name_of, refuse_more, suggest, suggesting
from heart.commands.targets import FORCE_OPTION, OutOption
from heart.errors import SettingsError
from heart.paths import DATA, FOLDER_VARIABLE, MODELS, user_models

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from heart.bundle import Bundle
    from heart.data import Cohort

COHORT_HELP = (
    "shipped cohorts, as in cleveland or cleveland+hungary, or a file: CSV, ARFF, XLSX or Parquet;"
    " - reads standard input"
)
OWN_COHORT_HELP = "the file that the model was trained on, if it was no shipped cohort"
BUNDLE_HELP = "a bundle file, or the name of one that `models` lists; - reads standard input"
ACTIVE_HELP = (
    f"{BUNDLE_HELP} [default: the active one, which is the shipped model until you choose]"
)
RULE_HELP = "bayes (by expected cost), cheapest, sensitivity, specificity, f1 or youden"

Function = Callable[..., Any]


class Command(click.Command):
    """A command whose options may be shortened while it is clear which one is meant."""

    allow_extra_args = True  # so that they are refused below, in our words

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What is left over, which is nothing.

        Raises:
            SettingsError: for a word too many.
        """
        try:
            left = super().parse_args(ctx, list(self._spell_out(ctx, args)))
        except click.UsageError as error:
            error.ctx = error.ctx or ctx  # click's parser does not always say whose words they are
            raise
        if left and not ctx.resilient_parsing:
            refuse_more(ctx, left)
        return left

    def invoke(self, ctx: click.Context) -> Any:
        """What the function returns, which is told where it may write."""
        inputs = partial(_find_inputs, ctx.params)
        for param in self.params:
            if isinstance(param, OutOption) and (path := ctx.params[str(param.name)]) is not None:
                ctx.params[str(param.name)] = param.settle(path, inputs)
        return super().invoke(ctx)

    def get_short_help_str(self, _: int = 45) -> str:
        """The first sentence, whole."""
        return super().get_short_help_str(200)

    def _spell_out(self, ctx: click.Context, args: list[str]) -> Iterator[str]:
        names = {
            name for param in self.get_params(ctx) for name in (*param.opts, *param.secondary_opts)
        }
        for position, word in enumerate(args):
            if word == "--":
                yield from args[position:]
                return
            option, equals, value = word.partition("=")
            meant = [name for name in names if name.startswith(option)]
            short = option.startswith("--") and option not in names and len(meant) == 1
            yield f"{meant[0]}{equals}{value}" if short else word


def _note_json(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001  click's signature
    if value:
        ctx.meta["heart.json"] = True


JSON_OPTION = click.Option(
    ["--json"],
    is_flag=True,
    expose_value=False,
    callback=_note_json,
    help="print JSON instead of text",
)
"""Before a command, after it, or after what is inside it: wherever it stands, it is noted."""


def command(function: Function) -> Command:
    """The function as the command of its name; its docstring is the help."""
    made = click.command(function.__name__, cls=Command)(function)
    if any(isinstance(param, OutOption) for param in made.params):
        made.params.append(FORCE_OPTION)
    made.params.append(JSON_OPTION)
    return made


class Number(click.ParamType[int | float]):
    """A whole number or any number."""

    name = "number"

    def __init__(self, kind: type[int | float]) -> None:
        self.kind = kind

    def convert(
        self, value: Any, param: click.Parameter | None, _: click.Context | None
    ) -> int | float:
        """The number.

        Raises:
            SettingsError: for anything else.
        """
        try:
            return self.kind(value)
        except ValueError as error:
            wanted = f"{_name(param)} to be a {'whole ' if self.kind is int else ''}number"
            raise SettingsError(wanted, repr(value[:40]), "Correct it.") from error


WHOLE, REAL = Number(int), Number(float)


class OneOf(click.Choice[str]):
    """One of a few words."""

    def convert(self, value: Any, param: click.Parameter | None, _: click.Context | None) -> str:
        """The word.

        Raises:
            SettingsError: for any other.
        """
        if value not in self.choices:
            raise SettingsError(
                f"{_name(param)} to be one of {', '.join(self.choices)}",
                repr(value[:40]),
                suggest(value, self.choices) or "Choose one of them.",
            )
        return str(value)


def _name(param: click.Parameter | None) -> str:
    return "it" if param is None else name_of(param)


def bundle_argument(function: Function) -> Function:
    """The bundle that a command is about, always its first argument."""
    decorate = click.argument(
        "bundle", required=False, help=ACTIVE_HELP, shell_complete=complete_bundle
    )
    return decorate(function)


def complete_bundle(
    _: click.Context, __: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Names of the registry, which begin so; else files."""
    from click.shell_completion import CompletionItem

    chosen = os.environ.get(FOLDER_VARIABLE)
    folders = [Path(chosen)] if chosen else [MODELS, user_models()]  # the registry imports torch
    names = sorted({path.stem for folder in folders for path in folder.glob("[!.]*.joblib")})
    matching = [CompletionItem(name) for name in names if name.startswith(incomplete)]
    return [CompletionItem(incomplete, type="file"), *matching]


def _find_inputs(params: Mapping[str, Any]) -> Iterator[Path]:
    """The files that a command with these parameters would read."""
    if "bundle" in params and params["bundle"] != STREAM:
        yield find_bundle_file(params["bundle"])
    for name in ("file", "cohort"):
        if word := str(params.get(name) or ""):
            yield Path(word)
            yield from (DATA / f"{part}.csv" for part in word.split("+"))  # shipped cohorts


def find_bundle_file(named: str | None) -> Path:
    """The file that a name, a path or nothing stands for.

    Raises:
        BundleError: if the registry has no bundle of this name.
    """
    from heart.bundle.registry import open_registry

    if named is None:
        return open_registry().active_path
    if _is_file_name(named):
        return Path(named)
    registry = open_registry()
    with suggesting(named, registry.names()):
        return registry.existing(named)


def _is_file_name(named: str) -> bool:
    from heart.bundle.registry import ENDING

    return named.endswith(ENDING) or Path(named).exists()


def find_bundle(named: str | None) -> Bundle:
    """The bundle in a file, on standard input, or of a name in the registry; without any the active
    one.

    Raises:
        BundleError: if there is none, or it is not valid.
    """
    from heart.bundle import load_bundle
    from heart.bundle.registry import open_registry

    if named is None:
        return open_registry().load_active()
    if named == STREAM:
        return load_bundle(read_standard_input())
    if _is_file_name(named):
        return load_bundle(named)
    registry = open_registry()
    with suggesting(named, registry.names()):
        return registry.load(named)


class CohortChoice(NamedTuple):
    """A cohort that a user named, not yet read."""

    name: str
    dialect: str | None
    columns: dict[str, str] | None
    leave_out_bad_rows: bool

    def read(self) -> Cohort:
        """The shipped cohorts of this name, or the one in this file.

        Raises:
            CohortError: if it is neither.
        """
        from heart.data import SHIPPED, load_shipped, read_cohort

        names = self.name.split("+")
        if set(names) <= set(SHIPPED):
            return load_shipped(self.name)
        piped = self.name == STREAM
        with suggesting(names[-1], SHIPPED):
            return read_cohort(
                read_standard_input() if piped else Path(self.name),
                name="stdin" if piped else None,
                dialect=self.dialect,
                columns=self.columns,
                bad_rows="leave out" if self.leave_out_bad_rows else "stop",
            )


dialect_option = click.option(
    "--dialect", metavar="NAME", help="how the file is coded, where its values do not show it"
)


def cohort_options(declared: Callable[[Function], Function]) -> Callable[[Function], Function]:
    """A cohort, named as declared, with how to read it; the function gets it as a `CohortChoice`,
    or None.
    """

    def decorate(function: Function) -> Function:
        @wraps(function)
        def call(
            *,
            cohort: str | None,
            leave_out_bad_rows: bool,
            dialect: str | None,
            columns: dict[str, str] | None,
            **others: Any,
        ) -> Any:
            choice = CohortChoice(cohort, dialect, columns, leave_out_bad_rows) if cohort else None
            return function(cohort=choice, **others)

        leave_out = click.option(
            "--leave-out-bad-rows",
            is_flag=True,
            help="leave out rows with an impossible cell instead of stopping",
        )
        return declared(leave_out(dialect_option(columns_option(call))))

    return decorate


cohort_argument = cohort_options(click.argument("cohort", default="cleveland", help=COHORT_HELP))
cohort_option = cohort_options(
    click.option("--cohort", default="cleveland", metavar="COHORT", help=COHORT_HELP)
)
own_cohort_option = cohort_options(click.option("--cohort", metavar="COHORT", help=OWN_COHORT_HELP))
repeats_option = click.option(
    "--repeats", type=WHOLE, default=5, help="of 10-fold cross-validation"
)
"""For commands that train a bundle's recipe again."""


def costs_options(function: Function) -> Function:
    """How a threshold is chosen: the costs, the rule and what it wants."""
    ratio = click.option(
        "--cost-ratio",
        type=REAL,
        default=2.0,
        help="cost of a missed patient, in false alarms",
    )
    rule = click.option("--rule", default="bayes", metavar="NAME", help=RULE_HELP)
    wanted = click.option(
        "--at-least",
        type=REAL,
        metavar="SHARE",
        help="the sensitivity or specificity that the rule of that name wants",
    )
    return ratio(rule(wanted(function)))


def check_costs(rule: str, cost_ratio: float, at_least: float | None) -> None:
    """Refuse what is no rule or no cost, before anything is computed.

    Raises:
        SettingsError: saying which rules there are.
    """
    from heart.evaluation.thresholds import AUTOMATIC, check_rule

    with suggesting(rule, AUTOMATIC):
        check_rule(rule, cost_ratio, at_least)
