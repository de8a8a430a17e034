/** The frame's image. Drawn when the view rests, or when it moved past what is drawn; meanwhile only shifted and scaled. */
import { ImageLayer } from "ol";
import { holder, isMoving, placeFor, Plate, samePlace } from "@/editor/canvas/plate.js";

export class Photo {
  #bitmap = null;
  #size = { width: 1, height: 1 };
  #smooth = true;
  #stale = true;
  #plate = new Plate();

  constructor(className) {
    this.element = holder(className);
    this.element.append(this.#plate.canvas);
    this.layer = new ImageLayer({ render: (frame) => this.#render(frame) });
  }

  /** Shows a decoded image over a frame of this size (it may have fewer pixels), or with null none. */
  show(bitmap, size = this.#size) {
    [this.#bitmap, this.#size, this.#stale] = [bitmap, size, true];
    this.layer.changed();
  }

  /** Whether pixels melt into each other when zoomed in. */
  set smooth(smooth) {
    if (smooth === this.#smooth) return;
    [this.#smooth, this.#stale] = [smooth, true];
    this.layer.changed();
  }

  #render(frame) {
    const place = placeFor(frame);
    const moved = !samePlace(this.#plate.place, place) && (!isMoving(frame) || !this.#plate.covers(frame, this.#size));
    if (this.#stale || moved) this.#draw(place);
    this.#plate.follow(frame);
    return this.element;
  }

  #draw(place) {
    const plate = this.#plate;
    plate.begin(place);
    this.#stale = false;
    if (!this.#bitmap) return;
    plate.inImagePixels();
    const { width, height } = this.#size;
    plate.context.imageSmoothingEnabled = this.#smooth;
    // Many pixels of the image on one of the screen: taking every sixth would make thin things vanish.
    plate.context.imageSmoothingQuality = this.#bitmap.width / (width / place.resolution) > 2 ? "medium" : "low";
    plate.context.drawImage(this.#bitmap, 0, 0, width, height);
  }
}
