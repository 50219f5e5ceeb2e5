"""The pages of the navigation; the lessons are in `heart.lessons`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

START = "patient"
"""The page that an address without a path opens."""

PAGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        START: ("Patient", "🩺"),
        "cohort": ("Cohort", "👥"),
        "train": ("Train", "🏋️"),
        "evaluate": ("Evaluate", "🔬"),
        "threshold": ("Threshold", "⚖️"),
        "score": ("Score", "📋"),
        "bundle": ("Bundle", "📦"),
        "models": ("Models", "🗂️"),
        "learn": ("Learn", "🎓"),
    }
)
"""Title and icon of each page, by the name of its file in pages/, which is its path in the URL."""
