"""The settings that lessons share."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

ONE_LAYER: MappingProxyType[str, Any] = MappingProxyType(
    {"hidden": (64,), "slope_as": "number", "ca_as": "category"}
)
"""A network that can learn its patients by heart; the default recipe has no hidden layer."""
