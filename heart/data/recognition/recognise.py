"""Which reading a file is in: known patients first, then what must hold clinically, else the caller
is asked. Nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from heart.data.dialects.cells import Parsed
from heart.data.dialects.reading import Reading, codes_of, means
from heart.data.recognition.evidence import (
    Agreement,
    KnownPatients,
    Relation,
    clinical_relations,
    combined_z,
)
from heart.data.recognition.known import Matched, match_rows
from heart.errors import Candidate, CohortError, DialectError

MIN_MATCHED, MANY_MATCHED = 3, 20
MIN_AGREEMENT = 0.9
AGREEMENT_MARGIN = 0.01
CLEAR_Z, Z_MARGIN = 3.0, 2.0
MMOL_RANGE = (1.0, 20.0)

BY_KNOWN, BY_VALUES, BY_CLINIC = (
    "the known patients",
    "its values, which fit no other reading",
    "the clinical relations",
)
BY_NAME, BY_USER = "the name of its target column", "the user, who chose the dialect"

Preview = Callable[[Reading], Sequence[dict[str, str]]]


class Recognition(NamedTuple):
    """How a file is read, and why.

    Attributes:
        reading: what its codes mean.
        matched: every row's patient.
        relations: how clearly the clinical relations show under the reading.
        decided_by: what left this reading only, in words.
    """

    reading: Reading
    matched: Matched
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
        DialectError: if several are left, or cholesterol has to be converted and nobody confirmed
            it.
        CohortError: for a name that is no dialect, a target that no rule explains, or a choice that
            known patients contradict.
    """
    readings = _possible_readings(parsed)
    matched = _match(parsed, readings)
    known = KnownPatients(parsed, matched)
    readings = _believe_doubtful(readings, known)
    left = _shown_by_known(readings, known)
    decided_by = BY_VALUES if len(readings) == 1 else BY_KNOWN if left else BY_CLINIC
    left = left or readings
    if dialect is not None:
        left = _wanted(dialect, left, readings, known)
    relations = {id(reading): clinical_relations(parsed, reading) for reading in left}
    if len(left) > 1:
        left = _clearest(left, relations)
        decided_by = BY_CLINIC
    if len(left) > 1 and (telling or dialect is not None):
        left = _customary(left, by_name=dialect is None)
        decided_by = BY_NAME
    if len(left) > 1 or (left[0].mmol and (dialect is None or "mmol" not in dialect)):
        raise _ask(left, parsed, known, preview)
    decided_by = decided_by if dialect is None else f"{BY_USER} {dialect!r}"
    return Recognition(left[0], matched, tuple(relations[id(left[0])]), decided_by)


def _possible_readings(parsed: Parsed) -> list[Reading]:
    """The readings under which fewest cells have no meaning; those that make the same of every
    token are one.

    Raises:
        CohortError: if no rule explains the target.
    """
    codings = _fewest(CODINGS, [_count_strange(parsed, coding) for coding in CODINGS])
    readings = [
        Reading(coding, sex, target, _is_mmol(parsed))
        for coding in codings
        for sex in _sex_rules(parsed)
        for target in _target_rules(parsed)
    ]
    different: dict[tuple[object, ...], Reading] = {}
    for reading in readings:
        # "severe" makes of a 1 what "binary" does, but says another thing about it
        severe = reading.target is not None and reading.target.name == "severe"
        different.setdefault((*reading.signature(parsed), severe), reading)
    return list(different.values())


def _fewest(items: Sequence[Coding], counts: Sequence[int]) -> list[Coding]:
    return [item for item, count in zip(items, counts, strict=True) if count == min(counts)]


