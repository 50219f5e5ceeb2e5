"""The range of a model's members that is told beside an answer: of many nine of ten, of few all."""

from __future__ import annotations

MANY = 20
"""Members of which nine of ten leave one out at either end; of fewer only all are told."""


def find_ends(members: int) -> tuple[float, float]:
    """The quantiles at which the range of so many members begins and ends."""
    return (0.05, 0.95) if members >= MANY else (0.0, 1.0)


def write_members(members: int) -> str:
    """Whose range it is, within a sentence: "nine of ten of the model's 20 members"."""
    all_of_them = f"the model's {members} members"
    return f"nine of ten of {all_of_them}" if members >= MANY else all_of_them
