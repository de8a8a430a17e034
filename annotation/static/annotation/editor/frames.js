/** Images of frames: fetched with the token, decoded off the main thread, a few kept around the present one. */

const AHEAD = 2;
const BEHIND = 1;
/** Pixels of decoded images, four bytes each: as many are kept beside the neighbours, and at most as many are decoded ahead of time. */
const KEPT_PIXELS = 48_000_000;

export class FrameImages {
  #entries = new Map();

  /** @param {(number: number, options: {signal: AbortSignal}) => Promise<Blob>} fetchBlob @param {number[]} numbers frames of the job */
  constructor(fetchBlob, numbers, decode = (blob) => createImageBitmap(blob)) {
    Object.assign(this, { fetchBlob, numbers, decode });
  }

  /** The frame's image; its neighbours are fetched after it. Rejects with the fetch's or the decoder's error; a later call tries again. */
  async show(number) {
    this.#forgetFar(number);
    const bitmap = await this.#load(number);
    const at = this.numbers.indexOf(number);
    const neighbours = [...this.numbers.slice(at + 1, at + 1 + AHEAD), ...this.numbers.slice(Math.max(0, at - BEHIND), at)];
    const room = Math.max(1, Math.floor(KEPT_PIXELS / (bitmap.width * bitmap.height || 1))); // of 8k pictures only the next one
    for (const near of neighbours.slice(0, room)) {
      this.#load(near).catch(() => {}); // looked at ahead of time only: shown, it is asked for again and its error told
    }
    return bitmap;
  }

  /** Whether the frame's image is decoded already. */
  isReady(number) { return Boolean(this.#entries.get(number)?.bitmap); }

  #load(number) {
    const known = this.#entries.get(number);
    if (known) {
      this.#entries.delete(number);
      this.#entries.set(number, known); // most recently used last
      return known.promise;
    }
    const control = new AbortController();
    const promise = this.fetchBlob(number, { signal: control.signal }).then(this.decode);
    const entry = { promise, control, bitmap: null };
    this.#entries.set(number, entry);
    promise.then((bitmap) => { entry.bitmap = bitmap; if (control.signal.aborted) bitmap.close?.(); }, () => {
      if (this.#entries.get(number) === entry) this.#entries.delete(number);
    });
    return promise;
  }

  #forgetFar(number) {
    const at = this.numbers.indexOf(number);
    const near = new Set(this.numbers.slice(Math.max(0, at - BEHIND), at + 1 + AHEAD));
    const far = [...this.#entries].filter(([other]) => !near.has(other));
    let room = KEPT_PIXELS;
    for (const [other, entry] of far.reverse()) { // most recently used first
      room -= entry.bitmap ? entry.bitmap.width * entry.bitmap.height : 0;
      if (entry.bitmap && room >= 0) continue;
      this.#entries.delete(other);
      entry.control.abort();
      entry.bitmap?.close?.();
    }
  }
}
