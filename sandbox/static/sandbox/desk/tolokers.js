// The Tolokers that are played in this browser: [{id, token, name}] and which of them is at the desk now. Kept in localStorage, because in
// a demo one person plays several and comes back the next day. Who is at the desk is a matter of the tab: two tabs can play two Tolokers at
// once; a new tab starts with the one chosen last.

export const LIST = "sandbox.tolokers";
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
  const chosen = sessionStorage.getItem(CURRENT) ?? localStorage.getItem(CURRENT);
  return all.find((toloker) => toloker.id === chosen) ?? all[0] ?? null;
}

export function addToloker(toloker) {
  localStorage.setItem(LIST, JSON.stringify([...tolokers().filter((known) => known.id !== toloker.id), toloker]));
  chooseToloker(toloker.id);
}

export function chooseToloker(id) {
  sessionStorage.setItem(CURRENT, id);
  localStorage.setItem(CURRENT, id);
}

/** Forget somebody the server does not know any more. */
export function forgetToloker(id) {
  localStorage.setItem(LIST, JSON.stringify(tolokers().filter((toloker) => toloker.id !== id)));
  [sessionStorage, localStorage].filter((store) => store.getItem(CURRENT) === id).forEach((store) => store.removeItem(CURRENT));
}
