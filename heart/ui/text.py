"""Text from files, for places that would render Markdown."""

from __future__ import annotations

import re

_SIGNS = re.compile(r"([!-/:-@\[-`{-~])")


def as_text(text: str) -> str:
    """The text with every ASCII sign behind a backslash: Markdown shows it as it is, and makes no link or picture of it."""
    return _SIGNS.sub(r"\\\1", text)
