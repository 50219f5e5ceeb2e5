"""What known patients put right: invented values are missing again, contradictions set aside."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data.dialects.canonical import BadTexts, Change, Converted, SetAside
from heart.data.dialects.reading import Reading
from heart.data.recognition.known import Matched, numeric_codes, reference
from heart.data.recognition.rematch import rematch
from heart.schema import FEATURE_NAMES, TARGET, feature

IntArray = npt.NDArray[np.int64]
MMOL_ROUNDING = 0.5  # mg/dl by which a value may differ that was rounded in mmol/l


class Repaired(NamedTuple):
    """A converted file after what known patients could put right.

    Attributes:
        converted: the file; rows that are set aside are still in it.
        matched: every row's patient, by all features that the file has.
        restored: how many invented cells were made missing again.
        set_aside: rows that must not be used.
        notes: what the known patients show, in sentences.
    """

    converted: Converted
    matched: Matched
    restored: int
    set_aside: tuple[SetAside, ...]
    notes: tuple[str, ...]


def repair(converted: Converted, matched: Matched, reading: Reading) -> Repaired:
    """The file with its known patients' cells and labels put right."""
    if not (matched >= 0).any():
        return _settle_labels(Repaired(converted, matched, 0, (), ()), reading)
    frame = converted.frame
    matched = rematch(frame, matched)
    present = [name for name in FEATURE_NAMES if frame[name].notna().any()]
    contradictions = _find_contradictions(converted, matched, present, reading)
    aside = _contradicting_twins(converted, matched, contradictions)
    usable = np.where(frame.index.isin([entry.row for entry in aside]), np.int16(-1), matched)
    notes = _describe_differences(contradictions, aside)
    restored = _restore(Repaired(converted, usable, 0, aside, notes), present)
    return _settle_labels(restored._replace(matched=matched), reading)


def _find_contradictions(
    converted: Converted, matched: Matched, present: list[str], reading: Reading
) -> dict[str, IntArray]:
    """Column to the positions of known patients' rows whose value differs from UCI's."""
    rows = np.flatnonzero(matched >= 0)
    contradictions = {}
    for name in present:
        tolerance = MMOL_ROUNDING if name == "chol" and reading.mmol else 0
        truth = reference().codes[name][matched[rows]]
        # a comparison with a missing value is False
        differs = np.abs(numeric_codes(converted.frame[name].iloc[rows]) - truth) > tolerance
        if name in converted.bad:
            differs |= np.isin(rows, converted.bad[name].positions) & ~np.isnan(truth)
        contradictions[name] = rows[differs]
    if TARGET in converted.frame.columns:
        num = numeric_codes(converted.frame[TARGET].iloc[rows])
        severity = reference().codes[TARGET][matched[rows]]
        if reading.is_severe:
            differs = (num > 0) != (severity >= 2)
        else:
            differs = ~np.isnan(num) & ((num > 0) != (severity > 0))
        contradictions[TARGET] = rows[differs]
    return {name: positions for name, positions in contradictions.items() if len(positions)}


def _contradicting_twins(
    converted: Converted, matched: Matched, contradictions: dict[str, IntArray]
) -> tuple[SetAside, ...]:
    """Rows that differ from UCI's record of a patient of whom another row agrees with it."""
    wrong = np.zeros(len(matched), dtype=np.bool_)
    for positions in contradictions.values():
        wrong[positions] = True
    sound = np.unique(matched[(matched >= 0) & ~wrong])
    twins = np.flatnonzero(wrong)
    twins = twins[np.isin(matched[twins], sound)]
    reason = "repeats another row's patient and contradicts it in"
    return tuple(
        SetAside(row, f"{reason} {_columns_at(position, contradictions)}")
        for row, position in zip(converted.frame.index[twins].tolist(), twins.tolist(), strict=True)
    )


def _columns_at(position: int, contradictions: dict[str, IntArray]) -> str:
    return ", ".join(name for name, positions in contradictions.items() if position in positions)


def _describe_differences(
    contradictions: dict[str, IntArray], aside: tuple[SetAside, ...]
) -> tuple[str, ...]:
    """What is left of the contradictions, counted by column."""
    rows = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *contradictions.values()]))
    if len(aside) == len(rows):
        return ()
    counts = ", ".join(f"{name} in {len(where)} rows" for name, where in contradictions.items())
    differ = f"Known patients whose value differs from UCI's record: {counts}."
    return (f"{differ} Kept as the file has them, unless set aside.",)


