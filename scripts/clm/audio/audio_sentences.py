"""Sentences of the notices on audio: the one place where their codes become English."""

from __future__ import annotations

from clm.base.notices import Notice

_SENTENCES = {
    "narrowband": (
        "{rate:,} samples per second, which sounds like a telephone; upsampled, but the stock acoustic model is"
        " wideband and expects {expected:,} or more, so more words will be wrong"
    ),
    "damaged": "damaged after {after:.1f} seconds ({reason})",
    "packets_skipped": "{packets:,} damaged pieces were left out; {found:.1f} seconds remain",
    "cut_short": "cut short: the header promises {promised:.1f} seconds and there are {found:.1f}",
    "unfinished_header": "the header was never completed; all {found:.1f} seconds to the end of the file were read",
    "second_decoder": "read by FFmpeg, because libsndfile refused it ({reason})",
    "concatenated": "several recordings were joined into one file; all of them were read, {found:.1f} seconds",
    "silent_channels": "{silent} of {channels} channels carry no sound and were left out of the mix",
    "weak_channels": (
        "the weakest channel is {decibels:.0f} dB below the loudest; whoever speaks there will hardly be heard"
    ),
    "opposite_phase": (
        "the channels cancel each other out when mixed (opposite phase); channel {channel} of {channels} was used alone"
    ),
    "audio_tracks": "{tracks} audio tracks; only track {track} was read",
    "silent_track": "{tracks} audio tracks, the first of them silent or very weak; track {track} was read instead",
    "rescaled": "samples far beyond full scale; the level was lowered by {decibels:.0f} dB",
    "quiet": "very quiet ({decibels:.0f} dBFS); if more words are wrong than you expect, check how it was recorded",
    "noise": (
        "sounds like loud noise, not speech; its samples may be kept in another way than its header says, or it was"
        " changed as if it were text; listen to it"
    ),
}
CODES = frozenset(_SENTENCES)


def sentence(notice: Notice) -> str:
    """A notice as a clause that follows the name of the recording.

    >>> sentence(Notice("silent_channels", {"silent": 1, "channels": 2}))
    '1 of 2 channels carry no sound and were left out of the mix'
    """
    return _SENTENCES[notice.code].format(**notice.arguments)
