"""The evidence for a reading, in sentences with numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from heart.data.dialects.cells import Parsed
from heart.data.dialects.reading import nums_of
from heart.data.recognition.evidence import Agreement, KnownPatients, Relation, combined_z
from heart.data.recognition.known import Matched, count_hospitals, reference
from heart.data.recognition.recognise import CLEAR_Z, Recognition
from heart.data.shipped import PLACES
from heart.schema import TARGET

ENOUGH_ROWS = 50


def describe_evidence(
    parsed: Parsed, recognition: Recognition, matched: Matched
) -> tuple[str, ...]:
    """Why a file is read as it is.

    Args:
        parsed: the file.
        recognition: how it is read.
        matched: every row's patient, those recognised last included, shape (n,).
    """
    known = KnownPatients(parsed, matched)
    sentences = [_describe_known(known, recognition), f"Decided by {recognition.decided_by}."]
    return tuple(
        sentence
        for sentence in (*sentences, _describe_relations(recognition.relations))
        if sentence
    )


def describe_doubts(parsed: Parsed, recognition: Recognition, matched: Matched) -> tuple[str, ...]:
    """What makes the reading doubtful: new patients among whom nothing holds that holds among heart
    patients.
    """
    rows, z = len(parsed.rows), combined_z(recognition.relations)
    if (
        (matched >= 0).sum() < rows / 2
        and rows >= ENOUGH_ROWS
        and recognition.relations
        and z < CLEAR_Z
    ):
        absent = (
            f"None of the relations that hold among heart patients shows in these {rows:,} rows"
            f" (combined z {z:.1f})"
        )
        return (f"{absent}: they may not be patients, or their codes may mean something else.",)
    return ()


def _describe_known(known: KnownPatients, recognition: Recognition) -> str:
    rows = len(known.parsed.rows)
    if not known.n:
        return f"None of the {rows:,} rows is a patient of the four shipped hospitals."
    counts = [f"{count} {PLACES[name]}" for name, count in count_hospitals(known.matched).items()]
    listed = counts[0] if len(counts) == 1 else f"{', '.join(counts[:-1])} and {counts[-1]}"
    sentence = (
        f"{known.n:,} of {rows:,} rows are known patients ({listed});"
        f" {_describe_agreement(known.judge(recognition.reading))}"
    )
    target = recognition.reading.target
    if target is not None and target.name == "severe":
        return f"{sentence}; the target marks a severity of 2 and more, not disease."
    return f"{sentence}{_describe_inversion(known, recognition)}."


def _describe_agreement(agreement: Agreement) -> str:
    if agreement.cells == agreement.of_cells:
        return "under this reading all their codes agree"
    return f"under this reading {agreement.cells:,} of their {agreement.of_cells:,} codes agree"


def _ill(known: KnownPatients) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    rows = np.flatnonzero(known.matched >= 0)
    return rows, reference().codes[TARGET][known.matched[rows]] > 0


def _describe_inversion(known: KnownPatients, recognition: Recognition) -> str:
    target = known.parsed.target
    if target is None or not recognition.reading.inverted:
        return ""
    low = target.tokens[int(np.flatnonzero(nums_of(target, recognition.reading) == 1)[0])]
    rows, ill = _ill(known)
    marked = target.per_row(rows) == target.tokens.index(low)
    return f"; the target is inverted: {int((marked & ill).sum())} rows marked {low} are diseased"


def _describe_relations(relations: Sequence[Relation]) -> str:
    if not relations:
        return ""
    shown = [
        f"{relation.says} (z {relation.z:.1f})" for relation in relations if relation.z >= CLEAR_Z
    ]
    against = [
        f"not: {relation.says} (z {relation.z:.1f})"
        for relation in relations
        if relation.z <= -CLEAR_Z
    ]
    return f"Clinically, {', '.join(shown + against)}." if shown or against else ""
