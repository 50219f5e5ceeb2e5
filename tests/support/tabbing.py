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
    !window.stops.some(([stop]) => stop === each)).map((each) => each.outerHTML)"""

_IS_ORDERED = f"""() => window.stops.map(([stop]) => stop)
  .filter((stop) => !stop.matches("{MARK}"))
  .every((stop, k, all) => !k ||
    all[k - 1].compareDocumentPosition(stop) & Node.DOCUMENT_POSITION_FOLLOWING)"""


class Stop(NamedTuple):
    """Where the focus was: what that is called, whether it is a help mark, and what the mark of its
    field is called, if there is one.
    """

    name: str
    is_mark: bool
    mark: str


def walk(page, key):
    """What the key stops at in the page's own part, until it leaves that."""
    page.evaluate(_NOTE)
    for _ in range(MOST_STOPS // AT_ONCE):
        for _ in range(AT_ONCE):
            page.keyboard.press(key)
        if page.evaluate("window.hasLeft"):
            break
    return [Stop(*told) for told in page.evaluate("window.stops.map(([, told]) => told)")]


def find_missed(page):
    """What Tab should have stopped at in the last walk and did not, as HTML."""
    return page.evaluate(_MISSED)


def is_ordered(page):
    """Whether the last walk, help marks aside, went through the page from its top to its end."""
    return page.evaluate(_IS_ORDERED)
