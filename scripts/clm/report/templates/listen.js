/* The workbench: folders on one side; reference and up to three models, word against word, on the other. */
const MOST_MODELS = 3;
const MOST_FOLDERS = 200;
const STRETCHES = 60;

class Workbench {
  constructor() {
    this.player = new Player($("#player"), $("#audio-note"));
    this.player.ontime = (time) => this.follow(time);
    this.bar = new JumpBar($("#jump"), (p) => this.jump(p));
    this.here = -1; // the place from which `next` and `previous` go on
    this.filters = { kinds: new Set(["s", "d", "i"]), word: "" };
    this.chosen = DATA.shown.slice(0, MOST_MODELS);
    this.everything = false;
    this.listFolders();
    this.listen();
  }

  listen() {
    $("#folder-filter").addEventListener("input", () => this.listFolders());
    $("#folder-order").addEventListener("change", () => this.listFolders());
    $("#recording").addEventListener("change", (event) => this.openRecording(Number(event.target.value)));
    for (const box of $$("#workbench [data-kind]")) {
      box.addEventListener("change", () => {
        if (box.checked) this.filters.kinds.add(box.dataset.kind); else this.filters.kinds.delete(box.dataset.kind);
        this.draw();
      });
    }
    $("#word-filter").addEventListener("input", (event) => {
      this.filters.word = event.target.value.trim().toLowerCase();
      this.draw();
    });
    $("#next").addEventListener("click", () => this.step(1));
    $("#previous").addEventListener("click", () => this.step(-1));
    $("#unfold").addEventListener("click", () => this.showEverything(!this.everything));
    $("#workbench").addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=range]), select, audio")) return;
      if (event.key === "n") this.step(1);
      else if (event.key === "p") this.step(-1);
      else if (event.key === " " && this.takesSpace(event.target)) { event.preventDefault(); this.pauseOrPlay(); }
    });
    /* Firefox clicks a button when the space bar is let go. */
    $("#workbench").addEventListener("keyup", (event) => {
      if (event.key === " " && this.takesSpace(event.target)) event.preventDefault();
    });
    $("#alignment").addEventListener("click", (event) => {
      const word = event.target.closest("[data-at]");
      if (word && this.recording) this.playFrom(Number(word.dataset.at));
    });
  }

  /* Words and times are buttons, which the space bar would press: here it pauses. Others it presses. */
  takesSpace(target) {
    return target.matches("#alignment [data-at]") || !target.matches("button, summary, input[type=checkbox]");
  }

  playFrom(p) {
    this.here = p;
    this.played = p;
    this.bar.move(p);
    this.player.play(this.recording.start(p));
  }

  /* From a place that was gone to, and not heard yet, it plays from there. */
  pauseOrPlay() {
    if (!this.recording) return;
    const fresh = this.here >= 0 && this.here !== this.played;
    if (fresh && this.player.audio.paused) this.playFrom(Math.max(0, Math.ceil(this.here))); else this.player.toggle();
  }

  /* A place of the jump bar: the sound goes there, and the nearest error is shown. */
  jump(p) {
    if (!this.player.audio.paused) this.playFrom(p);
    else this.here = p;
    const near = this.errors.reduce((best, error) => (Math.abs(error - p) < Math.abs(best - p) ? error : best), this.errors[0]);
    if (near != null) this.goTo(near, { focus: false });
    this.here = p;
    this.bar.move(p);
  }

  showEverything(everything) {
    this.everything = everything;
    $("#unfold").setAttribute("aria-pressed", everything);
    $("#unfold").textContent = everything ? "Show errors only" : "Show everything";
    this.draw();
  }

  listFolders() {
    const words = $("#folder-filter").value.toLowerCase();
    const rate = (folder, model) => folder.wer[model] ?? null;
    const [base, subject] = [DATA.baseline, DATA.subject];
    const gain = (folder) => rate(folder, base) == null || rate(folder, subject) == null ? null : rate(folder, base) - rate(folder, subject);
    const orders = {
      worst: (a, b) => compare(rate(a, subject), rate(b, subject), -1),
      gain: (a, b) => compare(gain(a), gain(b), -1),
      loss: (a, b) => compare(gain(a), gain(b), 1),
      name: (a, b) => compare(a.name, b.name, 1),
    };
    const found = DATA.folders.filter((folder) => folder.name.toLowerCase().includes(words)).sort(orders[$("#folder-order").value]);
    const items = found.slice(0, MOST_FOLDERS).map((folder) => el("li", {}, el("button",
      { type: "button", "data-open": folder.id, "aria-current": folder.id === this.folder?.id ? "true" : null, onclick: () => this.openFolder(folder) },
      el("span", {}, folder.name), el("span", { class: "rate" }, rate(folder, subject) == null ? "–" : percent(rate(folder, subject))))));
    if (found.length > MOST_FOLDERS) items.push(el("li", { class: "muted" }, `${(found.length - MOST_FOLDERS).toLocaleString("en-US")} more: find them by name`));
    $("#folder-list").replaceChildren(...items);
  }

  /* Opens a folder, perhaps at a word of a recording; one that is not in this page has a page of its own. */
  openFolder(folder, name = null, place = null) {
    const recordings = recordingsOf(folder.id);
    if (!recordings) {
      if (folder.page) location.href = `${folder.page}#${new URLSearchParams({ f: folder.id, r: name ?? "", w: place ?? "" })}`;
      else $("#recording-title").textContent = `${folder.name}: nothing was transcribed`;
      return;
    }
    Object.assign(this, { folder, recordings });
    for (const button of $$("[data-open]")) {
      if (Number(button.dataset.open) === folder.id) button.setAttribute("aria-current", "true"); else button.removeAttribute("aria-current");
    }
    $("#recording-choice").hidden = recordings.length < 2;
    $("#recording").replaceChildren(...recordings.map((recording, at) => el("option", { value: at }, recording.data.name)));
    const at = Math.max(0, recordings.findIndex((recording) => recording.data.name === name));
    $("#recording").value = at;
    this.openRecording(at);
    if (place == null) return;
    if (!this.errors.includes(place)) this.showEverything(true);  // missed by a model that is not shown
    this.goTo(place);
  }

  openRecording(at) {
    this.recording = this.recordings[at];
    const name = this.recording.data.name;
    $("#recording-title").textContent = this.recordings.length > 1 ? `${this.folder.name}: ${name}` : this.folder.name;
    this.player.open(this.recording);
    this.here = this.played = -1;
    this.listModels();
    this.draw();
  }

  listModels() {
    const boxes = [...this.recording.heard.keys()].map((model) => el("label", {},
      el("input", { type: "checkbox", value: model, checked: this.chosen.includes(model), onchange: (event) => this.choose(model, event.target) }),
      DATA.models[model]));
    $("#model-choice").replaceChildren($("legend", $("#model-choice")), ...boxes);
  }

  choose(model, box) {
    this.chosen = box.checked ? [...this.chosen, model] : this.chosen.filter((other) => other !== model);
    if (this.chosen.length > MOST_MODELS) this.chosen = this.chosen.slice(-MOST_MODELS);
    for (const other of $$("input", $("#model-choice"))) other.checked = this.chosen.includes(Number(other.value));
    this.draw();
  }

  draw() {
    if (!this.recording) return;
    this.models = this.chosen.filter((model) => this.recording.heard.has(model)).sort((a, b) => DATA.order[a] - DATA.order[b]);
    this.errors = this.recording.errors(this.models, DATA.baseline, this.filters);
    this.marked = new Set(this.errors);
    this.current = -1;
    this.bar.draw(this.recording, this.errors, this.models);
    this.columns = new Map();
    const end = this.recording.words.length;
    const stretches = this.everything ? this.everyPart(end) : this.recording.stretches(this.errors);
    this.waiting = [...stretches];
    this.drawn = 0;
    $("#alignment").replaceChildren();
    this.drawMore();
    this.count();
  }

  everyPart(end) {
    const parts = [];
    for (let start = 0; start < end; start += 40) parts.push([start, Math.min(end, start + 40)]);
    return parts;
  }

  /* Long recordings are drawn as far as somebody looks. */
  drawMore(until = -1) {
    const root = $("#alignment");
    $("#more-stretches")?.remove();
    let count = 0;
    while (this.waiting.length && (count < STRETCHES || this.drawn <= until)) {
      const [start, end] = this.waiting.shift();
      if (start > this.drawn) root.append(this.fold(this.drawn, start));
      root.append(this.stretch(start, end));
      this.drawn = end;
      count++;
    }
    const words = this.recording.words.length;
    if (this.waiting.length) {
      root.append(el("button", { type: "button", class: "button", id: "more-stretches", onclick: () => this.drawMore() },
        `Show more (${this.waiting.length.toLocaleString("en-US")} stretches)`));
    } else if (this.drawn < words) {
      root.append(this.fold(this.drawn, words));
      this.drawn = words;
    }
  }

  fold(start, end) {
    const hidden = end - start;
    const open = (event) => event.target.replaceWith(el("div", { class: "unfolded", dir: "auto" },
      ...this.recording.words.slice(start, end).map((word, at) =>
        el("button", { type: "button", class: "w quiet", tabindex: "-1", "data-at": start + at }, word))));
    return el("button", { type: "button", class: "folded", onclick: open },
      `· · ·  ${hidden.toLocaleString("en-US")} word${hidden === 1 ? "" : "s"} without such errors`);
  }

  stretch(start, end) {
    const time = this.recording.start(start);
    const columns = el("div", { class: "columns", dir: "auto" });
    for (let p = start; p <= end; p++) {
      const added = this.models.some((model) => this.recording.heard.get(model).before.has(p));
      const last = p === this.recording.words.length;
      if (added && (p > start || p === 0) && (p < end || last)) columns.append(this.addedColumn(p));
      if (p < end) columns.append(this.column(p));
    }
    const names = el("div", { class: "line-names" }, el("span", {}, "Reference"), ...this.models.map((model) => el("span", { title: DATA.models[model] }, DATA.brief[model])));
    const silent = !this.recording.data.audio;
    const play = time == null ? el("span") : silent ? el("span", { class: "muted" }, clock(time)) : el("button", { type: "button", class: "time", "data-at": start, "aria-label": `Play from ${clock(time)}` }, `▶ ${clock(time)}`);
    return el("div", { class: "stretch" }, play, el("div", { class: "lines" }, names, columns));
  }

  column(p) {
    const wrong = this.marked.has(p);
    const column = el("div", { class: "column" }, this.word(p, this.recording.words[p], wrong ? "said" : "said quiet", wrong));
    for (const model of this.models) {
      const { at } = this.recording.heard.get(model);
      const change = this.recording.change(model, p, DATA.baseline);
      if (!at.has(p)) column.append(this.word(p, change === "fixed" ? this.recording.words[p] : "·", change === "fixed" ? "fixed" : "quiet"));
      else column.append(at.get(p) === "" ? this.word(p, "left out", "d") : this.word(p, at.get(p), "s"));
    }
    this.columns.set(p, column);
    return column;
  }

  addedColumn(p) {
    const column = el("div", { class: "column added" }, this.word(p, "", "quiet"));
    for (const model of this.models) {
      const words = this.recording.heard.get(model).before.get(p);
      column.append(words ? this.word(p, words.join(" "), "i", true) : this.word(p, "", "quiet"));
    }
    this.columns.set(p - 0.5, column);
    return column;
  }

  /* Only words that are in error can be reached with the tab key: there are thousands of others. */
  word(p, text, classes, reachable = false) {
    if (!text) return el("span", { class: "w", "aria-hidden": "true" }, "\u00a0");
    return el("button", { type: "button", class: `w ${classes}`, "data-at": p, tabindex: reachable ? null : "-1", title: text.length > 30 ? text : null }, text);
  }

  /* The next error after the place where one is: a word that was clicked or is being said, or the last error. */
  step(by) {
    if (!this.errors?.length) return;
    const last = this.errors.length - 1;
    if (this.here < 0) { this.goTo(this.errors[by < 0 ? last : 0]); return; }
    const at = by > 0 ? this.errors.findIndex((p) => p > this.here) : this.errors.findLastIndex((p) => p < this.here);
    this.goTo(this.errors[at >= 0 ? at : by > 0 ? 0 : last]);
  }

  goTo(p, { focus = true } = {}) {
    this.current = this.errors.indexOf(p);
    this.here = p;
    if (p >= this.drawn) this.drawMore(p);
    $(".column.current")?.classList.remove("current");
    const column = this.columns.get(p);
    if (!column) return;
    column.classList.add("current");
    reveal(column);
    column.scrollIntoView({ block: "center" });
    if (focus) $("button:not([tabindex])", column)?.focus({ preventScroll: true });
    this.bar.move(p);
    this.count();
  }

  count() {
    const count = this.errors.length.toLocaleString("en-US");
    $("#error-count").textContent = this.current >= 0 ? `Error ${(this.current + 1).toLocaleString("en-US")} of ${count}` : `${count} place${count === "1" ? "" : "s"} with errors`;
  }

  follow(time) {
    $(".column.playing")?.classList.remove("playing");
    if (this.player.audio.paused || !this.recording) return;
    const p = this.recording.place(time);
    if (p < 0) return;
    this.here = this.played = p;
    this.bar.move(p);
    this.columns?.get(p)?.classList.add("playing");
  }
}

