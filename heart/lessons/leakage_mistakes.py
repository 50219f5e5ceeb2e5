"""Five mistakes, each beside the honest way on the same patients; every function says in its first
lines where it cheats.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import StratifiedKFold, StratifiedShuffleSplit

from heart.evaluation.threshold_table import COST_RATIO, GRID, Counts
from heart.evaluation.thresholds import find_threshold
from heart.lessons.pipeline import (
    FloatArray,
    IntArray,
    Table,
    accuracy_of,
    encode,
    encode_clean,
    fill_missing,
    learn_fill,
    learn_scale,
    predict_part,
    roc_auc_of,
)

TEST_SHARE = 0.2
COPIED_ROWS, COPIED_PATIENTS = 1025, 303
"""The widespread file of 1,025 rows was made of the patients of Cleveland."""

INNER_FOLDS = {"threshold": 5, "model": 3}
CANDIDATES = ("logistic regression", "nearest neighbours", "naive Bayes", "decision tree")


class Case(NamedTuple):
    """One split of one table, and the model that is judged on it.

    Attributes:
        table: all patients.
        train: their rows in the train part.
        test: the others.
        model: among `heart.lessons.pipeline.MODELS`.
        random_state: seed of whatever else is random.
    """

    table: Table
    train: IntArray
    test: IntArray
    model: str
    random_state: int

    @property
    def y_test(self) -> IntArray:
        """The outcomes of the test part."""
        return self.table.y_true[self.test]


class Pair(NamedTuple):
    """A figure of the test part, computed honestly and with the mistake. A cost is of 100 patients,
    in false alarms.
    """

    figure: str
    honest: float
    leaky: float


def split_rows(y_true: IntArray, random_state: int) -> tuple[IntArray, IntArray]:
    """Rows of a train and a test part of 20 %, stratified by outcome."""
    ((train, test),) = StratifiedShuffleSplit(
        1, test_size=TEST_SHARE, random_state=random_state
    ).split(y_true, y_true)
    return train, test


def scaler_before_split(case: Case) -> list[Pair]:
    """Mean and standard deviation come from all patients, those of the test part among them."""
    filled = fill_missing(case.table, learn_fill(case.table, case.train))
    everybody = np.arange(case.table.n)
    honest = _predict_test(case, encode(filled, learn_scale(filled, case.train)))
    leaky = _predict_test(case, encode(filled, learn_scale(filled, everybody)))
    return _pairs(case.y_test, honest, case.y_test, leaky)


def filled_by_outcome(case: Case) -> list[Pair]:
    """A missing value becomes the mean, or the most frequent code, of those patients who have the
    same outcome.
    """
    filled = fill_by_outcome(case.table)
    honest = _predict_test(case, encode_clean(case.table, case.train))
    leaky = _predict_test(case, encode(filled, learn_scale(filled, case.train)))
    return _pairs(case.y_test, honest, case.y_test, leaky)


def fill_by_outcome(table: Table) -> Table:
    """The table filled class by class: what stands where nothing was measured now tells the
    outcome.
    """
    healthy, diseased = (
        fill_missing(table, learn_fill(table, np.flatnonzero(table.y_true == outcome)))
        for outcome in (0, 1)
    )
    is_diseased = (table.y_true == 1)[:, None]
    return table._replace(
        numbers=np.where(is_diseased, diseased.numbers, healthy.numbers),
        codes=np.where(is_diseased, diseased.codes, healthy.codes),
    )


def copies_on_both_sides(case: Case) -> list[Pair]:
    """Every patient is there three or four times, and the rows are split as if each
    were a patient.
    """
    owner = copy_patients(case.table.n, case.random_state)
    copies = case.table.take(owner)
    whole = (
        np.flatnonzero(np.isin(owner, case.train)),
        np.flatnonzero(np.isin(owner, case.test)),
    )  # a patient's copies stay together
    torn = split_rows(copies.y_true, case.random_state)
    honest, leaky = (
        predict_part(
            encode_clean(copies, train),
            copies.y_true,
            train,
            test,
            model=case.model,
            random_state=case.random_state,
        )
        for train, test in (whole, torn)
    )
    return _pairs(copies.y_true[whole[1]], honest, copies.y_true[torn[1]], leaky)


def copy_patients(n: int, random_state: int) -> IntArray:
    """Whose copy each row is, in random order: as many copies a patient as in the file of 1,025
    rows, int64, shape (rows,).
    """
    rng = np.random.default_rng(random_state)
    n_rows = round(n * COPIED_ROWS / COPIED_PATIENTS)
    return np.asarray(rng.permutation(np.resize(rng.permutation(n), n_rows)), dtype=np.int64)


def threshold_on_test(case: Case) -> list[Pair]:
    """The threshold is the best one for the very patients that it is judged on."""
    scores = _predict_test(case, encode_clean(case.table, case.train))
    inner = predict_train_out_of_fold(case, n_folds=INNER_FOLDS["threshold"])
    pairs = []
    for figure, cost_ratio in (("accuracy", 1.0), ("cost", COST_RATIO)):
        chosen = (
            best_threshold(case.table.y_true[case.train], inner, cost_ratio),
            best_threshold(case.y_test, scores, cost_ratio),
        )
        judge = accuracy_of if figure == "accuracy" else cost_of
        pairs.append(Pair(figure, *(judge(case.y_test, scores, threshold) for threshold in chosen)))
    return pairs


def best_threshold(y_true: IntArray, y_score: FloatArray, cost_ratio: float) -> float:
    """The threshold of least cost on these patients, where a missed one costs `cost_ratio` false
    alarms; 1 makes it the accuracy's.
    """
    tp, fp = (
        (y_score[y_true == outcome, None] >= GRID).sum(axis=0).astype(np.float64)
        for outcome in (1, 0)
    )
    n_diseased = int(y_true.sum())
    return float(
        find_threshold(
            Counts(tp, fp, n_diseased, len(y_true) - n_diseased), "cheapest", cost_ratio=cost_ratio
        )
    )


def cost_of(y_true: IntArray, y_score: FloatArray, threshold: float) -> float:
    """The cost of 100 patients in false alarms, a missed patient counting as two."""
    decided = y_score >= threshold
    return float(100 * np.mean(np.where(y_true == 1, COST_RATIO * ~decided, decided)))


def best_model_on_test(case: Case) -> list[Pair]:
    """Four models are fitted, and the one that does best on the test part is reported, with what it
    got there.
    """
    X, y_train = encode_clean(case.table, case.train), case.table.y_true[case.train]
    candidates = [case._replace(model=model) for model in CANDIDATES]
    scores = [_predict_test(candidate, X) for candidate in candidates]
    inner = [
        predict_train_out_of_fold(candidate, n_folds=INNER_FOLDS["model"])
        for candidate in candidates
    ]
    pairs = []
    for figure, judge in (("accuracy", accuracy_of), ("roc_auc", roc_auc_of)):
        on_train = [judge(y_train, inner_scores) for inner_scores in inner]
        on_test = [judge(case.y_test, test_scores) for test_scores in scores]
        pairs.append(Pair(figure, on_test[int(np.argmax(on_train))], max(on_test)))
    return pairs


def predict_train_out_of_fold(case: Case, *, n_folds: int) -> FloatArray:
    """Each train patient's probability by a model that saw other train patients only, fill and
    scale included; shape (train,).
    """
    y_train = case.table.y_true[case.train]
    scores = np.empty(len(y_train))
    for inner, held in StratifiedKFold(n_folds, shuffle=True, random_state=case.random_state).split(
        y_train, y_train
    ):
        rows, held_rows = case.train[inner], case.train[held]
        X = encode_clean(case.table, rows)
        scores[held] = predict_part(
            X, case.table.y_true, rows, held_rows, model=case.model, random_state=case.random_state
        )
    return scores


def _predict_test(case: Case, X: FloatArray) -> FloatArray:
    return predict_part(
        X,
        case.table.y_true,
        case.train,
        case.test,
        model=case.model,
        random_state=case.random_state,
    )


def _pairs(
    y_honest: Sequence[int] | IntArray,
    honest: FloatArray,
    y_leaky: Sequence[int] | IntArray,
    leaky: FloatArray,
) -> list[Pair]:
    """Accuracy at 0.5 and AUC of both."""
    honest_true, leaky_true = np.asarray(y_honest), np.asarray(y_leaky)
    return [
        Pair("accuracy", accuracy_of(honest_true, honest), accuracy_of(leaky_true, leaky)),
        Pair("roc_auc", roc_auc_of(honest_true, honest), roc_auc_of(leaky_true, leaky)),
    ]