def _restore(repaired: Repaired, present: list[str]) -> Repaired:
    """Known patients' values that UCI does not have become missing; bad cells take UCI's value."""
    frame, bad = repaired.converted.frame, dict(repaired.converted.bad)
    changes = list(repaired.converted.changes)
    rows = np.flatnonzero(repaired.matched >= 0)
    restored = 0
    for name in present:
        truth = reference().codes[name][repaired.matched[rows]]
        invented = rows[frame[name].iloc[rows].notna().to_numpy() & np.isnan(truth)]
        if len(invented):
            reason = "UCI has no value for these known patients"
            reason = f"{reason}; {_origin(frame, name, invented)}: now missing"
            changes.append(Change(name, len(invented), reason))
            frame = frame.assign(**{name: _with_missing(frame[name], invented)})
            restored += len(invented)
        if name in bad:
            column, bad[name] = _take_truth(frame[name], bad[name], repaired.matched)
            mended = len(repaired.converted.bad[name].positions) - len(bad[name].positions)
            if mended:
                reason = "impossible in known patients: now as in UCI's record"
                changes.append(Change(name, mended, reason))
                frame = frame.assign(**{name: column})
    notes = repaired.notes
    if restored:
        lost = f"{restored:,} cells of known patients hold values that UCI does not have"
        notes = (*notes, f"{lost}: they were filled in later, and are missing again.")
    still_bad = {name: texts for name, texts in bad.items() if len(texts.positions)}
    converted = Converted(frame, still_bad, tuple(changes))
    return repaired._replace(converted=converted, restored=restored, notes=notes)


def _with_missing(column: pd.Series, positions: IntArray) -> pd.Series:
    mask = np.zeros(len(column), dtype=np.bool_)
    mask[positions] = True
    return column.mask(mask)


def _origin(frame: pd.DataFrame, name: str, positions: IntArray) -> str:
    """Whether the invented values follow the label."""
    n = len(positions)
    if TARGET not in frame.columns or not feature(name).codes:
        return f"{n} were invented"
    ill = numeric_codes(frame[TARGET].iloc[positions]) > 0
    values = numeric_codes(frame[name].iloc[positions])
    counts = [np.count_nonzero(ill[values == value]) for value in np.unique(values)]
    sizes = [np.count_nonzero(values == value) for value in np.unique(values)]
    follow = sum(max(k, size - k) for k, size in zip(counts, sizes, strict=True))
    return f"they were invented, and {follow} of {n} follow the label"


def _take_truth(column: pd.Series, bad: BadTexts, matched: Matched) -> tuple[pd.Series, BadTexts]:
    """The column with UCI's values in known patients' impossible cells, and the cells left."""
    is_known = matched[bad.positions] >= 0
    known = bad.positions[is_known]
    mended = column.copy()
    mended.iloc[known] = reference().frame[column.name].iloc[matched[known]].array
    return mended, bad._replace(positions=bad.positions[~is_known])


def _settle_labels(repaired: Repaired, reading: Reading) -> Repaired:
    """Labels of a severity of 2 and more: known patients take UCI's, other 0s are set aside."""
    if not reading.is_severe:
        return repaired
    (frame, bad, changes), matched = repaired.converted, repaired.matched
    num = frame[TARGET].copy()
    known = np.flatnonzero(matched >= 0)
    num.iloc[known] = reference().frame[TARGET].iloc[matched[known]].astype("Int8").array
    is_open = num.isna().to_numpy()
    if TARGET in bad:
        is_open[bad[TARGET].positions] = False
    reason = (
        "its label says no severity of 2 or more, which leaves open whether it is diseased, and it"
        " is no known patient"
    )
    aside = (
        *repaired.set_aside,
        *(SetAside(int(row), reason) for row in frame.index[is_open]),
    )
    ill = (num > 0) & ~frame.index.isin([entry.row for entry in aside])
    hidden = int((frame[TARGET].isna() & ill).sum())
    note = (
        f"{hidden:,} of the {int(ill.sum()):,} diseased patients were marked 0, because their"
        " severity is 1."
    )
    meant = "the label meant a severity of 2 and more: now UCI's severity"
    changes = (*changes, Change(TARGET, len(known), meant))
    converted = Converted(frame.assign(**{TARGET: num}), bad, changes)
    return repaired._replace(converted=converted, set_aside=aside, notes=(*repaired.notes, note))
