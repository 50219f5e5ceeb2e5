"""What can be said on the command line: every command with its options, from the schema and the
bounds. Imports nothing heavy.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from heart.config import BOUNDS, CATEGORY_INPUTS, DEVICES, RECIPES
from heart.lessons import LESSONS
from heart.schema import FEATURES

COHORT_HELP = (
    "shipped cohorts, as in cleveland or cleveland+hungary, or a file: CSV, ARFF, XLSX or Parquet"
    " (default: cleveland)"
)
OWN_COHORT_HELP = "the file that the model was trained on, if it was no shipped cohort"
BUNDLE_HELP = "a bundle file, or the name of one in models/"
RULE_HELP = (
    "bayes, cheapest, sensitivity, specificity, f1 or youden (default: bayes, by expected cost)"
)
FORMATS = ("onnx", "safetensors")


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands; features and settings come from the schema and the bounds."""
    parser = argparse.ArgumentParser(
        prog="python -m heart", description="Train, question and use a model of heart disease."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_cohort(commands)
    _add_train(commands)
    _add_evaluate(commands)
    _add_threshold(commands)
    _add_recalibrate(commands)
    _add_score(commands)
    _add_predict(commands)
    _add_show(commands)
    _add_card(commands)
    _add_export(commands)
    _add_models(commands)
    _add_learn(commands)
    return parser


def _add(commands: Any, name: str, module: str, summary: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=summary)
    # no default: that of an inner command would undo what an outer one was told
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print JSON instead of text"
    )
    parser.set_defaults(command=(name, module))
    return parser


def _add_cohort(commands: Any) -> None:
    parser = _add(
        commands,
        "cohort",
        "cohort",
        "Say how a file is read and why, who is in it, what is missing and how it is split.",
    )
    _add_file(parser, "cohort", COHORT_HELP, nargs="?", default="cleveland")


def _add_train(commands: Any) -> None:
    parser = _add(commands, "train", "train", "Train a model and write it as a bundle.")
    _add_file(parser, "--cohort", COHORT_HELP, default="cleveland")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the bundle to write, NAME.joblib"
    )
    parser.add_argument(
        "--recipe",
        choices=list(RECIPES),
        default="default",
        help="the settings to start from (default: default)",
    )
    parser.add_argument(
        "--hidden", metavar="WIDTHS", help="widths of the hidden layers, as in 64,32"
    )
    parser.add_argument(
        "--categories", choices=CATEGORY_INPUTS, help="how categories enter the network"
    )
    parser.add_argument(
        "--linear-path",
        action=argparse.BooleanOptionalAction,
        help="a direct path beside the hidden layers",
    )
    parser.add_argument(
        "--device", choices=DEVICES, help="where to train (default: CUDA where there is one)"
    )
    for name, bound in BOUNDS.items():
        text = f"{bound.help} {bound.low:g} to {bound.high:g}.".replace("%", "%%")
        parser.add_argument(
            f"--{name.replace('_', '-')}", type=bound.kind, metavar="NUMBER", help=text
        )
    _add_costs(parser)


def _add_evaluate(commands: Any) -> None:
    parser = _add(
        commands,
        "evaluate",
        "evaluate",
        "Judge models by repeated cross-validation, and at hospitals they never saw.",
    )
    _add_file(parser, "--cohort", COHORT_HELP, default="cleveland")
    parser.add_argument(
        "--models", metavar="NAMES", help="names with commas between them (default: all)"
    )
    parser.add_argument(
        "--folds", type=int, default=10, metavar="NUMBER", help="parts of a repeat (default: 10)"
    )
    parser.add_argument(
        "--repeats",
        type=int,
        default=5,
        metavar="NUMBER",
        help="how often the patients are cut anew (default: 5)",
    )
    parser.add_argument(
        "--random-state",
        type=int,
        default=0,
        metavar="NUMBER",
        help="seed of the folds (default: 0)",
    )
    parser.add_argument("--no-hospitals", action="store_true", help="leave out the other hospitals")


def _add_score(commands: Any) -> None:
    parser = _add(
        commands,
        "score",
        "score",
        "Score every patient of a file and write a table, row by row in the same order.",
    )
    parser.add_argument("bundle", help=BUNDLE_HELP)
    parser.add_argument(
        "file",
        type=Path,
        help="CSV, ARFF, XLSX or Parquet, in any dialect; an outcome is not needed",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="the CSV file to write, safe for spreadsheets",
    )
    _add_dialect(parser)


def _add_file(parser: argparse.ArgumentParser, name: str, text: str, **options: Any) -> None:
    parser.add_argument(name, help=text, **options)
    parser.add_argument(
        "--leave-out-bad-rows",
        action="store_true",
        help="leave out rows with an impossible cell instead of stopping",
    )
    _add_dialect(parser)


def _add_dialect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dialect", metavar="NAME", help="how the file is coded, where its values do not show it"
    )


