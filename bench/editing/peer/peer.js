/** What the bench does and sees in Annotorious. Its layer is SVG: what is in the document is on the screen. */
window.desk = {
  at(x, y) {
    const image = document.getElementById("picture");
    const box = image.getBoundingClientRect();
    return { x: box.left + (x * box.width) / image.naturalWidth, y: box.top + (y * box.height) / image.naturalHeight };
  },
  element: (id) => document.querySelector(`.a9s-annotation[data-id="${id}"]`),
  firstShape: () => Boolean(window.anno) && document.querySelector(".a9s-annotation") !== null,
  get shapes() { return document.querySelectorAll(".a9s-annotation").length; },
  /** Everything where it was; its undo goes back one of many steps of a drag. */
  restore() {
    anno.setDrawingEnabled(false);
    anno.cancelSelected();
    for (const { id } of anno.getAnnotations()) if (!/^s\d+$/.test(id)) anno.removeAnnotation(id);
    for (const [id, original] of window.originals) {
      if (anno.getAnnotationById(id)) anno.updateAnnotation(original);
      else anno.addAnnotation(original);
    }
  },
  get label() { return anno.getAnnotationById("s0").bodies[0].value; },
  remember() { Object.assign(this, { count: this.shapes, labelBefore: anno.getAnnotationById("s0") && this.label }); },
};
