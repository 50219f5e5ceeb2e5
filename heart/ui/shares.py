"""How the Patient page writes a probability."""

from __future__ import annotations


def show_share(probability: float) -> str:
    """A probability in whole percent; neither none nor all where it is only close to it.

    >>> show_share(0.314), show_share(0.004), show_share(0.996), show_share(1.0)
    ('31%', '<1%', '>99%', '100%')
    """
    if 0 < probability < 0.005:
        return "<1%"
    if 0.995 < probability < 1:
        return ">99%"
    return f"{probability:.0%}"


def bold_count(probability: float) -> str:
    """How many of a hundred, as `show_share` says it, in Markdown.

    >>> bold_count(0.314), bold_count(0.004), bold_count(0.996)
    ('**31**', 'fewer than **1**', 'more than **99**')
    """
    words = {"<": "fewer than ", ">": "more than "}
    share = show_share(probability).removesuffix("%")
    return f"{words[share[0]]}**{share[1:]}**" if share[0] in words else f"**{share}**"
