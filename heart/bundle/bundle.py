"""`Bundle`: a trained model with its preprocessors, its threshold and how it was judged."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import sklearn
import torch

import heart
from heart.bundle.learnt import Learnt
from heart.config import Settings
from heart.data.frames import canonical_frame
from heart.evaluation.decisions import least_known
from heart.evaluation.recalibration import NO_RECALIBRATION, Recalibration
from heart.evaluation.thresholds import ThresholdChoice
from heart.model.inference import FoldedNetwork
from heart.model.network import HeartMLP
from heart.model.preprocessing import Encoded, HeartPreprocessor


class Provenance(NamedTuple):
    """Which cohort a model saw: its name, patients, diseased, and the fingerprint of the canonical
    table.
    """

    cohort: str
    n: int
    positives: int
    fingerprint: str


class About(NamedTuple):
    """What a bundle says of itself, as the attributes of `Bundle`."""

    name: str
    created_at: str
    threshold: ThresholdChoice
    metrics: Mapping[str, Any]
    data: Provenance


@dataclass(frozen=True, eq=False)
class Bundle:
    """A model that can be used, shared and questioned. Nothing in it is ever changed: `replace`
    makes another.

    Attributes:
        name: letters, digits, - and _.
        created_at: UTC, ISO 8601.
        preprocessor: fitted on the train part.
        network: M members, read-only; prediction is a function of its weights.
        settings: every setting of network and training.
        epochs_run: epochs until training ended.
        device_used: "cpu" or "cuda", where it was trained.
        threshold: disease is decided at this probability and above, and how it was chosen.
        metrics: part ("train", "valid", "test") to `n`, `positives`, `confusion` and `figures`
            (name to value, low, high).
        data: the cohort it was trained on.
        versions: of the libraries it was trained with.
        recalibration: the map from the network's probabilities to the bundle's answers.
        learnt: from whom it has learnt; None where that is not known, as of an upload in format
            versions 1 and 2, which do not say.
    """

    name: str
    created_at: str
    preprocessor: HeartPreprocessor
    network: HeartMLP
    settings: Settings
    epochs_run: int
    device_used: str
    threshold: ThresholdChoice
    metrics: Mapping[str, Any]
    data: Provenance
    versions: Mapping[str, str]
    recalibration: Recalibration = NO_RECALIBRATION
    learnt: Learnt | None = None

    def predict_members(self, frame: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Each member's probability of disease, recalibrated, float64, shape (M, n), for a frame as
        `predict_proba` takes it.
        """
        return self.predict_encoded(self.encode(frame))[0]

    def predict_proba(self, frame: pd.DataFrame) -> npt.NDArray[np.float64]:
        """The probability of disease, the mean of the members', recalibrated, float64,
        shape (n,).

        Args:
            frame: patients, shape (n, at least the model's features), read as
                `heart.data.frames.canonical_frame` says.

        Raises:
            PatientError: for a column that is not there, or an impossible value, with row and
                column.
        """
        return self.recalibration.apply(self._folded.predict_mean(self.encode(frame)))

    def encode(self, frame: pd.DataFrame) -> Encoded:
        """What the network reads, of patients that were checked.

        Raises:
            PatientError: as `predict_proba`.
        """
        return self.preprocessor.encode(canonical_frame(frame, self.preprocessor.features))

    def predict_encoded(
        self, encoded: Encoded
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Both for encoded patients: each member's probability, shape (M, n), and the probability
        of disease, shape (n,).
        """
        members = self._folded.predict_members(encoded)
        return self.recalibration.apply(members), self.recalibration.apply(members.mean(axis=0))

    @cached_property
    def needed(self) -> int:
        """How many values have to be known for a decision."""
        return least_known(len(self.preprocessor.readable), masking=self.settings.masking)

    def predict_sides(
        self, encoded: Encoded
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """The probability of disease, and how many members are at or above the threshold, shape
        (n,) each; for many patients, of whom `predict_encoded` would hold every member's answer.
        """
        mean, positive = self._folded.predict_counts(
            encoded,
            lambda members: (self.recalibration.apply(members) >= self.threshold.value).sum(axis=1),
        )
        return self.recalibration.apply(mean), positive

    def predict_coalitions(
        self, encoded: Encoded
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """As `predict_encoded`, for every coalition of k features, shapes (M, 2^k) and (2^k,).

        Args:
            encoded: k + 1 patients, as `FoldedNetwork.predict_coalitions` takes them.
        """
        members = self._folded.predict_coalitions(encoded)
        return self.recalibration.apply(members), self.recalibration.apply(members.mean(axis=0))

    @cached_property
    def _folded(self) -> FoldedNetwork:
        """The network for prediction."""
        return FoldedNetwork(self.network)

    def with_threshold(self, threshold: ThresholdChoice, metrics: Mapping[str, Any]) -> Bundle:
        """The same model with another threshold, and the figures at it."""
        return replace(self, threshold=threshold, metrics=metrics)


def current_versions() -> dict[str, str]:
    """The versions of what a model depends on."""
    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "heart": heart.__version__,
    }
