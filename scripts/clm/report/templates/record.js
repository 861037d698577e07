/* One recording: words of the reference, and for each model what stands in their place. */
const CONTEXT = 5;
const GAP = 6; // so few words are not worth folding

class Recording {
  constructor(data, folder) {
    this.data = data;
    this.folder = folder;
    this.words = data.words.split(" ");
    this.starts = [];
    let time = 0;
    for (const step of data.times ?? []) this.starts.push((time += step) / 100);
    this.heard = new Map();
    for (const [model, stretches] of Object.entries(data.models)) this.heard.set(Number(model), this.lay(stretches));
  }

  /* at[p]: what was heard for word p ("" if it was left out); before[p]: what was added before it. */
  lay(stretches) {
    const laid = { at: new Map(), before: new Map() };
    for (const [kind, start, end, text] of stretches) {
      const words = text ? text.split(" ") : [];
      if (kind === "i") laid.before.set(start, [...(laid.before.get(start) ?? []), ...words]);
      else for (let p = start; p < end; p++) laid.at.set(p, kind === "d" ? "" : words[p - start]);
    }
    return laid;
  }

  start(p) {
    return this.starts.length ? this.starts[Math.min(p, this.starts.length - 1)] : null;
  }

  /* The end of word p, as far as it is known: the start of the next one. */
  after(p) {
    return p + 1 < this.starts.length ? this.starts[p + 1] : Infinity;
  }

  /* The word that is said at a time. */
  place(time) {
    let [low, high] = [0, this.starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.starts[middle] <= time + 0.01) low = middle + 1; else high = middle;
    }
    return low - 1;
  }

  missed(model, p) {
    return this.heard.get(model)?.at.has(p) ?? false;
  }

  /* Fixed: missed by the baseline and right here; broken: the other way round. */
  change(model, p, baseline) {
    if (model === baseline || !this.heard.has(baseline) || !this.heard.has(model)) return "";
    const [before, now] = [this.missed(baseline, p), this.missed(model, p)];
    return before === now ? "" : before ? "fixed" : "broken";
  }

  /* Errors of these models that the filters let through: p for word p, p - 0.5 for what was added before it. */
  errors(models, baseline, { kinds, word }) {
    const found = [];
    const changed = kinds.has("f") || kinds.has("b");
    const heard = models.map((model) => [model, this.heard.get(model)]).filter(([, laid]) => laid);
    const fits = (...texts) => !word || texts.some((text) => text.toLowerCase().includes(word));
    const wrong = (model, laid, p) => {
      if (changed) {
        const change = this.change(model, p, baseline);
        return kinds.has({ fixed: "f", broken: "b" }[change]) && fits(this.words[p], laid.at.get(p) ?? "");
      }
      return laid.at.has(p) && kinds.has(laid.at.get(p) === "" ? "d" : "s") && fits(this.words[p], laid.at.get(p));
    };
    for (let p = 0; p <= this.words.length; p++) {
      const added = kinds.has("i") && !changed && heard.some(([, { before }]) => before.has(p) && fits(...before.get(p)));
      if (added) found.push(p - 0.5);
      if (p < this.words.length && heard.some(([model, laid]) => wrong(model, laid, p))) found.push(p);
    }
    return found;
  }

  /* The errors with a few words around them: [start, end) of every stretch. */
  stretches(errors) {
    const stretches = [];
    for (const error of errors) {
      const p = Math.ceil(error);
      const [start, end] = [p <= CONTEXT + GAP ? 0 : p - CONTEXT, Math.min(this.words.length, p + CONTEXT + 1)];
      const last = stretches.at(-1);
      if (last && start <= last[1] + GAP) last[1] = end; else stretches.push([start, end]);
    }
    return stretches;
  }

  /* What a model heard from word `start` to word `end`, as text. */
  text(model, start, end) {
    const { at, before } = this.heard.get(model);
    const parts = [];
    for (let p = start; p < end; p++) {
      if (p > start) parts.push(...(before.get(p) ?? []));
      parts.push(at.has(p) ? at.get(p) : this.words[p]);
    }
    return parts.filter(Boolean).join(" ");
  }
}

function recordingsOf(folder) {
  const data = $(`#folder-${folder}`);
  return data ? JSON.parse(data.textContent).map((record) => new Recording(record, folder)) : null;
}

const clock = (seconds) => {
  const whole = Math.floor(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return `${h ? `${h}:${String(m).padStart(2, "0")}` : m}:${String(s).padStart(2, "0")}`;
};
