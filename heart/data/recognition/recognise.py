"""Which reading a file is in: known patients first, then what must hold clinically.

Where neither leaves one reading only, the caller is asked. Nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from heart.data.codings import (
    CODINGS,
    DIALECTS,
    DOUBTFUL,
    TARGET_RULES,
    TARGET_WORDS,
    WORDS,
    Coding,
    TargetRule,
)
from heart.data.dialects.cells import Parsed, Tokens
from heart.data.dialects.reading import Reading, codes_of, means, nums_of
from heart.data.recognition.evidence import (
    CLEAR_Z,
    Agreement,
    KnownPatients,
    Relation,
    clinical_relations,
    combined_z,
    tabulate_known,
)
from heart.data.recognition.extracts import check_extract
from heart.data.recognition.known import match_rows
from heart.errors import Candidate, CohortError, DialectError

MIN_MATCHED, MANY_MATCHED = 3, 20
MIN_AGREEMENT = 0.9
AGREEMENT_MARGIN = 0.01
Z_MARGIN = 2.0
MMOL_RANGE = (1.0, 20.0)  # in mg/dl it would be 0.5 mmol/l at most: nobody has so little
MIN_MMOL_SHARE = 0.9

BY_KNOWN, BY_VALUES, BY_CLINIC = (
    "the known patients",
    "its values, which fit no other reading",
    "the clinical relations",
)
BY_NAME, BY_USER = "the name of its target column", "the user, who chose the dialect"

Preview = Callable[[Reading], Sequence[Mapping[str, str]]]


class Recognition(NamedTuple):
    """How a file is read, and why.

    Attributes:
        reading: what its codes mean.
        known: the rows that are known patients.
        relations: how clearly the clinical relations show under the reading.
        decided_by: what left this reading only, in words.
    """

    reading: Reading
    known: KnownPatients
    relations: tuple[Relation, ...]
    decided_by: str


def recognise(
    parsed: Parsed, *, telling: bool, dialect: str | None, preview: Preview
) -> Recognition:
    """The one reading that the evidence leaves.

    Args:
        parsed: the file's columns.
        telling: whether the target column's name says that its higher value means disease.
        dialect: a dialect's or candidate's name that the user chose.
        preview: what a reading makes of the first rows, for the question.

    Raises:
        ExtractError: if the outcome marks a part of the diseased only.
        DialectError: if several are left, or cholesterol has to be converted and nobody confirmed
            it.
        CohortError: for a name that is no dialect, a target that no rule explains, or a choice that
            known patients contradict.
    """
    readings = possible_readings(parsed)
    known = tabulate_known(parsed, match_rows(parsed, readings[0]))
    check_extract(known)
    readings = _believe_doubtful(readings, known)
    left = _shown_by_known(readings, known)
    decided_by = BY_VALUES if len(readings) == 1 else BY_KNOWN if left else BY_CLINIC
    left = left or readings
    if dialect is not None:
        left = _wanted(dialect, left, readings, known)
    relations = {reading: clinical_relations(parsed, reading) for reading in left}
    if len(left) > 1:
        left = _clearest(left, relations)
        decided_by = BY_CLINIC
    if len(left) > 1 and (telling or dialect is not None):
        left = _customary(left, by_name=dialect is None)
        decided_by = BY_NAME
    if len(left) > 1 or (left[0].mmol and (dialect is None or "mmol" not in dialect)):
        raise _ask(left, known, preview)
    decided_by = decided_by if dialect is None else f"{BY_USER} {dialect!r}"
    return Recognition(left[0], known, tuple(relations[left[0]]), decided_by)


def possible_readings(parsed: Parsed) -> list[Reading]:
    """The different readings under which fewest cells have no meaning.

    Raises:
        CohortError: if no rule explains the target.
    """
    strange = [count_strange(parsed, coding) for coding in CODINGS]
    readings = [
        Reading(coding, sex, target, is_mmol(parsed))
        for coding, count in zip(CODINGS, strange, strict=True)
        if count == min(strange)
        for sex in _sex_rules(parsed)
        for target in _target_rules(parsed)
    ]
    different: dict[tuple[object, ...], Reading] = {}
    for reading in readings:
        different.setdefault(reading.signature(parsed), reading)
    return list(different.values())


def count_strange(parsed: Parsed, coding: Coding) -> int:
    """Cells to which a coding gives no meaning. Thal in words goes with UCI's numbers only."""
    thal = parsed.categories.get("thal")
    if (
        coding.name != "uci"
        and thal is not None
        and not WORDS["thal"].keys().isdisjoint(thal.tokens)
    ):
        return len(parsed.rows) * len(parsed.categories)
    reading = Reading(coding, "", None, mmol=False)
    return sum(
        int(column.counts()[np.isinf(codes_of(column, name, reading))].sum())
        for name, column in parsed.categories.items()
        if name != "sex"
    )


