"""Five invented patients whose probabilities every bundle records, so that another library version
cannot change answers in silence.
"""

from __future__ import annotations

from collections.abc import Mapping

from heart.schema import EXAMPLE_PATIENT, FEATURE_NAMES, Value

_VALUES: tuple[tuple[Value | None, ...], ...] = (
    (41, 1, 2, 118.0, 205.0, 0, 0, 176.0, 0, 0.0, 1.0, 0, "normal"),
    (67, 1, 4, 158.0, 281.0, 0, 2, 109.0, 1, 2.6, 2.0, 3, "reversible"),
    (54, 0, 3, None, 244.0, 0, 1, 149.0, 0, 0.9, None, None, None),
    (60, 1, 4, None, None, None, None, None, None, None, None, None, None),
)

GOLDEN_PATIENTS: tuple[Mapping[str, Value | None], ...] = (
    EXAMPLE_PATIENT,
    *(dict(zip(FEATURE_NAMES, values, strict=True)) for values in _VALUES),
)
