"""A whole file of patients is scored: every row comes back, in its order, chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data import Patients
from heart.evaluation.judged import Judged, judge
from heart.schema import FEATURE_NAMES
from heart.scoring.patient import DISEASE, score_cohort
from heart.scoring.safe_csv import SafeCsvWriter

if TYPE_CHECKING:
    from heart.bundle import Bundle

CHUNK = 65_536
NOTHING_KNOWN = "nothing is known about this patient"

OnChunk = Callable[[int, int], None]
"""Called after every chunk with the rows done and all rows."""


class Scored(NamedTuple):
    """What scoring a file gave.

    Attributes:
        n: rows.
        failed: rows that could not be scored.
        positive: rows decided "disease".
        y_score: float64, shape (n,): the probabilities, NaN where a row could not be scored.
        first: the first rows of the table.
    """

    n: int
    failed: int
    positive: int
    y_score: npt.NDArray[np.float64]
    first: pd.DataFrame


def score_rows(bundle: Bundle, features: pd.DataFrame, errors: Mapping[int, str]) -> pd.DataFrame:
    """The table of some rows: `row`, the 13 features, `probability`, `decision`, `unknown`,
    `unusual`, `error`.

    Args:
        bundle: the model.
        features: canonical features, shape (n, 13); the index is the row's number.
        errors: row to why it cannot be scored; probability and decision of such a row are missing.
    """
    scored = score_cohort(bundle, features)
    error = pd.Series(
        np.where(features.isna().all(axis=1), NOTHING_KNOWN, ""), index=features.index, dtype="str"
    )
    wrong = features.index.intersection(list(errors))
    if len(wrong):
        error.loc[wrong] = [errors[row] for row in wrong]
    failed = (error != "").to_numpy()
    table = scored.assign(
        probability=scored["probability"].round(6).mask(failed),
        **{name: scored[name].mask(failed) for name in ("decision", "unknown", "unusual")},
        error=error,
    )
    return (
        pd.concat([features[list(FEATURE_NAMES)], table], axis=1).rename_axis("row").reset_index()
    )


def score_patients(
    bundle: Bundle, patients: Patients, file: BinaryIO, *, on_chunk: OnChunk | None = None
) -> Scored:
    """Score every row and write the table as CSV that is safe for spreadsheets.

    Args:
        bundle: the model.
        patients: the rows.
        file: open for writing bytes.
        on_chunk: sees the progress; whatever it raises ends the scoring.
    """
    n = len(patients.frame)
    y_score = np.full(n, np.nan)
    failed = positive = 0
    first = pd.DataFrame()
    with SafeCsvWriter(file) as writer:
        for start, table in _chunks(bundle, patients):
            writer.write(table)
            y_score[start : start + len(table)] = table["probability"]
            failed += int((table["error"] != "").sum())
            positive += int((table["decision"] == DISEASE).sum())
            first = table.head(100) if not start else first
            if on_chunk is not None:
                on_chunk(start + len(table), n)
    return Scored(n, failed, positive, y_score, first)


def _chunks(bundle: Bundle, patients: Patients) -> Iterator[tuple[int, pd.DataFrame]]:
    for start in range(0, len(patients.frame), CHUNK):
        yield start, score_rows(bundle, patients.frame.iloc[start : start + CHUNK], patients.errors)


def judge_scores(bundle: Bundle, patients: Patients, scored: Scored) -> Judged | None:
    """How the model does on the rows with an outcome; None where the file has none, or only one
    class of it.
    """
    if patients.num is None:
        return None
    num = patients.num.to_numpy(dtype=np.float64, na_value=np.nan)
    judged = ~np.isnan(num) & ~np.isnan(scored.y_score)
    y_true, y_score = (num[judged] > 0).astype(np.int64), scored.y_score[judged]
    if y_true.sum() in (0, len(y_true)):
        return None
    return judge(y_true, y_score, threshold=bundle.threshold.value)
