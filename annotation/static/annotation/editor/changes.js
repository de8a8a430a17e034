/** What changed between two lists of things that never change themselves. */

/**
 * Things that came or went, those that went first. Null when there are more than `most`, or when what stayed changed its order: then
 * everything is looked at anew. A thing in another version is one that went and one that came.
 * @template T @param {readonly T[]} before @param {readonly T[]} after @param {number} most @returns {T[]|null}
 */
export function changesBetween(before, after, most) {
  if (before === after) return [];
  if (Math.abs(before.length - after.length) > most) return null;
  const [old, now] = [new Set(before), new Set(after)];
  const gone = before.filter((thing) => !now.has(thing));
  const come = after.filter((thing) => !old.has(thing));
  if (gone.length + come.length > most) return null;
  let at = 0;
  for (const thing of after) {
    if (!old.has(thing)) continue;
    while (!now.has(before[at])) at += 1;
    if (before[at] !== thing) return null;
    at += 1;
  }
  return [...gone, ...come];
}