def _sex_rules(parsed: Parsed) -> tuple[str, ...]:
    tokens = parsed.categories["sex"].tokens if "sex" in parsed.categories else ()
    return ("male-1", "female-1") if "2" in tokens and "0" not in tokens else ("",)


def is_mmol(parsed: Parsed) -> bool:
    """Whether cholesterol lies where only mmol/l can."""
    if "chol" not in parsed.numbers:
        return False
    known = parsed.numbers["chol"].known()
    known = known[known > 0]  # 0 is a missing value
    low, high = MMOL_RANGE
    return len(known) > 0 and bool(np.mean((known >= low) & (known <= high)) > MIN_MMOL_SHARE)


def _target_rules(parsed: Parsed) -> list[TargetRule | None]:
    """The rules that explain the target's values, preferably as two classes.

    Raises:
        CohortError: if none does.
    """
    column = parsed.target
    if column is None:
        return [None]
    is_known = [token in rule.codes for rule in TARGET_RULES for token in column.tokens]
    if not any(is_known) and not TARGET_WORDS.codes.keys().isdisjoint(column.tokens):
        return [TARGET_WORDS]
    strange = [count_unexplained(column, rule) for rule in TARGET_RULES]
    if min(strange) > max(5, len(parsed.rows) // 20):
        raise _unexplained(column)
    fitting = [rule for rule, n in zip(TARGET_RULES, strange, strict=True) if n == min(strange)]
    if len(column.tokens) > 1:
        fitting = [rule for rule in fitting if _both_classes(column.tokens, rule)] or fitting
    return list(fitting)


def count_unexplained(column: Tokens, rule: TargetRule) -> int:
    """Cells with a target that a rule has no code for."""
    unexplained = [token is not None and token not in rule.codes for token in column.tokens]
    return int(column.counts()[unexplained].sum())


def _unexplained(column: Tokens) -> CohortError:
    shown = ", ".join(repr(str(text)) for text in column.column.texts[:6])
    more = " …" if len(column.tokens) > 6 else ""
    return CohortError(
        "a target of two classes (0/1, 1/2, yes/no …) or a severity from 0 to 4",
        f"{len(column.tokens)} different values: {shown}{more}",
        "Choose the column that says who is diseased, or recode it.",
    )


def _both_classes(tokens: Sequence[str | None], rule: TargetRule) -> bool:
    nums = {rule.codes[token] for token in tokens if token in rule.codes}
    return len({num is not None and num > 0 for num in nums}) == 2


def _believe_doubtful(readings: list[Reading], known: KnownPatients) -> list[Reading]:
    shown = [
        known.shows(column, word, code)
        for (column, word), code in DOUBTFUL.items()
        if column in known.parsed.categories
    ]
    return [replace(reading, doubtful=True) for reading in readings] if any(shown) else readings


def _shown_by_known(readings: list[Reading], known: KnownPatients) -> list[Reading]:
    """The readings under which the known patients' codes, and then their labels, agree best.

    None if there are too few patients or their codes do not agree. A target of a severity of 2 and
    more is believed only where no other rule fits the labels.
    """
    if known.n < MIN_MATCHED:
        return []
    judged = {reading: known.judge(reading) for reading in readings}
    best = max(judged, key=lambda reading: judged[reading].share)
    if judged[best].share < MIN_AGREEMENT:
        _check_mixture(known, best, judged[best])
        return []
    left = [r for r in judged if judged[r].share >= judged[best].share - AGREEMENT_MARGIN]
    if not any(judged[reading].of_labels for reading in left):
        return left
    most = max(judged[reading].label_share for reading in left)
    if most < MIN_AGREEMENT:
        return [reading for reading in left if not reading.is_severe]
    left = [r for r in left if judged[r].label_share >= most - AGREEMENT_MARGIN]
    return [reading for reading in left if not reading.is_severe] or left


def _check_mixture(known: KnownPatients, reading: Reading, agreement: Agreement) -> None:
    """Refuse a file that is mostly known patients and fits no coding throughout.

    Raises:
        CohortError: with the best coding and how far it goes.
    """
    if known.n >= max(MANY_MATCHED, len(known.parsed.rows) / 2) and agreement.of_cells:
        raise CohortError(
            f"one coding throughout; {known.n:,} of {len(known.parsed.rows):,} rows are known"
            " patients",
            f"that even under the best one, {reading.name!r}, {agreement.cells:,} of their"
            f" {agreement.of_cells:,} codes agree",
            "If the file was put together from several, read them one by one.",
        )


def _wanted(
    dialect: str, left: list[Reading], readings: list[Reading], known: KnownPatients
) -> list[Reading]:
    """What the user's choice leaves.

    Raises:
        CohortError: if there is no such dialect, it cannot be this file, or the known patients
            contradict it.
    """
    names = sorted({*DIALECTS, *(reading.name for reading in readings)})
    if dialect.split("+", maxsplit=1)[0] not in {name.split("+")[0] for name in names}:
        raise CohortError(
            f"a dialect among {', '.join(names)}", repr(dialect[:40]), "Choose one of them."
        )
    chosen = [reading for reading in left if means(dialect, reading)]
    if chosen:
        return chosen
    if any(means(dialect, reading) for reading in readings):
        agreement = known.judge(left[0])
        raise CohortError(
            f"a dialect that the {known.n} known patients in the file confirm",
            f"{dialect!r}, while under {left[0].name!r} {agreement.cells} of their"
            f" {agreement.of_cells} codes agree",
            f"Leave the dialect out, or choose {left[0].name!r}.",
        )
    fitting = ", ".join(reading.name for reading in readings)
    raise CohortError(
        f"a dialect that the file's codes fit ({fitting})",
        repr(dialect[:40]),
        "Choose one of them, or leave the dialect out.",
    )


def _clearest(left: list[Reading], relations: Mapping[Reading, list[Relation]]) -> list[Reading]:
    """The reading under which the relations show clearly and clearest; if there is none, all."""
    plain = [reading for reading in left if not reading.is_severe] or left
    strength = {reading: combined_z(relations[reading]) for reading in plain}
    first, *others = sorted(plain, key=lambda reading: -strength[reading])
    second = strength[others[0]] if others else -np.inf
    is_clear = strength[first] >= CLEAR_Z and strength[first] - second >= Z_MARGIN
    return [first] if is_clear or not others else plain


def _customary(left: list[Reading], *, by_name: bool) -> list[Reading]:
    """Those whose target runs as its name says, or as usual in the chosen coding; if none, all."""
    if by_name:
        return [reading for reading in left if _is_upright(reading)] or left
    usual = [reading for reading in left if reading.is_usual] or left
    return [reading for reading in usual if reading.sex != "female-1"] or usual


def _is_upright(reading: Reading) -> bool:
    return not reading.inverted and not reading.is_severe


def _ask(left: list[Reading], known: KnownPatients, preview: Preview) -> DialectError:
    usual_first = sorted(left, key=lambda reading: not reading.is_usual)
    candidates = [
        Candidate(
            reading.name,
            reading.meaning,
            tuple(preview(reading)),
            *_count_outcomes(known.parsed, reading),
        )
        for reading in usual_first
    ]
    names = ", ".join(candidate.name for candidate in candidates)
    if left[0].mmol and len(left) == 1:
        median = float(np.median(known.parsed.numbers["chol"].known()))
        return DialectError(
            "cholesterol in mg/dl, or your confirmation that it is in mmol/l",
            f"a median of {median:.3g}, which is in the range of mmol/l",
            f"Confirm the conversion by choosing the dialect {names}.",
            candidates=candidates,
        )
    rows = f"{len(known.parsed.rows)} rows, {known.n} of them known patients"
    return DialectError(
        "codes that only one dialect has",
        f"{rows}, that fit {len(candidates)} readings: {names}",
        "Choose one of them as the dialect.",
        candidates=candidates,
    )


def _count_outcomes(parsed: Parsed, reading: Reading) -> tuple[int, int] | tuple[None, None]:
    """How many rows a reading makes diseased, and how many healthy."""
    if parsed.target is None:
        return None, None
    counts, nums = parsed.target.counts(), nums_of(parsed.target, reading)
    return int(counts[np.isfinite(nums) & (nums > 0)].sum()), int(counts[nums == 0].sum())
