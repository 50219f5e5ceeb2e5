"""What to measure next: how far each test that was not done yet could move the answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd

from heart.bundle import Bundle
from heart.data.patients import dtype_of, frame_of_patients
from heart.evaluation.fees import FEES, STEPS, Fees, Step, comes_later, cost_of
from heart.evaluation.figures import NO_FIGURE, Figure
from heart.evaluation.intervals import proportion
from heart.evaluation.metrics import FloatArray
from heart.explain.cases import Cases
from heart.explain.neighbours import nearest
from heart.schema import Feature, Value, feature

DRAWN = 50
"""Results of so many most alike patients are tried."""

MIN_DRAWN = 10
"""From fewer no chance is told."""

GRID = 9
"""Values of a measured number that are tried to find the widest range."""


class NextTest(NamedTuple):
    """What one test could do.

    Attributes:
        name, step: the key in `STEPS`, and the step.
        measured: features that it would make known.
        cost: dollars, with what is known of this patient ordered before.
        later: whether the result comes later than at once.
        drawn: alike patients whose results were tried; fewer than `MIN_DRAWN` give no figures.
        low, middle, high: 10th, 50th and 90th percentile of the probability over their results;
            NaN without figures.
        changed: with how many of the results the decision is another one.
        chance: the same as a share, with its exact 95 % interval.
        per_100: chance for 100 dollars; infinite for a test that costs nothing, NaN without
            figures.
        lowest, highest: of the probability over every result that is possible, within the ranges
            that the model was trained on, whether anybody has such a result or not.
    """

    name: str
    step: Step
    measured: tuple[str, ...]
    cost: float
    later: bool
    drawn: int
    low: float
    middle: float
    high: float
    changed: int
    chance: Figure
    per_100: float
    lowest: float
    highest: float


class NextTests(NamedTuple):
    """The tests that could be done next.

    Attributes:
        tests: by chance of a changed decision for 100 dollars, those without figures last.
        unread: features that nobody knows and the model has not learnt to use.
    """

    tests: tuple[NextTest, ...]
    unread: tuple[str, ...]


def can_hide(bundle: Bundle) -> bool:
    """Whether values were hidden from the model in training; without that it learnt at most from
    its table's gaps what "not known" means, and what it says before a test is not compared.
    """
    return bundle.settings.masking > 0


def find_next_tests(
    bundle: Bundle,
    patient: Mapping[str, Value | None],
    cases: Cases | None,
    *,
    fees: Fees = FEES,
) -> NextTests:
    """Every step (`heart.evaluation.fees.STEPS`) that has something unknown, with what it could do.

    What the results could be is drawn from the cohort: the up to `DRAWN` patients most alike in
    what is known (`heart.explain.gower`) of whom the results are known; all results of a step come
    from one patient, so that they fit each other. With each of them the model answers again, what
    else is unknown staying unknown.

    Args:
        bundle: a model that was trained for unknown values (`can_hide`).
        patient: canonical values, None where not known.
        cases: the model's cohort; None where it is not at hand, and then only the widest range is
            given.
        fees: by feature.
    """
    known = [name for name, value in patient.items() if value is not None]
    readable = {f.name for f in bundle.preprocessor.readable}
    unknown = [name for step in STEPS.values() for name in step.features if name not in known]
    measured = {
        key: names
        for key, step in STEPS.items()
        if (names := tuple(n for n in step.features if n in unknown and n in readable))
    }
    now, answers = _try_all(bundle, patient, cases, list(measured.values()))
    tests = [
        _describe(
            key,
            names,
            cost_of(names, before=known, fees=fees),
            fees,
            Tried(now, bundle.threshold.value, *tried),
        )
        for (key, names), tried in zip(measured.items(), answers, strict=True)
    ]
    unread = tuple(name for name in unknown if name not in readable)
    return NextTests(tuple(sorted(tests, key=_rank)), unread)


class Tried(NamedTuple):
    """The answer now and with each result of one test: those of alike patients, and all possible
    ones.
    """

    now: float
    threshold: float
    alike: FloatArray
    possible: FloatArray


def _try_all(
    bundle: Bundle,
    patient: Mapping[str, Value | None],
    cases: Cases | None,
    measured: list[tuple[str, ...]],
) -> tuple[float, list[tuple[FloatArray, FloatArray]]]:
    """The answer now, and for each test the answers with alike patients' results and with all
    possible ones; predicted in one go.
    """
    base = frame_of_patients([patient])
    tables = [base]
    for names in measured:
        alike = base.iloc[:0] if cases is None else _alike_results(cases, patient, names)
        tables += [_replaced(base, alike), _replaced(base, possible_results(bundle, names))]
    frame = pd.concat(tables, ignore_index=True)
    answers = bundle.predict_encoded(bundle.preprocessor.encode(frame))[1]
    now, *rest = np.split(answers, np.cumsum([len(table) for table in tables])[:-1])
    return float(now[0]), list(zip(rest[::2], rest[1::2], strict=True))


def _rank(test: NextTest) -> tuple[bool, float, float]:
    told = not math.isnan(test.per_100)
    return not told, -test.per_100 if told else 0.0, test.cost


def _describe(
    key: str, measured: tuple[str, ...], cost: float, fees: Fees, tried: Tried
) -> NextTest:
    """The figures of one test."""
    n = len(tried.alike)
    enough = n >= MIN_DRAWN
    positive = tried.now >= tried.threshold
    changed = int(((tried.alike >= tried.threshold) != positive).sum()) if enough else 0
    chance = proportion(changed, n) if enough else NO_FIGURE
    low, middle, high = (
        np.quantile(tried.alike, [0.1, 0.5, 0.9]).tolist() if enough else [math.nan] * 3
    )
    return NextTest(
        key,
        STEPS[key],
        measured,
        cost,
        comes_later(measured, fees),
        n,
        low,
        middle,
        high,
        changed,
        chance,
        _per_100(chance.value, cost),
        float(tried.possible.min()),
        float(tried.possible.max()),
    )


def _per_100(chance: float | None, cost: float) -> float:
    if chance is None:
        return math.nan
    if cost == 0:
        return math.inf if chance else 0.0
    return 100 * chance / cost


def _alike_results(
    cases: Cases, patient: Mapping[str, Value | None], measured: tuple[str, ...]
) -> pd.DataFrame:
    """What the most alike patients had who have all of these results, one row a patient."""
    distance = cases.gower.distances(cases.gower.point(patient)).distance
    results = cases.features[list(measured)]
    usable = np.where(results.notna().all(axis=1), distance, np.inf)
    return results.iloc[nearest(usable, cases.features.index.to_numpy(), DRAWN)]


def possible_results(bundle: Bundle, measured: tuple[str, ...]) -> pd.DataFrame:
    """Every combination of results, one row each: all codes that training had, and `GRID` values
    from the least to the greatest measured number that training had.
    """
    choices = [_possible_values(bundle, feature(name)) for name in measured]
    rows = pd.DataFrame(list(product(*choices)), columns=list(measured))
    return rows.astype({name: dtype_of(feature(name)) for name in measured})


def _possible_values(bundle: Bundle, entry: Feature) -> list[Value]:
    preprocessor = bundle.preprocessor
    if entry.name in preprocessor.encoders_:
        seen: list[Value] = preprocessor.encoders_[entry.name].classes_.tolist()
        return seen
    low, high = preprocessor.ranges[entry.name]
    if entry.is_coded:
        return [code for code, _ in entry.codes if low <= float(code) <= high]
    values: list[Value] = np.linspace(low, high, GRID).tolist()
    return values


def _replaced(base: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """The patient once for each row of results, with those results."""
    repeated = base.iloc[np.zeros(len(results), dtype=int)].set_axis(results.index)
    return repeated.assign(**{name: results[name] for name in results.columns})
