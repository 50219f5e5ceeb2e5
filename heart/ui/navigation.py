"""The pages of the navigation; the lessons are in `heart.lessons`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

START = "patient"
"""The page that an address without a path opens."""

PAGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        START: ("Patient", ":material/stethoscope:"),
        "cohort": ("Cohort", ":material/groups:"),
        "train": ("Train", ":material/model_training:"),
        "evaluate": ("Evaluate", ":material/query_stats:"),
        "threshold": ("Threshold", ":material/tune:"),
        "score": ("Score", ":material/fact_check:"),
        "bundle": ("Bundle", ":material/deployed_code:"),
        "models": ("Models", ":material/stacks:"),
        "learn": ("Learn", ":material/school:"),
    }
)
"""Title and icon (a Material symbol) of each page, by the name of its file in pages/, which is its
path in the URL.
"""

USE_NO_MODEL = frozenset({"learn"})
"""Pages without the line that names the model in use; the lessons are others."""
