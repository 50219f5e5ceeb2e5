// The patient form's part in the browser: Enter calculates, a comma is a decimal point, and a copy of
// the form in this tab's own storage outlives a reload. It speaks to this app's server only, over
// the connection that the fields use, and writes no address.

const KEY = "heart.patient";
const NUMBER = ".st-key-patient_form input[type=number]";

let current = null; // the component on the page; null on every other page

document.addEventListener("keydown", (event) => {
  const asking = current;
  if (asking && event.key === "Enter" && event.target.matches?.(NUMBER)) {
    // after the field has told its value
    setTimeout(() => asking.setTriggerValue("asked", Date.now()), 0);
  }
});

document.addEventListener("beforeinput", (event) => {
  const text = event.data ?? event.dataTransfer?.getData("text") ?? "";
  // one comma and no point: "0,5" is 0.5; without this the browser makes it 05
  if (current && /^[^,.]*,[^,.]*$/.test(text) && event.target.matches?.(NUMBER)) {
    event.preventDefault();
    document.execCommand("insertText", false, text.replace(",", ".").trim());
  }
});

/** The copy; null where there is none, or the browser keeps nothing. */
function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

function keep(form) {
  try {
    if (form) sessionStorage.setItem(KEY, JSON.stringify(form));
    else sessionStorage.removeItem(KEY);
  } catch {
    // a browser that keeps nothing: then a reload empties the form
  }
}

/** Runs when the page's form changes: `used` says whether this visitor has touched it, `form` is what
 * it holds, null for nothing. */
export default function show(component) {
  current = component;
  const { used, form } = component.data;
  const copy = recall();
  if (used) keep(form);
  else if (copy) component.setTriggerValue("recalled", copy);
  component.parentElement.host.setAttribute("data-ready", "");
  return () => {
    current = null;
  };
}
