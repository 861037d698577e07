"""Gain of a CLM on dense science, read by synthesisers: two subjects, each 7 kB of text and 25 sentences about it.

Writes a set for clm_gain.py into FOLDER/<subject>: input/<voice>/ and training_data/. Each --speak is a voice: a name,
"=", and the command that reads {text} into {wav}. Without one, Debian's flite reads with three voices.
"""

import argparse
import shlex
import subprocess
from pathlib import Path

TEXTS = Path(__file__).parent / "science"
FLITE = [f"{voice}=flite -voice {voice} -t {{text}} -o {{wav}}" for voice in ("rms", "slt", "awb")]


def speak(voice: str, command: str, sentences: list[str], directory: Path) -> None:
    """Let one voice read all sentences into a folder of pairs."""
    folder = directory / "input" / voice
    folder.mkdir(parents=True, exist_ok=True)
    for number, sentence in enumerate(sentences):
        (folder / f"{number:02}.txt").write_text(sentence + "\n", encoding="utf-8")
        wav = str(folder / f"{number:02}.wav")
        parts = [part.format(text=sentence, wav=wav) for part in shlex.split(command)]
        subprocess.run(parts, check=True, capture_output=True)


def main() -> None:
    """Write the sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--speak", action="append", metavar="NAME=COMMAND")
    args = parser.parse_args()
    for text in sorted(TEXTS.glob("*-text.txt")):
        subject = text.name.removesuffix("-text.txt")
        directory = args.folder / subject
        (directory / "training_data").mkdir(parents=True, exist_ok=True)
        (directory / "training_data" / text.name).write_bytes(text.read_bytes())
        sentences = (TEXTS / f"{subject}-sentences.txt").read_text(encoding="utf-8").splitlines()
        for item in args.speak or FLITE:
            voice, _, command = item.partition("=")
            speak(voice, command, sentences, directory)
        print(f"{directory}: {len(sentences)} sentences, {text.stat().st_size} bytes of text")


if __name__ == "__main__":
    main()
