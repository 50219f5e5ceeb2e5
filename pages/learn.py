"""Learn: the lessons this project grew from, each to be moved and seen."""

import streamlit as st

from heart.ui.lessons.frame import LESSONS

st.title("Learn")
st.markdown(
    "Nine short lessons on how a classifier like this one works and how it misleads. Move"
    " something, watch what happens; every number is computed here and now, and the address in the"
    " browser holds your settings, so that you can share what you see."
)
for place, lesson in enumerate(LESSONS, 1):
    with st.container(border=True):
        st.page_link(lesson.path, label=f"**{place}. {lesson.title}**", icon=lesson.icon)
        st.caption(lesson.question)
