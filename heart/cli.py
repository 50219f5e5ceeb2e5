"""The command line: the same functions that the pages call. Errors go to standard error, with exit status 2."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from heart.config import BOUNDS, CATEGORY_INPUTS, DEVICES, RECIPES, Settings, get_recipe, parse_widths
from heart.errors import HeartError, SettingsError
from heart.schema import FEATURES

if TYPE_CHECKING:
    from heart.data import Cohort
    from heart.training import EpochRecord

EXIT_USER_ERROR = 2
DEFAULT_BUNDLE = Path(__file__).resolve().parents[1] / "models" / "cleveland.joblib"

Command = Callable[[argparse.Namespace], dict[str, Any]]
"""Carries out a command and returns what `--json` prints."""


def main(arguments: Sequence[str] | None = None, *, out: TextIO | None = None, err: TextIO | None = None) -> int:
    """The exit status: 0, or 2 after an error of the user's, which is told on `err`."""
    options = build_parser().parse_args(arguments)
    try:
        answer = options.command(options)
    except HeartError as error:
        print(f"python -m heart: {error}", file=err or sys.stderr)
        return EXIT_USER_ERROR
    print(json.dumps(answer, indent=2) if options.json else format_answer(answer), file=out or sys.stdout)
    return 0


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands; features and settings come from the schema and the bounds."""
    parser = argparse.ArgumentParser(prog="python -m heart", description="Train, question and use a model of heart disease.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_cohort(commands)
    _add_train(commands)
    _add_threshold(commands)
    _add_predict(commands)
    _add_show(commands)
    return parser


def _add(commands: Any, name: str, command: Command, summary: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=summary)
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    parser.set_defaults(command=command)
    return parser


def _add_cohort(commands: Any) -> None:
    parser = _add(commands, "cohort", run_cohort, "Say who is in a cohort, what is missing and how it is split.")
    parser.add_argument("cohort", nargs="?", default="cleveland", help="a shipped cohort's name or a CSV file (default: cleveland)")


def _add_train(commands: Any) -> None:
    parser = _add(commands, "train", run_train, "Train a model and write it as a bundle.")
    parser.add_argument("--cohort", default="cleveland", help="a shipped cohort's name or a CSV file (default: cleveland)")
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


def _add_threshold(commands: Any) -> None:
    parser = _add(commands, "threshold", run_threshold, "Choose a threshold on the valid part and report it on the test part.")
    _add_bundle(parser)
    _add_costs(parser)
    parser.add_argument("--value", type=float, help="a threshold by hand, 0 to 1")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the bundle with this threshold")


def _add_predict(commands: Any) -> None:
    parser = _add(commands, "predict", run_predict, "The probability for one patient; what is not given is not known.")
    _add_bundle(parser)
    for feature in FEATURES:
        parser.add_argument(f"--{feature.name}", metavar="VALUE", help=f"{feature.label}: {feature.domain}".replace("%", "%%"))


def _add_show(commands: Any) -> None:
    parser = _add(commands, "show", run_show, "Say what is in a bundle, without running anything in it.")
    _add_bundle(parser)


def _add_bundle(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", nargs="?", type=Path, default=DEFAULT_BUNDLE, help="a bundle file (default: the shipped model)")


def _add_costs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cost-ratio", type=float, default=2.0, help="cost of a missed patient, in false alarms (default: 2)")
    parser.add_argument("--rule", choices=["bayes", "cheapest"], default="bayes", help="by expected cost, or cheapest on valid")


def find_cohort(name: str) -> Cohort:
    """The shipped cohort of this name, or the one in this file.

    Raises:
        CohortError: if it is neither.
    """
    from heart.data import SHIPPED, load_shipped, read_cohort  # noqa: PLC0415  --help need not wait for pandas

    return load_shipped(name) if name in SHIPPED else read_cohort(Path(name))


def run_cohort(options: argparse.Namespace) -> dict[str, Any]:
    """`cohort`: counts, what reading changed, and the split."""
    from heart.data import split_cohort  # noqa: PLC0415

    cohort = find_cohort(options.cohort)
    report = cohort.report
    split = split_cohort(cohort, random_state=RECIPES["default"].random_state)
    return {
        "cohort": cohort.name,
        "source": cohort.source,
        "rows": report.rows,
        "patients": report.distinct,
        "positives": report.positives,
        "missing": report.missing,
        "changes": [change._asdict() for change in report.changes],
        "unusual": [value._asdict() for value in report.unusual],
        "split": split.table().to_dict(orient="records"),
        "fingerprint": cohort.fingerprint,
    }


def run_train(options: argparse.Namespace) -> dict[str, Any]:
    """`train`: split, fit, choose the threshold, judge, write."""
    settings = _settings(options)
    cohort = find_cohort(options.cohort)
    from heart.bundle import save_bundle  # noqa: PLC0415
    from heart.experiment import run_experiment  # noqa: PLC0415

    experiment = run_experiment(
        cohort,
        settings,
        name=options.out.stem,
        created_at=datetime.now(UTC),
        cost_ratio=options.cost_ratio,
        rule=options.rule,
        on_epoch_end=_print_progress if sys.stderr.isatty() else None,
    )
    save_bundle(experiment.bundle, options.out)
    return {"written": str(options.out), **_describe(experiment.bundle)}


def run_threshold(options: argparse.Namespace) -> dict[str, Any]:
    """`threshold`: the choice, its counts on valid and on test."""
    from dataclasses import replace  # noqa: PLC0415

    from heart.bundle import load_bundle, save_bundle  # noqa: PLC0415
    from heart.evaluation import ThresholdChoice, select_threshold  # noqa: PLC0415
    from heart.experiment import judge, split_of  # noqa: PLC0415

    bundle = load_bundle(options.bundle)
    split = split_of(bundle)
    y_score = bundle.predict_proba(split.valid.features)
    if options.value is None:
        choice = select_threshold(split.valid.y_true, y_score, rule=options.rule, cost_ratio=options.cost_ratio)
    elif 0 <= options.value <= 1:
        choice = ThresholdChoice(options.value, "manual", options.cost_ratio, "valid")
    else:
        raise SettingsError("a threshold from 0 to 1", f"{options.value:g}", "Choose one inside.")
    judged = judge(bundle, split, choice)
    if options.out is not None:
        save_bundle(replace(judged, name=options.out.stem), options.out)
    parts = {name: judged.metrics[name] for name in ("valid", "test")}
    return {"threshold": choice._asdict(), **parts} | ({"written": str(options.out)} if options.out else {})


def run_predict(options: argparse.Namespace) -> dict[str, Any]:
    """`predict`: probability, decision, warnings."""
    from heart.bundle import load_bundle  # noqa: PLC0415
    from heart.scoring import predict_patient  # noqa: PLC0415

    prediction = predict_patient(load_bundle(options.bundle), {f.name: getattr(options, f.name) for f in FEATURES})
    return {
        "probability": prediction.probability,
        "decision": prediction.label,
        "threshold": prediction.threshold,
        "of_100": prediction.of_100,
        "model_low": prediction.low,
        "model_high": prediction.high,
        "warnings": [warning.message for warning in prediction.warnings],
        "note": "a probability, not a diagnosis",
    }


def run_show(options: argparse.Namespace) -> dict[str, Any]:
    """`show`: what is in a bundle."""
    from heart.bundle import load_bundle  # noqa: PLC0415

    return _describe(load_bundle(options.bundle))


def _settings(options: argparse.Namespace) -> Settings:
    names = {field.name for field in fields(Settings)} - {"recipe"}
    given = {name: value for name, value in vars(options).items() if name in names and value is not None}
    if "hidden" in given:
        given["hidden"] = parse_widths(given["hidden"])
    return get_recipe(options.recipe, **given)


def _describe(bundle: Any) -> dict[str, Any]:
    return {
        "name": bundle.name,
        "created_at": bundle.created_at,
        "data": bundle.data._asdict(),
        "settings": bundle.settings.as_dict() | {"epochs_run": bundle.epochs_run, "device_used": bundle.device_used},
        "threshold": bundle.threshold._asdict(),
        "metrics": dict(bundle.metrics),
        "versions": dict(bundle.versions),
    }


def _print_progress(record: EpochRecord) -> None:
    """One line that overwrites itself; only for terminals."""
    valid = "" if record.valid_loss is None else f"  valid loss {record.valid_loss:.3f}"
    print(f"\repoch {record.epoch}  train loss {record.train_loss:.3f}{valid} ", end="", file=sys.stderr, flush=True)


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
