"""What several commands are tested with."""

import pytest

from heart.paths import SHIPPED_BUNDLE
from tests.support.running import OLD, answer


@pytest.fixture
def write(tmp_path):
    """Writes a file's bytes and returns its path."""

    def write_file(content, name="heart.csv"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write_file


@pytest.fixture
def registry(tmp_path, monkeypatch):
    """A folder with two bundles, "first" and "second"."""
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("HEART_MODELS", str(folder))
    answer("models", "save", SHIPPED_BUNDLE, "first")
    answer("models", "save", OLD, "second")
    return folder
