"""Text from files, for places that render Markdown."""

from __future__ import annotations

import re


def code(text: str) -> str:
    """The text as a Markdown code span: whatever it says, it is shown and not rendered.

    Backslashes would not do: renderers make a link of "www.", escaped or not.

    >>> code("www.example.org"), code("a`b")
    ('`www.example.org`', '`` a`b ``')
    """
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{fence} {text} {fence}" if "`" in text else f"{fence}{text}{fence}"
