"""What each command of the command line does: the same functions that the pages call. Each returns what `--json` prints."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heart.config import RECIPES, Settings, get_recipe, parse_widths
from heart.errors import BadCellsError, CohortError, DialectError, SettingsError, SplitError
from heart.schema import FEATURES

if TYPE_CHECKING:
    from heart.batch import Judged
    from heart.data import Cohort
    from heart.evaluation import Figure
    from heart.hospitals import External
    from heart.overlap import Overlap
    from heart.training import EpochRecord


def find_cohort(options: argparse.Namespace) -> Cohort:
    """The shipped cohorts of this name, or the one in this file.

    Raises:
        CohortError: if it is neither.
    """
    from heart.data import SHIPPED, load_shipped, read_cohort  # noqa: PLC0415  --help need not wait for pandas

    if set(options.cohort.split("+")) <= set(SHIPPED):
        return load_shipped(options.cohort)
    return read_cohort(Path(options.cohort), dialect=options.dialect, bad_rows="leave out" if options.leave_out_bad_rows else "stop")


def run_cohort(options: argparse.Namespace) -> dict[str, Any]:
    """`cohort`: how it is read and why, counts, what reading changed, and the split; or why it is refused."""
    try:
        cohort = find_cohort(options)
    except CohortError as error:
        return _describe_refusal(error)
    report = cohort.report
    return {
        "cohort": cohort.name,
        "source": cohort.source,
        "dialect": report.dialect,
        "reading": report.reading,
        "rows": report.rows,
        "used": cohort.n,
        "patients": report.distinct,
        "positives": report.positives,
        "inverted": report.inverted,
        "matched": report.known,
        "matched_by_hospital": report.matched,
        "evidence": list(report.evidence),
        "warnings": list(report.warnings),
        "converted": [change._asdict() for change in report.changes],
        "restored": report.restored,
        "set_aside": [entry._asdict() for entry in report.set_aside],
        "conflicts": [", ".join(map(str, rows)) for rows in report.conflicts],
        "dropped_columns": list(report.dropped),
        "personal_columns": list(report.personal),
        "bad_cells": [cell._asdict() for cell in report.bad_cells],
        "refused": None,
        "missing": report.missing,
        "unusual": [value._asdict() for value in report.unusual],
        "split": _describe_split(cohort),
        "fingerprint": cohort.fingerprint,
    }


def _describe_refusal(error: CohortError) -> dict[str, Any]:
    """The same keys as a report's, as far as they are known without a cohort."""
    candidates = error.candidates if isinstance(error, DialectError) else ()
    bad_cells = error.bad_cells if isinstance(error, BadCellsError) else ()
    unknown = dict.fromkeys(("dialect", "rows", "patients", "positives", "inverted", "matched"))
    return {
        **unknown,
        "converted": [],
        "dropped_columns": [],
        "bad_cells": [cell._asdict() for cell in bad_cells],
        "candidates": [{"dialect": c.name, "meaning": c.meaning, "first_rows": [dict(row) for row in c.rows]} for c in candidates],
        "refused": str(error),
    }


def _describe_split(cohort: Cohort) -> list[dict[str, Any]]:
    from heart.data import split_cohort  # noqa: PLC0415

    try:
        split = split_cohort(cohort, random_state=RECIPES["default"].random_state)
    except SplitError as error:
        return [{"too small": str(error)}]
    return [dict(zip(("part", "patients", "diseased", "share"), row, strict=True)) for row in split.table().itertuples(index=False)]


def run_train(options: argparse.Namespace) -> dict[str, Any]:
    """`train`: split, fit, choose the threshold, judge, write."""
    settings = _settings(options)
    cohort = find_cohort(options)
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


def run_evaluate(options: argparse.Namespace) -> dict[str, Any]:
    """`evaluate`: the leaderboard, and the default recipe at the hospitals it was not trained on.

    Raises:
        SettingsError: for a model that is not there, or folds that cannot be.
    """
    from heart.data import SHIPPED  # noqa: PLC0415
    from heart.hospitals import judge_elsewhere  # noqa: PLC0415
    from heart.validation import MODELS, Folds, leaderboard, run_leaderboard  # noqa: PLC0415

    models = MODELS if options.models is None else tuple(name.strip() for name in options.models.split(","))
    unknown = [name for name in models if name not in MODELS]
    if unknown:
        raise SettingsError(f"models among {', '.join(MODELS)}", repr(unknown[0][:40]), "Correct the name.")
    if not (2 <= options.folds <= 50 and 1 <= options.repeats <= 50):
        raise SettingsError("2 to 50 folds and 1 to 50 repeats", f"{options.folds} and {options.repeats}", "Choose fewer.")
    cohort = find_cohort(options)
    folds = Folds(options.folds, options.repeats, options.random_state)
    tell = _print_share if sys.stderr.isatty() else None
    entries = leaderboard(run_leaderboard(cohort, folds=folds, models=models, on_model=tell))
    elsewhere = (
        [] if options.no_hospitals or not set(cohort.name.split("+")) <= set(SHIPPED) else judge_elsewhere(cohort.name, RECIPES["default"])
    )
    return {
        "cohort": cohort.name,
        "folds": folds._asdict(),
        "leaderboard": [
            {"model": entry.model, **_with_bounds(entry.figures), **_with_bounds(entry.behind, "behind_"), "seconds": entry.seconds}
            for entry in entries
        ],
        "hospitals": [_describe_external(external) for external in elsewhere],
    }


