"""What is written down of a training: settings, figures, losses, seconds and a note; no patient."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from heart.bundle import Bundle
from heart.bundle.storage import fingerprint_of
from heart.config import BOUNDS, RECIPES, Settings
from heart.data import Cohort
from heart.errors import SettingsError, show_controls
from heart.experiments.run import Experiment, run_experiment
from heart.model.loop import EpochRecord, OnEpochEnd, history_frame

if TYPE_CHECKING:
    from heart.experiments.from_disk import DiskExperiment

SHOWN = ("roc_auc", "log_loss", "accuracy", "recall")
"""The figures on the test part by which runs are told apart at a glance."""

MAX_NOTE = 200


class Run(NamedTuple):
    """A training that came to its end.

    Attributes:
        number: by which it is called; rising, and never given twice.
        created_at: when, in UTC, as in ISO 8601.
        name: of the model.
        cohort, patients, positives: the table that it learnt from, its rows, and how many of them
            are diseased.
        cohort_sha256: of the table.
        settings: as `heart.config.Settings.as_dict` writes them.
        epochs: that were run.
        device: that it was run on.
        seconds: that the training took, judging included.
        threshold: from which on the model decides "disease".
        metrics: of every part, as a bundle has them.
        history: each epoch.
        fingerprint: of the model, as `heart.bundle.storage.fingerprint_of` gives it.
        written: the file that the model went to; empty where it went to none.
        note: what somebody wrote about it.
    """

    number: int
    created_at: str
    name: str
    cohort: str
    patients: int
    positives: int
    cohort_sha256: str
    settings: Mapping[str, Any]
    epochs: int
    device: str
    seconds: float
    threshold: float
    metrics: Mapping[str, Any]
    history: tuple[EpochRecord, ...]
    fingerprint: str
    written: str = ""
    note: str = ""

    @property
    def figures(self) -> dict[str, Sequence[float | None]]:
        """Value, low and high of the `SHOWN` figures on the test part."""
        return {name: self.metrics["test"]["figures"][name] for name in SHOWN}

    def noted(self, note: str) -> Run:
        """The same run with another note.

        Raises:
            SettingsError: for a note that is too long.
        """
        return self._replace(note=check_note(note))


def describe_run(
    experiment: Experiment | DiskExperiment, *, seconds: float, written: str = ""
) -> Run:
    """What is written down of a training; whoever keeps it gives it a number.

    Args:
        experiment: the training.
        seconds: that it took.
        written: the file that the model went to.
    """
    bundle = experiment.bundle
    return Run(
        number=0,
        created_at=bundle.created_at,
        name=bundle.name,
        cohort=bundle.data.cohort,
        patients=bundle.data.n,
        positives=bundle.data.positives,
        cohort_sha256=bundle.data.fingerprint,
        settings=bundle.settings.as_dict(),
        epochs=bundle.epochs_run,
        device=bundle.device_used,
        seconds=seconds,
        threshold=bundle.threshold.value,
        metrics=bundle.metrics,
        history=experiment.history,
        fingerprint=fingerprint_of(bundle),
        written=written,
    )


def train_and_describe(
    cohort: Cohort,
    settings: Settings,
    *,
    name: str,
    created_at: datetime,
    on_epoch_end: OnEpochEnd | None = None,
) -> tuple[Run, Bundle]:
    """A training with the default costs, as `run_experiment` does it: what is written down of it,
    with the seconds that it took, and its model.

    Raises:
        HeartError: as `run_experiment`.
    """
    began = time.perf_counter()
    experiment = run_experiment(
        cohort, settings, name=name, created_at=created_at, on_epoch_end=on_epoch_end
    )
    seconds = time.perf_counter() - began
    return describe_run(experiment, seconds=seconds), experiment.bundle


def check_note(note: str) -> str:
    """The note in one line, without invisible characters.

    Raises:
        SettingsError: if it is too long.
    """
    text = show_controls(" ".join(note.split()))
    if len(text) > MAX_NOTE:
        raise SettingsError(
            f"a note of at most {MAX_NOTE} characters", f"one of {len(text):,}", "Shorten it."
        )
    return text


def describe_changes(settings: Mapping[str, Any]) -> str:
    """What differs from the recipe that the settings started from, in words.

    >>> describe_changes(RECIPES["default"].as_dict() | {"members": 2, "hidden": [8, 8]})
    'hidden 8, 8; members 2'
    """
    recipe = RECIPES.get(settings["recipe"])
    start = {} if recipe is None else recipe.as_dict()
    return "; ".join(
        f"{name_setting(name)} {write_setting(value)}"
        for name, value in settings.items()
        if name != "recipe" and (name not in start or start[name] != value)
    )


def name_setting(name: str) -> str:
    """A setting in words."""
    return BOUNDS[name].label.lower() if name in BOUNDS else name.replace("_", " ")


def write_setting(value: object) -> str:
    """A setting's value in words."""
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(str, value)) or "none"
        case float():
            return f"{value:g}"
    return str(value)


def runs_frame(runs: Sequence[Run]) -> pd.DataFrame:
    """One row a run, in their order: `run`, `patients` (the table's name), `recipe`, `changed`,
    `epochs`, `seconds`, the `SHOWN` figures on the test part (NaN where there is none) and `note`.
    """
    rows = [
        {
            "run": run.number,
            "patients": run.cohort,
            "recipe": run.settings["recipe"],
            "changed": describe_changes(run.settings),
            "epochs": run.epochs,
            "seconds": run.seconds,
            **{name: figure[0] for name, figure in run.figures.items()},
            "note": run.note,
        }
        for run in runs
    ]
    columns = ["run", "patients", "recipe", "changed", "epochs", "seconds", *SHOWN, "note"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(SHOWN, "float64"))


def curves_frame(runs: Sequence[Run]) -> pd.DataFrame:
    """One row a run, epoch and part: `run` ("run 3"), then as in
    `heart.model.loop.history_frame`.
    """
    return pd.concat(
        [history_frame(run.history).assign(run=f"run {run.number}") for run in runs],
        ignore_index=True,
    )
