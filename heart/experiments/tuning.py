"""What the tuning inside the folds chose and what it cost, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.model_selection import GridSearchCV

from heart.evaluation.out_of_fold import OutOfFold
from heart.experiments.baselines import GRIDS

WORDS = MappingProxyType(
    {
        "C": "C",
        "gamma": "width gamma",
        "min_samples_leaf": "least leaf",
        "max_features": "features a split",
        "max_depth": "depth",
        "max_iter": "rounds",
        "learning_rate": "step",
    }
)
"""What scikit-learn's parameters are called here, by the last part of their names."""

VALUES = MappingProxyType({"sqrt": "square root"})
"""What some values are called."""


def describe_choice(fitted: BaseEstimator) -> dict[str, str]:
    """What a fitted model's tuning chose, setting to its value in words; empty without a tuning."""
    search = _search_of(fitted)
    if search is None:
        return {}
    return {_name(name): _write(value) for name, value in search.best_params_.items()}


def count_fits(fitted: BaseEstimator) -> int:
    """How many fits it took: each of the settings in each inner fold, and the last one."""
    search = _search_of(fitted)
    return 1 if search is None else len(search.cv_results_["params"]) * search.n_splits_ + 1


def _search_of(fitted: Any) -> Any:
    last = fitted[-1] if hasattr(fitted, "steps") else fitted
    return last if isinstance(last, GridSearchCV) else None


def describe_grid(model: str) -> str:
    """What a model of `heart.experiments.baselines.OTHERS` is tuned over; empty if nothing.

    >>> describe_grid("gradient boosting")
    'depth 1, 2 or 3; rounds 30 or 100; step 0.05 or 0.2'
    """
    return "; ".join(
        f"{_name(name)} {_join(list(map(_write, values)))}"
        for name, values in GRIDS.get(model, {}).items()
    )


def count_choices(chosen: Sequence[Mapping[str, str]]) -> str:
    """How often each value was chosen, most often first; empty if nothing was.

    >>> count_choices([{"C": "1"}, {"C": "0.3"}, {"C": "0.3"}])
    'C 0.3 (2), 1 (1)'
    """
    names = chosen[0] if chosen else ()
    return "; ".join(
        f"{name} " + ", ".join(f"{value} ({n})" for value, n in counts.most_common())
        for name, counts in ((name, Counter(one[name] for one in chosen)) for name in names)
    )


def find_untuned(results: Mapping[str, OutOfFold]) -> list[str]:
    """Models that are tuned inside the folds, and of which these results are not of today's tuning:
    nothing is noted of it, or something was chosen that is not among the settings.
    """
    return [name for name, result in results.items() if name in GRIDS and not _is_of(name, result)]


def _is_of(model: str, result: OutOfFold) -> bool:
    """Whether each fold's choice is among the settings of the model's grid."""
    grid = {_name(name): set(map(_write, values)) for name, values in GRIDS[model].items()}
    return bool(result.chosen) and all(
        one.keys() == grid.keys() and all(value in grid[name] for name, value in one.items())
        for one in result.chosen
    )


def write_untuned(names: Sequence[str]) -> str:
    """What is to be said of `find_untuned`; empty for none."""
    if not names:
        return ""
    return (
        f"Not tuned inside the folds as they are today: {', '.join(names)}. These figures are of an"
        " earlier version, and the others may look further ahead of them than they are. Computed"
        " anew, they are tuned so."
    )


def _name(parameter: str) -> str:
    return WORDS[parameter.rpartition("__")[2]]


def _write(value: Any) -> str:
    return VALUES.get(value, value) if isinstance(value, str) else f"{value:g}"


def _join(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
