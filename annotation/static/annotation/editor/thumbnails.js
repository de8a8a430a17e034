/** Small images of frames: only those asked for, a few at a time, the oldest forgotten. */

const AT_ONCE = 4;
const KEPT = 300;
/** Milliseconds until a thumbnail that failed is asked for again. */
const PAUSE = 10_000;

export class Thumbnails {
  #known = new Map();
  #failed = new Map();
  #running = new Map();
  #wanted = [];

  /**
   * @param {(number: number, options: {signal: AbortSignal}) => Promise<Blob>} fetchBlob @param {() => void} onArrived
   * @param {{make: (blob: Blob) => string, drop: (address: string) => void}} addresses of blobs
   */
  constructor(fetchBlob, onArrived, addresses = { make: (blob) => URL.createObjectURL(blob), drop: (address) => URL.revokeObjectURL(address) },
    now = () => Date.now()) {
    Object.assign(this, { fetchBlob, onArrived, addresses, now });
  }

  /** The thumbnail's address; null while it is not here. */
  address(number) { return this.#known.get(number) ?? null; }

  failed(number) { return this.#failed.has(number); }

  /** What is on the screen, in the order it shall come. Requests for anything else are given up. */
  want(numbers) {
    for (const number of numbers) {
      const address = this.#known.get(number);
      if (address) {
        this.#known.delete(number);
        this.#known.set(number, address); // most recently seen last
      }
    }
    for (const [number, control] of this.#running) if (!numbers.includes(number)) control.abort();
    const coming = (number) => this.#running.get(number)?.signal.aborted === false;
    const paused = (number) => this.now() - this.#failed.get(number) < PAUSE;
    this.#wanted = numbers.filter((number) => !this.#known.has(number) && !coming(number) && !paused(number));
    this.#next();
  }

  #next() {
    while (this.#running.size < AT_ONCE) {
      const number = this.#wanted.find((wanted) => !this.#running.has(wanted));
      if (number === undefined) return;
      this.#wanted = this.#wanted.filter((other) => other !== number);
      this.#fetch(number);
    }
  }

  async #fetch(number) {
    const control = new AbortController();
    this.#running.set(number, control);
    try {
      this.#keep(number, await this.fetchBlob(number, { signal: control.signal }));
    } catch (error) {
      if (!control.signal.aborted) this.#failed.set(number, this.now());
    }
    this.#running.delete(number);
    this.onArrived();
    this.#next();
  }

  #keep(number, blob) {
    this.#failed.delete(number);
    this.#known.set(number, this.addresses.make(blob));
    for (const [oldest, address] of this.#known) {
      if (this.#known.size <= KEPT) break;
      this.#known.delete(oldest);
      this.addresses.drop(address);
    }
  }
}

/** First and last place (inclusive) of the items that a scrolled window shows, a few on either side included. */
export function visibleRange(count, itemWidth, scrolled, width, beside = 2) {
  const first = Math.max(0, Math.floor(scrolled / itemWidth) - beside);
  const last = Math.min(count - 1, Math.ceil((scrolled + width) / itemWidth) - 1 + beside);
  return [Math.min(first, Math.max(0, count - 1)), Math.max(last, 0)];
}

/** Where to scroll so that an item is seen with its neighbours; the present place when it is. */
export function scrolledTo(index, count, itemWidth, scrolled, width) {
  const [start, end] = [(index - 1) * itemWidth, (index + 2) * itemWidth];
  if (width <= 3 * itemWidth) return clampedScroll((index + 0.5) * itemWidth - width / 2, count, itemWidth, width);
  if (start < scrolled) return clampedScroll(start, count, itemWidth, width);
  if (end > scrolled + width) return clampedScroll(end - width, count, itemWidth, width);
  return scrolled;
}

const clampedScroll = (value, count, itemWidth, width) => Math.max(0, Math.min(value, count * itemWidth - width));
