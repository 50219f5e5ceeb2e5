"""What Tab stops at on a page, one stop after another."""

from typing import NamedTuple

MOST_STOPS, AT_ONCE = 120, 5

MARK = "[data-testid=stTooltipIcon] button[aria-label^='Help for']"
CONTROLS = "a[href], button, input, select, textarea, summary"

_NOTE = f"""() => {{
  window.stops = [];
  window.hasLeft = false;
  window.notesStops ??= (addEventListener("keyup", ({{ key }}) => {{
    if (key !== "Tab") return; // Shift is released too
    const stop = document.activeElement, page = stop.closest("[data-testid=stMain]");
    if (!page || stop === page) return window.hasLeft = window.stops.length > 0;
    const mark = stop.closest("[data-testid=stElementContainer]")?.querySelector("{MARK}");
    const name = stop.ariaLabel || stop.textContent;
    window.stops.push([stop, [name, stop === mark, mark?.ariaLabel ?? ""]]);
  }}), true);
}}"""

_MISSED = f"""() => [...document.querySelectorAll("[data-testid=stMain] :is({CONTROLS})")].filter(
  (each) => each.checkVisibility({{ visibilityProperty: true }}) && each.tabIndex >= 0 &&
    !each.disabled && !(each.type === "radio" && !each.checked) &&
    !window.stops.some(([stop]) => stop === each ||
      each.closest("[role=radiogroup], [role=toolbar]")?.contains(stop))
).map((each) => each.outerHTML)"""
"""Of a group, through which arrows lead, one is enough."""

_IS_ORDERED = f"""() => window.stops.map(([stop]) => stop)
  .filter((stop) => !stop.matches("{MARK}"))
  .every((stop, k, all) => !k ||
    all[k - 1].compareDocumentPosition(stop) & Node.DOCUMENT_POSITION_FOLLOWING)"""


_CONTROLS = f"""() => [...document.querySelectorAll("[data-testid=stMain] :is({CONTROLS})")].filter(
  (each) => each.checkVisibility({{ visibilityProperty: true }})).length"""

TRIES = 5


class Stop(NamedTuple):
    """Where the focus was: what that is called, whether it is a help mark, and what the mark of its
    field is called, if there is one.
    """

    name: str
    is_mark: bool
    mark: str


class Walk(NamedTuple):
    """Where Tab stopped on a page, and Shift+Tab on the way back; what Tab should have stopped at
    and did not, as HTML; and whether, help marks aside, it went from the top to the end.
    """

    there: list[Stop]
    back: list[Stop]
    missed: list[str]
    is_ordered: bool


def walk(page):
    """Through the page and back, on a page to which nothing was added on the way: what arrives late
    (a chart's buttons, the line of the model in use) would be on one way only, and so would a
    button that is being drawn anew when Tab comes. What is wrong on every walk is a mistake.
    """
    for _ in range(TRIES):
        before = page.evaluate(_CONTROLS)
        page.get_by_role("button", name="Main menu").focus()
        there = _press(page, "Tab")
        missed, is_ordered = page.evaluate(_MISSED), page.evaluate(_IS_ORDERED)
        page.get_by_role("link", name="Skip to main content").focus()
        back = _press(page, "Shift+Tab")
        if page.evaluate(_CONTROLS) == before and back == there[::-1]:
            break
    return Walk(there, back, missed, is_ordered)


def _press(page, key):
    """What the key stops at in the page's own part, until it leaves that."""
    page.evaluate(_NOTE)
    for _ in range(MOST_STOPS // AT_ONCE):
        for _ in range(AT_ONCE):
            page.keyboard.press(key)
        if page.evaluate("window.hasLeft"):
            break
    return [Stop(*told) for told in page.evaluate("window.stops.map(([, told]) => told)")]
