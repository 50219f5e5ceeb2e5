"""The Learn page's gallery: a card for each lesson, with a picture of its chart."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

import streamlit as st

from heart.lessons import LESSONS, Lesson
from heart.ui.session import get_session

_STYLE = """
.st-key-learn_gallery {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 280px), 1fr));
}
.st-key-learn_gallery > * { height: 100%; }
.st-key-learn_gallery [class*=st-key-learn_card_] { position: relative; height: 100%; }
.st-key-learn_gallery [class*=st-key-learn_card_]:hover { border-color: currentColor; }
.st-key-learn_gallery [data-testid=stElementToolbar] { display: none; }
.st-key-learn_gallery [data-testid=stElementContainer]:has(> [data-testid=stPageLink]),
.st-key-learn_gallery [data-testid=stPageLink] a { position: static; }
.st-key-learn_gallery [data-testid=stPageLink] a { padding: 0; }
.st-key-learn_gallery [data-testid=stPageLink] a:hover { background: none; }
.st-key-learn_gallery [data-testid=stPageLink] a::after {
  content: ""; position: absolute; inset: 0; z-index: 1; border-radius: 0.5rem;
}
.st-key-learn_gallery [data-testid=stPageLink] a:focus-visible { box-shadow: none; }
.st-key-learn_gallery [data-testid=stPageLink] a:focus-visible::after {
  outline: 3px solid currentColor; outline-offset: 2px;
}
"""
"""A grid of cards, each of which is all link: the link of its title lies over the whole card."""


def show_gallery() -> None:
    """How many lessons are done, and a card for each."""
    solved = get_session().solved & set(LESSONS)
    st.html(f"<style>{_STYLE}</style>")
    st.progress(
        len(solved) / len(LESSONS),
        f"**{len(solved)} of {len(LESSONS)}** lessons done in this session. A lesson is done when"
        " the exercise at its end was answered right.",
    )
    with st.container(key="learn_gallery"):
        for number, lesson in enumerate(LESSONS.values(), 1):
            with st.container(border=True, key=f"learn_card_{lesson.name}"):
                _show_card(number, lesson, is_solved=lesson.name in solved)


def _show_card(number: int, lesson: Lesson, *, is_solved: bool) -> None:
    st.html(_draw_picture(lesson.picture))
    st.page_link(lesson.path, label=f"**{number}. {lesson.title}**", icon=lesson.icon)
    st.markdown(lesson.question)
    done = " · :material/check_circle: **Done**" if is_solved else ""
    st.caption(f"{lesson.minutes} minutes{_describe_base(lesson)}{done}")


@cache
def _draw_picture(path: Path) -> str:
    """The picture as it is, without a text: the title says what it is about. `st.image` would
    decode and encode each one anew in every run, 0.2 s of all the cards' 0.23.
    """
    content = base64.b64encode(path.read_bytes()).decode()
    return f'<img src="data:image/webp;base64,{content}" alt="" style="width: 100%">'


def _describe_base(lesson: Lesson) -> str:
    """What the lesson builds on, by number."""
    numbers = [str(n) for n, name in enumerate(LESSONS, 1) if name in lesson.builds_on]
    return f" · builds on lesson {' and '.join(numbers)}" if numbers else ""
