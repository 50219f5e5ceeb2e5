"""A file's bytes, up to the limit."""

import os

import pytest

from heart.data import content
from heart.errors import CohortError


@pytest.fixture
def limit(monkeypatch):
    monkeypatch.setattr(content, "MAX_BYTES", 10)
    monkeypatch.setattr("heart.data.formats.table.MAX_BYTES", 10)


@pytest.mark.usefixtures("limit")
def test_file_of_the_largest_size_is_read_and_a_larger_one_refused(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"0123456789")
    assert content.read_content(file) == content.read_content(str(file)) == b"0123456789"
    assert content.read_content(b"more than ten bytes") == b"more than ten bytes"
    file.write_bytes(b"0123456789x")
    with pytest.raises(CohortError, match="a file of at most 0 MiB"):
        content.read_content(file)


@pytest.mark.usefixtures("limit")
@pytest.mark.parametrize(("n_bytes", "is_read"), [(10, True), (11, False)])
def test_what_has_no_size_is_read_as_far_as_may_be(tmp_path, monkeypatch, n_bytes, is_read):
    """A pipe: its size is 0."""
    file = tmp_path / "a"
    file.write_bytes(b"x" * n_bytes)
    nothing = os.stat_result([0] * 10)
    monkeypatch.setattr(type(file), "stat", lambda *_, **__: nothing)
    if is_read:
        assert content.read_content(file) == b"x" * 10
    else:
        with pytest.raises(CohortError, match="a file of at most"):
            content.read_content(file)
