"""The words of the glossary, each with meaning, formula and other names."""

from __future__ import annotations

import streamlit as st

from heart.lessons.terms import TERMS, Term


def show_glossary() -> None:
    """A field to find a word by, and the words."""
    wanted = st.text_input(
        "Find a word", key="glossary_find", icon=":material/search:", width=320
    ).strip()
    found = [term for term in TERMS.values() if _is_about(term, wanted.casefold())]
    if not found:
        st.info("No word here has that in its name or meaning.", icon=":material/info:")
    for term in found:
        _show_term(term)


def _is_about(term: Term, wanted: str) -> bool:
    return any(wanted in text.casefold() for text in (term.name, term.meaning, *term.also))


def _show_term(term: Term) -> None:
    st.header(term.name, anchor=term.anchor)
    also = f" Also called {' or '.join(term.also)}." if term.also else ""
    st.markdown(f"{term.meaning}{also}")
    if term.formula:
        st.markdown(f"$\\displaystyle {term.formula}$")
