/** What could not be saved yet, kept in this browser (IndexedDB): one draft per job and attempt. */
import { openDB } from "idb";

const DATABASE = "cvatoloka-editor";
const TABLE = "drafts";
const KEPT_DAYS = 30;

export class Drafts {
  /** @param {string} key names job and attempt, so that no other attempt is offered this work */
  constructor(key) {
    this.key = key;
    this.database = null;
    this.usable = true;
  }

  async #open() {
    this.database ??= await openDB(DATABASE, 1, { upgrade: (database) => database.createObjectStore(TABLE, { keyPath: "key" }) });
    return this.database;
  }

  /** Private windows and frames with blocked storage refuse IndexedDB: the editor goes on and says that no draft is kept. */
  async #attempt(work) {
    if (!this.usable) return null;
    try {
      return await work(await this.#open());
    } catch (error) {
      this.usable = false;
      console.warn("No local drafts in this browser:", error);
      return null;
    }
  }

  /** @returns {Promise<{key: string, revision: number, frames: object, saved_at: number}|null>} */
  async get() {
    const draft = await this.#attempt((database) => database.get(TABLE, this.key));
    return draft ?? null;
  }

  put(revision, frames) {
    return this.#attempt((database) => database.put(TABLE, { key: this.key, revision, frames, saved_at: Date.now() }));
  }

  remove() { return this.#attempt((database) => database.delete(TABLE, this.key)); }

  /** Forgets drafts nobody came back for. */
  sweep(now = Date.now()) {
    return this.#attempt(async (database) => {
      for (const draft of await database.getAll(TABLE)) {
        if (now - draft.saved_at > KEPT_DAYS * 86_400_000) await database.delete(TABLE, draft.key);
      }
    });
  }
}
