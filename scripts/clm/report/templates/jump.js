/* The whole recording as a bar: how densely words are spoken, and where errors are; a click goes there. */
const BINS = 240;
const CROWDED = 4; // pixels for an error, below which single ones cannot be told apart
const COLUMN = 4; // pixels
const SHORT = 60; // words that need no bar

class JumpBar {
  constructor(root, onjump) {
    Object.assign(this, { root, canvas: $("canvas", root), range: $("input", root) });
    this.range.addEventListener("input", () => onjump(Number(this.range.value)));
    new ResizeObserver(() => this.paint()).observe(root);
    $("#theme").addEventListener("click", () => this.paint());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint());
  }

  draw(recording, errors, models) {
    Object.assign(this, { recording, errors, models });
    const last = Math.max(0, recording.words.length - 1);
    this.root.hidden = last < SHORT;
    this.range.max = last;
    this.range.setAttribute("aria-label", `Place in ${recording.data.name}, by word`);
    this.move(0);
    this.paint();
  }

  move(p) {
    const place = Math.max(0, Math.min(Math.ceil(p), Number(this.range.max)));
    const time = this.recording.start(place);
    this.range.value = place;
    this.range.setAttribute("aria-valuetext", `word ${place + 1} of ${this.recording.words.length}${time == null ? "" : `, ${clock(time)}`}`);
  }

  /* Kind of the errors at a place, of the models that are shown. */
  kind(p) {
    if (p !== Math.floor(p)) return "ins";
    return this.models.some((model) => this.recording.heard.get(model)?.at.get(p)) ? "sub" : "del";
  }

  paint() {
    if (!this.recording || this.root.hidden || !this.root.clientWidth) return;
    const { canvas, recording } = this;
    const [width, height, scale] = [this.root.clientWidth, this.root.clientHeight, devicePixelRatio || 1];
    Object.assign(canvas, { width: width * scale, height: height * scale });
    const paper = canvas.getContext("2d");
    paper.scale(scale, scale);
    const colours = getComputedStyle(document.documentElement);
    const colour = (name) => colours.getPropertyValue(`--${name}`).trim();
    paper.fillStyle = colour("line");
    const dense = this.density();
    const most = Math.max(...dense);
    dense.forEach((count, at) => {
      const tall = (count / most) * (height - 14);
      paper.fillRect((at * width) / dense.length, height - tall, Math.ceil(width / dense.length), tall);
    });
    const last = Math.max(1, recording.words.length - 1);
    if (this.errors.length > width / CROWDED) { this.paintCrowd(paper, width, last, colour("sub")); return; }
    for (const p of this.errors) {
      paper.fillStyle = colour(this.kind(p));
      paper.fillRect(1.5 + (Math.max(0, p) / last) * (width - 4), 1, 1.5, 11);
    }
  }

  /* More errors than there is room for: columns that hang down the further, the more errors there are. */
  paintCrowd(paper, width, last, colour) {
    const columns = new Array(Math.ceil(width / COLUMN)).fill(0);
    for (const p of this.errors) columns[Math.min(columns.length - 1, Math.floor((Math.max(0, p) / last) * columns.length))]++;
    const most = Math.max(...columns);
    paper.fillStyle = colour;
    columns.forEach((count, at) => paper.fillRect(at * COLUMN, 0, COLUMN - 1, 14 * (count / most)));
  }

  /* Words per second along the words: it falls where there are pauses. */
  density() {
    const { words, starts } = this.recording;
    const bins = Math.min(BINS, words.length);
    return Array.from({ length: bins }, (_, at) => {
      const [from, to] = [Math.floor((at * words.length) / bins), Math.floor(((at + 1) * words.length) / bins)];
      if (!starts.length || to <= from) return 1;
      const time = (starts[Math.min(to, starts.length - 1)] ?? 0) - (starts[from] ?? 0);
      return time > 0 ? Math.min(6, (to - from) / time) : 3;
    });
  }
}
