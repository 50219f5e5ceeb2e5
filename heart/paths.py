"""Where things are."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

SHIPPED_BUNDLE = ROOT / "models" / "cleveland.joblib"
"""The model that comes with the app. It is active where nobody chose another."""