/* A word, where it was said and what was heard there. */
class Places {
  constructor(workbench) {
    Object.assign(this, { workbench, dialog: $("#places") });
    $("#places-close").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => snippets.stop());
    document.addEventListener("click", (event) => {
      const target = event.target.closest("[data-word], [data-folder]");
      if (!target) return;
      if (target.dataset.word != null) this.open(target.dataset.word);
      else this.openFolder(target.dataset.folder);
    });
  }

  openFolder(name) {
    const folder = DATA.folders[DATA.index.get(name)];
    if (!folder) return;
    reveal($("#workbench"));
    this.workbench.openFolder(folder);
    $("#workbench").scrollIntoView();
    $("#next").focus({ preventScroll: true });
  }

  open(word) {
    const known = Object.hasOwn(DATA.words, word) ? DATA.words[word] : null;
    $("#places-title").textContent = word;
    const missed = known ? known[1].map((count, at) => (count ? `${DATA.models[at]} ${count}` : "")).filter(Boolean) : [];
    const body = [el("p", { class: "muted" }, known
      ? `Said ${known[0] === 1 ? "once" : `${known[0]} times`}. Missed by ${missed.join(", ") || "no model"}.`
      : "This word was not missed, or not often enough to be listed here.")];
    const items = (known?.[2] ?? []).map(([id, name, p]) => this.place(DATA.folders[id], name, p));
    body.push(el("ul", { class: "places" }, ...items));
    $("#places-body").replaceChildren(...body);
    this.dialog.showModal();
  }

  place(folder, name, p) {
    const go = () => {
      this.dialog.close();
      this.workbench.openFolder(folder, name, p);
    };
    const recording = recordingsOf(folder.id)?.find((found) => found.data.name === name);
    const item = el("li", {}, el("button", { type: "button", class: "link", onclick: go }, folder.name), " ", ...playButton(folder.name, name, p + 1));
    if (!recording) return item;
    const [start, end] = [Math.max(0, p - 4), Math.min(recording.words.length, p + 5)];
    item.append(el("div", { class: "context" }, recording.words.slice(start, p).join(" "), " ", el("mark", {}, recording.words[p]), " ", recording.words.slice(p + 1, end).join(" ")));
    for (const model of this.workbench.chosen.filter((chosen) => recording.heard.has(chosen))) {
      item.append(el("div", { class: "muted" }, `${DATA.models[model]}: ${recording.text(model, start, end)}`));
    }
    return item;
  }
}
