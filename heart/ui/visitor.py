"""Who sits before the page."""

import streamlit as st

NOBODY = "a visitor of the pages"


def name_visitor() -> str:
    """The address that a login gives; where nobody had to log in, nobody's."""
    return str(st.user.to_dict().get("email") or NOBODY)
