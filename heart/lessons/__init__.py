"""The lessons: one entry each, and the teaching experiments, computed with seeds as arguments."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from heart import paths


class Lesson(NamedTuple):
    """One entry of the Learn page.

    Attributes:
        name: begins the names of the lesson's files; its page is pages/learn_NAME.py.
        title: on the page and in the overview.
        icon: an emoji.
        question: what one can answer afterwards.
    """

    name: str
    title: str
    icon: str
    question: str

    @property
    def path(self) -> str:
        """The page's file."""
        return str(paths.PAGES / f"learn_{self.name}.py")

    @property
    def address(self) -> str:
        """The last part of the page's URL."""
        return f"learn-{self.name}"


_ENTRIES = (
    Lesson(
        "neuron",
        "One logistic neuron, by hand",
        "⚛️",
        "What does a single neuron compute, and how does it learn?",
    ),
    Lesson(
        "loss",
        "Why cross-entropy",
        "📉",
        "Why is a confident mistake punished so much harder than by squared error?",
    ),
    Lesson("logits", "Logits", "🧮", "Why does the network end without a sigmoid?"),
    Lesson(
        "encodings",
        "Encodings",
        "🔤",
        "How does chest pain become numbers, and what does the wrong way cost?",
    ),
    Lesson(
        "classes",
        "More than two classes",
        "🎨",
        "What replaces the sigmoid when there are three, four, five answers?",
    ),
    Lesson(
        "boundaries",
        "Curved boundaries",
        "🌙",
        "What does a hidden layer add that a single neuron cannot do?",
    ),
    Lesson(
        "overfitting",
        "Under- and overfitting",
        "🎯",
        "How large may a network be, and what keeps it honest?",
    ),
    Lesson(
        "leakage",
        "Leakage on purpose",
        "🕳️",
        "Which mistakes make a model look better than it is, and by how much?",
    ),
    Lesson("metrics", "Metrics", "🔢", "What do accuracy, precision and recall hide?"),
)

LESSONS: Mapping[str, Lesson] = MappingProxyType({lesson.name: lesson for lesson in _ENTRIES})
"""Every lesson by its name, in the order of the Learn page."""
