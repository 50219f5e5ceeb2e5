"""How a share is written wherever a person reads it: on screens, in reports, cards and tables."""

from __future__ import annotations

import math

NO_BREAK = "\N{NO-BREAK SPACE}"


def write_share(share: float | None, *, digits: int = 0) -> str:
    """A share or a probability in percent, with a space that no line ends at (ISO 80000-1, 7.3);
    neither none nor all where it is only close to it, a dash where there is none.

    Args:
        share: from 0 to 1; a difference of shares may be negative; None or NaN for none.
        digits: after the point.

    >>> [write_share(share).replace(NO_BREAK, " ") for share in (0.314, 0.004, 0.996, 1.0)]
    ['31 %', '<1 %', '>99 %', '100 %']
    >>> write_share(0.3333, digits=1).replace(NO_BREAK, " ")
    '33.3 %'
    """
    if share is None or math.isnan(share):
        return "–"
    least = 10.0 ** -(2 + digits)
    if 0 < share <= least / 2:
        return f"<{100 * least:.{digits}f}{NO_BREAK}%"
    if 1 - least / 2 <= share < 1:
        return f">{100 * (1 - least):.{digits}f}{NO_BREAK}%"
    return f"{share:.{digits}%}".removesuffix("%") + f"{NO_BREAK}%"
