"""What several commands are tested with."""

import shutil

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


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """The folder that each `registry` is a copy of: to keep two bundles takes 0.2 s."""
    folder = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEART_MODELS", str(folder))
        answer("models", "save", SHIPPED_BUNDLE, "first")
        answer("models", "save", OLD, "second")
    return folder


@pytest.fixture
def registry(kept, tmp_path, monkeypatch):
    """A folder with two bundles, "first" and "second"."""
    folder = shutil.copytree(kept, tmp_path / "models")
    monkeypatch.setenv("HEART_MODELS", str(folder))
    return folder
