"""Names of columns in tables of recordings, transcripts and terms."""

import re
from collections.abc import Sequence

AUDIO = (
    "audio_filepath", "file_name", "audio_path", "audio_file", "audio", "wav_filename", "wav_path",
    "wav", "path", "filepath", "file_path", "filename", "file", "clip", "clip_path", "recording",
    "mp3", "audio_filename", "sound", "uri", "source_ref", "audio_file_name", "audio_url", "url", "wav_file", "media",
    "media_file", "recording_file", "audio_name", "sample", "video", "dateiname", "datei", "audiodatei", "fichier",
    "fichier_audio", "archivo", "arquivo", "bestand",
)  # fmt: skip
TEXTS = (
    "text", "transcription", "sentence", "transcript", "reference", "ref",
    "normalized_transcription", "normalized_text", "raw_transcription", "words", "utterance",
    "content", "script", "label", "raw_text", "target", "wrd", "text_tts", "txt", "verbatim", "caption",
    "ground_truth", "groundtruth", "human_transcript", "clean_text", "prompt", "transkript", "transkription", "texte",
    "transcripci\u00f3n", "transcripcion", "texto", "transcri\u00e7\u00e3o", "trascrizione", "testo", "tekst",
)  # fmt: skip
OFFSETS = ("offset", "start", "start_time", "begin", "begin_time", "start_sec", "start_seconds")
ENDS = ("end", "end_time", "stop", "end_sec", "end_seconds")
DURATIONS = ("duration", "length", "dur", "audio_duration", "duration_seconds")
SPEAKERS = ("speaker", "speaker_id", "client_id", "speaker_name", "spk", "spk_id", "name", "participant")
IDS = ("id", "utt_id", "utterance_id", "segment_id", "utt", "uid", "key")
TIMES = (*OFFSETS, *ENDS, "time", "timestamp", "timecode", "in", "out")
TERMS = (
    "term", "terms", "keyword", "keywords", "phrase", "phrases", "word", "words", "key word",
    "key phrase", "begriff", "begriffe", "fachbegriff", "fachwort", "stichwort", "schlagwort", "wort", "terme", "mot",
    "mot clé", "mots clés", "término", "termino", "palabra", "palabra clave", "termo", "palavra", "palavra chave",
    "termine", "parola", "parola chiave", "begrip", "trefwoord", "nyckelord", "begrepp",
)  # fmt: skip
#: Other words that head columns beside terms.
OTHER = (
    "definition", "definitions", "category", "description", "id", "no", "no.", "nr", "number",
    "notes", "note", "comment", "comments", "language", "lang", "type", "priority", "frequency",
    "count", "weight", "boost", "pronunciation", "meaning", "translation", "synonym", "synonyms",
    "abbreviation", "acronym", "source", "topic", "domain", "name", "title", "example", "context",
    "#", "rank", "score", "soundslike", "sounds like", "displayas", "display as", "ipa", "entry",
    "lemma", "pos", "english", "german", "french", "spanish", "explanation", "remarks", "group",
    "class", "expansion", "full form",
)  # fmt: skip


def named(columns: Sequence[str], names: Sequence[str]) -> int | None:
    """The place of the column with the first of these names that exists, or None.

    >>> named(["path", "Sentence "], TEXTS), named(["Audio file", "text"], AUDIO)
    (1, 0)
    """
    places: dict[str, int] = {}
    for place, column in enumerate(columns):
        places.setdefault(_key(column), place)
    return next((places[name] for name in map(_key, names) if name in places), None)


def _key(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", name.strip().strip("\ufeff").lower())
