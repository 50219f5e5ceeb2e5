"""The command line: the same functions that the pages call. Errors go to standard error, with exit status 2."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

from heart.config import BOUNDS, CATEGORY_INPUTS, DEVICES, RECIPES
from heart.errors import HeartError
from heart.schema import FEATURES

EXIT_USER_ERROR = 2
COHORT_HELP = "shipped cohorts, as in cleveland or cleveland+hungary, or a file: CSV, ARFF, XLSX or Parquet (default: cleveland)"
RULE_HELP = "bayes, cheapest, sensitivity, specificity, f1 or youden (default: bayes, by expected cost)"
DEFAULT_BUNDLE = Path(__file__).resolve().parents[1] / "models" / "cleveland.joblib"

Command = Callable[[argparse.Namespace], dict[str, Any]]
"""Carries out a command and returns what `--json` prints."""


def find_command(name: str, module: str) -> Command:
    """The function `run_NAME` of a module of `heart.commands`, which is imported now, so that --help waits for nothing."""
    command: Command = getattr(import_module(f"heart.commands.{module}"), f"run_{name}")
    return command


def main(arguments: Sequence[str] | None = None, *, out: TextIO | None = None, err: TextIO | None = None) -> int:
    """The exit status: 0, or 2 after an error of the user's, which is told on `err`."""
    options = build_parser().parse_args(arguments)
    try:
        answer = find_command(*options.command)(options)
    except HeartError as error:
        print(f"python -m heart: {error}", file=err or sys.stderr)
        return EXIT_USER_ERROR
    refused = answer.get("refused")
    if options.json or not refused:
        print(json.dumps(answer, indent=2) if options.json else format_answer(answer), file=out or sys.stdout)
    if refused:
        print(f"python -m heart: {refused}", *_choices(answer), sep="\n", file=err or sys.stderr)
    return EXIT_USER_ERROR if refused else 0


def _choices(answer: dict[str, Any]) -> list[str]:
    """The candidates of a question, one a line."""
    return [f"  --dialect {candidate['dialect']}: {candidate['meaning']}" for candidate in answer.get("candidates", ())]


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands; features and settings come from the schema and the bounds."""
    parser = argparse.ArgumentParser(prog="python -m heart", description="Train, question and use a model of heart disease.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_cohort(commands)
    _add_train(commands)
    _add_evaluate(commands)
    _add_threshold(commands)
    _add_recalibrate(commands)
    _add_score(commands)
    _add_predict(commands)
    _add_show(commands)
    return parser


def _add(commands: Any, name: str, module: str, summary: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=summary)
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    parser.set_defaults(command=(name, module))
    return parser


def _add_cohort(commands: Any) -> None:
    parser = _add(commands, "cohort", "cohorts", "Say how a file is read and why, who is in it, what is missing and how it is split.")
    _add_file(parser, "cohort", COHORT_HELP, nargs="?", default="cleveland")


def _add_train(commands: Any) -> None:
    parser = _add(commands, "train", "models", "Train a model and write it as a bundle.")
    _add_file(parser, "--cohort", COHORT_HELP, default="cleveland")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the bundle to write, NAME.joblib")
    parser.add_argument("--recipe", choices=list(RECIPES), default="default")
    parser.add_argument("--hidden", metavar="WIDTHS", help="widths of the hidden layers, as in 64,32")
    parser.add_argument("--categories", choices=CATEGORY_INPUTS, help="how categories enter the network")
    parser.add_argument("--linear-path", action=argparse.BooleanOptionalAction, help="a direct path beside the hidden layers")
    parser.add_argument("--device", choices=DEVICES)
    for name, bound in BOUNDS.items():
        text = f"{bound.help} {bound.low:g} to {bound.high:g}.".replace("%", "%%")
        parser.add_argument(f"--{name.replace('_', '-')}", type=bound.kind, metavar="NUMBER", help=text)
    _add_costs(parser)


def _add_evaluate(commands: Any) -> None:
    parser = _add(commands, "evaluate", "evaluation", "Judge models by repeated cross-validation, and at hospitals they never saw.")
    _add_file(parser, "--cohort", COHORT_HELP, default="cleveland")
    parser.add_argument("--models", metavar="NAMES", help="names with commas between them (default: all)")
    parser.add_argument("--folds", type=int, default=10, metavar="NUMBER", help="parts of a repeat (default: 10)")
    parser.add_argument("--repeats", type=int, default=5, metavar="NUMBER", help="how often the patients are cut anew (default: 5)")
    parser.add_argument("--random-state", type=int, default=0, metavar="NUMBER", help="seed of the folds (default: 0)")
    parser.add_argument("--no-hospitals", action="store_true", help="leave out the other hospitals")


def _add_score(commands: Any) -> None:
    parser = _add(commands, "score", "patients", "Score every patient of a file and write a table, row by row in the same order.")
    parser.add_argument("bundle", type=Path, help="a bundle file")
    parser.add_argument("file", type=Path, help="CSV, ARFF, XLSX or Parquet, in any dialect; an outcome is not needed")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the CSV file to write, safe for spreadsheets")
    _add_dialect(parser)


def _add_file(parser: argparse.ArgumentParser, name: str, text: str, **options: Any) -> None:
    parser.add_argument(name, help=text, **options)
    parser.add_argument("--leave-out-bad-rows", action="store_true", help="leave out rows with an impossible cell instead of stopping")
    _add_dialect(parser)


def _add_dialect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dialect", metavar="NAME", help="how the file is coded, where its values do not show it")


def _add_threshold(commands: Any) -> None:
    parser = _add(commands, "threshold", "thresholds", "Choose a threshold on out-of-fold predictions and report it on the test part.")
    _add_bundle(parser)
    _add_costs(parser)
    parser.add_argument("--value", type=float, help="a threshold by hand, 0 to 1")
    parser.add_argument("--prevalence", type=float, metavar="SHARE", help="share of ill patients where it is used (default: the cohort's)")
    parser.add_argument("--rule-out", type=float, default=0.95, metavar="SHARE", help="sensitivity that ruling out keeps (default: 0.95)")
    parser.add_argument("--rule-in", type=float, default=0.95, metavar="SHARE", help="specificity that ruling in keeps (default: 0.95)")
    _add_own_cohort(parser)
    parser.add_argument("--table", type=Path, metavar="FILE", help="write the table of all thresholds as CSV")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the bundle with this threshold")


def _add_recalibrate(commands: Any) -> None:
    parser = _add(
        commands,
        "recalibrate",
        "thresholds",
        "Compare recalibrations on out-of-fold predictions, and put one into a bundle.",
    )
    _add_bundle(parser)
    parser.add_argument("--method", default="platt", metavar="NAME", help="none, temperature, platt or isotonic (default: platt)")
    _add_own_cohort(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the bundle with this recalibration")


def _add_own_cohort(parser: argparse.ArgumentParser) -> None:
    """For commands that train a bundle's recipe again."""
    _add_file(parser, "--cohort", "the file that the model was trained on, if it was no shipped cohort")
    parser.add_argument("--repeats", type=int, default=5, metavar="NUMBER", help="of 10-fold cross-validation (default: 5)")