def _count_strange(parsed: Parsed, coding: Coding) -> int:
    """Cells to which a coding gives no meaning. Thal in words goes with UCI's numbers only."""
    thal = parsed.categories.get("thal")
    if (
        coding.name != "uci"
        and thal is not None
        and any(token in WORDS["thal"] for token in thal.tokens)
    ):
        return len(parsed.rows) * len(parsed.categories)
    reading = Reading(coding, "", None, mmol=False)
    return sum(
        int(column.counts()[np.isinf(codes_of(column, name, reading))].sum())
        for name, column in parsed.categories.items()
        if name != "sex"
    )


def _sex_rules(parsed: Parsed) -> tuple[str, ...]:
    column = parsed.categories.get("sex")
    tokens = set() if column is None else set(column.tokens)
    return ("male-1", "female-1") if "2" in tokens and "0" not in tokens else ("",)


def _is_mmol(parsed: Parsed) -> bool:
    """Whether cholesterol lies where only mmol/l can: 18 mg/dl would be 0.5 mmol/l."""
    if "chol" not in parsed.numbers:
        return False
    known = parsed.numbers["chol"].known()
    known = known[known > 0]
    return len(known) > 0 and bool(
        np.mean((known >= MMOL_RANGE[0]) & (known <= MMOL_RANGE[1])) > 0.9
    )


