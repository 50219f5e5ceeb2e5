"""A whole file of patients is scored: every row comes back, in its order, chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data import Patients
from heart.data.identifiers import Identifiers
from heart.evaluation.decisions import DISEASE
from heart.evaluation.judged import Judged, judge
from heart.schema import FEATURE_NAMES
from heart.scoring.patient import LITTLE, NEAR, score_cohort
from heart.scoring.safe_csv import SafeCsvWriter

if TYPE_CHECKING:
    from heart.bundle import Bundle

CHUNK = 65_536
NOTHING_KNOWN = "nothing is known about this patient"
_MASKED = ("decision", "unknown", "unusual", "remark")
TEXTS = (*_MASKED, "error")
ROW, ANSWERS = "row", ("probability", *TEXTS)

OnChunk = Callable[[int, int], None]
"""Called after every chunk with the rows done and all rows."""

Positions = npt.NDArray[np.int64]
"""Which rows, counted from 0, in an order."""


class Scored(NamedTuple):
    """What scoring a file gave.

    Attributes:
        n: rows.
        failed: rows that could not be scored.
        positive: rows decided "disease".
        undecided: rows with a probability of whom too little is known for a decision.
        near: rows decided near the threshold.
        y_score: float64, shape (n,): the probabilities, NaN where a row could not be scored.
        answers: `ANSWERS`, shape (n, 6), texts as categories; the index is the row's number.
    """

    n: int
    failed: int
    positive: int
    undecided: int
    near: int
    y_score: npt.NDArray[np.float64]
    answers: pd.DataFrame


def score_rows(bundle: Bundle, features: pd.DataFrame, errors: Mapping[int, str]) -> pd.DataFrame:
    """The table of some rows: `row`, the 13 features, `probability`, `decision`, `unknown`,
    `unusual`, `remark`, `error`.

    Args:
        bundle: the model.
        features: canonical features, shape (n, 13); the index is the row's number.
        errors: row to why it cannot be scored; probability and decision of such a row are missing.
    """
    answers = _answer_rows(bundle, features, errors)
    return _beside(features[list(FEATURE_NAMES)], answers)


def _answer_rows(bundle: Bundle, features: pd.DataFrame, errors: Mapping[int, str]) -> pd.DataFrame:
    """`ANSWERS` of some rows."""
    scored = score_cohort(bundle, features)
    error = pd.Series(
        np.where(features.isna().all(axis=1), NOTHING_KNOWN, ""), index=features.index, dtype="str"
    )
    wrong = features.index.intersection(list(errors))
    if len(wrong):
        error.loc[wrong] = [errors[row] for row in wrong]
    failed = (error != "").to_numpy()
    return scored.assign(
        probability=scored["probability"].mask(failed),
        **{name: scored[name].mask(failed) for name in _MASKED},
        error=error.astype("category"),
    )


def _beside(features: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Both, the probability to six decimals; decided and judged is by all of them."""
    rounded = answers.assign(probability=answers["probability"].round(6))
    return pd.concat([features, rounded], axis=1).rename_axis(ROW).reset_index()


def score_patients(
    bundle: Bundle, patients: Patients, *, on_chunk: OnChunk | None = None
) -> Scored:
    """Score every row.

    Args:
        bundle: the model.
        patients: the rows.
        on_chunk: sees the progress; whatever it raises ends the scoring.
    """
    n, chunks = len(patients.frame), []
    for rows in _cut(np.arange(n)):
        chunks.append(_answer_rows(bundle, patients.frame.iloc[rows], patients.errors))
        if on_chunk is not None:
            on_chunk(int(rows[-1]) + 1, n)
    answers = _join(chunks)
    return Scored(
        n,
        int((answers["error"] != "").sum()),
        int((answers["decision"] == DISEASE).sum()),
        int((answers["remark"] == LITTLE).sum()),
        int((answers["remark"] == NEAR).sum()),
        answers["probability"].to_numpy(dtype=np.float64),
        answers,
    )


def _cut(positions: Positions) -> Iterator[Positions]:
    for start in range(0, len(positions), CHUNK):
        yield positions[start : start + CHUNK]


def _join(chunks: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The chunks below each other; their texts stay categories."""
    texts = {
        name: pd.api.types.union_categoricals([chunk[name] for chunk in chunks]) for name in TEXTS
    }
    probability = np.concatenate([chunk["probability"].to_numpy() for chunk in chunks])
    index = chunks[0].index.append([chunk.index for chunk in chunks[1:]])
    return pd.DataFrame({"probability": probability, **texts}, index=index)


def rows_table(
    patients: Patients,
    scored: Scored,
    positions: Positions,
    *,
    identifiers: Identifiers | None = None,
) -> pd.DataFrame:
    """These rows: `row`, the identifier where there is one, the 13 features, and `ANSWERS`.

    Args:
        patients: the file's rows.
        scored: what scoring them gave.
        positions: of the rows that are wanted.
        identifiers: a column of the file that is kept, under its own name unless that is taken.
    """
    table = _beside(
        patients.frame[list(FEATURE_NAMES)].iloc[positions], scored.answers.iloc[positions]
    )
    if identifiers is not None:
        texts = identifiers.texts.iloc[positions].to_numpy()
        table.insert(1, free_name(identifiers.name, table.columns), texts)
    return table


def free_name(name: str, taken: Collection[str]) -> str:
    """What the identifier's column is called beside these: its own name, unless that is taken."""
    return f"{name} of the file" if name in taken else name


def write_rows(
    patients: Patients,
    scored: Scored,
    file: BinaryIO,
    *,
    positions: Positions | None = None,
    identifiers: Identifiers | None = None,
) -> None:
    """Write rows as CSV that is safe for spreadsheets, as `rows_table` has them.

    Args:
        patients: the file's rows.
        scored: what scoring them gave.
        file: open for writing bytes.
        positions: of the rows that are wanted; all by default.
        identifiers: a column of the file that is kept.
    """
    wanted = np.arange(scored.n) if positions is None else positions
    with SafeCsvWriter(file) as writer:
        for rows in _cut(wanted) if len(wanted) else [wanted]:
            writer.write(rows_table(patients, scored, rows, identifiers=identifiers))


def judge_scores(bundle: Bundle, patients: Patients, scored: Scored) -> Judged | None:
    """How the model does on the rows with an outcome and a decision; None where there are none, or
    only one class of them.
    """
    if patients.num is None:
        return None
    num = patients.num.to_numpy(dtype=np.float64, na_value=np.nan)
    judged = ~np.isnan(num) & scored.answers["decision"].notna().to_numpy()
    y_true, y_score = (num[judged] > 0).astype(np.int64), scored.y_score[judged]
    if y_true.sum() in (0, len(y_true)):
        return None
    return judge(y_true, y_score, threshold=bundle.threshold.value)
