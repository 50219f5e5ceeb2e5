"""One run from a cohort to a bundle: split, fit on train, stop on valid, choose the threshold,
report on test.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from heart.bundle import Bundle, Provenance
from heart.bundle.bundle import current_versions
from heart.bundle.layout import FIGURES, check_name, check_title
from heart.bundle.learnt import Learnt, learnt_from
from heart.bundle.reader import MAX_BYTES
from heart.config import Settings
from heart.data import SHIPPED, Cohort, Split, load_shipped, split_cohort
from heart.data.split import Part
from heart.errors import BundleError, SettingsError
from heart.evaluation.judged import as_plain, metrics_at, score_part
from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.recalibration import fit_recalibration
from heart.evaluation.threshold_table import COST_RATIO
from heart.evaluation.thresholds import (
    ThresholdChoice,
    bayes_threshold,
    check_rule,
    select_threshold,
)
from heart.model.classifier import HeartClassifier
from heart.model.loop import EpochRecord, OnEpochEnd
from heart.model.network import count_weights
from heart.model.preprocessing import HeartPreprocessor
from heart.model.training import Trained, pick_device

MAX_WEIGHT_BYTES = MAX_BYTES - 2**18
"""What a bundle has left for its weights."""


class Experiment(NamedTuple):
    """A trained bundle, the parts it was trained and judged on, and its history."""

    bundle: Bundle
    split: Split
    history: tuple[EpochRecord, ...]


def split_for(cohort: Cohort, settings: Settings) -> Split:
    """The parts that these settings train and judge on: a function of the cohort, the seed and
    whether incomplete rows are used.
    """
    return split_cohort(
        cohort, random_state=settings.random_state, complete_rows=settings.complete_rows
    )


def find_cohort(bundle: Bundle, cohorts: Iterable[Cohort] = ()) -> Cohort | None:
    """The cohort that the bundle was trained and judged on, by its fingerprint; None where it is
    neither shipped nor among these.

    Args:
        bundle: the model.
        cohorts: tables beside the shipped ones that it may have been trained on.
    """
    name = bundle.data.cohort
    names = name.split("+")
    shipped = (
        [load_shipped(name)] if set(names) <= set(SHIPPED) and len(set(names)) == len(names) else []
    )
    same = (c for c in (*shipped, *cohorts) if c.fingerprint == bundle.data.fingerprint)
    return next(same, None)


def split_of(bundle: Bundle, cohorts: Iterable[Cohort] = ()) -> Split:
    """The parts that the bundle was trained and judged on.

    Args:
        bundle: the model.
        cohorts: tables beside the shipped ones that it may have been trained on.

    Raises:
        BundleError: if its cohort is not among them and not one of those shipped, or not the same
            table.
    """
    cohort = find_cohort(bundle, cohorts)
    if cohort is None:
        raise BundleError(
            "a model trained on a cohort that is here",
            f"one trained on {bundle.data.cohort!r}, which is not",
            "Load its file on the Cohort page, train a model on a shipped cohort, or use the"
            " shipped model.",
        )
    return split_for(cohort, bundle.settings)


def learnt_from_split(split: Split) -> Learnt | None:
    """Who the patients of the three parts are; None where their table knows too little for that."""
    return learnt_from(part.features for part in split)


def find_learnt(bundle: Bundle, cohorts: Iterable[Cohort] = ()) -> Learnt | None:
    """From whom the bundle has learnt: as it says itself or, of an older format, as its cohort
    says; None where that is not known.

    Args:
        bundle: the model.
        cohorts: tables beside the shipped ones that it may have been trained on.
    """
    if bundle.learnt is not None:
        return bundle.learnt
    cohort = find_cohort(bundle, cohorts)
    return None if cohort is None else learnt_from_split(split_for(cohort, bundle.settings))


def check_size(settings: Settings) -> None:
    """Refuse settings whose weights no bundle could hold, before they are trained.

    Raises:
        SettingsError: saying how large they would be.
    """
    preprocessor = HeartPreprocessor.from_settings(settings)
    n_bytes = 4 * count_weights(
        preprocessor.n_numeric, [len(f.codes) + 1 for f in preprocessor.categories], settings
    )
    if n_bytes > MAX_WEIGHT_BYTES:
        limit = (
            f"weights of at most {MAX_WEIGHT_BYTES / 2**20:g} MiB, because a bundle holds no more"
        )
        raise SettingsError(
            limit, f"{n_bytes / 2**20:.1f} MiB", "Use fewer members or narrower layers."
        )


def plan_experiment(cohort: Cohort, settings: Settings, *, name: str) -> Split:
    """The parts that a run would train and judge on; whatever can be refused before training is.

    Raises:
        HeartError: for a name that a bundle cannot have, weights that it cannot hold, a device that
            is not there, or a cohort that cannot be split.
    """
    check_plan(cohort.name, settings, name=name)
    return split_for(cohort, settings)


def check_plan(title: str, settings: Settings, *, name: str) -> None:
    """Refuse what no training could make a bundle of, before anything is read.

    Args:
        title: of the cohort.
        settings: of network and training.
        name: of the bundle.

    Raises:
        HeartError: as `plan_experiment`.
    """
    check_name(name)
    check_title(title)
    check_size(settings)
    pick_device(settings.device)


def run_experiment(
    cohort: Cohort,
    settings: Settings,
    *,
    name: str,
    created_at: datetime,
    cost_ratio: float = COST_RATIO,
    rule: str = "bayes",
    at_least: float | None = None,
    on_epoch_end: OnEpochEnd | None = None,
) -> Experiment:
    """Train on the train part, stop on valid, choose the threshold, judge every part at it.

    Args:
        cohort: the patients.
        settings: of network and training; its random_state also decides the split.
        name: of the bundle.
        created_at: the time; it is written down in UTC.
        cost_ratio: cost of a missed patient in false alarms.
        rule: how the threshold is chosen, on the valid part; "bayes" uses the costs only.
        at_least: the wanted sensitivity or specificity, for the rules of that name.
        on_epoch_end: sees each epoch once; whatever it raises ends the run, and nothing is kept.

    Raises:
        HeartError: for a name that a bundle cannot have, a cohort that cannot be split,
            a setting outside its bounds, or a training that cannot finish.
    """
    check_rule(rule, cost_ratio, at_least)
    split = plan_experiment(cohort, settings, name=name)
    classifier = HeartClassifier.from_settings(settings)
    classifier.fit(*split.train, valid=split.valid, on_epoch_end=on_epoch_end)
    draft = draft_bundle(classifier, cohort, settings, name=name, created_at=created_at)
    y_score = draft.predict_proba(split.valid.features)
    choice = select_threshold(
        split.valid.y_true, y_score, rule=rule, cost_ratio=cost_ratio, at_least=at_least
    )
    bundle = replace(judge(draft, split, choice), learnt=learnt_from_split(split))
    return Experiment(bundle, split, classifier.history_)


def draft_bundle(
    classifier: HeartClassifier,
    cohort: Cohort,
    settings: Settings,
    *,
    name: str,
    created_at: datetime,
) -> Bundle:
    """The fitted model without figures, at the threshold that the default costs alone decide."""
    trained = Trained(classifier.network_, classifier.history_, classifier.best_epoch_)
    data = Provenance(cohort.name, cohort.n, cohort.positives, cohort.fingerprint)
    return draft_trained(
        trained, classifier.preprocessor_, data, settings, name=name, created_at=created_at
    )


def draft_trained(
    trained: Trained,
    preprocessor: HeartPreprocessor,
    data: Provenance,
    settings: Settings,
    *,
    name: str,
    created_at: datetime,
) -> Bundle:
    """`draft_bundle` of a network and the preprocessor that it was trained with."""
    network = trained.network
    device_used = network.logit.weight.device.type
    return Bundle(
        name=name,
        created_at=created_at.astimezone(UTC).isoformat(timespec="seconds"),
        preprocessor=preprocessor,
        network=network.cpu().eval().requires_grad_(requires_grad=False),
        settings=settings,
        epochs_run=len(trained.history),
        device_used=device_used,
        threshold=ThresholdChoice(bayes_threshold(COST_RATIO), "bayes", COST_RATIO, "costs only"),
        metrics={},
        data=data,
        versions=current_versions(),
    )


def judge(bundle: Bundle, split: Split, choice: ThresholdChoice) -> Bundle:
    """The same model with this threshold, and the figures of every part at it."""
    return bundle.with_threshold(
        choice,
        {name: describe_part(bundle, part, choice.value) for name, part in split._asdict().items()},
    )


def recalibrate(bundle: Bundle, split: Split, predictions: OutOfFold, method: str) -> Bundle:
    """The same model with a recalibration fitted on out-of-fold predictions of its train and valid
    patients, every part judged again.

    Args:
        bundle: the model; a recalibration that it has is replaced.
        split: the parts that it was trained and judged on.
        predictions: on the network's own scale.
        method: among `heart.evaluation.recalibration.METHODS`.

    Raises:
        SettingsError: for a method that these patients do not allow.
    """
    fitted = fit_recalibration(method, predictions.y_true, predictions.y_score)
    return judge(replace(bundle, recalibration=fitted), split, bundle.threshold)


def describe_part(bundle: Bundle, part: Part, threshold: float) -> Mapping[str, Any]:
    """A part's `n`, `positives`, `confusion` counts and `figures` (value, low, high), as plain
    values.
    """
    y_true, y_score = part.y_true, bundle.predict_proba(part.features)
    at, scores = metrics_at(y_true, y_score, threshold), score_part(y_true, y_score)
    return as_plain(at, scores, names=FIGURES)
