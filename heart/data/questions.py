"""What is asked about a file's columns that neither names nor known patients name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from heart.data.columns import (
    COLUMNS,
    MIN_FEATURES,
    check_features,
    guess_subject,
    is_enough,
    is_personal,
    make_naming,
    shorten,
)
from heart.data.recognition.samples import N_EXAMPLES, Sample, may_be
from heart.data.recognition.unnamed import Decided, Equal
from heart.errors import ColumnsError, OpenColumn
from heart.schema import TARGET


class Columns(NamedTuple):
    """What names and the user say of a file's columns.

    Attributes:
        header: a name for every column; "column 3" where the file has none.
        named: canonical name to position.
        given: positions of which the user has said what they are; "" for not used.
    """

    header: tuple[str, ...]
    named: dict[str, int]
    given: dict[int, str]

    @property
    def open(self) -> list[int]:
        """Positions of the columns of which neither says anything."""
        named = {*self.named.values(), *self.given}
        return [
            position
            for position, name in enumerate(self.header)
            if position not in named and name not in ("row index", "(empty)")
        ]

    @property
    def lacking(self) -> list[str]:
        """Features, and the outcome, that have no column."""
        return [name for name in COLUMNS if name not in self.named]


class Evidence(NamedTuple):
    """What the values say: the rows they were read from, and the columns that they name."""

    sample: Sample
    decided: tuple[Decided, ...]
    undecided: dict[int, dict[str, Equal]]


def ask(chosen: Columns, evidence: Evidence, *, need_target: bool) -> None:
    """Ask about what is open, where it is needed or equals a feature without a lead; nothing where
    the user has had his say and it is enough.

    Raises:
        ColumnsError: with the open columns.
        CohortError: if the open columns cannot make it a table of heart patients.
    """
    known = {*chosen.named, *_positions(evidence)}
    enough = is_enough(known, need_target=need_target)
    clear = {p for p, names in evidence.undecided.items() if any(e.is_high for e in names.values())}
    if enough and (chosen.given or not clear):
        return
    taken = {entry.position for entry in evidence.decided}
    lacking = [name for name in COLUMNS if name not in known]
    options = {
        position: names
        for position in chosen.open
        if position not in taken and (not enough or position in clear)
        if (names := _options(evidence, position, lacking))
    }
    _check_possible(chosen, evidence, options, need_target=need_target)
    open_columns = [_open_column(chosen, evidence, position, options) for position in options]
    listed = ", ".join(repr(column.name) for column in open_columns)
    lack = f"no column for {', '.join(lacking)}"
    example = f"{open_columns[0].name}={open_columns[0].options[0]}"
    raise ColumnsError(
        "columns whose names or values say what they are",
        f"{lack}, and of these columns nothing says which they are: {listed}",
        f"Say which column is which, as in --columns {example}; of a column that is none of them,"
        f" --columns {open_columns[0].name}=-.",
        open_columns=open_columns,
    )


def _check_possible(
    chosen: Columns,
    evidence: Evidence,
    options: Mapping[int, Sequence[str]],
    *,
    need_target: bool,
) -> None:
    """Refuse a table that no answer would make one of heart patients.

    Raises:
        CohortError: saying which features are missing and what it seems to be.
    """
    naming = make_naming(chosen.header, {**chosen.named, **_positions(evidence)})
    known = set(naming.columns)
    possible = known | {name for names in options.values() for name in names}
    few = len(known - {TARGET}) + len(options) < MIN_FEATURES
    elsewhere = not evidence.decided and guess_subject(chosen.header) is not None
    if few or elsewhere or not is_enough(possible, need_target=need_target):
        check_features(naming, chosen.header, need_target=need_target)


def _positions(evidence: Evidence) -> dict[str, int]:
    return {entry.feature: entry.position for entry in evidence.decided}


def _options(evidence: Evidence, position: int, lacking: Sequence[str]) -> list[str]:
    """What a column may be: first what known patients' values equal, best first, then what its
    values alone allow.
    """
    column = evidence.sample.columns.get(position)
    if column is None:
        return []
    equal = evidence.undecided.get(position, {})
    shown = sorted(equal, key=lambda name: -equal[name].share)
    return shown + [name for name in lacking if name not in equal and may_be(column, name)]


def _open_column(
    chosen: Columns, evidence: Evidence, position: int, options: Mapping[int, Sequence[str]]
) -> OpenColumn:
    names, header = tuple(options[position]), chosen.header[position]
    equal = evidence.undecided.get(position, {})
    likely = {p: tuple(evidence.undecided.get(p) or options[p]) for p in options}
    is_only = len(likely[position]) == 1 and [*likely.values()].count(likely[position]) == 1
    suggested = likely[position][0] if is_only else None
    examples = () if is_personal(header) else _examples(evidence.sample, position)
    reason = _reason(equal, names, suggested)
    return OpenColumn(f"#{position + 1}", shorten(header), names, examples, suggested, reason)


def _reason(equal: Mapping[str, Equal], names: Sequence[str], suggested: str | None) -> str:
    """Why a column is still open, and what speaks for the suggestion."""
    if equal:
        counts = ", ".join(
            f"{name} in {entry.equal:,} of {entry.of:,}" for name, entry in equal.items()
        )
        return f"equal to {counts} known patients: too few, or another column or feature is as near"
    if suggested:
        return f"its values are possible for {suggested} only"
    return f"its values are possible for {', '.join(names)}"


def _examples(sample: Sample, position: int) -> tuple[str, ...]:
    column = sample.columns[position]
    if column.tokens is None:
        return tuple(f"{value:g}" for value in column.floats[:N_EXAMPLES])
    return tuple(map(shorten, column.tokens.column.texts[:N_EXAMPLES]))
