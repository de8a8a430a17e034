/** Which frames are finished: somebody put something on them, checked what a file put there, or says that they need nothing. */

/** @param {import("./types.js").FrameContent} content @returns {"done"|"nothing"|"start"|"open"} */
export function stateOf(content) {
  if (content.starting_point) return "start";
  if (content.shapes.length || content.tags.length) return "done";
  return content.nothing_here ? "nothing" : "open";
}

export const isFinished = (content) => !["start", "open"].includes(stateOf(content));

/** What the state is called where a mark alone would not be read. */
export const WORDS = { done: "done", nothing: "nothing here", start: "starting point, not checked", open: "not finished" };

/**
 * Place of the nearest unfinished frame after (step 1) or before (step -1) a place, once around the list; null when there is no other.
 * @param {import("./types.js").Frame[]} frames @param {(number: number) => import("./types.js").FrameContent} contentOf
 */
export function unfinishedFrom(frames, contentOf, index, step = 1) {
  for (let i = 1; i < frames.length; i += 1) {
    const at = (index + step * i + frames.length * i) % frames.length;
    if (!isFinished(contentOf(frames[at].number))) return at;
  }
  return null;
}

/**
 * Places of the frames that a search means: a place counted from 1 comes first, then names that begin with the text, then those that hold it.
 * @param {import("./types.js").Frame[]} frames @param {string} text
 */
export function matching(frames, text, most = 50) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return frames.slice(0, most).map((_, index) => index);
  const place = /^#?\d+$/.test(wanted) ? Number(wanted.replace("#", "")) - 1 : -1;
  const found = frames[place] ? [place] : [];
  const names = frames.map((frame) => frame.name.toLowerCase());
  const add = (fits) => names.forEach((name, index) => { if (found.length < most && fits(name) && !found.includes(index)) found.push(index); });
  add((name) => name.startsWith(wanted) || name.includes(`/${wanted}`));
  add((name) => name.includes(wanted));
  return found;
}
