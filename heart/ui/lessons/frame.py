"""What every lesson shows: title, text, formula, question, code, and links to the others."""

from __future__ import annotations

import inspect
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import streamlit as st

from heart import paths
from heart.lessons import LESSONS, Lesson
from heart.lessons.glossary import link_terms
from heart.ui.navigation import PAGES

T = TypeVar("T")

PATIENCE_S, REDRAW_S = 0.4, 0.4
"""How long one would wait without a bar, and between two drawings of it."""


def open_lesson(name: str, text: str) -> None:
    """The top of a lesson: its title and two or three sentences, in which words of the glossary
    are marked as in `heart.glossary`; and the other words that it uses, with their meanings.
    """
    lesson = LESSONS[name]
    st.title(lesson.title)
    st.markdown(link_terms(text))
    words = ", ".join(link_terms(f"[[{word}]]") for word in lesson.words)
    st.markdown(f"Words that come up below: {words}.")


def choose_one(label: str, options: Sequence[T], *, default: T | None = None, **more: Any) -> T:
    """One of a few options, at first the first or the default; the address holds it."""
    start = options[0] if default is None else default
    chosen: T = st.segmented_control(
        label, options, default=start, required=True, bind="query-params", **more
    )
    return chosen


def show_formula(latex: str, caption: str = "") -> None:
    """A formula, and what its letters mean: without links, whose colour would be too pale there.

    On a phone it goes on below after a relation, a sum or a wide space.
    """
    st.latex(re.sub(r"\\q?quad(?![a-z])", r"\g<0>\\allowbreak{}", latex))
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
    """Links to where the same happens with patients, to the lesson before, the overview and the
    lesson after.
    """
    _show_page_with_patients(LESSONS[name])
    names = list(LESSONS)
    position = names.index(name)
    left, middle, right = st.columns(3)
    if position:
        before = LESSONS[names[position - 1]]
        left.page_link(before.path, label=f"Before: {before.title}", icon=":material/arrow_back:")
    middle.page_link(paths.PAGES / "learn.py", label="All lessons", icon=":material/school:")
    if position + 1 < len(names):
        after = LESSONS[names[position + 1]]
        right.page_link(after.path, label=f"Next: {after.title}", icon=":material/arrow_forward:")


def _show_page_with_patients(lesson: Lesson) -> None:
    title, icon = PAGES[lesson.page]
    st.header("With patients")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(paths.PAGES / f"{lesson.page}.py", label=f"The {title} page", icon=icon)
        st.markdown(f"{lesson.there}.")


@contextmanager
def slow_bar() -> Iterator[Callable[[float, str], None]]:
    """A function of a share and a text that draws a bar, once the work has taken a while."""
    bar, next_drawing = st.empty(), time.monotonic() + PATIENCE_S

    def tell(share: float, text: str) -> None:
        nonlocal next_drawing
        if time.monotonic() > next_drawing:
            bar.progress(share, text)
            next_drawing = time.monotonic() + REDRAW_S

    try:
        yield tell
    finally:
        bar.empty()
