"""Everything that a card tells and the bundle alone does not hold, computed from the cohorts that
are here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from heart.bundle import Bundle
from heart.bundle.learnt import Learnt
from heart.data import Cohort, Split
from heart.errors import SettingsError
from heart.evaluation.judged import Judged, judge, judge_out_of_fold
from heart.evaluation.metrics import FloatArray
from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.recalibration import judge_recalibration
from heart.evaluation.sample_size import SampleSize, sample_size
from heart.evaluation.subgroups import subgroup_table
from heart.experiments.hospitals import judge_itself
from heart.experiments.run import find_cohort, find_learnt, split_for
from heart.schema import FEATURES, Feature
from heart.shares import write_share

EXPECTED_ROC_AUCS = (0.9, 0.8, 0.7)
"""What the sample size is told for: about what models of all these features reach, and what fewer
or poorer ones do; the weaker a model, the more patients it needs.
"""


class Facts(NamedTuple):
    """What is known about a bundle.

    Attributes:
        bundle: the model.
        learnt: from whom it has learnt; None where that is not known.
        cohort: the patients that it was developed on; None where they are not here.
        split: its parts; None where the cohort is not here.
        unseen: the patients that the charts and subgroups are of; None where the cohort is not
            here.
        out_of_fold: whether those are the out-of-fold predictions of train and valid; else they are
            the test part.
        subgroups: a `subgroup_table` of them.
        elsewhere: the hospitals of which no patient is in a part of the model's; where that is
            not known, those that it does not name.
        parameters: predictor parameters, as `count_parameters` counts them.
        needed: each of `EXPECTED_ROC_AUCS` to the sample size that the criteria ask for; None where
            the bundle names patients of one outcome only, or there are no parameters.
        by_others: where the bundle is recalibrated, `judge_recalibration` of the out-of-fold
            predictions: the bundle's own map was fitted on those very patients. None where it is
            not, or there are no such predictions.
    """

    bundle: Bundle
    learnt: Learnt | None
    cohort: Cohort | None
    split: Split | None
    unseen: Judged | None
    out_of_fold: bool
    subgroups: pd.DataFrame | None
    elsewhere: tuple[Judged, ...]
    parameters: int
    needed: Mapping[float, SampleSize] | None
    by_others: Mapping[str, float] | None = None


def gather_facts(
    bundle: Bundle, *, cohorts: Iterable[Cohort] = (), predictions: OutOfFold | None = None
) -> Facts:
    """The facts of a bundle, as far as its patients are here.

    Args:
        bundle: the model.
        cohorts: tables beside the shipped ones that it may have been trained on.
        predictions: out-of-fold predictions of its train and valid patients, in that order, on the
            network's own scale.
    """
    tables = list(cohorts)
    cohort, learnt = find_cohort(bundle, tables), find_learnt(bundle, tables)
    split = None if cohort is None else split_for(cohort, bundle.settings)
    unseen, subgroups = None, None
    if split is not None:
        unseen, subgroups = _judge_unseen(bundle, split, predictions)
    return Facts(
        bundle=bundle,
        learnt=learnt,
        cohort=cohort,
        split=split,
        unseen=unseen,
        out_of_fold=unseen is not None and predictions is not None,
        subgroups=subgroups,
        elsewhere=judge_itself(bundle, learnt, threshold=bundle.threshold.value),
        parameters=count_parameters(bundle),
        needed=_sample_sizes(bundle),
        by_others=_judge_by_others(bundle, predictions),
    )


def _judge_by_others(bundle: Bundle, predictions: OutOfFold | None) -> Mapping[str, float] | None:
    """What the method of recalibration is worth on patients that it was not fitted on."""
    method = bundle.recalibration.method
    if predictions is None or method == "none":
        return None
    try:
        return judge_recalibration(method, predictions)
    except SettingsError:  # it fitted them all, but not every part of them
        return None


def count_parameters(bundle: Bundle) -> int:
    """Predictor parameters of a model in the sense of Riley et al. (BMJ 2020;368:m441): one a
    number, and one less than its codes in training a category, which as a code is a number too. A
    network has more weights; these are what any model of these features has at least.
    """
    preprocessor = bundle.preprocessor
    if bundle.settings.categories == "codes":
        return len(preprocessor.readable)
    codes = {f.name: len(preprocessor.encoders_[f.name].classes_) for f in preprocessor.categories}
    return sum(codes.get(f.name, 2) - 1 for f in preprocessor.readable)


def _sample_sizes(bundle: Bundle) -> Mapping[float, SampleSize] | None:
    data, parameters = bundle.data, count_parameters(bundle)
    if not 0 < data.positives < data.n or not parameters:
        return None
    prevalence = data.positives / data.n
    return {
        roc_auc: sample_size(parameters, prevalence=prevalence, roc_auc=roc_auc)
        for roc_auc in EXPECTED_ROC_AUCS
    }


def _judge_unseen(
    bundle: Bundle, split: Split, predictions: OutOfFold | None
) -> tuple[Judged, pd.DataFrame]:
    """Out-of-fold predictions where there are some, else the test part; with their subgroups."""
    threshold = bundle.threshold.value
    if predictions is None:
        part = split.test
        y_score = bundle.predict_proba(part.features)
        return (
            judge(part.y_true, y_score, threshold=threshold, name="the test part"),
            subgroup_table(part.features, part.y_true, y_score, threshold=threshold),
        )
    answers = bundle.recalibration.apply_to(predictions)
    features = pd.concat([split.train.features, split.valid.features])
    return (
        judge_out_of_fold(answers, threshold=threshold, name="train and valid, out of fold"),
        subgroup_table(features, answers.y_true, answers.y_score, threshold=threshold),
    )


def characteristics(cohort: Cohort) -> pd.DataFrame:
    """One row a number or code: `feature`, `healthy`, `diseased`, `missing`, all text.

    Numbers as median (quartiles), codes as count (share of the known), with the number of patients
    of whom it is not known.
    """
    groups = {
        "healthy": cohort.features[cohort.y_true == 0],
        "diseased": cohort.features[cohort.y_true == 1],
    }
    rows = [row for feature in FEATURES for row in _characterise(feature, groups)]
    return pd.DataFrame(rows, columns=["feature", "healthy", "diseased", "missing"])


def _characterise(
    feature: Feature, groups: dict[str, pd.DataFrame]
) -> list[tuple[str, str, str, str]]:
    known = {name: frame[feature.name].dropna() for name, frame in groups.items()}
    missing = str(sum(int(frame[feature.name].isna().sum()) for frame in groups.values()))
    if not feature.codes:
        healthy, diseased = (
            _quartiles(values.to_numpy(dtype=np.float64)) for values in known.values()
        )
        return [(feature.title, healthy, diseased, missing)]
    rows = []
    for i, (code, label) in enumerate(feature.codes):
        healthy, diseased = (
            _share(int((values == code).sum()), len(values)) for values in known.values()
        )
        rows.append((f"{feature.label}: {label}", healthy, diseased, missing if i == 0 else ""))
    return rows


def _quartiles(values: FloatArray) -> str:
    if not len(values):
        return "–"
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    return f"{middle:.4g} ({low:.4g} to {high:.4g})"


def _share(count: int, n: int) -> str:
    return f"{count} ({write_share(count / n)})" if n else "–"
