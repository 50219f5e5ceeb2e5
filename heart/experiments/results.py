"""What the Evaluate page shows of the shipped cohorts, computed before and stored with the app:
`python scripts/store_evaluation.py`. One file a cohort; no features of a patient are in it.

The file is NumPy's npz without pickled objects: a text of JSON, and probabilities of 16 bits. Its
results belong to a cohort's fingerprint and to settings; where either differs they are not used.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from heart.config import RECIPES
from heart.data import SHIPPED, Cohort, load_shipped
from heart.errors import CohortError
from heart.evaluation.fees import STEPS
from heart.evaluation.figures import LEADERBOARD, OVERALL, Figure
from heart.evaluation.judged import PartMetrics
from heart.evaluation.metrics import FloatArray
from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.threshold_table import COST_RATIO
from heart.evaluation.thresholds import bayes_threshold
from heart.experiments.contenders import describe_settings
from heart.experiments.cross_validation import Folds
from heart.experiments.hospitals import External, restore_external
from heart.experiments.leaderboard import ModelFigures
from heart.experiments.nested import describe_short_list
from heart.experiments.work_up import WorkUp
from heart.paths import SHIPPED_EVALUATION

LEVELS = 2**16
"""Probabilities are stored as one of so many, each in the middle of its step: none becomes 0 or 1,
equal ones stay equal, 0.5 stays at or above 0.5, and none moves by more than 0.000008.
"""

DAMAGE = (ValueError, KeyError, TypeError, IndexError, EOFError, OSError, zipfile.BadZipFile)
"""What reading a file that is not as it was written may raise."""

RECIPE = "default"
"""The recipe of the shipped model, of which hospitals, learning curve and work-up are."""


THRESHOLD = bayes_threshold(COST_RATIO)
"""At which the stored subgroups are decided: that of a model whose threshold nobody moved."""


class Results(NamedTuple):
    """Everything that is stored of a cohort.

    Attributes:
        date: when it was computed, as 2026-11-22.
        command: that computed it.
        folds: of the leaderboard.
        leaderboard: model to its out-of-fold predictions.
        figures: model to the figures of those, which would take a second each.
        elsewhere: the recipe at the other hospitals.
        local: hospital to the `local_recalibration` of the recipe with all features there.
        subgroups: a `subgroup_table` of the recipe's predictions at `THRESHOLD`.
        learning: a `learning_curve`.
        work_up: answers for every set of steps; it cannot answer for other sets of features.
        nested: what `judge_nested` gave on the first repeats; None in files of before.
    """

    date: str
    command: str
    folds: Folds
    leaderboard: Mapping[str, OutOfFold]
    figures: Mapping[str, ModelFigures]
    elsewhere: tuple[External, ...]
    local: Mapping[str, pd.DataFrame]
    subgroups: pd.DataFrame
    learning: pd.DataFrame
    work_up: WorkUp
    nested: OutOfFold | None = None


class Dated(Protocol):
    """What was computed before and stored with the app."""

    @property
    def date(self) -> str:
        """When, as 2026-11-22."""

    @property
    def command(self) -> str:
        """By what."""


def describe_stored(results: Dated) -> str:
    """Where stored results come from, in Markdown."""
    return f"Computed on {results.date} with `{results.command}` and stored with the app."


def known_sets() -> list[frozenset[str]]:
    """What is known after any of the work-up's steps, in any order: 128 sets of features."""
    steps = [step.features for step in STEPS.values()]
    return [
        frozenset(name for step in chosen for name in step)
        for size in range(len(steps) + 1)
        for chosen in combinations(steps, size)
    ]


def pack_results(cohort: Cohort, results: Results) -> bytes:
    """The content of a cohort's file."""
    about = json.dumps(_describe_results(cohort, results)).encode()
    buffer = io.BytesIO()
    arrays = _pack_arrays(results)
    np.savez_compressed(buffer, about=np.frombuffer(about, dtype=np.uint8), **arrays)
    return buffer.getvalue()


def _pack_arrays(results: Results) -> dict[str, Any]:
    """The probabilities, with the folds that they are of, and the figures of each fold."""
    answers = [results.work_up.answers(known) for known in known_sets()]
    first = next(iter(results.leaderboard.values()))
    nested = {} if results.nested is None else {"nested": _pack(results.nested.y_score)}
    elsewhere = {f"elsewhere_{i}": _pack(e.judged.y_score) for i, e in enumerate(results.elsewhere)}
    return {
        "fold": first.fold.astype(np.uint8),
        "scores": np.stack([_pack(each.y_score) for each in results.leaderboard.values()]),
        "by_fold": np.stack(
            [
                results.figures[name].by_fold[list(LEADERBOARD)].to_numpy(dtype=np.float32)
                for name in results.leaderboard
            ]
        ),
        "work_up_fold": answers[0].fold.astype(np.uint8),
        "work_up": np.stack([_pack(answer.y_score) for answer in answers]),
        **elsewhere,
        **nested,
    }


