"""The test accuracy of the lesson recipe, as the tutorial measures it, over 20 seeds of each thing
that chance decides.

`python benchmarks/lesson.py` writes its table into docs/RECIPES.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import numpy.typing as npt  # noqa: E402
import pandas as pd  # noqa: E402
import torch  # noqa: E402
from recipes import DOCUMENT, to_markdown, write_section  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402

from heart.data import load_shipped, split_cohort  # noqa: E402
from heart.data.split import TEST_FRACTION  # noqa: E402
from heart.model.classifier import HeartClassifier  # noqa: E402

MARKS = "<!-- lesson: written by benchmarks/lesson.py -->", "<!-- end of lesson -->"
TUTORIAL_SEED, RUNS = 1337, 20

Parts = tuple[pd.DataFrame, npt.NDArray[np.int64], pd.DataFrame, npt.NDArray[np.int64]]


def stratified_parts(seed: int) -> Parts:
    """This project's split of the complete rows; the tutorial has no valid part, so it joins the
    train part.
    """
    train, valid, test = split_cohort(
        load_shipped("cleveland"), random_state=seed, complete_rows=True
    )
    return (
        pd.concat([train.features, valid.features]),
        np.concatenate([train.y_true, valid.y_true]),
        test.features,
        test.y_true,
    )


def plain_parts(seed: int) -> Parts:
    """scikit-learn's split of the complete rows as tutorials write it: not stratified."""
    cohort = load_shipped("cleveland").complete()
    X, X_test, y, y_test = train_test_split(
        cohort.features, cohort.y_true, test_size=TEST_FRACTION, random_state=seed
    )
    return X, y, X_test, y_test


def accuracy(parts: Parts, network_seed: int) -> float:
    """The test accuracy of one network of the lesson recipe."""
    X, y, X_test, y_test = parts
    return float(
        HeartClassifier("lesson", random_state=network_seed, device="cpu")
        .fit(X, y)
        .score(X_test, y_test)
    )


def accuracies(split: Callable[[int], Parts]) -> dict[str, list[float]]:
    """By what varies: the network on the tutorial's split, or the split."""
    return {
        f"split {TUTORIAL_SEED}, {RUNS} seeds of the network": [
            accuracy(split(TUTORIAL_SEED), seed) for seed in range(RUNS)
        ],
        f"{RUNS} splits, one network each": [accuracy(split(seed), seed) for seed in range(RUNS)],
    }


def main() -> None:
    """Train, print, write."""
    torch.set_num_threads(1)
    splits = {"stratified (the app's)": stratified_parts, "not stratified": plain_parts}
    rows = [
        (kind, what, np.mean(a), np.std(a, ddof=1), min(a), max(a))
        for kind, split in splits.items()
        for what, a in accuracies(split).items()
    ]
    table = pd.DataFrame(
        rows, columns=["split", "what varies", "mean", "standard deviation", "lowest", "highest"]
    )
    section = (
        "Made by `python benchmarks/lesson.py`: test accuracy at 0.5, 297 complete rows, 60 of"
        f" them to test on.\n\n{to_markdown(table)}"
    )
    print(section)
    write_section(DOCUMENT, section, MARKS)


if __name__ == "__main__":
    main()
