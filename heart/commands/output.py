"""What the commands say: answers as text or JSON, tables, progress."""

from __future__ import annotations

import io
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from heart.errors import show_controls
from heart.evaluation.figures import write_figure

if TYPE_CHECKING:
    from heart.model.loop import EpochRecord

HISTORIC = {"roc_auc": "auc"}
"""Names in tables of the JSON that programs read already; docs/EVALUATION.md tells which."""

Rows = Sequence[Mapping[str, Any]]

ENDLESS = 10_000
"""Columns of what is no terminal: no table is as wide, so none is folded."""

FOLDED = 30
"""Cells with more letters than this may take several lines."""


def wants_json() -> bool:
    """Whether --json stood anywhere."""
    return "heart.json" in click.get_current_context().meta


def tell(answer: Mapping[str, Any] | str) -> None:
    """Print an answer: on standard output, or beside it where that has become a file."""
    import shutil

    taken = click.get_current_context().meta.get("heart.taken", ())
    stream = sys.stderr if "standard output" in taken else sys.stdout
    if isinstance(answer, str):
        print(show_controls(answer, keep="\n\t"), end="", file=stream)
    elif wants_json():
        print(write_json(answer), file=stream)
    else:
        wide = shutil.get_terminal_size().columns if stream.isatty() else ENDLESS
        print(show_controls(format_answer(answer, width=wide), keep="\n"), file=stream)


def write_json(answer: Any) -> str:
    """An answer for programs."""
    import json

    return json.dumps(answer, indent=2)


def format_answer(answer: Mapping[str, Any], *, width: int = ENDLESS, indent: str = "") -> str:
    """An answer as indented lines for people, with tables where there are rows."""
    lines = []
    inner = indent + "  "
    for key, value in answer.items():
        if isinstance(value, dict):
            lines += [f"{indent}{key}:", format_answer(value, width=width, indent=inner)]
        elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            table = format_table(value, width=width - len(inner))
            lines += [f"{indent}{key}:", *(f"{inner}{line}".rstrip() for line in table)]
        elif isinstance(value, list) and any(isinstance(item, str) for item in value):
            lines += [f"{indent}{key}:", *(f"{inner}{item}" for item in value)]
        else:
            lines.append(f"{indent}{key}: {_short(value)}")
    return "\n".join(line for line in lines if line)


def format_table(rows: Rows, *, width: int = ENDLESS) -> list[str]:
    """The lines of an aligned table, one column a key; `x`, `x_low` and `x_high` share a column.
    Where the columns do not fit beside each other, they follow below, the first one repeated.
    """
    merged = [_merge_bounds(row) for row in rows]
    columns = {
        head: [_short(row.get(head, "")) for row in merged]
        for head in dict.fromkeys(key for row in merged for key in row)
    }
    widths = {head: max(map(len, (head, *cells))) for head, cells in columns.items()}
    needs = {head: min(wide, max(FOLDED, len(head))) for head, wide in widths.items()}
    return [
        line
        for block in _blocks(needs, width)
        for line in _draw({head: columns[head] for head in block}, needs, width)
    ]


def _blocks(needs: Mapping[str, int], width: int) -> Iterator[list[str]]:
    """Columns that fit beside each other, each block with the first one."""
    (first, *others) = needs
    block, used = [first], needs[first]
    for head in others:
        if used + 2 + needs[head] > width and len(block) > 1:
            yield block
            block, used = [first], needs[first]
        block.append(head)
        used += 2 + needs[head]
    yield block


def _draw(columns: Mapping[str, list[str]], needs: Mapping[str, int], width: int) -> list[str]:
    """The lines of a table without a frame, in which sentences are folded."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    fits = sum(needs[head] + 2 for head in columns) - 2 <= width
    for head in columns:
        table.add_column(head, min_width=needs[head] if fits else None, overflow="fold")
    for row in zip(*columns.values(), strict=True):
        table.add_row(*row)
    file = io.StringIO()
    console = Console(file=file, width=width, markup=False, emoji=False, highlight=False)
    console.print(table)
    return [line.rstrip() for line in file.getvalue().splitlines()]


def _merge_bounds(row: Mapping[str, Any]) -> dict[str, Any]:
    """Each figure with its bounds as one list of three."""
    ends = {
        f"{key}{end}"
        for key in row
        for end in ("_low", "_high")
        if f"{key}_low" in row and f"{key}_high" in row
    }
    return {
        key: [row[key], row[f"{key}_low"], row[f"{key}_high"]] if f"{key}_low" in ends else row[key]
        for key in row
        if key not in ends
    }


def _short(value: object) -> str:
    """Numbers with four figures; a figure with its interval as "0.912 (0.841 to 0.970)"."""
    if (
        isinstance(value, list)
        and len(value) == 3
        and all(isinstance(part, float) for part in value)
    ):
        return write_figure(value, end_digits=3)
    if isinstance(value, list) and len(value) == 3 and value[1:] == [None, None]:
        return _short(value[0])  # a figure that has no interval
    if isinstance(value, list):
        return ", ".join(_short(part) for part in value) or "none"
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else show_controls(str(value))


def with_bounds(
    figures: Mapping[str, Sequence[float | None]], prefix: str = ""
) -> dict[str, float | None]:
    """Each figure, and its interval as `_low` and `_high`, by the name it has in the JSON."""
    return {
        f"{prefix}{HISTORIC.get(name, name)}{end}": bound
        for name, figure in figures.items()
        for end, bound in zip(("", "_low", "_high"), figure, strict=True)
    }


def on_terminal(show: Callable[..., None]) -> Callable[..., None] | None:
    """What shows progress, where somebody sees it."""
    return show if sys.stderr.isatty() else None


def print_share(what: str, share: float) -> None:
    """What is done so far, to standard error; it goes to a new line at the end."""
    _overwrite(f"{what}: {share:.0%} ", last=share == 1)


def print_epoch(record: EpochRecord) -> None:
    """One epoch's losses, to standard error."""
    valid = "" if record.valid_loss is None else f"  valid loss {record.valid_loss:.3f}"
    _overwrite(f"epoch {record.epoch}  train loss {record.train_loss:.3f}{valid} ", last=False)


def print_rows(done: int, rows: int, what: str = "rows") -> None:
    """A bar, to standard error."""
    width = 40 * done // rows
    bar = f"[{'#' * width}{'.' * (40 - width)}] {done:,} of {rows:,} {what}"
    _overwrite(bar, last=done == rows)


def print_parts(done: int, parts: int) -> None:
    """A bar of a folder's files, to standard error."""
    print_rows(done, parts, "files")


def _overwrite(line: str, *, last: bool) -> None:
    print(f"\r{line}", end="\n" if last else "", file=sys.stderr, flush=True)


PLAIN = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "×": "x", "≥": ">=", "≤": "<=", "…": "...", "→": "->"}
    | {"“": '"', "”": '"', "‘": "'", "’": "'", "±": "+/-", "·": "-", "•": "*", "≈": "~"}
)


def spell_plainly(error: UnicodeError) -> tuple[str, int]:
    """For `codecs.register_error`: what is written for letters that a terminal does not have, in
    ASCII.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(map(_plain, letters)), error.end


def _plain(letter: str) -> str:
    plain = unicodedata.normalize("NFKD", letter.translate(PLAIN)).encode("ascii", "ignore")
    return plain.decode() or ("" if unicodedata.combining(letter) else "?")
