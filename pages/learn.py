"""Learn: an overview of the lessons."""

import streamlit as st

from heart.lessons import LESSONS

st.title("Learn")
st.markdown(
    "Short lessons on how a classifier like this one works and how it misleads. Move"
    " something, watch what happens; every number is computed here and now, and the address in the"
    " browser holds your settings, so that you can share what you see."
)
for number, lesson in enumerate(LESSONS.values(), 1):
    with st.container(border=True):
        st.page_link(lesson.path, label=f"**{number}. {lesson.title}**", icon=lesson.icon)
        st.caption(lesson.question)
