// What the benchmarks look at inside the page. It is there before the page's own scripts.

const SIDE = 16; // bits of the time in a picture, and pixels of one of them

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

const strip = Object.assign(document.createElement("canvas"), { width: SIDE, height: 2 });
const reader = strip.getContext("2d", { willReadFrequently: true });

/** The time that a canvas tells, in ms since 1970 modulo 2 ** 16; -1 for one that tells none. */
function told(canvas) {
  if (canvas.width < 2) return -1;
  reader.imageSmoothingEnabled = false;
  reader.drawImage(canvas, 0, 0, canvas.width, canvas.height / 8, 0, 0, SIDE, 2);
  const { data } = reader.getImageData(0, 0, SIDE, 2);
  let time = 0;
  for (let bit = 0; bit < SIDE; bit += 1) {
    const [above, below] = [data[4 * bit] > 127, data[4 * (bit + SIDE)] > 127];
    if (above === below) return -1;
    if (above) time += 2 ** bit;
  }
  return time;
}

const canvases = () => [...document.querySelectorAll(".card canvas.preview")];

const inside = (element, box) => {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return right > box.left && left < box.right && bottom > box.top && top < box.bottom;
};

function seen(selector) {
  const box = document.querySelector(".react-flow")?.getBoundingClientRect();
  return box ? [...document.querySelectorAll(selector)].filter((element) => inside(element, box)) : [];
}

window.probe = {
  /** Frames of these seconds, and how often the pictures on the canvases changed, each looked at in turn. */
  async frames(seconds, look) {
    const all = look ? canvases() : [];
    const last = all.map(told);
    const gaps = [];
    let [changes, cost, turn] = [0, 0, 0];
    const begun = await frame();
    let before = begun;
    for (let now = begun; now - begun < seconds * 1000; ) {
      now = await frame();
      gaps.push(now - before);
      before = now;
      const started = performance.now();
      for (let count = 0; count < 2 && all.length; count += 1) {
        const at = turn++ % all.length;
        const time = told(all[at]);
        if (time >= 0 && time !== last[at]) changes += 1;
        last[at] = time;
      }
      cost += performance.now() - started;
    }
    const took = before - begun;
    gaps.sort((a, b) => a - b);
    return {
      rate: (1000 * gaps.length) / took,
      worst: gaps.at(-1),
      late: gaps[Math.floor(gaps.length * 0.99)],
      changes: all.length ? (1000 * changes) / took / all.length : 0,
      cost: cost / took,
      sizes: all.map(({ width }) => width),
    };
  },

  /** How old the pictures are that are shown, in ms, looked at ten times a second. */
  async ages(seconds) {
    const ages = [];
    const begun = performance.now();
    while (performance.now() - begun < seconds * 1000) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await frame();
      for (const canvas of canvases()) {
        const time = told(canvas);
        ages.push(time < 0 ? -1 : (Date.now() - time + 2 ** SIDE) % 2 ** SIDE);
      }
    }
    return ages;
  },

  /** Milliseconds from the beginning of the page, or from `since`, until so many cards are on the screen. */
  async opened(graph, count, since = 0) {
    const there = () =>
      document.querySelector(".canvas")?.getAttribute("aria-label")?.endsWith(` ${graph}`) &&
      seen(".react-flow__node .card").length >= count &&
      seen(".react-flow__node").every((node) => getComputedStyle(node).visibility === "visible");
    while (!there()) await frame();
    await frame();
    await frame(); // what the one before has changed is drawn
    return performance.now() - since;
  },

  /** Milliseconds until all pictures of those cards are there too. */
  async pictured(count, since = 0) {
    while (seen(".card canvas.preview").filter(({ width }) => width > 1).length < count) await frame();
    return performance.now() - since;
  },

  /** How many cards are on the screen. */
  cards: () => seen(".react-flow__node .card").length,

  /** A page with nothing on it but a square that moves: as quick as this browser can be. */
  async empty(seconds) {
    document.body.replaceChildren(Object.assign(document.createElement("div"), { style: "width:64px;height:64px;background:#777" }));
    const begun = await frame();
    let [now, count] = [begun, 0];
    for (; now - begun < seconds * 1000; count += 1) {
      document.body.firstChild.style.transform = `translateX(${count % 400}px)`;
      now = await frame();
    }
    return (1000 * count) / (now - begun);
  },
};
