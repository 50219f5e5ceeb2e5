"""axe's rules on a page, without what is Streamlit's own to mend."""

from axe_playwright_python.sync_playwright import Axe

STREAMLITS_OWN = {"presentation-role-conflict"}
"""Streamlit's file uploader labels a section that it also marks as presentational; nothing in this
project can change that element.
"""

SLIDER_VALUE = "[data-testid=stSliderThumbValue]"
"""Written in the primary colour, which also has to carry white text: on a dark page no colour has
4.5 to 1 against both.
"""


def violations_of(page, *, without=()):
    """Each broken rule with the first element that breaks it; `without` names elements to leave
    out, as CSS selectors.
    """
    left_out = {"exclude": [[SLIDER_VALUE], *([selector] for selector in without)]}
    # the elements that pass, thousands in a page of charts, take axe longer to name than to judge
    report = Axe().run(page, context=left_out, options={"resultTypes": ["violations"]}).response
    return [
        (rule["id"], rule["nodes"][0]["html"])
        for rule in report["violations"]
        if rule["id"] not in STREAMLITS_OWN
    ]
