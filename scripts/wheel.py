"""Puts what lies beside the package in a clone inside the wheel, where heart/paths.py finds it. An
editable installation finds it in the clone.
"""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = (
    "data",
    "models/cleveland.joblib",
    "models/cleveland_out_of_fold.json",
    "models/evaluation",
    "pages",
    "streamlit_app.py",
    ".streamlit/config.toml",
)


class ShippedFiles(BuildHookInterface[Any]):
    """The build hook that pyproject.toml names."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files to a wheel that is no editable one."""
        if version == "standard":
            build_data["force_include"] |= {path: f"heart/_shipped/{path}" for path in SHIPPED}
