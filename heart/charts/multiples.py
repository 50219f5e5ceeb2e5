"""Small multiples of a cohort's features, as one piece of HTML: thirteen charts of Vega take a
browser a second, these a few milliseconds. Their look is in heart/ui/browser/look.css.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import NamedTuple

import pandas as pd

from heart.schema import DISEASED, HEALTHY, Feature, feature
from heart.shares import write_share

TOPS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
"""Where an axis may end: half of each is a round share too."""


class Pair(NamedTuple):
    """One value of a feature, or a range of it: how many patients of either outcome have it, and
    which share (0-1) of that outcome's they are.
    """

    value: str
    healthy: int
    healthy_share: float
    diseased: int
    diseased_share: float


def feature_multiples(frames: Mapping[str, pd.DataFrame]) -> str:
    """All features side by side, the healthy left of the diseased for each value, as shares of
    their own group.

    Args:
        frames: of each feature, by its name, the `heart.data.summary.outcome_frame`.
    """
    figures = "".join(_figure(feature(name), read_pairs(frame)) for name, frame in frames.items())
    return f'<div class="heart-multiples">{figures}</div>'


def read_pairs(frame: pd.DataFrame) -> list[Pair]:
    """The rows of an `outcome_frame`, the two outcomes of a value together, in its order."""
    sides = [
        frame[frame["outcome"] == outcome].set_index("value") for outcome in (HEALTHY, DISEASED)
    ]
    columns = [side[name].tolist() for side in sides for name in ("patients", "share")]
    return [Pair(*row) for row in zip(sides[0].index, *columns, strict=True)]


def describe_multiple(entry: Feature, pairs: list[Pair]) -> str:
    """What one of them shows, for those who do not see it: of codes all shares, of numbers in which
    range most of either outcome are.
    """
    if not entry.is_coded:
        healthy = max(pairs, key=lambda pair: pair.healthy_share).value
        diseased = max(pairs, key=lambda pair: pair.diseased_share).value
        return f"{entry.title}: most of the healthy {healthy}, most of the diseased {diseased}"
    told = [
        f"{pair.value} {write_share(pair.healthy_share)} of the healthy,"
        f" {write_share(pair.diseased_share)} of the diseased"
        for pair in pairs
    ]
    return f"{entry.title}: {'; '.join(told)}"


def _figure(entry: Feature, pairs: list[Pair]) -> str:
    caption = f"<figcaption>{escape(entry.title)}</figcaption>"
    if not any(pair.healthy or pair.diseased for pair in pairs):
        return f"<figure>{caption}<p>Not known of anybody here.</p></figure>"
    alt = escape(describe_multiple(entry, pairs))
    chart = f'<div role="img" aria-label="{alt}">{_plot(pairs)}{_names(entry, pairs)}</div>'
    return f"<figure>{caption}{chart}</figure>"


def _plot(pairs: list[Pair]) -> str:
    highest = max(max(pair.healthy_share, pair.diseased_share) for pair in pairs)
    top = next(top for top in TOPS if top >= min(highest, TOPS[-1]))
    lines = "".join(
        f'<span style="bottom:{100 * part:.0f}%">{write_share(part * top)}</span>'
        for part in (0, 0.5, 1)
    )
    bars = "".join(_bars(pair, top) for pair in pairs)
    return f'<div class="plot">{lines}<div class="bars">{bars}</div></div>'


def _bars(pair: Pair, top: float) -> str:
    """The two bars of a value, with its counts where the mouse rests."""
    told = (
        f"{pair.value}\n"
        f"{HEALTHY}: {pair.healthy:,} ({write_share(pair.healthy_share, digits=1)})\n"
        f"{DISEASED}: {pair.diseased:,} ({write_share(pair.diseased_share, digits=1)})"
    )
    heights = (
        f"height:{100 * share / top:.1f}%" for share in (pair.healthy_share, pair.diseased_share)
    )
    healthy, diseased = (f'style="{height}"' for height in heights)
    return (
        f'<div title="{escape(told)}">'
        f'<i class="healthy" {healthy}></i><i class="diseased" {diseased}></i></div>'
    )


def _names(entry: Feature, pairs: list[Pair]) -> str:
    """Each code below its bars; of numbers both ends of the axis and its middle."""
    if entry.is_coded:
        kind, names = "names", [pair.value for pair in pairs]
    else:
        low, high = pairs[0].value.split(" to ")[0], pairs[-1].value.split(" to ")[1]
        middle = f"{(float(low) + float(high)) / 2:.{entry.decimals}f}"
        kind, names = "names ends", [low, middle, high]
    return f'<div class="{kind}">{"".join(f"<span>{escape(name)}</span>" for name in names)}</div>'
