"""What the lesson on encodings found, in words that follow the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from heart.lessons.encodings import Heights
    from heart.lessons.encodings_costs import Cost

RARE = 0.05


def describe_order(categories: list[str]) -> str:
    """The categories with their codes, in the order of these."""
    return (
        "Codes: "
        + ", ".join(f"{code} = {category}" for code, category in enumerate(categories))
        + "."
    )


def describe_heights(table: pd.DataFrame, found: Heights) -> str:
    """What the line gets wrong.

    Args:
        table: a row a category: `category`, `position`, `log_odds`.
        found: its heights, in the same order.
    """
    if len(table) == 2:
        return (
            "Two categories, two points: a line through them is exact. For a yes-or-no category a"
            " **code costs nothing**."
        )
    sign = "+" if found.bias >= 0 else "−"
    start = (
        f"The unit's share of the logit is {found.weight:.2f} · code {sign} {abs(found.bias):.2f}:"
        " a **straight line**, so "
    )
    order = np.argsort(table["position"].to_numpy())
    names, observed = table["category"].to_numpy()[order], table["log_odds"].to_numpy()[order]
    beyond = [
        f"“{names[i]}” is observed {'above' if observed[i] > observed[i - 1] else 'below'} both its"
        " neighbours"
        for i in range(1, len(names) - 1)
        if (observed[i] - observed[i - 1]) * (observed[i + 1] - observed[i]) < 0
    ]
    between = "a category in the middle is always put between its neighbours" + (
        f", but {' and '.join(beyond)}" if beyond else ""
    )
    worst = int(np.argmax(np.abs(found.line - found.free)))
    miss = (
        f"It is furthest off for “{table['category'].iloc[worst]}”, by"
        f" {abs(found.line[worst] - found.free[worst]):.1f}."
    )
    verdict = (
        "A gap like this is **not chance**: with a line as the truth, fewer than one table in a"
        " thousand would show it."
        if found.chance < RARE / 50
        else (
            f"If a line were the truth, {found.chance:.0%} of such tables would show a gap like"
            " this"
        )
        + (": **hardly chance**." if found.chance < RARE else ": these patients cannot tell.")
    )
    return f"{start}{between}. {miss} {verdict}"


def describe_cost(name: str, cost: Cost) -> str:
    """One comparison in a sentence."""
    who = "A logistic regression" if name.startswith("logistic") else "The network"
    lost, added = cost.auc.value, cost.log_loss.value
    return (
        f"{who} that reads codes loses **{lost:.3f}** of AUC and adds **{added:.3f}** of log-loss:"
        f" {_say_sure(cost)}."
    )


def _say_sure(cost: Cost) -> str:
    sure = {
        name: figure.low is not None and figure.low > 0
        for name, figure in (("AUC", cost.auc), ("log-loss", cost.log_loss))
    }
    if all(sure.values()):
        return "both intervals leave 0 out"
    if any(sure.values()):
        return (
            f"the interval of the {'AUC' if sure['AUC'] else 'log-loss'} leaves 0 out, the other"
            " does not"
        )
    return "both intervals hold 0, so 303 patients do not settle it"


def describe_rank(dim: int, n_categories: int) -> str:
    """What vectors of this length can express."""
    if dim == 1:
        return (
            "With length 1 all units see the categories on **one line**, as with a code, but in"
            " places that are **learnt**, not given by the alphabet: each row of the picture is a"
            " multiple of any other."
        )
    if dim < n_categories:
        return (
            f"With length {dim} the units share {dim} directions: more than the one of a code,"
            f" fewer than the {n_categories} of one-hot."
        )
    return (
        f"With {n_categories} or more directions nothing is given up: for {n_categories} categories"
        " every matrix can be written so."
    )
