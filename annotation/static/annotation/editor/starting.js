/** Starting points: frames that hold what an import put there, until somebody changes or confirms them. */
import { produce } from "immer";

/** What objects out of a file say of themselves, and what a person's change makes of it. */
export const FROM_FILE = "file";
const CHANGED = "manual";

/**
 * After a change: frames that it touched are no starting points any more, and objects of a file that it changed are the person's own.
 * @param {import("./types.js").EditorDocument} before @param {import("./types.js").EditorDocument} after @param {number[]} numbers
 * @returns {import("./types.js").EditorDocument}
 */
export function withoutStart(before, after, numbers) {
  return produce(after, (draft) => {
    for (const number of numbers) {
      const [old, now] = [before.frames[number], after.frames[number]];
      if (now && now !== old) settle(draft.frames[number], old, now);
    }
  });
}

function settle(draft, old, now) {
  if (old?.starting_point) delete draft.starting_point;
  for (const kind of ["shapes", "tags"]) {
    if (!now[kind].some((object) => object.source === FROM_FILE)) continue;
    const untouched = new Set(old?.[kind]);
    now[kind].forEach((object, index) => {
      if (object.source === FROM_FILE && !untouched.has(object)) draft[kind][index].source = CHANGED;
    });
  }
}