def _target_rules(parsed: Parsed) -> list[TargetRule | None]:
    """The rules that explain the target's values, those that call every patient diseased or healthy
    left out.

    Raises:
        CohortError: if none does.
    """
    column = parsed.target
    if column is None:
        return [None]
    counts = column.counts()
    words = [token for token in column.tokens if token in TARGET_WORDS.codes]
    if words and not any(token in rule.codes for rule in TARGET_RULES for token in column.tokens):
        return [TARGET_WORDS]
    strange = [
        int(
            counts[[token is not None and token not in rule.codes for token in column.tokens]].sum()
        )
        for rule in TARGET_RULES
    ]
    allowed = max(5, len(parsed.rows) // 20)
    fitting = [
        rule
        for rule, count in zip(TARGET_RULES, strange, strict=True)
        if count == min(strange)
        and count <= allowed
        and (_both_classes(column.tokens, rule) or min(counts.shape) < 2)
    ]
    if not fitting:
        fitting = [
            rule
            for rule, count in zip(TARGET_RULES, strange, strict=True)
            if count == min(strange) and count <= allowed
        ]
    if not fitting:
        shown = ", ".join(repr(str(text)) for text in column.column.texts[:6])
        raise CohortError(
            "a target of two classes (0/1, 1/2, yes/no …) or a severity from 0 to 4",
            f"{len(column.tokens)} different values:"
            f" {shown}{' …' if len(column.tokens) > 6 else ''}",
            "Choose the column that says who is diseased, or recode it.",
        )
    return list(fitting)


def _both_classes(tokens: Sequence[str | None], rule: TargetRule) -> bool:
    nums = {rule.codes[token] for token in tokens if token in rule.codes}
    return len({num is not None and num > 0 for num in nums}) == 2


def _match(parsed: Parsed, readings: Sequence[Reading]) -> Matched:
    """The rows' patients: on the whole key, or without sex and cholesterol where their codes are
    not settled.
    """
    first = readings[0]
    return match_rows(parsed, None if first.sex or first.mmol else first)


def _believe_doubtful(readings: list[Reading], known: KnownPatients) -> list[Reading]:
    shown = [
        known.shows(column, word, code)
        for (column, word), code in DOUBTFUL.items()
        if column in known.parsed.categories
    ]
    return [replace(reading, doubtful=True) for reading in readings] if any(shown) else readings


def _shown_by_known(readings: list[Reading], known: KnownPatients) -> list[Reading]:
    """The readings under which the known patients' codes and labels agree best; none if there are
    too few patients or they do not agree.
    """
    if known.n < MIN_MATCHED:
        return []
    judged = [(reading, known.judge(reading)) for reading in readings]
    best = max(agreement.share for _, agreement in judged)
    if best < MIN_AGREEMENT:
        _check_mixture(known, max(judged, key=lambda pair: pair[1].share))
        return []
    judged = [
        (reading, agreement)
        for reading, agreement in judged
        if agreement.share >= best - AGREEMENT_MARGIN
    ]
    if not any(agreement.of_labels for _, agreement in judged):
        return [reading for reading, _ in judged]
    best = max(agreement.label_share for _, agreement in judged)
    if best < MIN_AGREEMENT:
        return [
            reading
            for reading, _ in judged
            if reading.target is None or reading.target.name != "severe"
        ]
    judged = [
        (reading, agreement)
        for reading, agreement in judged
        if agreement.label_share >= best - AGREEMENT_MARGIN
    ]
    plain = [
        reading
        for reading, _ in judged
        if reading.target is None or reading.target.name != "severe"
    ]
    return plain or [reading for reading, _ in judged]


def _check_mixture(known: KnownPatients, best: tuple[Reading, Agreement]) -> None:
    """Refuse a file that is mostly known patients and fits no coding throughout.

    Raises:
        CohortError: with the best coding and how far it goes.
    """
    reading, agreement = best
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
    base = dialect.split("+", maxsplit=1)[0]
    names = sorted({*DIALECTS, *(reading.name for reading in readings)})
    if base not in {name.split("+")[0] for name in names}:
        raise CohortError(
            f"a dialect among {', '.join(names)}", repr(dialect[:40]), "Choose one of them."
        )
    chosen = [reading for reading in left if means(dialect, reading)]
    if chosen:
        return chosen
    if left is not readings and any(means(dialect, reading) for reading in readings):
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


def _clearest(left: list[Reading], clinical: dict[int, list[Relation]]) -> list[Reading]:
    """The one reading under which the clinical relations show clearly, and more clearly than under
    any other; else all of them.
    """
    plain = [
        reading for reading in left if reading.target is None or reading.target.name != "severe"
    ] or left
    strength = [combined_z(clinical[id(reading)]) for reading in plain]
    order = np.argsort(strength)[::-1]
    if len(plain) == 1 or (
        strength[order[0]] >= CLEAR_Z and strength[order[0]] - strength[order[1]] >= Z_MARGIN
    ):
        return [plain[order[0]]]
    return plain


def _customary(left: list[Reading], *, by_name: bool) -> list[Reading]:
    """Those whose target runs as its column's name says, or as it usually does in files of the
    chosen coding; if none does, all.
    """
    if by_name:
        return [reading for reading in left if _is_upright(reading)] or left
    usual = [reading for reading in left if _is_usual(reading)] or left
    return [reading for reading in usual if reading.sex != "female-1"] or usual


def _is_upright(reading: Reading) -> bool:
    return reading.target is None or (reading.target.upright and reading.target.name != "severe")


def _is_usual(reading: Reading) -> bool:
    if reading.target is not None and reading.target.name in ("binary", "inverted", "severe"):
        return reading.target.name == reading.coding.target
    return _is_upright(reading)


def _ask(
    left: list[Reading], parsed: Parsed, known: KnownPatients, preview: Preview
) -> DialectError:
    usual_first = sorted(left, key=lambda reading: not _is_usual(reading))
    candidates = [
        Candidate(reading.name, reading.meaning, tuple(preview(reading))) for reading in usual_first
    ]
    names = ", ".join(candidate.name for candidate in candidates)
    if left[0].mmol and len(left) == 1:
        median = float(np.median(parsed.numbers["chol"].known()))
        return DialectError(
            "cholesterol in mg/dl, or a word from you that it is in mmol/l",
            f"a median of {median:.3g}, which is in the range of mmol/l",
            f"Confirm the conversion by choosing the dialect {names}.",
            candidates=candidates,
        )
    return DialectError(
        "codes that only one dialect has",
        f"{len(parsed.rows)} rows, {known.n} of them known patients, that fit {len(candidates)}"
        f" readings: {names}",
        "Choose one of them as the dialect.",
        candidates=candidates,
    )
