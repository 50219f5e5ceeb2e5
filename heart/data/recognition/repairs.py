"""What known patients put right: invented values become missing again, rows that contradict their
twin are set aside.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data.dialects.canonical import BadTexts, Change, Converted, SetAside
from heart.data.dialects.reading import Reading
from heart.data.recognition.known import Matched, numeric_codes, reference
from heart.data.rows import combine_codes, row_groups
from heart.schema import FEATURE_NAMES, TARGET, feature

IntArray = npt.NDArray[np.int64]
MIN_COPY_SHARE = 0.5
_PATTERN_NEEDS = ("age", "sex", "cp")


class Repaired(NamedTuple):
    """A converted file after what known patients could put right.

    Attributes:
        converted: the file; rows that are set aside are still in it.
        matched: position in the reference of each row's patient, -1 where it is none, shape (n,).
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
    present = [name for name in FEATURE_NAMES if converted.frame[name].notna().any()]
    matched = _match_more(converted.frame, _choose_twins(converted.frame, matched), present)
    contradictions = _find_contradictions(converted, matched, present, reading)
    aside = _contradicting_twins(converted, matched, contradictions)
    usable = matched
    if aside:
        usable = np.where(
            converted.frame.index.isin([entry.row for entry in aside]), np.int16(-1), matched
        )
    kept = Repaired(converted, usable, 0, aside, _differences(contradictions, aside))
    return _settle_labels(_restore(kept, present)._replace(matched=matched), reading)


def _choose_twins(frame: pd.DataFrame, matched: Matched) -> Matched:
    """Where two reference patients share the key, each row goes to the one that it agrees with in
    more features.
    """
    better = matched.copy()
    for first, second in _lookalikes():
        rows = np.flatnonzero(matched == first)
        if len(rows):
            better[
                rows[_agreeing(frame.iloc[rows], second) > _agreeing(frame.iloc[rows], first)]
            ] = second
    return better


def _lookalikes() -> list[tuple[int, int]]:
    """Pairs of reference patients with the same key; the first is the one that a join finds."""
    frame = reference().frame
    key = combine_codes(
        (pd.factorize(frame[name], use_na_sentinel=False)[0], len(frame))
        for name in ("age", "sex", "trestbps", "thalach", "oldpeak")
    )
    first: dict[int, int] = {}
    pairs = [(first.setdefault(int(k), position), position) for position, k in enumerate(key)]
    return [(a, b) for a, b in pairs if a != b]


def _agreeing(frame: pd.DataFrame, patient: int) -> IntArray:
    codes = reference().codes
    return np.asarray(
        np.sum(
            [numeric_codes(frame[name]) == codes[name][patient] for name in FEATURE_NAMES], axis=0
        )
    )


def _match_more(frame: pd.DataFrame, matched: Matched, present: list[str]) -> Matched:
    """Rows of a copy whose patient lacks values at UCI: they match where everything that UCI does
    know is equal.

    Only patients of hospitals that the file is clearly a copy of, and only where no more different
    rows come into question than there are such patients: a new patient may equal an old one in the
    few values that the old one has, and must not lose the others.
    """
    codes = reference().codes
    open_rows = np.flatnonzero(matched < 0)
    free = _free_patients(matched)
    if not len(open_rows) or not len(free):
        return matched
    more = matched.copy()
    ours = {name: numeric_codes(frame[name].iloc[open_rows]) for name in present}
    labels = (
        frame[TARGET].iloc[open_rows].to_numpy(dtype=np.float64, na_value=np.nan) > 0
        if TARGET in frame.columns
        else np.full(len(open_rows), 2)
    )
    repeats = row_groups(
        frame.iloc[open_rows][[*present, *([TARGET] if TARGET in frame.columns else [])]]
    )
    unknown = np.stack([np.isnan(codes[name][free]) for name in present], axis=1)
    patterns, pattern_of = np.unique(unknown, axis=0, return_inverse=True)
    for pattern in np.argsort(
        patterns.sum(axis=1), kind="stable"
    ):  # those of whom most is known come first
        known = [
            name for name, missing in zip(present, patterns[pattern], strict=True) if not missing
        ]
        if not set(_PATTERN_NEEDS) <= set(known):
            continue
        patients = free[pattern_of == pattern]
        left = np.flatnonzero(more[open_rows] < 0)
        place = _look_up(
            {name: ours[name][left] for name in known},
            {name: codes[name][patients] for name in known},
        )
        twins = _look_up(
            {name: codes[name][patients] for name in known},
            {name: codes[name][patients] for name in known},
        )
        for position in np.unique(place[place >= 0]):
            rows, n_patients = left[place == position], (twins == position).sum()
            if (
                len(np.unique(repeats[rows])) > n_patients
            ):  # the label may tell the patient from somebody who looks alike
                rows = rows[labels[rows] == (codes[TARGET][patients[position]] > 0)]
            if len(np.unique(repeats[rows])) <= n_patients:
                more[open_rows[rows]] = patients[position]
    return more


