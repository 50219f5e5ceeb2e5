"""Cholesterol as hospitals give it: mg/dl, which all records keep, or mmol/l.

Only what is shown and typed is converted; a patient's canonical value is always in mg/dl. One
mmol/l of cholesterol (386.65 g/mol) is 38.67 mg/dl.
"""

from __future__ import annotations

import math
from typing import NamedTuple

MG_DL, MMOL_L = "mg/dl", "mmol/l"
UNITS: tuple[str, ...] = (MG_DL, MMOL_L)
"""What a visitor chooses between; the first is the canonical one."""


class Conversion(NamedTuple):
    """A feature's other unit.

    Attributes:
        factor: canonical value = shown value x factor.
        decimals: digits after the point in the other unit: as many as tell all whole canonical
            values apart.
        canonical_decimals: digits of the canonical unit, where a value came from the other one.
    """

    factor: float
    decimals: int
    canonical_decimals: int


CONVERSIONS = {"chol": Conversion(38.67, 2, 1)}
"""By feature: what is in mmol/l for those who choose it."""


def to_shown(name: str, value: float, units: str) -> float:
    """A canonical value of a measured feature as somebody with these units reads it, rounded.

    >>> to_shown("chol", 233, "mmol/l"), to_shown("chol", 233, "mg/dl")
    (6.03, 233)
    >>> to_shown("age", 61, "mmol/l")
    61
    """
    conversion = CONVERSIONS.get(name)
    if conversion is None:
        return value
    if units == MG_DL:
        return round(value, conversion.canonical_decimals)
    return round(value / conversion.factor, conversion.decimals)


def to_canonical(name: str, shown: float, units: str) -> float:
    """The canonical value of what somebody with these units typed, not rounded, so that `to_shown`
    gives back what was typed.

    >>> to_shown("chol", to_canonical("chol", 6.2, "mmol/l"), "mmol/l")
    6.2
    """
    conversion = CONVERSIONS.get(name)
    return shown if conversion is None or units == MG_DL else shown * conversion.factor


def shown_limits(name: str, low: float, high: float) -> tuple[float, float]:
    """Canonical limits in the other unit, rounded inwards: whatever is allowed there is allowed.

    >>> shown_limits("chol", 50, 1000)
    (1.3, 25.85)
    """
    factor, decimals, _ = CONVERSIONS[name]
    scale = 10**decimals
    return math.ceil(low / factor * scale) / scale, math.floor(high / factor * scale) / scale
