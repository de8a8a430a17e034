// The assignment in hand. What `take` answered is kept for this tab, so that a reload shows the same task again even where the list of own
// assignments does not repeat the view.
import { assignments } from "./api.js";

const KEY = "sandbox.assignment.";

export function keepAssignment(assignment) {
  sessionStorage.setItem(KEY + assignment.id, JSON.stringify(assignment));
}

export function dropAssignment(id) {
  sessionStorage.removeItem(KEY + id);
}

/** The ACTIVE assignment `id` with all that is needed to show it, or null when it is not ACTIVE (any more). */
export async function assignmentInHand(id) {
  const active = (await assignments("ACTIVE")).find((assignment) => assignment.id === id);
  if (!active) return null;
  const kept = JSON.parse(sessionStorage.getItem(KEY + id) ?? "{}");
  const whole = { ...kept, ...active };
  return whole.view_spec && whole.tasks ? whole : { ...whole, incomplete: true };
}
