"""What each measurement costs, and in which steps a patient is examined.

The fees are those of the cost files that came with the UCI collection (P. Turney, Cost-sensitive
classification, Journal of Artificial Intelligence Research 2, 1995, 369-409): the Ontario Health
Insurance Program's fee schedule, in Canadian dollars. They are thirty years old: their ratios
teach, their sums do not.

A fee group is what is billed together: the first feature of a group that is ordered for a patient
costs its full fee, each further one the discounted fee. A step is what is done together at the
bedside. They are not the same: the schedule bills the highest heart rate with the thallium scan
(group B), while it is read off in the exercise test. The schedule is followed: whoever does the
exercise test before the scan pays group B's full fee there, and one dollar for the scan. All steps
together cost the same in any order.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from heart.errors import SettingsError
from heart.schema import FEATURE_NAMES, FEATURES

SOURCE = "Ontario fee schedule in P. Turney, JAIR 2 (1995) 369-409, Canadian dollars"
HIGHEST = 100_000.0


class Fee(NamedTuple):
    """What one feature costs.

    Attributes:
        full: dollars.
        discounted: dollars, where another feature of its group has been ordered already.
        group: what is billed together; empty where nothing else is.
        later: whether the result comes later than at once.
    """

    full: float
    discounted: float
    group: str = ""
    later: bool = False


Fees = Mapping[str, Fee]
"""Feature to its fee."""

# a table, not calls
# fmt: off
FEES: Fees = MappingProxyType({
    "age": Fee(1.00, 1.00),
    "sex": Fee(1.00, 1.00),
    "cp": Fee(1.00, 1.00),
    "trestbps": Fee(1.00, 1.00),
    "chol": Fee(7.27, 5.17, "A", later=True),
    "fbs": Fee(5.20, 3.10, "A", later=True),
    "restecg": Fee(15.50, 15.50, later=True),
    "thalach": Fee(102.90, 1.00, "B", later=True),
    "exang": Fee(87.30, 1.00, "C", later=True),
    "oldpeak": Fee(87.30, 1.00, "C", later=True),
    "slope": Fee(87.30, 1.00, "C", later=True),
    "ca": Fee(100.90, 100.90, later=True),
    "thal": Fee(102.90, 1.00, "B", later=True),
})
# fmt: on


class Step(NamedTuple):
    """What is asked or measured together.

    Attributes:
        title: as the head of a row.
        features: what it gives.
    """

    title: str
    features: tuple[str, ...]


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "history": Step("History", ("age", "sex", "cp")),
        "pressure": Step("Blood pressure", ("trestbps",)),
        "bloods": Step("Bloods", ("chol", "fbs")),
        "ecg": Step("Resting ECG", ("restecg",)),
        "exercise": Step("Exercise test", ("thalach", "exang", "oldpeak", "slope")),
        "thallium": Step("Thallium scan", ("thal",)),
        "fluoroscopy": Step("Fluoroscopy", ("ca",)),
    }
)
"""By name, in the usual order: from what costs little to what costs much."""


def cost_of(ordered: Collection[str], *, before: Collection[str], fees: Fees = FEES) -> float:
    """Dollars for some features, when others have been ordered before.

    Turney's rule: the full fee for the first feature of a group that is ordered for a patient, the
    discounted one for each further one. Of several that are ordered together the schema's first
    one counts as the first.

    Args:
        ordered: features to be measured.
        before: features that have been measured; those of them that are ordered again cost nothing.
        fees: by feature.

    >>> round(cost_of(["chol", "fbs"], before=[]), 2), cost_of(["thal"], before=["thalach"])
    (10.37, 1.0)
    """
    billed = {fees[name].group for name in before if fees[name].group}
    total = 0.0
    for name in FEATURE_NAMES:
        if name in ordered and name not in before:
            fee = fees[name]
            total += fee.discounted if fee.group in billed else fee.full
            billed |= {fee.group} - {""}
    return total


def comes_later(ordered: Iterable[str], fees: Fees = FEES) -> bool:
    """Whether any of the results comes later than at once."""
    return any(fees[name].later for name in ordered)


def with_fee(fees: Fees, name: str, full: object, discounted: object, group: object) -> Fees:
    """The same fees with another one for a feature.

    Args:
        fees: by feature.
        name: of the feature.
        full: dollars.
        discounted: dollars; None for as much as the full fee.
        group: a word; None or empty for none.

    Raises:
        SettingsError: for a feature that there is not, or a fee that is no amount of dollars.
    """
    _check_feature(fees, name)
    amount = _amount(name, full)
    reduced = amount if discounted is None else _amount(name, discounted)
    fee = Fee(amount, reduced, str(group or "").strip()[:20], fees[name].later)
    return MappingProxyType({**fees, name: fee})


def parse_fee(fees: Fees, text: str) -> Fees:
    """The fees with one changed by a text such as `thal=120`, `thal=120/1` or `thalach=87.3/1/C`:
    feature, full fee, discounted fee, group; what is left out stays as it is.

    Raises:
        SettingsError: for any other text.
    """
    name, equals, rest = text.partition("=")
    parts = rest.split("/")
    if not equals or not 1 <= len(parts) <= 3:
        raise SettingsError(
            "a fee such as thal=120, thal=120/1 or thalach=87.30/1/C (full, discounted, group)",
            repr(text[:40]),
            "Correct it.",
        )
    _check_feature(fees, name)
    full = _amount(name, parts[0])
    discounted = parts[1] if len(parts) > 1 else min(fees[name].discounted, full)
    group = parts[2] if len(parts) > 2 else fees[name].group
    return with_fee(fees, name, full, discounted, group)


def _check_feature(fees: Fees, name: str) -> None:
    if name not in fees:
        raise SettingsError(
            f"a fee of one of {', '.join(FEATURE_NAMES)}", repr(name[:40]), "Correct the name."
        )


def _amount(name: str, value: object) -> float:
    try:
        amount = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        amount = math.nan
    if not 0 <= amount <= HIGHEST:
        label = next(f.label for f in FEATURES if f.name == name)
        raise SettingsError(
            f"the fee of {label} ({name}) to be 0 to {HIGHEST:,.0f} dollars",
            repr(value)[:40],
            "Correct it.",
        )
    return amount


def find_steps(names: Sequence[str]) -> tuple[Step, ...]:
    """The steps of these names, in this order.

    Raises:
        SettingsError: for a name that there is not, one that is there twice, or none.
    """
    unknown = [name for name in names if name not in STEPS]
    if unknown or not names or len(set(names)) < len(names):
        raise SettingsError(
            f"some of the steps {', '.join(STEPS)}, each once",
            repr((unknown or [",".join(names)])[0][:40]),
            "Correct the names.",
        )
    return tuple(STEPS[name] for name in names)
