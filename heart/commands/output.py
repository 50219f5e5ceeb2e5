"""Answers as text for people: indented lines, and tables where there are rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def format_answer(answer: Any, indent: str = "") -> str:
    """An answer as indented lines for people."""
    lines = []
    for key, value in answer.items():
        if isinstance(value, dict):
            lines += [f"{indent}{key}:", format_answer(value, indent + "  ")]
        elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            lines += [f"{indent}{key}:", *(f"{indent}  {line}" for line in format_table(value))]
        elif isinstance(value, list) and any(isinstance(item, str) for item in value):
            lines += [f"{indent}{key}:", *(f"{indent}  {item}" for item in value)]
        else:
            lines.append(f"{indent}{key}: {_short(value)}")
    return "\n".join(line for line in lines if line)


def format_table(rows: list[dict[str, Any]]) -> list[str]:
    """The lines of an aligned table, one column a key; `x`, `x_low` and `x_high` share a column."""
    merged = [_merge_bounds(row) for row in rows]
    heads = list(dict.fromkeys(key for row in merged for key in row))
    cells = [heads, *([_short(row.get(head, "")) for head in heads] for row in merged)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(heads))]
    return [
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]


def _merge_bounds(row: dict[str, Any]) -> dict[str, Any]:
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
    """Numbers with four figures; a figure with its interval as "0.912 (0.84 to 0.97)"."""
    if (
        isinstance(value, list)
        and len(value) == 3
        and all(isinstance(part, float) for part in value)
    ):
        return f"{value[0]:.3f} ({value[1]:.3f} to {value[2]:.3f})"
    if isinstance(value, list):
        return ", ".join(_short(part) for part in value) or "none"
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def with_bounds(
    figures: Mapping[str, Sequence[float | None]], prefix: str = ""
) -> dict[str, float | None]:
    """Each figure, and its interval as `_low` and `_high`."""
    ends = {"": 0, "_low": 1, "_high": 2}
    return {
        f"{prefix}{name}{end}": figure[place]
        for name, figure in figures.items()
        for end, place in ends.items()
    }
