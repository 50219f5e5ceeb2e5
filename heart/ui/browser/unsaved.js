// Asks before a reload, a closed tab or another address ends a session in which something was made
// that is nowhere else. The browser words the question; without it nothing is asked, nothing is sent.
// A page that stays open may come back to another session, as after a restart of the server: then it
// tells how much the earlier one held (three numbers), and the name of the work that was under way.

let unsaved = false;
let held = null; // session and numbers of the last run
let work = null; // session and name of what has begun and not come to an end

addEventListener("beforeunload", (event) => {
  if (!unsaved) return;
  event.preventDefault();
  event.returnValue = true; // what older browsers look at
});

/** Runs where long work begins and ends, and at the end of every run of a page that had such work or
 * in which what the session holds has changed. */
export default function note(component) {
  const { data } = component;
  if (data.work !== undefined) {
    work = data.work ? { session: data.session, name: data.work } : null;
    return;
  }
  const isGone = (one) => one !== null && one.session !== data.session;
  const numbers = isGone(held) ? held.numbers : data.held.map(() => 0);
  const name = isGone(work) ? work.name : "";
  if (name || numbers.some(Boolean)) component.setTriggerValue("lost", [...numbers, name]);
  held = { session: data.session, numbers: data.held };
  work = null;
  unsaved = data.unsaved;
  component.parentElement.host.dataset.unsaved = unsaved;
}