def _add_predict(commands: Any) -> None:
    parser = _add(commands, "predict", "patients", "The probability for one patient; what is not given is not known.")
    _add_bundle(parser)
    for feature in FEATURES:
        parser.add_argument(f"--{feature.name}", metavar="VALUE", help=f"{feature.label}: {feature.domain}".replace("%", "%%"))


def _add_show(commands: Any) -> None:
    parser = _add(commands, "show", "models", "Say what is in a bundle, without running anything in it.")
    _add_bundle(parser)


def _add_bundle(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", nargs="?", type=Path, default=DEFAULT_BUNDLE, help="a bundle file (default: the shipped model)")


def _add_costs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cost-ratio", type=float, default=2.0, help="cost of a missed patient, in false alarms (default: 2)")
    parser.add_argument("--rule", default="bayes", metavar="NAME", help=RULE_HELP)
    parser.add_argument("--at-least", type=float, metavar="SHARE", help="the sensitivity or specificity that the rule of that name wants")


def format_answer(answer: Any, indent: str = "") -> str:
    """An answer as indented lines for people."""
    lines = []
    for key, value in answer.items():
        if isinstance(value, dict):
            lines += [f"{indent}{key}:", format_answer(value, indent + "  ")]
        elif isinstance(value, list) and any(isinstance(item, dict | str) for item in value):
            lines += [f"{indent}{key}:", *(f"{indent}  {_line(item)}" for item in value)]
        else:
            lines.append(f"{indent}{key}: {_short(value)}")
    return "\n".join(line for line in lines if line)


def _line(item: dict[str, object] | str) -> str:
    return item if isinstance(item, str) else "  ".join(f"{key} {_short(value)}" for key, value in item.items())


def _short(value: object) -> str:
    """Numbers with four figures; a figure with its interval as "0.912 (0.84 to 0.97)"."""
    if isinstance(value, list) and len(value) == 3 and all(isinstance(part, float) for part in value):
        return f"{value[0]:.3f} ({value[1]:.3f} to {value[2]:.3f})"
    if isinstance(value, list):
        return ", ".join(_short(part) for part in value) or "none"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