def _with_bounds(figures: Mapping[str, Figure], prefix: str = "") -> dict[str, float | None]:
    """Each figure, and its interval as `_low` and `_high`."""
    ends = {"": 0, "_low": 1, "_high": 2}
    return {f"{prefix}{name}{end}": figure[place] for name, figure in figures.items() for end, place in ends.items()}


def _describe_external(external: External) -> dict[str, Any]:
    scores, at = external.scores, external.at
    figures = {
        "auc": scores.roc_auc,
        "average_precision": scores.average_precision,
        "log_loss": scores.log_loss,
        "brier": scores.brier,
        "accuracy": at.accuracy,
    }
    return {
        "trained_on": external.trained_on,
        "tested_on": external.tested_on,
        "features": external.features,
        "lacking": ", ".join(external.lacking),
        "n": scores.n,
        "positives": scores.positives,
        **_with_bounds(figures),
        "calibration_intercept": external.calibration.intercept,
        "calibration_slope": external.calibration.slope,
    }


def _print_share(model: str, share: float) -> None:
    """One line a model that overwrites itself; only for terminals."""
    print(f"\r{model}: {share:.0%} ", end="\n" if share == 1 else "", file=sys.stderr, flush=True)


def run_threshold(options: argparse.Namespace) -> dict[str, Any]:
    """`threshold`: the choice, its counts on valid and on test."""
    from dataclasses import replace  # noqa: PLC0415

    from heart.bundle import load_bundle, save_bundle  # noqa: PLC0415
    from heart.evaluation import ThresholdChoice, select_threshold  # noqa: PLC0415
    from heart.experiment import judge, split_of  # noqa: PLC0415

    bundle = load_bundle(options.bundle)
    split = split_of(bundle, [] if options.cohort is None else [find_cohort(options)])
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


def run_score(options: argparse.Namespace) -> dict[str, Any]:
    """`score`: every row of a file scored into a table, and how the model does where the file has outcomes.

    Raises:
        HeartError: for a bundle or file that cannot be read, or a table that cannot be written.
    """
    from heart.batch import judge_scores, score_patients  # noqa: PLC0415
    from heart.bundle import load_bundle  # noqa: PLC0415
    from heart.data import read_patients  # noqa: PLC0415
    from heart.overlap import find_overlap  # noqa: PLC0415

    bundle = load_bundle(options.bundle)
    patients = read_patients(options.file, dialect=options.dialect)
    try:
        with options.out.open("wb") as file:
            scored = score_patients(bundle, patients, file, on_chunk=_print_rows if sys.stderr.isatty() else None)
    except OSError as error:
        raise CohortError(f"to write {options.out}", str(error.strerror), "Check the folder and the free space.") from error
    judged = judge_scores(bundle, patients, scored)
    report = patients.report
    return {
        "written": str(options.out),
        "rows": scored.n,
        "failed": scored.failed,
        "disease": scored.positive,
        "threshold": bundle.threshold.value,
        "dialect": report.dialect,
        "evidence": list(report.evidence),
        "converted": [change._asdict() for change in report.changes],
        "dropped_columns": list(report.dropped),
        "personal_columns": list(report.personal),
        "judged": None if judged is None else describe_judged(judged, find_overlap(bundle, patients.frame)),
    }


def describe_judged(judged: Judged, overlap: Overlap) -> dict[str, Any]:
    """Figures with their intervals, the confusion counts, and how many of the patients the model has seen."""
    figures = {name: list(getattr(judged.scores, name)) for name in ("roc_auc", "average_precision", "log_loss", "brier")}
    figures |= {name: list(getattr(judged.at, name)) for name in ("accuracy", "precision", "recall", "specificity", "npv")}
    return {
        "n": judged.at.n,
        "positives": judged.at.positives,
        "confusion": {name: getattr(judged.at, name) for name in ("tn", "fp", "fn", "tp")},
        "figures": figures,
        "seen_by_the_model": overlap.seen if overlap.known else None,
        "note": overlap.sentence,
    }


def _print_rows(done: int, rows: int) -> None:
    """A bar that overwrites itself; only for terminals."""
    width = 40 * done // rows
    end = "\n" if done == rows else ""
    print(f"\r[{'#' * width}{'.' * (40 - width)}] {done:,} of {rows:,} rows", end=end, file=sys.stderr, flush=True)


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
