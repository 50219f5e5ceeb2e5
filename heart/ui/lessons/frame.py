"""The frame that every lesson shares: title, text, formula, question, code, and settings that
travel in the URL.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from heart.paths import PAGES


@dataclass(frozen=True, slots=True)
class Lesson:
    """A page of the Learn group.

    Attributes:
        name: the page's file is pages/learn_NAME.py, its address learn-NAME.
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
        return str(PAGES / f"learn_{self.name}.py")

    @property
    def address(self) -> str:
        """The last part of the page's URL."""
        return f"learn-{self.name}"


LESSONS: tuple[Lesson, ...] = (
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


def open_lesson(name: str, text: str) -> None:
    """The top of a lesson: its title and two or three sentences."""
    (lesson,) = (entry for entry in LESSONS if entry.name == name)
    st.title(lesson.title)
    st.markdown(text)


def show_formula(latex: str, caption: str = "") -> None:
    """A formula, and what its letters mean."""
    st.latex(latex)
    if caption:
        st.caption(caption)


def show_question(question: str, answer: str) -> None:
    """One question to think about; the answer is folded away."""
    with st.container(border=True):
        st.markdown(f"**To think about.** {question}")
        with st.expander("One answer"):
            st.markdown(answer)


def show_code(*functions: Callable[..., object]) -> None:
    """The few decisive lines: the source of the functions that the page has just used."""
    with st.expander("The decisive lines"):
        for function in functions:
            st.caption(f"{function.__module__}.{function.__qualname__}")
            st.code(inspect.getsource(function), language="python", wrap_lines=True)


def show_way_on(name: str) -> None:
    """Links to the lesson before, the overview and the lesson after."""
    place = next(i for i, entry in enumerate(LESSONS) if entry.name == name)
    left, middle, right = st.columns(3)
    if place:
        left.page_link(
            LESSONS[place - 1].path, label=f"Before: {LESSONS[place - 1].title}", icon="⬅️"
        )
    middle.page_link(str(PAGES / "learn.py"), label="All lessons", icon="🎓")
    if place + 1 < len(LESSONS):
        right.page_link(
            LESSONS[place + 1].path, label=f"Next: {LESSONS[place + 1].title}", icon="➡️"
        )