def _free_patients(matched: Matched) -> IntArray:
    """Patients that no row is, of the hospitals of which most patients are in the file."""
    hospital = reference().hospital
    there = np.zeros(len(hospital), dtype=np.bool_)
    there[matched[matched >= 0]] = True
    copied = [
        name for name in np.unique(hospital) if there[hospital == name].mean() > MIN_COPY_SHARE
    ]
    return np.flatnonzero(np.isin(hospital, copied) & ~there)


def _look_up(
    rows: dict[str, npt.NDArray[np.float64]], patients: dict[str, npt.NDArray[np.float64]]
) -> IntArray:
    """Which patient each row equals in all columns, -1 for none."""
    n_patients = len(next(iter(patients.values())))
    both = combine_codes(
        (codes.astype(np.int64), len(values) + 1)
        for name in rows
        for values, codes in [
            np.unique(
                np.concatenate([patients[name], np.nan_to_num(rows[name], nan=-1e9)]),
                return_inverse=True,
            )
        ]
    )
    theirs, ours = both[:n_patients], both[n_patients:]
    order = np.argsort(theirs, kind="stable")
    if not n_patients:
        return np.full(len(ours), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(theirs[order], ours), n_patients - 1)
    return np.where(theirs[order][place] == ours, order[place], -1)


def _find_contradictions(
    converted: Converted, matched: Matched, present: list[str], reading: Reading
) -> dict[str, IntArray]:
    """Column to the positions of known patients' rows whose value differs from UCI's."""
    rows = np.flatnonzero(matched >= 0)
    found = {}
    for name in present:
        ours, truth = (
            numeric_codes(converted.frame[name].iloc[rows]),
            reference().codes[name][matched[rows]],
        )
        differs = (
            ~np.isnan(ours)
            & ~np.isnan(truth)
            & (np.abs(ours - truth) > (0.5 if name == "chol" and reading.mmol else 0))
        )
        bad = (
            np.isin(rows, converted.bad[name].positions) & ~np.isnan(truth)
            if name in converted.bad
            else np.zeros(len(rows), dtype=np.bool_)
        )
        if (differs | bad).any():
            found[name] = rows[differs | bad]
    if TARGET in converted.frame.columns:
        found |= _label_contradictions(converted.frame[TARGET], rows, matched, reading)
    return found


def _label_contradictions(
    num: pd.Series, rows: IntArray, matched: Matched, reading: Reading
) -> dict[str, IntArray]:
    ours, truth = numeric_codes(num.iloc[rows]), reference().codes[TARGET][matched[rows]]
    if reading.target is not None and reading.target.name == "severe":
        differs = (ours > 0) != (truth >= 2)
    else:
        differs = ~np.isnan(ours) & ((ours > 0) != (truth > 0))
    return {TARGET: rows[differs]} if differs.any() else {}


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
    rows = converted.frame.index[twins].tolist()
    return tuple(
        SetAside(row, f"{reason} {_columns_at(p, contradictions)}")
        for row, p in zip(rows, twins.tolist(), strict=True)
    )


def _columns_at(position: int, contradictions: dict[str, IntArray]) -> str:
    return ", ".join(name for name, positions in contradictions.items() if position in positions)


def _differences(
    contradictions: dict[str, IntArray], aside: tuple[SetAside, ...]
) -> tuple[str, ...]:
    """What is left of the contradictions, counted by column."""
    n = {name: len(positions) for name, positions in contradictions.items()}
    if not n or len(aside) == len(np.unique(np.concatenate(list(contradictions.values())))):
        return ()
    counts = ", ".join(f"{name} in {count} rows" for name, count in n.items())
    return (
        (
            f"Known patients whose value differs from UCI's record: {counts}. Kept as the file has"
            " them, unless set aside."
        ),
    )


