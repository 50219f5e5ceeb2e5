"""A classifier that was fitted by hand, as a bundle."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import datetime

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from heart.bundle import Bundle
from heart.data import Cohort, Split
from heart.errors import BundleError
from heart.evaluation.threshold_table import COST_RATIO
from heart.evaluation.thresholds import ThresholdChoice, bayes_threshold
from heart.experiments.run import draft_bundle, judge, learnt_from_split, plan_experiment
from heart.model.classifier import HeartClassifier
from heart.schema import FEATURE_NAMES

BY_COSTS = ThresholdChoice(bayes_threshold(COST_RATIO), "bayes", COST_RATIO, "costs only")
"""What is decided where nobody has chosen: a missed patient costs two false alarms."""

HOW_TO_FIT = (
    "Fit it on the parts that its seed gives: train, valid, test = split_cohort(cohort,"
    " random_state=seed), then HeartClassifier(random_state=seed).fit(*train, valid=valid)."
)


def to_bundle(
    classifier: HeartClassifier,
    cohort: Cohort,
    *,
    name: str,
    created_at: datetime,
    threshold: ThresholdChoice = BY_COSTS,
) -> Bundle:
    """The fitted classifier as a bundle, judged on the parts of its cohort; the classifier stays as
    it was. The same as `heart.experiments.run.run_experiment` where settings and threshold are.

    Args:
        classifier: fitted on the train part that its seed and the cohort give, outcomes 0 and 1,
            and stopped on the valid part, if it stops early.
        cohort: the patients that the parts are cut from.
        name: of the bundle: letters, digits, - and _.
        created_at: the time; it is written down in UTC.
        threshold: chosen by costs, by hand, or on valid or out-of-fold predictions
            (`heart.evaluation.thresholds`).

    Raises:
        sklearn.exceptions.NotFittedError: before `fit`.
        BundleError: for a classifier that has not learnt from that part: its figures on the test
            part could be those of patients that it knows.
        HeartError: for a name or settings that no bundle can have.
    """
    check_is_fitted(classifier, "network_")
    settings = classifier.settings()
    split = plan_experiment(cohort, settings, name=name)
    _check_learnt_from(classifier, cohort, split)
    draft = draft_bundle(deepcopy(classifier), cohort, settings, name=name, created_at=created_at)
    return replace(judge(draft, split, threshold), learnt=learnt_from_split(split))


def _check_learnt_from(classifier: HeartClassifier, cohort: Cohort, split: Split) -> None:
    """Refuse other columns than the schema's, other outcomes than 0 and 1, and a preprocessor that
    other patients have made.
    """
    preprocessor = classifier.preprocessor_
    unknown = [f.name for f in preprocessor.features if f.name not in FEATURE_NAMES]
    if unknown:
        raise BundleError("columns with the schema's names", unknown[0], HOW_TO_FIT)
    if classifier.classes_.tolist() != [0, 1]:
        raise BundleError("outcomes 0 and 1", f"{classifier.classes_.tolist()}", HOW_TO_FIT)
    learnt = preprocessor.encode(cohort.features)
    expected = clone(preprocessor).fit(split.train.features).encode(cohort.features)
    same = np.array_equal(learnt.numeric, expected.numeric)
    if not (same and np.array_equal(learnt.codes, expected.codes)):
        raise BundleError(
            f"a classifier fitted on the train part of {split.train.n} patients",
            "one fitted on other patients",
            HOW_TO_FIT,
        )
