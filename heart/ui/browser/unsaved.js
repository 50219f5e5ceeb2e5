// Asks before a reload, a closed tab or another address ends a session in which something was made
// that is nowhere else. The browser words the question; without it nothing is asked, nothing is sent.

let unsaved = false;

addEventListener("beforeunload", (event) => {
  if (!unsaved) return;
  event.preventDefault();
  event.returnValue = true; // what older browsers look at
});

/** Runs at the end of every run of a page, with what the session then holds. */
export default function note(component) {
  unsaved = component.data.unsaved;
  component.parentElement.host.dataset.unsaved = unsaved;
}
