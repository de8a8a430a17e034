/** How the picture is shown, kept in this browser. Applied as CSS variables: nothing is painted again while a slider moves. */

const KEY = "cvatoloka-editor-picture";

/** Sliders in per cent, in the order of the panel. */
export const SLIDERS = [
  { name: "brightness", title: "Brightness", low: 20, high: 300, usual: 100 },
  { name: "contrast", title: "Contrast", low: 20, high: 300, usual: 100 },
  { name: "saturation", title: "Saturation", low: 0, high: 300, usual: 100 },
  { name: "opacity", title: "Objects' opacity", low: 0, high: 100, usual: 100 },
  { name: "selectedOpacity", title: "Selected opacity", low: 20, high: 100, usual: 100 },
];
/** Yes or no. `strip` null: open where there is room for it. */
export const SWITCHES = { crosshair: true, smooth: true, strip: null };
const PICTURE = ["brightness", "contrast", "saturation"];

export const usualLook = () => ({ ...Object.fromEntries(SLIDERS.map(({ name, usual }) => [name, usual])), ...SWITCHES });

/** Whatever was stored (by an older version, or by hand), as a look that can be shown. */
export function lookFrom(stored) {
  const look = usualLook();
  if (stored === null || typeof stored !== "object") return look;
  for (const { name, low, high } of SLIDERS) {
    if (Number.isFinite(stored[name])) look[name] = Math.round(Math.min(high, Math.max(low, stored[name])));
  }
  for (const name of Object.keys(SWITCHES)) if (typeof stored[name] === "boolean") look[name] = stored[name];
  return look;
}

export class Picture {
  /** @param {HTMLElement} root gets the CSS variables and classes @param {() => Storage} storage throws where the browser forbids it */
  constructor(root, storage = () => localStorage) {
    Object.assign(this, { root, storage });
    this.look = this.#load();
    this.apply();
  }

  #load() {
    try {
      return lookFrom(JSON.parse(this.storage().getItem(KEY)));
    } catch (error) {
      console.warn("The picture's settings could not be read in this browser:", error);
      return usualLook();
    }
  }

  #store() {
    try {
      this.storage().setItem(KEY, JSON.stringify(this.look));
    } catch (error) {
      console.warn("The picture's settings are not kept in this browser:", error);
    }
  }

  /** Takes over some settings, shows and keeps them. */
  set(change) {
    this.look = lookFrom({ ...this.look, ...change });
    this.apply();
    this.#store();
  }

  /** The strip of thumbnails is no matter of the picture: it stays as it is. */
  reset() { this.set({ ...usualLook(), strip: this.look.strip }); }

  get usual() {
    const usual = usualLook();
    return Object.keys(usual).every((name) => name === "strip" || usual[name] === this.look[name]);
  }

  apply() {
    const { look, root } = this;
    const changed = PICTURE.filter((name) => look[name] !== 100);
    const filter = changed.map((name) => `${name === "saturation" ? "saturate" : name}(${look[name] / 100})`).join(" ");
    root.style.setProperty("--ed-filter", filter || "none");
    root.style.setProperty("--ed-opacity", String(look.opacity / 100));
    root.style.setProperty("--ed-selected-opacity", String(look.selectedOpacity / 100));
    root.classList.toggle("ed-no-cross", !look.crosshair);
  }
}