def _add_threshold(commands: Any) -> None:
    parser = _add(
        commands,
        "threshold",
        "threshold",
        "Choose a threshold on out-of-fold predictions and report it on the test part.",
    )
    _add_bundle(parser)
    _add_costs(parser)
    parser.add_argument("--value", type=float, help="a threshold by hand, 0 to 1")
    parser.add_argument(
        "--prevalence",
        type=float,
        metavar="SHARE",
        help="share of ill patients where it is used (default: the cohort's)",
    )
    parser.add_argument(
        "--rule-out",
        type=float,
        default=0.95,
        metavar="SHARE",
        help="sensitivity that ruling out keeps (default: 0.95)",
    )
    parser.add_argument(
        "--rule-in",
        type=float,
        default=0.95,
        metavar="SHARE",
        help="specificity that ruling in keeps (default: 0.95)",
    )
    _add_own_cohort(parser)
    parser.add_argument(
        "--table", type=Path, metavar="FILE", help="write the table of all thresholds as CSV"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write the bundle with this threshold"
    )


def _add_recalibrate(commands: Any) -> None:
    parser = _add(
        commands,
        "recalibrate",
        "threshold",
        "Compare recalibrations on out-of-fold predictions, and put one into a bundle.",
    )
    _add_bundle(parser)
    parser.add_argument(
        "--method",
        default="platt",
        metavar="NAME",
        help="none, temperature, platt or isotonic (default: platt)",
    )
    _add_own_cohort(parser)
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write the bundle with this recalibration"
    )


def _add_own_cohort(parser: argparse.ArgumentParser) -> None:
    """For commands that train a bundle's recipe again."""
    _add_file(parser, "--cohort", OWN_COHORT_HELP)
    parser.add_argument(
        "--repeats",
        type=int,
        default=5,
        metavar="NUMBER",
        help="of 10-fold cross-validation (default: 5)",
    )


def _add_predict(commands: Any) -> None:
    summary = (
        "The probability for one patient; what is not given is not known. Without options, for each"
        " JSON line of standard input."
    )
    parser = _add(commands, "predict", "predict", summary)
    _add_bundle(parser)
    for feature in FEATURES:
        parser.add_argument(
            f"--{feature.name}",
            metavar="VALUE",
            help=f"{feature.label}: {feature.domain}".replace("%", "%%"),
        )


def _add_show(commands: Any) -> None:
    parser = _add(
        commands, "show", "train", "Say what is in a bundle, without running anything in it."
    )
    _add_bundle(parser)


def _add_bundle(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "bundle",
        nargs="?",
        help=(
            f"{BUNDLE_HELP} (default: the active one, which is the shipped model until you choose)"
        ),
    )


def _add_costs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cost-ratio",
        type=float,
        default=2.0,
        help="cost of a missed patient, in false alarms (default: 2)",
    )
    parser.add_argument("--rule", default="bayes", metavar="NAME", help=RULE_HELP)
    parser.add_argument(
        "--at-least",
        type=float,
        metavar="SHARE",
        help="the sensitivity or specificity that the rule of that name wants",
    )


def _add_card(commands: Any) -> None:
    parser = _add(
        commands,
        "card",
        "bundles",
        "Make a bundle's model card, as Markdown or as one HTML page with its charts.",
    )
    _add_bundle(parser)
    _add_file(parser, "--cohort", OWN_COHORT_HELP)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="the file to write, .md or .html (default: Markdown on the terminal)",
    )


def _add_export(commands: Any) -> None:
    summary = (
        "Write a bundle for other programs: ONNX with the preprocessing inside, or the weights as"
        " safetensors."
    )
    parser = _add(commands, "export", "bundles", summary)
    _add_bundle(parser)
    parser.add_argument("--format", choices=FORMATS, default=FORMATS[0], help="(default: onnx)")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file to write")


def _add_learn(commands: Any) -> None:
    parser = _add(commands, "learn", "learn", "Compute what a lesson of the Learn page claims.")
    parser.add_argument("lesson", nargs="?", choices=LESSONS, help="(default: say which there are)")
    parser.add_argument(
        "--random-state", type=int, default=0, metavar="NUMBER", help="seed, 0 to 9999 (default: 0)"
    )


def _add_models(commands: Any) -> None:
    parser = _add(
        commands,
        "models",
        "models",
        "List the bundles in models/; save, rename, delete or compare them, choose the active one.",
    )
    actions = parser.add_subparsers(metavar="ACTION")
    save = _add(actions, "save", "models", "Keep a bundle file under a name.")
    save.add_argument("file", type=Path, help="a bundle file")
    save.add_argument("name", help="letters, digits, - and _, at most 64")
    rename = _add(actions, "rename", "models", "Give a bundle another name.")
    rename.add_argument("name", help="the name now")
    rename.add_argument("new_name", help="the name from now on")
    delete = _add(actions, "delete", "models", "Delete a bundle for good.")
    delete.add_argument("name", help="of the bundle")
    delete.add_argument("--yes", action="store_true", help="do not ask")
    activate = _add(
        actions,
        "use",
        "models",
        "Make a bundle the one that the app and the commands start with.",
    )
    activate.add_argument("name", help="of the bundle")
    compare = _add(
        actions,
        "compare",
        "models",
        "Two bundles side by side, on patients that neither has learnt from.",
    )
    compare.add_argument("first", help=BUNDLE_HELP)
    compare.add_argument("second", help=BUNDLE_HELP)
    _add_file(compare, "--cohort", COHORT_HELP, default="cleveland")
