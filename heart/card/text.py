"""Pieces of Markdown: tables, lists, figures with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def figure(values: Sequence[float | None], digits: int = 3) -> str:
    """A figure with its 95 % interval, as in "0.912 (0.84 to 0.97)"."""
    value, low, high = values
    if value is None:
        return "–"
    return f"{value:.{digits}f}" + (
        "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"
    )


def bullets(lines: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {line}" for line in lines)


def paragraphs(*parts: str) -> str:
    """Parts with an empty line between them; empty ones are left out."""
    return "\n\n".join(part for part in parts if part)
