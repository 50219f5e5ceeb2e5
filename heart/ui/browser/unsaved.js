// Asks before a reload, a closed tab or another address ends a session in which something was made
// that is nowhere else. The browser words the question; without it nothing is asked, nothing is sent.
// A page that stays open may come back to another session, as after a restart of the server: then it
// tells how much the earlier one held (three numbers).

let unsaved = false;
let held = null; // session and numbers of the last run

addEventListener("beforeunload", (event) => {
  if (!unsaved) return;
  event.preventDefault();
  event.returnValue = true; // what older browsers look at
});

/** Runs at the end of every run of a page, with what the session then holds. */
export default function note(component) {
  const { data } = component;
  const lost = held && held.session !== data.session && held.numbers.some(Boolean);
  if (lost) component.setTriggerValue("lost", held.numbers);
  held = { session: data.session, numbers: data.held };
  unsaved = data.unsaved;
  component.parentElement.host.dataset.unsaved = unsaved;
}
