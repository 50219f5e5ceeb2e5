"""The errors for a file that is not a valid bundle, and checks that compose: each takes a value and
where it stands, and raises an error that names both.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection

from heart.errors import BundleError

Check = Callable[[object, str], None]

MAX_SHOWN = 40
"""Characters of a stranger's text that an error shows, with everything but plain letters and signs
written as codes.
"""


_GET_A_GOOD_ONE = (
    "Ask the sender for the file as the Bundle page or `python -m heart train` wrote it."
)


def refuse(expected: str, found: str) -> BundleError:
    """The error for a file that is not a valid bundle."""
    return BundleError(expected, found, _GET_A_GOOD_ONE)


def damaged(how: str) -> BundleError:
    """The error for a file that was cut or changed."""
    return refuse("a complete joblib file", f"a damaged one ({how})")


def _show(value: object) -> str:
    kind = type(value).__name__
    short = type(value) in (int, float, bool) or (type(value) is str and len(value) <= MAX_SHOWN)
    return f"{kind} {value!a}" if short else f"a {kind}"


def text(pattern: str, meaning: str) -> Check:
    """A str that matches the whole pattern."""
    compiled = re.compile(pattern)

    def check(value: object, where: str) -> None:
        if type(value) is not str or not compiled.fullmatch(value):
            raise refuse(f"{where} to be {meaning}", _show(value))

    return check


def one_of(values: Collection[object]) -> Check:
    """One of a few values, of the same type."""

    def check(value: object, where: str) -> None:
        if not any(type(value) is type(allowed) and value == allowed for allowed in values):
            raise refuse(f"{where} to be one of {', '.join(map(repr, values))}", _show(value))

    return check


def integer(low: int, high: int) -> Check:
    """An int inside inclusive limits; True is not 1."""

    def check(value: object, where: str) -> None:
        if type(value) is not int or not low <= value <= high:
            raise refuse(f"{where} to be a whole number from {low} to {high}", _show(value))

    return check


def number(low: float = -1e30, high: float = 1e30) -> Check:
    """A finite float inside inclusive limits."""

    def check(value: object, where: str) -> None:
        if type(value) is not float or not math.isfinite(value) or not low <= value <= high:
            raise refuse(f"{where} to be a number from {low:g} to {high:g}", _show(value))

    return check


def blob(value: object, where: str) -> None:
    """Bytes."""
    if type(value) is not bytes:
        raise refuse(f"{where} to be bytes", _show(value))


def bits(n: int) -> Check:
    """Bytes that hold n bits, a multiple of 8."""

    def check(value: object, where: str) -> None:
        if type(value) is not bytes or len(value) != n // 8:
            shown = f"{len(value)} bytes" if type(value) is bytes else _show(value)
            raise refuse(f"{where} to be {n // 8} bytes, a bit for each of {n}", shown)

    return check


def optional(inner: Check) -> Check:
    """None, or what `inner` accepts."""

    def check(value: object, where: str) -> None:
        if value is not None:
            inner(value, where)

    return check


def listing(inner: Check, least: int, most: int) -> Check:
    """A list of bounded length whose items `inner` accepts."""

    def check(value: object, where: str) -> None:
        if type(value) is not list or not least <= len(value) <= most:
            shown = f"{len(value)} items" if type(value) is list else _show(value)
            raise refuse(f"{where} to be a list of {least} to {most} items", shown)
        for position, item in enumerate(value):
            inner(item, f"{where}[{position}]")

    return check


def record(fields: dict[str, Check]) -> Check:
    """A dict with exactly these keys."""

    def check(value: object, where: str) -> None:
        if type(value) is not dict:
            raise refuse(f"{where} to be a dict", _show(value))
        if set(value) != set(fields):
            missing = sorted(set(fields) - set(value))
            extra = sorted(ascii(key[:MAX_SHOWN])[1:-1] for key in set(value) - set(fields))
            raise refuse(
                f"{where} to have the keys {', '.join(fields)}",
                f"missing {missing}, extra {extra[:5]}",
            )
        for name, inner in fields.items():
            inner(value[name], f"{where}.{name}")

    return check


def table(keys: Collection[str], inner: Check) -> Check:
    """A dict whose keys are among these, with values that `inner` accepts."""

    def check(value: object, where: str) -> None:
        if type(value) is not dict or not set(value) <= set(keys):
            raise refuse(f"{where} to be a dict with keys among {', '.join(keys)}", _show(value))
        for name, item in value.items():
            inner(item, f"{where}.{name}")

    return check
