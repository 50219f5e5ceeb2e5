"""What is not installed with the core: pages, charts, ONNX, the HTTP API, the login and Dask."""

from __future__ import annotations

from importlib.util import find_spec
from types import MappingProxyType

from heart.errors import HeartError
from heart.paths import IN_CLONE

EXTRAS = MappingProxyType(
    {
        "altair": "app",
        "markdown_it": "app",
        "starlette": "app",
        "streamlit": "app",
        "uvloop": "app",
        "vl_convert": "app",
        "onnx": "export",
        "fastapi": "api",
        "authlib": "login",
        "httpx": "login",
        "dask": "cluster",
        "distributed": "cluster",
        "optuna": "search",
    }
)
"""Of each module that may be missing, the extra of pyproject.toml that brings it."""

FILES = MappingProxyType(
    {extra: f"requirements-{extra}.txt" for extra in ("api", "cluster", "login", "search")}
)
"""The lists beside requirements.txt."""


class MissingExtraError(HeartError, ImportError):
    """A package that an extra brings is not installed."""

    def __init__(self, module: str) -> None:
        # heart on PyPI is another project: a clone asks for its own list
        extra = EXTRAS[module]
        file = FILES.get(extra, "requirements.txt")
        wanted = f"-r {file}" if IN_CLONE else f'"heart[{extra}]"'
        super().__init__(f"the package {module}", "none installed", f"Run: pip install {wanted}")


def require(module: str) -> None:
    """Nothing, if a module can be imported.

    Raises:
        MissingExtraError: if it cannot.
    """
    if find_spec(module) is None:
        raise MissingExtraError(module)
