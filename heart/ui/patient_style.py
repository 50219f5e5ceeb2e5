"""How the Patient page is laid out: form and answer on one screen."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

_STYLE = """
.stMainBlockContainer:has(.st-key-patient_form) { padding-top: 4rem; }
.stMainBlockContainer:has(.st-key-patient_form) h1 { font-size: 1.75rem; padding: 0 0 0.5rem; }
.stMainBlockContainer:has(.st-key-patient_form) > div { gap: 0.5rem; }
.st-key-patient_form { gap: 0.5rem; }
.st-key-patient_form [data-testid=stNumberInputStepUp],
.st-key-patient_form [data-testid=stNumberInputStepDown] { display: none; }
.st-key-patient_memory { position: absolute; }
@media (min-width: 640.01px) {
  [data-testid=stColumn]:has(.st-key-patient_answer) {
    position: sticky; top: 4rem; align-self: flex-start;
  }
  [data-testid=stLayoutWrapper]:has(> .st-key-patient_headline) {
    position: sticky; top: 3.75rem; z-index: 1; background: light-dark(#ffffff, #171614);
  }
}
@media (max-width: 640px) {
  .st-key-patient_form [data-testid=stColumn] {
    min-width: calc(50% - 0.5rem); flex: 1 1 calc(50% - 0.5rem);
  }
}
"""


def show_style(wrong: Iterable[str] = ()) -> None:
    """The page's own style; fields whose features are wrong have a line of the error's colour
    beside the mark before their label.
    """
    marked = ", ".join(f".st-key-patient_{name} label" for name in wrong)
    rule = f"{marked} {{ border-left: 4px solid #c4314b; padding-left: 6px; }}" if marked else ""
    st.html(f"<style>{_STYLE}{rule}</style>")
