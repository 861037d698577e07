from pathlib import Path

import pytest

from clm.base.errors import UserError
from clm.corpus.keywords import read_keywords


def read(tmp_path: Path, content: str | bytes) -> list[str]:
    path = tmp_path / "keywords.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_keywords(path)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("b,a\nc", ["b", "a", "c"]),
        ("\ufeffcell", ["cell"]),
        (" cell  wall ,\tATP\r\n\r\nsap,,", ["cell wall", "ATP", "sap"]),
        ("ATP,atp,Atp,cell,CELL", ["ATP", "cell"]),
        ("caf\u00e9,cafe\u0301", ["caf\u00e9"]),
        ("STRASSE,Straße", ["STRASSE"]),
        ("a\x00b,c\x1bd", ["a b", "c d"]),
        ('🧬,"x",\'; DROP TABLE x; --', ["🧬", "x", "'; DROP TABLE x; --"]),
        ("../../etc/passwd,https://x.org/?a=b", ["../../etc/passwd", "https://x.org/?a=b"]),
        ("митохондрия,日本", ["митохондрия", "日本"]),
    ],
)
def test_reads(tmp_path: Path, content: str, expected: list[str]):
    assert read(tmp_path, content) == expected


def test_ten_thousand_keep_their_order(tmp_path: Path):
    keywords = [f"word {n}" for n in range(10_000)]

    assert read(tmp_path, ",".join(keywords)) == keywords


def test_what_is_too_long_is_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    assert read(tmp_path, f"cell,{'x' * 200},{'y' * 5000}") == ["cell", "x" * 200]
    assert "5000 characters (yyy" in caplog.text


@pytest.mark.parametrize("content", ["", ",,,\n, ,", "\ufeff", "z" * 300])
def test_no_keyword_is_an_error_with_a_hint(tmp_path: Path, content: str):
    with pytest.raises(UserError, match=r"keywords\.txt: it holds no keywords\nHint: .*null"):
        read(tmp_path, content)


def test_names_file_and_byte_that_is_not_utf8(tmp_path: Path):
    with pytest.raises(UserError, match=r"keywords\.txt: not UTF-8 \(byte 4\)"):
        read(tmp_path, "caf,мир и труд".encode("koi8-r"))


def test_a_missing_file_is_an_error(tmp_path: Path):
    with pytest.raises(UserError, match=r"absent\.txt: not readable"):
        read_keywords(tmp_path / "absent.txt")
