"""A whole file, scored and compared with what the model has learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from heart.bundle import Bundle
from heart.data import Cohort, Patients
from heart.evaluation.judged import Judged
from heart.experiments.overlap import Overlap, find_overlap
from heart.scoring.table import OnChunk, Scored, judge_scores, score_patients


class WholeFile(NamedTuple):
    """What a file gave.

    Attributes:
        scored: counts, and the answer to each row.
        judged: how the model does; None without outcomes of both kinds.
        overlap: how many of the patients the model has seen; None where it is not judged.
    """

    scored: Scored
    judged: Judged | None
    overlap: Overlap | None


def score_whole_file(
    bundle: Bundle,
    patients: Patients,
    cohorts: Sequence[Cohort],
    *,
    on_chunk: OnChunk | None = None,
) -> WholeFile:
    """Every row's answer, and what the outcomes say of them.

    Args:
        bundle: the model.
        patients: the rows.
        cohorts: tables beside the shipped ones that the model may have learnt from.
        on_chunk: sees the progress; whatever it raises ends the work.
    """
    scored = score_patients(bundle, patients, on_chunk=on_chunk)
    judged = judge_scores(bundle, patients, scored)
    overlap = None if judged is None else find_overlap(bundle, patients.frame, cohorts=cohorts)
    return WholeFile(scored, judged, overlap)
