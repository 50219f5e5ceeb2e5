"""The bytes of a file, as far as its size is allowed."""

from __future__ import annotations

from pathlib import Path

from heart.data.formats.table import MAX_BYTES, check_size
from heart.errors import CohortError


def read_content(source: str | Path | bytes) -> bytes:
    """A file's bytes.

    Raises:
        CohortError: if it cannot be read, or is too large.
    """
    if isinstance(source, bytes):
        return source
    path = Path(source)
    try:
        n_bytes = path.stat().st_size
        content = _read_at_most(path, MAX_BYTES + 1) if n_bytes <= MAX_BYTES else b""
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise CohortError(
            "a file that can be read", f"{path}: {reason}", "Check the path."
        ) from error
    check_size(max(n_bytes, len(content)))
    return content


def _read_at_most(path: Path, n_bytes: int) -> bytes:
    """What a file begins with: a pipe or a device has a size of 0 and may never end."""
    with path.open("rb") as file:
        return file.read(n_bytes)
