// A field's help mark stands in its label, so that Tab would reach it before the field, on every
// field of a form. Here the mark comes after its field, both ways. The browser itself makes every
// step that leads away from a field, so that whatever it stops at (links, charts, regions that
// scroll, its own bar) keeps its place.

// a button's own tip is no mark
const MARK = "[data-testid=stTooltipIcon] button[aria-label^='Help for']";
const FIELD = "[data-testid=stElementContainer]";
const CONTROL = "a[href], button, input, select, textarea, summary, [tabindex]";

let step = 0; // while Tab moves the focus: 1, or -1 with Shift

/** Whether two elements are one stop: the same one, or radio buttons of one group. */
function isSame(one, other) {
  return one === other || (one?.type === "radio" && one.name && one.name === other?.name);
}

/** Where Tab stops in a field whose mark stands before its controls: the mark, the first and the
 * last of the controls. Null for anything else. */
function stopsOf(element) {
  const field = element?.closest?.(FIELD);
  const mark = field?.querySelector(MARK);
  if (!mark) return null;
  const reached = [...field.querySelectorAll(CONTROL)].filter(
    (control) => control !== mark && control.closest(FIELD) === field && control.tabIndex >= 0 &&
      !control.disabled && control.checkVisibility({ visibilityProperty: true }),
  );
  // of radio buttons the chosen one, if there is one
  const stops = reached.filter(
    (control) => control.checked ||
      !reached.some((other) => other.checked && isSame(control, other)),
  );
  if (!stops.length || !(mark.compareDocumentPosition(stops[0]) & 4)) return null; // 4: follows
  return { field, mark, first: stops[0], last: stops.at(-1) };
}

/** What was typed counts from when the field is left, which Streamlit does not see where the focus
 * goes to the field's own mark. */
function tellLeft(control) {
  control.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
}

function goTo(stop) {
  stop.focus();
  stop.select?.(); // as the browser does in a text that Tab comes to
}

addEventListener("keydown", (event) => {
  if (event.key !== "Tab" || event.defaultPrevented || event.ctrlKey || event.altKey ||
      event.metaKey) return;
  step = event.shiftKey ? -1 : 1;
  setTimeout(() => { step = 0; }, 0);
  const at = document.activeElement;
  const stops = stopsOf(at);
  if (!stops) return;
  if (at !== stops.mark) tellLeft(at);
  const [enter, leave] = step > 0 ? [stops.last, stops.mark] : [stops.mark, stops.first];
  if (isSame(at, enter)) {
    event.preventDefault();
    goTo(step > 0 ? stops.mark : stops.last);
  } else if (isSame(at, leave)) {
    // the browser goes on from the field's other end
    (step > 0 ? stops.last : stops.mark).focus({ preventScroll: true });
  }
});

addEventListener("focusin", (event) => {
  const stops = step ? stopsOf(event.target) : null;
  if (!stops || stops.field.contains(event.relatedTarget)) return; // moved inside the field
  if (step > 0 && event.target === stops.mark) goTo(stops.first);
  if (step < 0 && isSame(event.target, stops.last)) goTo(stops.mark);
});

/** Nothing is to be done at the end of a run: what stands on the page is looked at when Tab is
 * pressed. */
export default function order() {}
