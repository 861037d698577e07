"""Talks in other languages than English, read by synthesisers, each with a text about its subject that holds it.

languages/<language>.txt is the text; its first paragraph is what is spoken. Writes sets for whisper_gain.py into
FOLDER/<language>: input/<voice>/ and training_data/. Each --speak is a voice of a language: the language, ":", a name,
"=", and the command that reads {text}, or its standard input, into {wav}. Without one, Debian's espeak-ng reads all
but Japanese and Chinese, whose letters it does not know.

    .venv/bin/python benchmarks/languages.py FOLDER [--speak "ja-JP:mei=open_jtalk -x DICTIONARY -m VOICE -ow {wav}"]
"""

import argparse
import shlex
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile

TEXTS = Path(__file__).parent / "languages"
#: Seconds of silence after each sentence.
_PAUSE = 0.4
#: Voices of espeak-ng that are not named by the first part of the language's code.
_ESPEAK = {"pt-BR": "pt-br"}
_WITHOUT = ("ja-JP", "zh-CN")


def espeak(language: str) -> str:
    """A voice of espeak-ng as --speak has it."""
    return f"{language}:espeak=espeak-ng -v {_ESPEAK.get(language, language.split('-')[0])} -s 150 -w {{wav}} {{text}}"


def speak(command: str, sentences: list[str], path: Path) -> float:
    """Let a voice read sentences into one file, and return its length in seconds."""
    parts, rate = [], 0
    with tempfile.TemporaryDirectory() as folder:
        wav = f"{folder}/sentence.wav"
        for sentence in sentences:
            words = [part.format(text=sentence, wav=wav) for part in shlex.split(command)]
            subprocess.run(words, input=sentence, text=True, check=True, capture_output=True)
            samples, rate = soundfile.read(wav)
            parts += [samples, np.zeros(int(_PAUSE * rate))]
    soundfile.write(path, np.concatenate(parts), rate)
    return sum(map(len, parts)) / rate


def main() -> None:
    """Write the sets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--speak", action="append", metavar="LANGUAGE:NAME=COMMAND")
    args = parser.parse_args()
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(TEXTS.glob("*.txt"))}
    for item in args.speak or [espeak(code) for code in texts if code not in _WITHOUT]:
        language, _, voice = item.partition(":")
        name, _, command = voice.partition("=")
        root = args.folder / language
        folder = root / "input" / name
        for directory in (folder, root / "training_data"):
            directory.mkdir(parents=True, exist_ok=True)
        spoken = texts[language].partition("\n\n")[0]
        (folder / "talk.txt").write_text(spoken + "\n", encoding="utf-8")
        (root / "training_data" / "text.txt").write_text(texts[language], encoding="utf-8")
        seconds = speak(command, spoken.splitlines(), folder / "talk.wav")
        print(f"{folder}: {seconds:.0f} s; text of {len(texts[language].encode())} bytes")


if __name__ == "__main__":
    main()
