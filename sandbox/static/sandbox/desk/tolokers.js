// The Tolokers that are played in this browser: [{id, token, name}] and which of them is at the desk now. Kept in localStorage, because in a demo
// one person plays several and comes back the next day.

const LIST = "sandbox.tolokers";
const CURRENT = "sandbox.toloker";

export function tolokers() {
  const text = localStorage.getItem(LIST);
  if (!text) return [];
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    console.warn("The list of Tolokers in this browser cannot be read and is started anew.");
    return [];
  }
}

export function currentToloker() {
  const all = tolokers();
  return all.find((toloker) => toloker.id === localStorage.getItem(CURRENT)) ?? all[0] ?? null;
}

export function addToloker(toloker) {
  localStorage.setItem(LIST, JSON.stringify([...tolokers().filter((known) => known.id !== toloker.id), toloker]));
  chooseToloker(toloker.id);
}

export function chooseToloker(id) {
  localStorage.setItem(CURRENT, id);
}

/** Forget somebody the server does not know any more. */
export function forgetToloker(id) {
  localStorage.setItem(LIST, JSON.stringify(tolokers().filter((toloker) => toloker.id !== id)));
  if (localStorage.getItem(CURRENT) === id) localStorage.removeItem(CURRENT);
}
