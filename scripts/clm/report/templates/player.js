/* Plays the recording from a word. Nothing is loaded before somebody asks to hear it. */
class Player {
  constructor(audio, note) {
    Object.assign(this, { audio, note, wanted: null, ontime: () => {} });
    audio.addEventListener("loadedmetadata", () => this.seek());
    audio.addEventListener("timeupdate", () => this.ontime(audio.currentTime));
    audio.addEventListener("error", () => this.fail());
  }

  open(recording) {
    this.recording = recording;
    this.wanted = null;
    this.audio.pause();
    this.audio.removeAttribute("src");
    this.audio.load();
    const { audio, times } = recording.data;
    this.audio.hidden = !audio;
    if (!audio) this.note.textContent = "There is no audio beside this page; everything else works without.";
    else if (!times) this.note.textContent = "The recogniser gave no times, so words cannot be played one by one.";
    else this.note.textContent = "";
    if (audio) this.audio.src = audio.startsWith("data:") ? audio : (DATA.base ?? "") + audio;
  }

  fail() {
    if (!this.audio.getAttribute("src")) return;
    const path = this.recording.data.audio.startsWith("data:") ? "inside this page" : decodeURIComponent(this.audio.getAttribute("src"));
    this.note.textContent = `The audio cannot be played: ${path}. It must lie where it was when the page was made, in a format that this browser knows.`;
  }

  play(seconds) {
    if (!this.audio.getAttribute("src")) return;
    snippets.stop();
    this.wanted = seconds;
    if (this.audio.readyState >= 1) this.seek();
    this.audio.play().catch(() => { /* said by fail() */ });
  }

  seek() {
    if (this.wanted != null) this.audio.currentTime = this.wanted;
    this.wanted = null;
  }

  /* Pauses, or plays on; with a time, from there. */
  toggle(seconds = null) {
    if (!this.audio.paused) this.audio.pause();
    else if (seconds != null) this.play(seconds);
    else if (this.audio.getAttribute("src")) {
      snippets.stop();
      this.audio.play().catch(() => {});
    }
  }
}

/* Plays a word with those around it, from a table or a list of places, without leaving it. */
const AROUND = 3; // words
class Snippets {
  constructor() {
    this.audio = new Audio();
    this.audio.addEventListener("timeupdate", () => { if (this.audio.currentTime >= this.end) this.stop(); });
    this.audio.addEventListener("ended", () => this.stop());
    this.audio.addEventListener("error", () => this.fail());
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-play]");
      if (button) this.toggle(button);
    });
  }

  toggle(button) {
    const again = this.button === button;
    this.stop();
    if (again) return;
    const folder = DATA.folders.find((found) => found.id === Number(button.dataset.play));
    const [name, place] = [button.dataset.recording, Number(button.dataset.place)];
    const recording = recordingsOf(folder.id)?.find((found) => found.data.name === name);
    if (!recording) { workbench.openFolder(folder, name, place); return; } // its alignment is in another page
    this.button = button;
    if (!recording.data.audio || recording.start(place) == null) { this.fail(); return; }
    workbench.player.audio.pause();
    this.end = recording.after(place + AROUND);
    const address = recording.data.audio.startsWith("data:") ? recording.data.audio : (DATA.base ?? "") + recording.data.audio;
    const start = () => {
      this.audio.currentTime = Math.max(0, recording.start(Math.max(0, place - AROUND)) - 0.15);
      this.audio.play().catch(() => { /* said by fail() */ });
    };
    if (this.audio.getAttribute("src") === address && this.audio.readyState >= 1) start();
    else {
      this.audio.addEventListener("loadedmetadata", start, { once: true });
      this.audio.src = address;
    }
    button.textContent = "❚❚";
  }

  stop() {
    this.audio.pause();
    if (this.button) this.button.textContent = "▶";
    this.button = null;
  }

  fail() {
    if (!this.button) return;
    this.button.textContent = "no audio";
    this.button.disabled = true;
    this.button = null;
  }
}
