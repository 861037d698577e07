"""Other people's programs on the same data: sclite and sc_stats (Debian's package sctk), jiwer, rapidfuzz."""

import itertools
import json
import random
import re
import shutil
import subprocess

import pytest

from clm.normalization.normalizer import create_normalizer
from clm.scoring import error_rate, mapsswe

SCTK = shutil.which("sctk")
needs_sctk = pytest.mark.skipif(SCTK is None, reason="needs sclite and sc_stats: apt-get install sctk")


def texts(seed, recordings=4, words=1500):
    """References and two systems that make errors of all kinds, often at the same places."""
    generator = random.Random(seed)
    vocabulary = [f"word{number}" for number in range(300)]
    references, systems = {}, ({}, {})
    for number in range(recordings):
        reference = [generator.choice(vocabulary) for _ in range(words)]
        references[f"r{number}"] = reference
        hard = [generator.random() < 0.2 for _ in reference]
        for system, ease in zip(systems, (0.6, 0.5), strict=True):
            heard = []
            for word, difficult in zip(reference, hard, strict=True):
                if generator.random() < (0.9 - ease if difficult else 0.02):
                    heard += generator.choice(
                        [[], [generator.choice(vocabulary)], [word, generator.choice(vocabulary)]]
                    )
                else:
                    heard.append(word)
            system[f"r{number}"] = heard
    return references, systems


def sgml(name, references, hypotheses):
    """Sclite's alignment file, made from our alignments."""
    lines = [
        f'<SYSTEM title="{name}" ref_fname="r" hyp_fname="{name}" creation_date="-" format="2.4" frag_corr="FALSE"'
        ' opt_del="FALSE" weight_ali="FALSE" weight_filename="">'
    ]
    for number, (recording, reference) in enumerate(references.items()):
        hypothesis, entries = hypotheses[recording], []
        for op, ref_start, ref_end, hyp_start, hyp_end in error_rate.align(reference, hypothesis):
            words, heard = reference[ref_start:ref_end], hypothesis[hyp_start:hyp_end]
            if op in ("equal", "substitute"):
                letter = "C" if op == "equal" else "S"
                entries += [f'{letter},"{word}","{other}"' for word, other in zip(words, heard, strict=True)]
            elif op == "delete":
                entries += [f'D,"{word}",' for word in words]
            else:
                entries += [f'I,,"{word}"' for word in heard]
        lines += [
            f'<SPEAKER id="{recording}">',
            f'<PATH id="({recording}-1)" word_cnt="{len(entries)}" sequence="{number}">',
        ]
        lines += [":".join(entries), "</PATH>", "</SPEAKER>"]
    return "\n".join([*lines, "</SYSTEM>", ""])


@needs_sctk
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_matched_pairs_are_those_of_sc_stats(seed, tmp_path):
    references, systems = texts(seed)
    both = "".join(sgml(name, references, system) for name, system in zip(("one", "two"), systems, strict=True))
    subprocess.run(
        [SCTK, "sc_stats", "-p", "-t", "mapsswe", "-v", "-n", "out"],
        input=both, text=True, cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    report = (tmp_path / "out.stats.mapsswe").read_text()
    count = int(re.search(r"Number of Segments (\d+)", report)[1])
    z = float(re.search(r"\(Z Stat: (-?[\d.]+)\)", report)[1])
    found = mapsswe.matched_pairs(
        mapsswe.combine(
            mapsswe.summarize(*(error_rate.align(reference, system[name]) for system in systems))
            for name, reference in references.items()
        )
    )
    assert found.segments == count
    assert found.z == pytest.approx(z, abs=0.001)


def sclite_errors(directory, references, hypotheses):
    for name, side in (("ref", references), ("hyp", hypotheses)):
        lines = (f"{' '.join(words)} ({recording}-1)\n" for recording, words in side.items())
        (directory / f"{name}.trn").write_text("".join(lines), encoding="utf-8")
    command = [SCTK, "sclite", "-r", "ref.trn", "trn", "-h", "hyp.trn", "trn", "-i", "rm", "-o", "rsum", "stdout"]
    done = subprocess.run(command, cwd=directory, check=True, capture_output=True)
    row = re.search(r"\|\s*Sum\s*\|\s*([\d\s]+)\|([\d\s]+)\|", done.stdout.decode("utf-8", "replace"))
    _, words = map(int, row[1].split())
    correct, substitutions, deletions, insertions, errors, _ = map(int, row[2].split())
    assert correct + substitutions + deletions == words
    assert substitutions + deletions + insertions == errors
    return words, errors


@needs_sctk
def test_sclite_counts_nearly_the_same_errors_on_random_text(tmp_path):
    """Sclite weighs a substitution 4, other errors 3, so it may take two errors where one would do: never fewer."""
    references, (system, _) = texts(4)
    words, errors = sclite_errors(tmp_path, references, system)
    ours = sum(
        (error_rate.count(error_rate.align(references[n], system[n])) for n in references), error_rate.ErrorCounts()
    )
    assert ours.words == words
    assert ours.errors <= errors <= ours.errors * 1.01


def cut(name, reference, hypothesis, alignment, least=400, sure=10):
    """Parts of at least so many words, cut in the middle of long runs that both have.

    The best alignment goes through these places, so the errors of the parts add up to those of the whole.
    """
    places, last = [(0, 0)], 0
    for op, ref_start, ref_end, hyp_start, _ in alignment:
        middle = (ref_end - ref_start) // 2
        if op == "equal" and 2 * middle >= sure and ref_start + middle - last >= least:
            last = ref_start + middle
            places.append((last, hyp_start + middle))
    places.append((len(reference), len(hypothesis)))
    for number, ((ref_from, hyp_from), (ref_to, hyp_to)) in enumerate(itertools.pairwise(places)):
        yield f"{name}-{number:03d}", reference[ref_from:ref_to], hypothesis[hyp_from:hyp_to]


@needs_sctk
@pytest.mark.long
def test_sclite_counts_nearly_the_same_errors_on_all_calls(shared_data, tmp_path):
    basic = create_normalizer("basic")
    references, hypotheses, ours = {}, {}, error_rate.ErrorCounts()
    for number, call in enumerate(sorted((shared_data / "earnings21-dev").glob("call-*"))):
        result = json.loads((call / "amazon.json").read_text(encoding="utf-8"))["results"]
        reference = basic.tokens((call / "reference.txt").read_text(encoding="utf-8"))
        heard = basic.tokens(result["transcripts"][0]["transcript"])
        alignment = error_rate.align(reference, heard)
        ours += error_rate.count(alignment)
        for name, *part in cut(f"c{number}", reference, heard, alignment):
            references[name], hypotheses[name] = part
    assert len(references) > 200
    parts = (error_rate.count(error_rate.align(references[name], hypotheses[name])) for name in references)
    assert sum(part.errors for part in parts) == ours.errors
    words, errors = sclite_errors(tmp_path, references, hypotheses)
    assert ours.words == words
    assert ours.errors <= errors
    # Sclite weighs a substitution 4 and other errors 3, so that it may take two errors where one would do.
    assert (errors - ours.errors) / words < 0.0002


def test_stored_figures_of_sc_stats():
    """What sc_stats said of `texts(1)` when it was last run, so that the test counts where sctk is not installed."""
    references, systems = texts(1)
    found = mapsswe.matched_pairs(
        mapsswe.combine(
            mapsswe.summarize(*(error_rate.align(reference, system[name]) for system in systems))
            for name, reference in references.items()
        )
    )
    assert (found.segments, round(found.z, 3)) == STORED


STORED = (693, -3.765)
