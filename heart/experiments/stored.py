"""A bundle's recipe, cross-validated on the patients that the bundle was developed on; the test
part takes no part.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heart.bundle import Bundle
from heart.config import Settings, without_later
from heart.data import Split
from heart.errors import CohortError
from heart.evaluation.out_of_fold import OutOfFold
from heart.experiments.cross_validation import Folds, predict_out_of_fold
from heart.paths import SHIPPED_OUT_OF_FOLD

DIGITS = 6


def cross_validate_bundle(
    bundle: Bundle,
    split: Split,
    *,
    n_repeats: int = 5,
    scheduler: str | None = None,
    on_share: Callable[[float], object] | None = None,
) -> OutOfFold:
    """Out-of-fold predictions of the bundle's settings for its train and valid patients, in that
    order, on the network's own scale.

    Args:
        bundle: the model; its settings are trained again in each fold.
        split: the parts that it was trained and judged on.
        n_repeats: how often the patients are cut anew into 10 folds, or fewer where a class has
            fewer patients.
        scheduler: of workers that share the repeats (`heart.cluster`).
        on_share: sees the share of the work that is done; whatever it raises ends it.

    Raises:
        SplitError: if a class has fewer than 3 different patients.
        ClusterError: if the scheduler cannot be used or is lost.
    """
    features = pd.concat([split.train.features, split.valid.features])
    y_true = np.concatenate([split.train.y_true, split.valid.y_true])
    folds = Folds.fitting(features, y_true, n_repeats)
    return predict_out_of_fold(
        features, y_true, bundle.settings, folds=folds, scheduler=scheduler, on_share=on_share
    )


def recalibrated(bundle: Bundle, predictions: OutOfFold) -> OutOfFold:
    """The predictions on the scale of the bundle's answers."""
    return bundle.recalibration.apply_to(predictions)


def store(bundle: Bundle, predictions: OutOfFold, path: Path = SHIPPED_OUT_OF_FOLD) -> None:
    """Write the predictions, and which settings and cohort they belong to."""
    content = {
        **_identity(bundle.settings, bundle.data.fingerprint),
        "y_true": predictions.y_true.tolist(),
        "y_score": predictions.y_score.round(DIGITS).tolist(),
        "fold": predictions.fold.tolist(),
        "seconds": round(predictions.seconds, 1),
    }
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n")


def find_stored(bundle: Bundle, path: Path = SHIPPED_OUT_OF_FOLD) -> OutOfFold | None:
    """The stored predictions, if they are of these settings and this cohort.

    Raises:
        CohortError: if the shipped file is damaged.
    """
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text())
        if {key: content[key] for key in ("settings", "fingerprint")} != _identity(
            bundle.settings, bundle.data.fingerprint
        ):
            return None
        y_true, fold = (np.array(content[key], dtype=np.int64) for key in ("y_true", "fold"))
        return OutOfFold(
            y_true, np.array(content["y_score"], dtype=np.float64), fold, float(content["seconds"])
        )
    except (ValueError, KeyError, TypeError) as error:
        raise CohortError(
            f"{path.name} as it was shipped", "a damaged file", "Install Heart again."
        ) from error


def _identity(settings: Settings, fingerprint: str) -> dict[str, Any]:
    """What the predictions depend on; the device and the time limit do not change them."""
    relevant = {
        name: value
        for name, value in without_later(settings.as_dict()).items()
        if name not in ("device", "time_limit")
    }
    return {"settings": relevant, "fingerprint": fingerprint}
