"""What a visitor is told says nothing of where things are on the server's disk."""

from pathlib import Path

import pytest

from heart.paths import SHIPPED_BUNDLE
from heart.ui.errors import hide_folders


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"to write {SHIPPED_BUNDLE}", "to write models/cleveland.joblib"),
        (f"{Path.home()}/my models/a.joblib: gone", "my models/a.joblib: gone"),
        ("HEART_MODELS to be a folder, but found /opt/heart/models.", "found models."),
        ("'/srv/x/a.joblib'", "'x/a.joblib'"),
        ("of the server/s own /srv/with space/b.joblib", "with space/b.joblib"),
    ],
)
def test_folders_are_not_told(monkeypatch, text, shown):
    monkeypatch.setenv("HEART_MODELS", "/srv")
    assert hide_folders(text).endswith(shown)
    assert "/srv" not in hide_folders(text)


@pytest.mark.parametrize(
    "text",
    [
        "50 to 1000 mg/dl, 12/24, letters and .,/()%+-",
        "Expected 1 or 2",
        "docs/BUNDLES.md",
        "https://example.org/a/b",
    ],
)
def test_other_slashes_stay(monkeypatch, text):
    monkeypatch.delenv("HEART_MODELS", raising=False)
    assert hide_folders(text) == text
