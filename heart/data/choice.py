"""Which of a file's columns is which: by their names, by what somebody says, and by the known
patients; what remains open is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from heart.data.columns import (
    COLUMNS,
    ColumnMatch,
    Naming,
    check_features,
    count_columns,
    is_placeholder,
    known_columns,
    make_naming,
    name_positions,
    shorten,
)
from heart.data.formats.table import Table
from heart.data.questions import Columns, Evidence, ask
from heart.data.recognition.anchors import find_anchors, is_enough_known, match_by
from heart.data.recognition.samples import NUMBERS, Sample, may_be, sample_rows
from heart.data.recognition.unnamed import (
    Decided,
    compare_columns,
    decide_columns,
    find_undecided,
)
from heart.errors import CohortError

NOT_USED = ("", "-")
BY_USER = "the user said so"


def choose_columns(
    table: Table, *, need_target: bool, columns: Mapping[str, str] | None = None
) -> Naming:
    """Which of the table's columns is which.

    Args:
        table: the opened file.
        need_target: whether an outcome is needed.
        columns: what the user says: a column's name, or "#3" for the third, to a canonical name,
            or to "" where the column is not to be used.

    Raises:
        ColumnsError: if columns have to be named that neither names nor known patients name.
        CohortError: if it is no table of heart patients, or what the user says cannot be.
    """
    is_counted = not table.header or is_placeholder(table.header)
    if is_counted and not columns:
        by_order = _name_by_order(table, need_target=need_target)
        if by_order is not None:
            return by_order
    header = table.header or count_columns(table.width)
    given = _read_given(columns or {}, header)
    known = {} if is_counted else known_columns(header, but=given)
    named = {name: position for name, position in known.items() if name not in given.values()}
    named |= {name: position for position, name in given.items() if name}
    chosen = Columns(header, named, given)
    if not chosen.open or not chosen.lacking:
        return _finish(chosen, need_target=need_target)
    evidence = _find_evidence(table, chosen)
    if not table.header and not columns and not evidence.decided:
        name_positions(table.width, need_target=need_target)  # says how many there have to be
    ask(chosen, evidence, need_target=need_target)
    return _finish(chosen, evidence.decided, evidence.sample, need_target=need_target)


def _name_by_order(table: Table, *, need_target: bool) -> Naming | None:
    """UCI's order, for columns that are only counted; None where the known patients show that it is
    another one, or the columns are too few or too many.
    """
    try:
        naming = name_positions(table.width, need_target=need_target)
    except CohortError:
        return None
    sample = sample_rows(table, range(table.width))
    numbers = {name: naming.columns[name] for name in NUMBERS}
    if set(numbers.values()) <= sample.columns.keys():
        if is_enough_known(match_by(sample, numbers), sample.n):
            return naming
        if find_anchors(sample, {}, range(table.width)) is not None:
            return None
    return naming


def _read_given(columns: Mapping[str, str], header: Sequence[str]) -> dict[int, str]:
    """Position to what the user says that the column is.

    Raises:
        CohortError: for a column or a feature that does not exist, or one that is said twice.
    """
    given: dict[int, str] = {}
    numbered = {f"#{i + 1}": i for i in range(len(header))}
    positions = {name.strip(): i for i, name in enumerate(header)} | numbered
    for column, name in columns.items():
        position = positions.get(column.strip())
        wanted = "" if name.strip() in NOT_USED else name.strip()
        if position is None:
            names = ", ".join(repr(shorten(name)) for name in header[:20])
            raise CohortError(
                f"a column among {names}", repr(column[:40]), "Correct its name, or write #1, #2 …"
            )
        if wanted and wanted not in COLUMNS:
            raise CohortError(
                f"one of {', '.join(COLUMNS)} for the column {shorten(column)!r}",
                repr(wanted[:40]),
                "Choose one of them, or - for a column that is not to be used.",
            )
        if position in given or (wanted and wanted in given.values()):
            both = wanted or shorten(column)
            raise CohortError("each column once", f"{both} twice", "Say it once.")
        given[position] = wanted
    return given


def _find_evidence(table: Table, chosen: Columns) -> Evidence:
    """What the known patients say about the open columns, and about those that the user named.

    Raises:
        CohortError: if they contradict the user.
    """
    said = {p: name for p, name in chosen.given.items() if name}
    sample = sample_rows(table, [*chosen.named.values(), *chosen.open])
    by_name = {name: p for name, p in chosen.named.items() if p not in said}
    anchors = find_anchors(sample, by_name, [*chosen.open, *said])
    if anchors is None:
        return Evidence(sample, (), {})
    lacking = [name for name in COLUMNS if name not in by_name]
    grid = compare_columns(sample, anchors, by_name, lacking)
    decided = decide_columns(grid)
    for entry in decided:
        _check_said(entry, said, chosen.header)
    new = tuple(e for e in decided if e.position not in said and e.feature not in said.values())
    undecided = {
        position: {name: equal for name, equal in names.items() if name in chosen.lacking}
        for position, names in find_undecided(grid, decided).items()
        if position not in said
    }
    return Evidence(sample, new, {p: names for p, names in undecided.items() if names})


def _check_said(entry: Decided, said: Mapping[int, str], header: Sequence[str]) -> None:
    """Refuse what the known patients contradict.

    Raises:
        CohortError: saying what they show.
    """
    if entry.position in said and said[entry.position] != entry.feature:
        raise CohortError(
            "columns that the known patients in the file confirm",
            f"{shorten(header[entry.position])!r} as {said[entry.position]}, while"
            f" {_describe(entry, header)}",
            "Leave the column out of what you say, or name it so.",
        )


def _finish(
    chosen: Columns,
    decided: Sequence[Decided] = (),
    sample: Sample | None = None,
    *,
    need_target: bool,
) -> Naming:
    """The naming with its evidence, and with what speaks against leaving columns unused.

    Raises:
        CohortError: if it is no table of heart patients.
    """
    columns = {**chosen.named, **{entry.feature: entry.position for entry in decided}}
    naming = make_naming(chosen.header, columns)
    check_features(naming, chosen.header, need_target=need_target)
    doubts = () if sample is None else _describe_unused(chosen, sample, columns)
    said = [
        ColumnMatch(shorten(chosen.header[position]), name, BY_USER)
        for position, name in chosen.given.items()
        if name
    ]
    shown = [
        ColumnMatch(
            shorten(chosen.header[entry.position]), entry.feature, _describe(entry, chosen.header)
        )
        for entry in decided
    ]
    return naming._replace(matches=(*said, *shown), doubts=doubts)


def _describe_unused(
    chosen: Columns, sample: Sample, columns: Mapping[str, int]
) -> tuple[str, ...]:
    """The measurements without a column that an unused column may be, in a sentence each."""
    unused = [p for p in chosen.open if p in sample.columns and p not in columns.values()]
    sentences = []
    for name in NUMBERS:
        fitting = [p for p in unused if name not in columns and may_be(sample.columns[p], name)]
        if fitting:
            which = " or ".join(repr(shorten(chosen.header[p])) for p in fitting)
            sentences.append(
                f"No column is called {name}, and it is missing in every row: the values of {which}"
                " are possible for it. If it is that column, say so"
                f" (--columns {shorten(chosen.header[fitting[0]])}={name})."
            )
    return tuple(sentences)


def _describe(entry: Decided, header: Sequence[str]) -> str:
    """The evidence for a column, in words."""
    equal, rival = entry.equal, entry.rival
    says = f"equal to {entry.feature} in {equal.equal:,} of {equal.of:,} known patients"
    if rival is None or not rival.equal.equal:
        return says
    other = (
        f"it would be {rival.feature}"
        if rival.position == entry.position
        else f"{shorten(header[rival.position])!r} would be"
    )
    return f"{says} (next best: {other} in {rival.equal.equal:,} of {rival.equal.of:,})"
