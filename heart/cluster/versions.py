"""The versions that decide what a piece of work computes."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import heart

PACKAGES = ("numpy", "pandas", "pyarrow", "scikit-learn", "scipy", "torch", "dask", "distributed")


@cache
def find_versions() -> dict[str, str]:
    """Name to version, of Python, of this very source of Heart, and of what it computes with."""
    return {
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "heart": f"{heart.__version__}+{_digest_source()}",
        **{name: _version_of(name) for name in PACKAGES},
    }


def _version_of(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def _digest_source() -> str:
    """Of all modules: two clones may differ under one version."""
    folder = Path(heart.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py"), key=lambda path: path.relative_to(folder).as_posix()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
