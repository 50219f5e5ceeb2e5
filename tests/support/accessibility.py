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


ENOUGH = 100
"""So many points or cells of a chart are looked at; the others are drawn alike. A boundary has
thousands of cells, in which axe spends ten seconds.
"""

TAKE_AWAY = f"""() => {{
  window.alike = [...document.querySelectorAll(".role-mark > :nth-child(n + {ENOUGH + 1})")]
    .map((mark) => [mark.parentNode, mark]);
  window.alike.forEach(([, mark]) => mark.remove());
}}"""
PUT_BACK = "() => window.alike.forEach(([group, mark]) => group.append(mark))"


def violations_of(page, *, without=()):
    """Each broken rule with the first element that breaks it; `without` names elements to leave
    out, as CSS selectors.
    """
    left_out = {"exclude": [[SLIDER_VALUE], *([selector] for selector in without)]}
    # the elements that pass, thousands in a page of charts, take axe longer to name than to judge
    options = {"resultTypes": ["violations"]}
    page.evaluate(TAKE_AWAY)
    try:
        report = Axe().run(page, context=left_out, options=options).response
    finally:
        page.evaluate(PUT_BACK)
    return [
        (rule["id"], rule["nodes"][0]["html"])
        for rule in report["violations"]
        if rule["id"] not in STREAMLITS_OWN
    ]
