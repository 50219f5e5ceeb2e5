"""A bundle as something that can be judged on any cohort: the recipe that it was made by. Its own
weights are of its own patients; what is cross-validated is the recipe, trained anew in each fold.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from heart.bundle import Bundle
from heart.config import RECIPES, Settings, without_later
from heart.data import SHIPPED, Cohort
from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.recalibration import MIN_ISOTONIC, recalibrate_folds
from heart.experiments.cross_validation import Folds, cross_validate
from heart.model.side_by_side import OnShare
from heart.schema import FEATURE_NAMES

MIN_PER_CLASS = 2
"""Complete patients of each outcome that a fold's test part may be thought to take with it."""


class Contender(NamedTuple):
    """What of a bundle can be trained anew.

    Attributes:
        settings: of network and training, on whatever device there is.
        used: names of the features that it reads.
        recalibration: the method that its answers go through.
    """

    settings: Settings
    used: tuple[str, ...] = FEATURE_NAMES
    recalibration: str = "none"

    @property
    def recipe(self) -> str | None:
        """The named recipe that these settings are, if nothing of it was changed."""
        plain = self.used == FEATURE_NAMES and self.recalibration == "none"
        same = (
            name
            for name, recipe in RECIPES.items()
            if describe_settings(recipe) == describe_settings(self.settings)
        )
        return next(same, None) if plain else None

    @property
    def words(self) -> str:
        """What it is, for people: its settings, and what else was changed."""
        named = Contender(self.settings).recipe
        parts = ["changed settings" if named is None else f"the {named} recipe"]
        if self.used != FEATURE_NAMES:
            parts.append(f"{len(self.used)} of {len(FEATURE_NAMES)} features")
        if self.recalibration != "none":
            parts.append(f"recalibrated ({self._recalibration_words})")
        return ", ".join(parts)

    @property
    def _recalibration_words(self) -> str:
        needs = f" if they are {MIN_ISOTONIC:,}" if self.recalibration == "isotonic" else ""
        return f"{self.recalibration}, each fold by the others{needs}"

    @property
    def key(self) -> str:
        """What its predictions depend on, beside the patients and how they are cut: the same for
        two bundles of one recipe.
        """
        return self.recipe or repr((describe_settings(self.settings), *self[1:]))


CHOSEN_ON = "cleveland"
"""The hospital with whose patients the default recipe was chosen (docs/EVALUATION.md)."""


def write_how_chosen(settings: Settings, hospitals: Container[str] | None) -> str:
    """That the default recipe was chosen with these very patients, in a sentence; empty for another
    recipe, and where none of them are there.

    Args:
        settings: of network and training.
        hospitals: shipped hospitals with patients among those that are judged; None where that is
            not known.
    """
    if Contender(settings).recipe != "default":
        return ""
    if hospitals is not None and CHOSEN_ON not in hospitals:
        return ""
    return (
        f"The default recipe was chosen with all patients of the {SHIPPED[CHOSEN_ON]}, by"
        " cross-validation: on them its figures flatter it a little."
    )


CHOSEN_HERE = "chosen with these patients"
"""What stands beside the name of a recipe of which `write_how_chosen` tells."""


def write_all_chosen(contenders: Sequence[Contender], hospitals: Container[str] | None) -> str:
    """How the settings of all these came about, as far as it flatters them; empty if it does not.

    Args:
        contenders: what is judged on the same patients.
        hospitals: as for `write_how_chosen`.
    """
    told = [write_how_chosen(each.settings, hospitals) for each in contenders]
    unknown = any(Contender(each.settings).recipe is None for each in contenders)
    said = [next(filter(None, told), "")]
    if unknown:
        said.append("Whether changed settings were chosen with these patients is not known.")
    return " ".join(filter(None, said))


def contender_of(bundle: Bundle) -> Contender:
    """The recipe, the features and the recalibration of a bundle."""
    return Contender(
        replace(bundle.settings, device="auto"),
        tuple(feature.name for feature in bundle.preprocessor.features),
        bundle.recalibration.method,
    )


def describe_settings(settings: Settings) -> dict[str, Any]:
    """The settings that decide what is learnt, those that came later where they are used; the name,
    the device and the time limit do not.
    """
    return {
        name: value
        for name, value in without_later(settings.as_dict()).items()
        if name not in ("recipe", "device", "time_limit")
    }


def can_learn(cohort: Cohort, contender: Contender, folds: Folds) -> bool:
    """Whether every fold leaves the contender patients of both outcomes to learn from: a recipe
    that leaves incomplete rows out may have none.
    """
    if not contender.settings.complete_rows:
        return True
    complete = cohort.features[list(contender.used)].notna().all(axis=1).to_numpy()
    counts = np.bincount(cohort.y_true[complete], minlength=2)
    return bool(counts.min() >= MIN_PER_CLASS * folds.n_splits)


def judge_contender(
    cohort: Cohort, contender: Contender, *, folds: Folds, on_share: OnShare | None = None
) -> OutOfFold:
    """Out-of-fold predictions of the contender's recipe; with a recalibration, each fold's by a map
    that was fitted on the other folds.

    Args:
        cohort: the patients.
        contender: what is trained in each fold.
        folds: how the patients are cut.
        on_share: sees the share of the work that is done; whatever it raises ends it.

    Raises:
        SplitError: if a class has fewer different patients than there are folds.
    """
    predictions = cross_validate(
        cohort, contender.settings, folds=folds, used=contender.used, on_share=on_share
    )
    return recalibrate(cohort, contender, predictions, folds)


def recalibrate(
    cohort: Cohort, contender: Contender, predictions: OutOfFold, folds: Folds
) -> OutOfFold:
    """The recipe's predictions through the contender's recalibration, where it has one."""
    if not can_recalibrate(cohort, contender, folds):
        return predictions
    return recalibrate_folds(contender.recalibration, predictions)


def can_recalibrate(cohort: Cohort, contender: Contender, folds: Folds) -> bool:
    """Whether the contender is recalibrated, and a fold leaves enough patients to fit that on."""
    method = contender.recalibration
    left = cohort.n * (folds.n_splits - 1) // folds.n_splits
    return method != "none" and (method != "isotonic" or left >= MIN_ISOTONIC)
