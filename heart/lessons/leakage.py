"""How large the lie of each mistake is: honest and leaky figures of many splits, paired."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn import config_context

from heart.data import SHIPPED, load_shipped
from heart.errors import SettingsError
from heart.evaluation.intervals import corrected_half_width
from heart.lessons.leakage_mistakes import (
    TEST_SHARE,
    Case,
    Pair,
    best_model_on_test,
    copies_on_both_sides,
    filled_by_outcome,
    scaler_before_split,
    split_rows,
    threshold_on_test,
)
from heart.lessons.pipeline import Table, read_table

LOGISTIC, NEIGHBOURS, FOREST = "logistic regression", "nearest neighbours", "random forest"
BLOCK = 20
MAX_SEED = 9_999
_SEEDS_APART = 10_000  # so that two seeds share no split


class Leak(NamedTuple):
    """A mistake that can be measured.

    Attributes:
        run: honest and leaky figures of one split.
        models: on which it can be shown, the most telling one first.
        figures: which it moves, the plainest first.
    """

    run: Callable[[Case], list[Pair]]
    models: tuple[str, ...]
    figures: tuple[str, ...] = ("accuracy", "roc_auc")


LEAKS: MappingProxyType[str, Leak] = MappingProxyType(
    {
        "duplicates": Leak(copies_on_both_sides, (NEIGHBOURS, LOGISTIC, FOREST)),
        "imputation": Leak(filled_by_outcome, (LOGISTIC, NEIGHBOURS, FOREST)),
        "threshold": Leak(threshold_on_test, (LOGISTIC, NEIGHBOURS), ("accuracy", "cost")),
        "models": Leak(best_model_on_test, ("best of four",)),
        "scaler": Leak(scaler_before_split, (LOGISTIC, NEIGHBOURS)),
    }
)
"""Name of each mistake."""

COHORTS = MappingProxyType(
    {"cleveland": "cleveland", "hungary": "hungary", "all": "+".join(SHIPPED)}
)
"""Whose patients, and the name that `load_shipped` knows them by."""


OnLeak = Callable[[str, float], object]
"""Called with a name of `LEAKS` and the share of its splits that is done."""


class Setup(NamedTuple):
    """What is measured: names of `LEAKS` and `COHORTS`, one of the leak's models, a seed from 0 to
    9,999.
    """

    leak: str
    cohort: str
    model: str
    random_state: int

    def check(self) -> None:
        """Refuse what cannot be measured.

        Raises:
            SettingsError: for a name or seed that is not among those above.
        """
        _check(self.leak in LEAKS, f"a leak among {', '.join(LEAKS)}", self.leak)
        _check(self.cohort in COHORTS, f"patients among {', '.join(COHORTS)}", self.cohort)
        _check(
            self.model in LEAKS[self.leak].models,
            f"a model among {', '.join(LEAKS[self.leak].models)}",
            self.model,
        )
        _check(
            0 <= self.random_state <= MAX_SEED, f"a seed from 0 to {MAX_SEED}", self.random_state
        )


def _check(is_right: bool, expected: str, given: object) -> None:  # noqa: FBT001
    if not is_right:
        raise SettingsError(expected, repr(given), "Choose one of them.")


def measure_leak(
    setup: Setup, *, n_splits: int = 200, on_share: Callable[[float], object] | None = None
) -> pd.DataFrame:
    """One row a split and figure: `split` (from 0), `figure`, `honest`, `leaky`, `lie`.

    Figures and lies are in points (an accuracy of 0.83 is 83); a lie is positive where the mistake
    makes the model look better.

    Args:
        setup: what is measured.
        n_splits: how many random splits; the first ones do not depend on it.
        on_share: sees the share of the splits that is done; whatever it raises ends the work.

    Raises:
        SettingsError: for a setup that cannot be measured or no split at all.
    """
    setup.check()
    _check(n_splits >= 2, "at least 2 splits", n_splits)
    tell = on_share or (lambda share: None)  # noqa: ARG005
    blocks = []
    for start in range(0, n_splits, BLOCK):
        blocks.append(_measure_block(setup, start, min(start + BLOCK, n_splits)))
        tell(min(start + BLOCK, n_splits) / n_splits)
    return pd.concat(blocks, ignore_index=True)


@lru_cache(maxsize=2_000)
def _measure_block(setup: Setup, start: int, stop: int) -> pd.DataFrame:
    """The rows of some splits; kept, so that stopped work is not lost."""
    table = _table_of(setup.cohort)
    leak = LEAKS[setup.leak]
    rows = []
    with config_context(
        assume_finite=True, skip_parameter_validation=True
    ):  # a third of the time of so small fits is checking
        for split in range(start, stop):
            seed = setup.random_state * _SEEDS_APART + split
            case = Case(table, *split_rows(table.y_true, seed), setup.model, seed)
            rows += [_row(split, pair) for pair in leak.run(case)]
    return pd.DataFrame(rows)


@lru_cache(maxsize=len(COHORTS))
def _table_of(cohort: str) -> Table:
    return read_table(load_shipped(COHORTS[cohort]))


def _row(split: int, pair: Pair) -> dict[str, object]:
    """In points; less cost is better."""
    is_cost = pair.figure == "cost"
    honest, leaky = (value if is_cost else 100 * value for value in (pair.honest, pair.leaky))
    return {
        "split": split,
        "figure": pair.figure,
        "honest": honest,
        "leaky": leaky,
        "lie": honest - leaky if is_cost else leaky - honest,
    }


class Lie(NamedTuple):
    """How much better a figure looks with the mistake, over many splits; all in points, a cost in
    false alarms of 100 patients.

    Attributes:
        honest: the mean without the mistake.
        leaky: the mean with it.
        mean: the mean difference, positive where the mistake flatters.
        low: lower end of the mean's 95 % interval, by the corrected resampled t statistic (Nadeau
            and Bengio 2003): splits of the same patients are no independent samples.
        high: its upper end.
        q05: one of twenty splits has a difference below.
        q95: one of twenty above.
        flattered: share of the splits with a difference above 0 (0-1).
    """

    honest: float
    leaky: float
    mean: float
    low: float
    high: float
    q05: float
    q95: float
    flattered: float


def measure_all(
    setup: Setup, *, n_splits: int = 200, on_leak: OnLeak | None = None
) -> pd.DataFrame:
    """The accuracy that every mistake pretends: one row a mistake, the largest lie first: `leak`,
    `model`, and the fields of its `Lie`.

    Args:
        setup: whose patients and which seed; each mistake is measured with its first model.
        n_splits: how many random splits.
        on_leak: sees the mistake that is measured and its share that is done; whatever it raises
            ends the work.

    Raises:
        SettingsError: as `measure_leak`.
    """
    rows = []
    for name, leak in LEAKS.items():

        def tell(share: float, name: str = name) -> None:
            if on_leak is not None:
                on_leak(name, share)

        one = setup._replace(leak=name, model=leak.models[0])
        lie = summarise_lies(measure_leak(one, n_splits=n_splits, on_share=tell))["accuracy"]
        rows.append({"leak": name, "model": one.model, **lie._asdict()})
    return pd.DataFrame(rows).sort_values("mean", ascending=False, ignore_index=True)


def summarise_lies(measured: pd.DataFrame) -> dict[str, Lie]:
    """The lie of each figure of a `measure_leak`, by the figure's name."""
    return {
        str(figure): _summarise(part) for figure, part in measured.groupby("figure", sort=False)
    }


def _summarise(part: pd.DataFrame) -> Lie:
    lie = part["lie"].to_numpy(dtype=np.float64)
    mean, half = float(lie.mean()), corrected_half_width(lie, n_splits=round(1 / TEST_SHARE))
    q05, q95 = (float(value) for value in np.quantile(lie, [0.05, 0.95]))
    honest, leaky = float(part["honest"].mean()), float(part["leaky"].mean())
    return Lie(honest, leaky, mean, mean - half, mean + half, q05, q95, float((lie > 0).mean()))
