/**
 * Looks from inside the page, before anything else runs there. `desk` is set by the page's adapter: what is done, and what can be seen.
 * Times are milliseconds of performance.now(); an input's own time is when the browser got it.
 */
window.probe = (() => {
  const scratch = Object.assign(document.createElement("canvas"), { width: 64, height: 36 }).getContext("2d", { willReadFrequently: true });
  // A task posted in a frame's callback runs after that frame was painted.
  const channel = new MessageChannel();
  let waiting = [];
  channel.port1.onmessage = () => { const now = waiting; waiting = []; for (const work of now) work(performance.now()); };
  const painted = (work) => requestAnimationFrame(() => { waiting.push(work); channel.port2.postMessage(0); });

  /** Resolves with the time after the first painted frame in which `seen` is true; rejects after `limit`. */
  const until = (seen, limit = 30_000) => new Promise((resolve, reject) => {
    const end = performance.now() + limit;
    const look = (now) => {
      let is = false;
      try { is = seen(); } catch (error) { reject(error); return; }
      if (is) resolve(now);
      else if (now > end) reject(new Error(`never seen: ${seen}`));
      else painted(look);
    };
    painted(look);
  });

  let frames = null;
  let last = 0;
  const tick = (now) => {
    if (!frames) return;
    if (last) frames.push(now - last);
    last = now;
    requestAnimationFrame(tick);
  };

  return {
    until,
    /** Whether anything at all is drawn on a canvas. */
    drawn(canvas) {
      if (!canvas?.width) return false;
      scratch.clearRect(0, 0, 64, 36);
      scratch.drawImage(canvas, 0, 0, 64, 36);
      const { data } = scratch.getImageData(0, 0, 64, 36);
      for (let i = 3; i < data.length; i += 4) if (data[i]) return true;
      return false;
    },
    /** The colour of one place of a canvas, in its own pixels. */
    colour(canvas, x, y) {
      if (!canvas?.width) return [0, 0, 0, 0];
      scratch.clearRect(0, 0, 1, 1);
      scratch.drawImage(canvas, x, y, 1, 1, 0, 0, 1, 1);
      return [...scratch.getImageData(0, 0, 1, 1).data];
    },
    startFrames() { frames = []; last = 0; requestAnimationFrame(tick); },
    stopFrames() { const all = frames; frames = null; return all; },
    /** From the next event of this type to the first painted frame in which `seen` is true. */
    arm(type, seen, limit) {
      this.answer = new Promise((resolve, reject) => {
        addEventListener(type, (event) => {
          until(seen, limit).then((now) => resolve(now - event.timeStamp), reject);
        }, { capture: true, once: true });
      });
    },
  };
})();
