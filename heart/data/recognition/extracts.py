"""Extracts of the known patients that were made for something else than this disease.

"cleveland-0_vs_4" and its like hold the healthy and, as rare cases or anomalies, those of severity
4 alone: whoever has severity 1 to 3 is left out, or counts as healthy.
"""

from __future__ import annotations

import numpy as np

from heart.data.recognition.evidence import KnownPatients
from heart.data.recognition.known import reference
from heart.errors import ExtractError
from heart.schema import SEVERITIES, TARGET

MIN_MARKED = 3
SEVEREST = SEVERITIES[-1]


def check_extract(known: KnownPatients) -> None:
    """Refuse an outcome that only the severest have.

    It is one where most rows are known patients, the outcome has two values, and all known patients
    that have one of them, three at least, are of severity 4.

    Raises:
        ExtractError: with the counts that show it.
    """
    target = known.parsed.target
    if target is None or known.n < len(known.parsed.rows) / 2:
        return
    values = [position for position, token in enumerate(target.tokens) if token is not None]
    if len(values) != 2:
        return
    rows = np.flatnonzero(known.matched >= 0)
    tokens, patients = target.per_row(rows), known.matched[rows]
    severity = reference().codes[TARGET]
    for marked, other in (values, reversed(values)):
        of_marked = severity[np.unique(patients[tokens == marked])]
        if len(of_marked) >= MIN_MARKED and bool((of_marked == SEVEREST).all()):
            of_others = severity[np.unique(patients[tokens == other])]
            milder = int(np.count_nonzero((of_others > 0) & (of_others < SEVEREST)))
            shown = repr(str(target.tokens[marked])), repr(str(target.tokens[other]))
            raise _refuse(len(of_marked), milder, *shown)


def _refuse(n_marked: int, n_milder: int, marked: str, other: str) -> ExtractError:
    one, several = "1 known patient of severity 1 to 3 counts", "known patients of severity 1 to 3"
    counts = one if n_milder == 1 else f"{n_milder:,} {several} count"
    milder = f"{counts} as {other}" if n_milder else "nobody of severity 1 to 3 is there"
    return ExtractError(
        f"an outcome that marks the disease, which is a severity of 1 to {SEVEREST}",
        f"an extract of known patients that marks severity {SEVEREST} alone, as cleveland-0_vs_4"
        f" does, which was made to study rare classes and anomalies: all {n_marked:,} known"
        f" patients with {marked} are of severity {SEVEREST}, and {milder}",
        "Use the whole table, which comes with Heart (cleveland), or score these patients without"
        " their outcome.",
    )
