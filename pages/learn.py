"""Learn: an overview of the lessons."""

import streamlit as st

from heart import paths
from heart.ui.lessons.gallery import show_gallery

st.title("Learn")
st.markdown(
    "Short lessons on how a classifier like this one works and how it misleads. Move"
    " something, watch what happens; every number is computed here and now, and the address in the"
    " browser holds your settings, so that you can share what you see."
)
show_gallery()
st.page_link(paths.PAGES / "glossary.py", label="Glossary", icon=":material/menu_book:")
