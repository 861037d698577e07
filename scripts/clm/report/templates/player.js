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
    this.wanted = seconds;
    if (this.audio.readyState >= 1) this.seek();
    this.audio.play().catch(() => { /* said by fail() */ });
  }

  seek() {
    if (this.wanted != null) this.audio.currentTime = this.wanted;
    this.wanted = null;
  }

  toggle() {
    if (this.audio.paused) this.audio.play().catch(() => {}); else this.audio.pause();
  }
}
