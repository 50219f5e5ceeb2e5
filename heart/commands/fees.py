"""What measurements cost, where a command asks for it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from heart.evaluation.fees import Fees

Function = Callable[..., Any]


def fee_option(function: Function) -> Function:
    """Prices that differ from the schedule's; the function gets them as texts, for `read_fees`."""
    decorate = click.option(
        "--fee",
        multiple=True,
        metavar="FEE",
        help="another price, as in thal=120, thal=120/1 (alone, with another of its group) or"
        " thalach=87.30/1/C; again for each",
    )
    return decorate(function)


def read_fees(texts: tuple[str, ...]) -> Fees:
    """The schedule's fees with these changes.

    Raises:
        SettingsError: for a text that is no fee.
    """
    from heart.evaluation.fees import FEES, parse_fee

    fees = FEES
    for text in texts:
        fees = parse_fee(fees, text)
    return fees


def plain_or_none(value: Any) -> Any:
    """The value; None for a number that is none or has no end, which JSON has no word for."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