def _restore(repaired: Repaired, present: list[str]) -> Repaired:
    """Values of known patients that UCI does not have become missing; cells that cannot be take
    UCI's value.
    """
    frame, bad = repaired.converted.frame, dict(repaired.converted.bad)
    rows = np.flatnonzero(repaired.matched >= 0)
    changes = list(repaired.converted.changes)
    restored = 0
    for name in present:
        truth = reference().frame[name].iloc[repaired.matched[rows]]
        invented = rows[(frame[name].iloc[rows].notna().to_numpy()) & truth.isna().to_numpy()]
        if len(invented):
            changes.append(
                Change(
                    name,
                    len(invented),
                    f"UCI has no value for these known patients; {_origin(frame, name, invented)}:"
                    " now missing",
                )
            )
            frame = frame.assign(**{name: _with_missing(frame[name], invented)})
            restored += len(invented)
        if name in bad:
            frame, fixed = _take_truth(frame, name, bad, repaired.matched)
            changes += (
                [Change(name, fixed, "impossible in known patients: now as in UCI's record")]
                if fixed
                else []
            )
    notes = repaired.notes
    if restored:
        lost = (
            f"{restored:,} cells of known patients hold values that UCI does not have: somebody"
            " invented them, and they are missing again."
        )
        notes = (*notes, lost)
    return repaired._replace(
        converted=Converted(frame, bad, tuple(changes)), restored=restored, notes=notes
    )


def _with_missing(column: pd.Series, positions: IntArray) -> pd.Series:
    mask = np.zeros(len(column), dtype=np.bool_)
    mask[positions] = True
    return column.mask(mask)


def _origin(frame: pd.DataFrame, name: str, positions: IntArray) -> str:
    """Whether the invented values follow the label."""
    if TARGET not in frame.columns or not feature(name).codes:
        return f"{len(positions)} were invented"
    table = pd.crosstab(
        numeric_codes(frame[name].iloc[positions]),
        (frame[TARGET].iloc[positions] > 0).to_numpy(dtype=bool, na_value=False),
    )
    follow = int(table.max(axis=1).sum())
    return f"they were invented, and {follow} of {len(positions)} follow the label"


def _take_truth(
    frame: pd.DataFrame, name: str, bad: dict[str, BadTexts], matched: Matched
) -> tuple[pd.DataFrame, int]:
    positions = bad[name].positions
    known = positions[matched[positions] >= 0]
    if not len(known):
        return frame, 0
    column = frame[name].copy()
    column.iloc[known] = reference().frame[name].iloc[matched[known]].array
    rest = positions[matched[positions] < 0]
    texts = bad.pop(name)
    if len(rest):
        bad[name] = texts._replace(positions=rest)
    return frame.assign(**{name: column}), len(known)


def _settle_labels(repaired: Repaired, reading: Reading) -> Repaired:
    """Labels that mean a severity of 2 and more: known patients take UCI's severity, other rows
    marked 0 are set aside.
    """
    if reading.target is None or reading.target.name != "severe":
        return repaired
    frame, matched = repaired.converted.frame, repaired.matched
    num = frame[TARGET].copy()
    known = np.flatnonzero(matched >= 0)
    num.iloc[known] = reference().frame[TARGET].iloc[matched[known]].astype("Int8").array
    open_rows = frame.index[
        num.isna().to_numpy() & ~np.isin(np.arange(len(frame)), _bad_positions(repaired.converted))
    ]
    reason = (
        "its label says no severity of 2 or more, which leaves open whether it is diseased, and it"
        " is no known patient"
    )
    changes = (
        *repaired.converted.changes,
        Change(TARGET, len(known), "the label meant a severity of 2 and more: now UCI's severity"),
    )
    aside = (*repaired.set_aside, *(SetAside(int(row), reason) for row in open_rows))
    used = ~frame.index.isin([entry.row for entry in aside])
    hidden, ill = (
        int(((frame[TARGET].isna()) & (num > 0) & used).sum()),
        int(((num > 0) & used).sum()),
    )
    note = (
        f"{hidden:,} of the {ill:,} diseased patients were marked 0, because their severity is 1."
    )
    converted = Converted(frame.assign(**{TARGET: num}), repaired.converted.bad, changes)
    return repaired._replace(converted=converted, set_aside=aside, notes=(*repaired.notes, note))


def _bad_positions(converted: Converted) -> IntArray:
    return (
        converted.bad[TARGET].positions if TARGET in converted.bad else np.empty(0, dtype=np.int64)
    )
