"""One run from a Parquet file that is longer than memory to a bundle.

As `heart.experiments.run`, with parts that lie on disk and row groups that are read in turn.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.bundle import Bundle, Provenance
from heart.bundle.layout import FIGURES
from heart.bundle.learnt import LearntCount
from heart.config import Settings
from heart.data.agreed import agree_on_groups, read_to_learn
from heart.data.disk import DiskPart, DiskSplit, cut_to_disk
from heart.data.pieces import ROWS
from heart.data.read import BadRows
from heart.data.titles import mark_own, title_of
from heart.errors import CohortError, SettingsError
from heart.evaluation.judged import as_plain
from heart.evaluation.streamed import StreamedCounts, StreamedScores
from heart.evaluation.threshold_table import COST_RATIO, Counts
from heart.evaluation.thresholds import check_rule, choose_by_rule
from heart.experiments.run import check_plan, draft_trained
from heart.model.batches import Labelled
from heart.model.counted import ColumnCounts, fit_counted
from heart.model.loop import EpochRecord, OnEpochEnd
from heart.model.preprocessing import Encoded, HeartPreprocessor
from heart.model.row_groups import RowGroups, load_row_groups
from heart.model.training import Trained, build_network, pick_device, train_on

MEMORY = 512
LEAST_MEMORY = 32
MAX_STOPPING = 100_000
"""Patients of the valid part that training is stopped by, at most."""

BYTES_A_ROW = 2048
"""Of a patient while a file is read and encoded: measured, benchmarks/disk.py."""

GROUPS = 8
"""Row groups that are read together at least, so that their patients are mixed."""


class DiskTable(NamedTuple):
    """The file that is learnt from, and how it is read.

    Attributes:
        path: Parquet.
        memory: MiB that its rows may take at once, beside the program.
        dialect, columns, bad_rows: as for `heart.data.read_cohort`.
    """

    path: Path
    memory: int = MEMORY
    dialect: str | None = None
    columns: Mapping[str, str] | None = None
    bad_rows: BadRows = "stop"

    @property
    def title(self) -> str:
        """What its cohort is called."""
        return mark_own(title_of(self.path.name))

    @property
    def rows_read(self) -> int:
        """Of a piece of the file, at most."""
        return min(ROWS, self.memory * 2**20 // BYTES_A_ROW)

    def rows_held(self, preprocessor: HeartPreprocessor, members: int) -> int:
        """Encoded patients that are trained on at once, at most."""
        n_codes = sum(len(f.codes) + 1 for f in preprocessor.categories)
        # once as they were encoded, once as columns beside each other, and each member's order
        encoded = 4 * preprocessor.n_numeric + 8 * len(preprocessor.categories)
        needed = 3 * encoded + 4 * (preprocessor.n_numeric + n_codes) + 16 * members
        return max(1, self.memory * 2**20 // (2 * needed))

    def rows_judged(self, preprocessor: HeartPreprocessor, settings: Settings) -> int:
        """Patients that training is stopped by, at most: all members look at them at once."""
        n_inputs = preprocessor.n_numeric + settings.embedding_dim * len(preprocessor.categories)
        needed = 4 * settings.members * (2 * n_inputs + sum(settings.hidden))
        return max(1, min(MAX_STOPPING, self.memory * 2**20 // (2 * needed)))


class DiskExperiment(NamedTuple):
    """A trained bundle and its history.

    Attributes:
        bundle: the model.
        history: one record an epoch.
        rows_at_once: patients that were in memory together, at most.
        stopped_on: patients of the valid part that training was stopped by.
    """

    bundle: Bundle
    history: tuple[EpochRecord, ...]
    rows_at_once: int
    stopped_on: int


class _Fitted(NamedTuple):
    """What one pass over the file gives."""

    split: DiskSplit
    preprocessor: HeartPreprocessor
    learnt: LearntCount


def run_from_disk(
    table: DiskTable,
    settings: Settings,
    *,
    name: str,
    created_at: datetime,
    cost_ratio: float = COST_RATIO,
    rule: str = "bayes",
    at_least: float | None = None,
    on_epoch_end: OnEpochEnd | None = None,
) -> DiskExperiment:
    """Train on a Parquet file of any length, as `heart.experiments.run.run_experiment` does on a
    cohort in memory; the parts are drawn as `heart.data.disk.draw_parts` says.

    The parts lie in a temporary folder until it ends. Nothing is kept in memory of every patient.

    Args:
        table: the file.
        settings: of network and training; its random_state also decides the parts.
        name: see `run_experiment`.
        created_at: see `run_experiment`.
        cost_ratio: see `run_experiment`.
        rule: see `run_experiment`.
        at_least: see `run_experiment`.
        on_epoch_end: see `run_experiment`.

    Raises:
        HeartError: as `run_experiment`; for a file that cannot be read or is damaged, and rows that
            are written otherwise than most.
    """
    check_rule(rule, cost_ratio, at_least)
    check_plan(table.title, settings, name=name)
    _check_memory(table.memory)
    try:
        with tempfile.TemporaryDirectory(prefix="heart-") as folder:
            fitted = _read_once(table, settings, Path(folder))
            return _train_and_judge(
                table,
                fitted,
                settings,
                draft=_Draft(name, created_at),
                rule=_Rule(rule, cost_ratio, at_least),
                on_epoch_end=on_epoch_end,
            )
    except OSError as error:
        reason = error.strerror or "an error of the disk"
        raise CohortError(
            "a file that can be read, and room on the disk for its parts", reason, "Check both."
        ) from error


class _Draft(NamedTuple):
    name: str
    created_at: datetime


class _Rule(NamedTuple):
    name: str
    cost_ratio: float
    at_least: float | None


def _read_once(table: DiskTable, settings: Settings, folder: Path) -> _Fitted:
    """The parts, the preprocessor of the train part, and who the patients are."""
    preprocessor = HeartPreprocessor.from_settings(settings)
    agreed, _ = agree_on_groups(table.path, dialect=table.dialect, columns=table.columns)
    counts, learnt = ColumnCounts(), LearntCount()

    def see(part: str, frame: pd.DataFrame) -> None:
        learnt.add(part, frame)
        if part == "train":
            counts.add(frame)

    held = table.rows_held(preprocessor, settings.members)
    split = cut_to_disk(
        read_to_learn(table.path, agreed, rows=table.rows_read, bad_rows=table.bad_rows),
        folder,
        random_state=settings.random_state,
        rows=max(1, min(table.rows_read, held // GROUPS)),
        complete_rows=settings.complete_rows,
        see=see,
    )
    return _Fitted(split, fit_counted(preprocessor, counts), learnt)


def _train_and_judge(
    table: DiskTable,
    fitted: _Fitted,
    settings: Settings,
    *,
    draft: _Draft,
    rule: _Rule,
    on_epoch_end: OnEpochEnd | None,
) -> DiskExperiment:
    split, preprocessor = fitted.split, fitted.preprocessor
    at_once = table.rows_held(preprocessor, settings.members)
    most = table.rows_judged(preprocessor, settings)
    stopping = _sample(split.valid, preprocessor, most, settings.random_state)
    trained = _train(
        split.train,
        stopping,
        preprocessor,
        settings,
        at_once=at_once,
        on_epoch_end=on_epoch_end,
    )
    data = Provenance(table.title, split.n, split.positives, split.fingerprint)
    bundle = draft_trained(trained, preprocessor, data, settings, **draft._asdict())
    choice = choose_by_rule(
        _count(bundle, split.valid),
        rule.name,
        cost_ratio=rule.cost_ratio,
        at_least=rule.at_least,
        chosen_on="valid",
    )
    parts = {"train": split.train, "valid": split.valid, "test": split.test}
    metrics = {name: _judge(bundle, part, choice.value) for name, part in parts.items()}
    judged = replace(bundle.with_threshold(choice, metrics), learnt=fitted.learnt.finish())
    return DiskExperiment(judged, trained.history, at_once, len(stopping.y_true))


def _train(
    part: DiskPart,
    stopping: Labelled,
    preprocessor: HeartPreprocessor,
    settings: Settings,
    *,
    at_once: int,
    on_epoch_end: OnEpochEnd | None,
) -> Trained:
    network, mask = build_network(preprocessor, settings)
    network.to(pick_device(settings.device))
    groups = RowGroups(
        lambda group: _encode(preprocessor, part, group),
        part.sizes,
        at_once=at_once,
        network=network,
        settings=settings,
    )
    return train_on(
        network, load_row_groups(groups), stopping, settings, mask=mask, on_epoch_end=on_epoch_end
    )


def _encode(preprocessor: HeartPreprocessor, part: DiskPart, group: int) -> Labelled:
    features, y_true = part.read(group)
    return Labelled(preprocessor.encode(features), y_true)


def _sample(
    part: DiskPart, preprocessor: HeartPreprocessor, most: int, random_state: int
) -> Labelled:
    """Patients of the part, encoded: all of them, or so many drawn at random, in its order."""
    n = part.n
    rng = np.random.default_rng(random_state)
    chosen = np.sort(rng.choice(n, most, replace=False)) if n > most else np.arange(n)
    ends = np.cumsum(part.sizes)
    parts = []
    for group, rows in enumerate(np.split(chosen, np.searchsorted(chosen, ends[:-1]))):
        encoded, y_true, _ = _encode(preprocessor, part, group)
        own = rows - (ends[group] - part.sizes[group])
        parts.append((encoded.numeric[own], encoded.codes[own], y_true[own]))
    numeric, codes, outcomes = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return Labelled(Encoded(numeric, codes), outcomes)


def _count(bundle: Bundle, part: DiskPart) -> Counts:
    """How many are decided "disease" at each threshold of the grid."""
    counts = StreamedCounts()
    for group in range(len(part.sizes)):
        counts.add(*_predict(bundle, part, group))
    return counts.finish()


def _judge(bundle: Bundle, part: DiskPart, threshold: float) -> Mapping[str, Any]:
    """As `heart.experiments.run.describe_part`, row group by row group."""
    judged = StreamedScores((part.n - part.positives, part.positives), threshold=threshold)
    for group in range(len(part.sizes)):
        judged.add(*_predict(bundle, part, group))
    return as_plain(judged.at(), judged.scores(), names=FIGURES)


def _predict(
    bundle: Bundle, part: DiskPart, group: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Outcomes and probabilities of a row group's patients, shape (n,) each."""
    patients = part.read(group)
    return patients.y_true, bundle.predict_proba(patients.features)


def _check_memory(mib: int) -> None:
    """Refuse too little.

    Raises:
        SettingsError: saying how much is needed.
    """
    if mib < LEAST_MEMORY:
        raise SettingsError(
            f"at least {LEAST_MEMORY} MiB for the rows", f"{mib}", "Give more with --memory."
        )