def _describe_results(cohort: Cohort, results: Results) -> dict[str, Any]:
    """Everything else, as JSON has it."""
    return {
        "date": results.date,
        "command": results.command,
        "fingerprint": cohort.fingerprint,
        "recipes": {name: describe_settings(settings) for name, settings in RECIPES.items()},
        "folds": results.folds._asdict(),
        "seconds": {name: round(p.seconds, 1) for name, p in results.leaderboard.items()},
        "fits": {name: p.fits for name, p in results.leaderboard.items()},
        "chosen": {name: p.chosen for name, p in results.leaderboard.items()},
        "figures": {name: figures.pooled for name, figures in results.figures.items()},
        "elsewhere": [
            {name: getattr(e, name) for name in ("trained_on", "tested_on", "features", "lacking")}
            | {"scores": e.judged.scores._asdict()}
            for e in results.elsewhere
        ],
        "local": {name: table.to_dict("list") for name, table in results.local.items()},
        "subgroups": results.subgroups.to_dict("list"),
        "learning": results.learning.to_dict("list"),
        "work_up_folds": results.work_up.folds._asdict(),
        "nested": None if results.nested is None else _describe_nested(results.nested),
    }


def _describe_nested(nested: OutOfFold) -> dict[str, Any]:
    return {
        "seconds": round(nested.seconds, 1),
        "fits": nested.fits,
        "chosen": nested.chosen,
        "short_list": describe_short_list(),
    }


def find_results(cohort: Cohort, folder: Path = SHIPPED_EVALUATION) -> Results | None:
    """What is stored of this very table by the recipes as they are; else None. Read once a process.

    Raises:
        CohortError: if the shipped file is damaged.
    """
    path = folder / f"{cohort.name}.npz"
    if cohort.name not in SHIPPED or not path.exists():
        return None
    recipes = json.dumps({n: describe_settings(s) for n, s in RECIPES.items()}, sort_keys=True)
    try:
        return _read(path, path.stat().st_mtime_ns, cohort.fingerprint, recipes)
    except DAMAGE as error:
        raise CohortError(
            f"{path.name} as it was shipped", "a damaged file", "Install Heart again."
        ) from error


@lru_cache(maxsize=2 * len(SHIPPED))
def _read(path: Path, changed_at: int, fingerprint: str, recipes: str) -> Results | None:  # noqa: ARG001  another time: another file
    with np.load(path) as file:  # which refuses pickled objects
        about = json.loads(bytes(file["about"]))
        made_by = json.dumps(about["recipes"], sort_keys=True)
        if (about["fingerprint"], made_by) != (fingerprint, recipes):
            return None
        return _unpack_results(about, {name: file[name] for name in file.files})


def _unpack_results(about: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Results:
    cohort = load_shipped(about["elsewhere"][0]["trained_on"])
    y_true, fold = cohort.y_true, arrays["fold"].astype(np.int64)
    return Results(
        about["date"],
        about["command"],
        Folds(**about["folds"]),
        {
            model: OutOfFold(
                y_true,
                _unpack(scores),
                fold,
                seconds,
                about.get("fits", {}).get(model, 0),
                tuple(about.get("chosen", {}).get(model, ())),
            )
            for (model, seconds), scores in zip(
                about["seconds"].items(), arrays["scores"], strict=True
            )
        },
        _read_figures(about["figures"], arrays["by_fold"]),
        tuple(
            restore_external(
                **told | {"scores": _read_scores(told["scores"])},
                y_score=_unpack(arrays[f"elsewhere_{i}"]),
            )
            for i, told in enumerate(about["elsewhere"])
        ),
        {name: pd.DataFrame(table) for name, table in about["local"].items()},
        pd.DataFrame(about["subgroups"]),
        pd.DataFrame(about["learning"]),
        _read_work_up(cohort, Folds(**about["work_up_folds"]), arrays),
        _read_nested(cohort, about.get("nested"), arrays),
    )


def _read_nested(
    cohort: Cohort, told: Mapping[str, Any] | None, arrays: Mapping[str, np.ndarray]
) -> OutOfFold | None:
    """None where it is not stored, or was chosen from another list."""
    if told is None or told["short_list"] != describe_short_list():
        return None
    y_score = _unpack(arrays["nested"])
    fold = arrays["fold"][: len(y_score)].astype(np.int64)
    chosen = tuple(told["chosen"])
    return OutOfFold(cohort.y_true, y_score, fold, told["seconds"], told["fits"], chosen)


def _read_figures(told: Mapping[str, Any], by_fold: np.ndarray) -> dict[str, ModelFigures]:
    return {
        model: ModelFigures(
            {name: Figure(*figure) for name, figure in pooled.items()},
            pd.DataFrame(rows.astype(np.float64), columns=list(LEADERBOARD)),
        )
        for (model, pooled), rows in zip(told.items(), by_fold, strict=True)
    }


def _read_scores(told: Mapping[str, Any]) -> PartMetrics:
    figures = {name: Figure(*told[name]) for name in OVERALL}
    return PartMetrics(told["n"], told["positives"], **figures)


def _read_work_up(cohort: Cohort, folds: Folds, arrays: Mapping[str, np.ndarray]) -> WorkUp:
    fold = arrays["work_up_fold"].astype(np.int64)
    answers = {
        known: OutOfFold(cohort.y_true, _unpack(scores), fold, 0.0)
        for known, scores in zip(known_sets(), arrays["work_up"], strict=True)
    }
    return WorkUp(cohort.features, cohort.y_true, (), folds, answers=answers)


def _pack(y_score: FloatArray) -> np.ndarray:
    return np.minimum(np.asarray(y_score) * LEVELS, LEVELS - 1).astype(np.uint16)


def _unpack(levels: np.ndarray) -> FloatArray:
    return np.asarray((levels.astype(np.float64) + 0.5) / LEVELS)
