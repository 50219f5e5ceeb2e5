"""Glossary: the words of the lessons."""

import streamlit as st

from heart import paths
from heart.ui.lessons.glossary import show_glossary

st.title("Glossary")
st.markdown("The words that the lessons and the other pages use, as the field defines them.")
st.page_link(paths.PAGES / "learn.py", label="All lessons", icon=":material/school:")
show_glossary()
