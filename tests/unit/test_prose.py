"""Text to learn from, out of the files that people have; a PDF is written here byte by byte."""

import docx
import pytest

from clm.base.errors import UserError
from clm.corpus import clean
from clm.documents import prose
from clm.documents.document_sentences import sentence


def pdf(*pages: list[str]) -> bytes:
    """A PDF of pages with these lines; a page without lines has no text, as a scan."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    kids = []
    for lines in pages:
        text = "".join(f"({line}) Tj T* " for line in lines)
        stream = f"BT /F1 12 Tf 14 TL 72 720 Td {text}ET" if lines else ""
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        content = len(objects)
        font = "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {content} 0 R /Resources {font} >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\n"
    )
    return data + f"{end}startxref\n{len(data)}\n%%EOF".encode()


def sentences(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return clean.sentences(prose.read_prose(path).text)


TWO = ["The cell divides at night.", "It has a thin wall of sugar."]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "The cell divides at night. It has a thin wall of sugar.\n"),
        ("a.txt", "The cell divides at night. It has a thin wall of sugar.\n".encode("utf-16")),
        ("a.md", "---\ntitle: x\n---\n# Cells\n\nThe **cell** divides at night.\n\n```py\nprint('no')\n```\n\n"
         "It has a [thin](https://x.org) wall of sugar.\n"),
        ("a.html", "<h1>Cells</h1><p>The cell divides at night.<p>It has a <b>thin</b> wall of sugar."),
        ("a.html", "<!doctype html><html><p>The cell divides at night.<p>It has a thin wall of sugar.</html>"),
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\nThe cell divides\n\n2\n00:00:02,000 --> 00:00:03,000\nat night. "
         "It has\na thin wall\n\n3\n00:00:03,000 --> 00:00:04,000\nof sugar.\n"),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>The cell divides at night.\n\n00:02.000 --> 00:03.000\n"
         "It has a thin wall of sugar."),
        ("a.txt", "[00:01] ANN: The cell divides at night.\n[00:05] BOB: It has a thin wall of sugar.\n[00:06] ANN:\n"
         "[00:07] BOB:\n"),
        ("a.rtf", r"{\rtf1\ansi The cell divides at night.\par It has a thin wall of sugar.}"),
        ("a.pdf", pdf(["The cell divides at night.", "It has a thin wall of sugar."])),
        ("a.pdf", pdf(["The cell divi-", "des at night. It has a", "thin wall of sugar."])),
        ("a.pdf", pdf(["Course notes 1", "The cell divides at", "night. It has a", "thin wall", "of sugar.", "1"],
                      *[["Course notes 2", "|", "|", "|", "|", "2"]] * 3)),
    ],
)  # fmt: skip
def test_sentences_of_many_kinds_of_files(tmp_path, name, content):
    assert sentences(tmp_path, name, content) == TWO


def test_word(tmp_path):
    document = docx.Document()
    for line in TWO:
        document.add_paragraph(line)
    document.save(tmp_path / "a.docx")
    assert clean.sentences(prose.read_prose(tmp_path / "a.docx").text) == TWO


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (pdf([], []), "a PDF without text: its pages are images, as of a scan\nHint: .*ocrmypdf"),
        (b"%PDF-1.4 broken", "a PDF that cannot be read"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "old Office document"),
        ("Привет всем".encode("koi8-r"), r"not UTF-8 \(byte 0\)"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "an image"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, content, what):
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(UserError, match=what):
        prose.read_prose(tmp_path / "a.txt")


def test_of_a_folder_the_rest_is_read_and_what_cannot_be_is_said(tmp_path):
    for name, content in {"a/b.txt": b"It rains.", "scan.pdf": pdf([]), "terms.txt": b"ATP\ncell wall\nsap\n",
                          ".hidden.txt": b"x", "logo.png": b"x", "~$a.docx": b"x"}.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    texts, notices = prose.readable(tmp_path)
    assert [(path.name, text.is_terms) for path, text in texts] == [("b.txt", False), ("terms.txt", True)]
    said = [sentence(notice) for notice in notices]
    assert "scan.pdf: a PDF without text" in said[0]
    assert said[1] == "terms.txt: a list of 3 terms, not sentences: used as keywords"
    (tmp_path / "a" / "b.txt").unlink()
    (tmp_path / "terms.txt").unlink()
    with pytest.raises(UserError, match="scan"):
        prose.readable(tmp_path)


def test_a_table_of_terms_among_texts(tmp_path):
    (tmp_path / "a.csv").write_text("term,definition\nATP,x y z\ncell wall,the wall\nsap,it is\n", encoding="utf-8")
    assert prose.read_prose(tmp_path / "a.csv").is_terms
