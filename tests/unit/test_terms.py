"""Keywords from texts, tables and workbooks; lists of terms told from sentences."""

import openpyxl
import pytest

from clm.base.errors import UserError
from clm.documents.document_sentences import sentence
from clm.documents.terms import is_term_list, read_terms, terms_of


def read(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = read_terms(path)
    return [term for _, term in found.terms], [sentence(notice) for notice in found.notices]


def workbook(tmp_path, *rows, name="k.xlsx"):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / name)
    found = read_terms(tmp_path / name)
    return [term for _, term in found.terms], [sentence(notice) for notice in found.notices]


CELLS = ["cell wall", "ATP"]


@pytest.mark.parametrize(
    ("name", "content", "terms", "said"),
    [
        ("k.csv", "Term,Definition\ncell wall,it is thin\nATP,energy\n", CELLS, "column 'term'; ignored: definition"),
        ("k.csv", "id;keyword;note\n1;cell wall;x\n2;ATP;y\n", CELLS, "column 'keyword'; ignored: id, note"),
        ("k.tsv", "phrase\tlang\ncell wall\ten\nATP\ten\n", CELLS, "column 'phrase'; ignored: lang"),
        ("k.csv", "Name,Category\ncell wall,a\nATP,b\n", CELLS, "column 'name'; ignored: category"),
        ("k.csv", "cell wall,a\nATP,b\n", CELLS, "its first column; ignored: 1 other column"),
        ("k.csv", "Keyword\ncell wall\nATP\n", CELLS, "the header row (keyword) is not a keyword"),
        ("k.txt", "Keywords:\ncell wall\nATP\n", CELLS, "the header row (keywords) is not a keyword"),
        ("k.csv", '"cell wall"\n"ATP"\n', CELLS, ""),
        ("k.csv", "cell wall,ATP\n", CELLS, ""),
        ("k.txt", "cell wall, ATP\n", CELLS, ""),
        ("k.txt", "term|weight\ncell wall|2\nATP|3\n", CELLS, "column 'term'; ignored: weight"),
        ("k.txt", "Phrase\tIPA\tSoundsLike\tDisplayAs\ncell wall\t\t\t\nATP\t\t\t\n", CELLS, "ignored: ipa"),
        ("k.csv", 'word,definition\ncell wall,"thin, and long"\nATP,"a\nb"\n', CELLS, "ignored: definition"),
        ("k.csv", "\ufeffterm;definition\r\ncell wall;x\r\nATP;y\r\n", CELLS, "ignored: definition"),
        ("k.txt", "caf\xe9\nna\xefve\n".encode("cp1252"), ["café", "naïve"], "not UTF-8; read as Windows-1252"),
        ("k.txt", "cell wall\nATP\n".encode("utf-16"), CELLS, ""),
    ],
)
def test_terms_of_a_column_or_of_lines(tmp_path, name, content, terms, said):
    found, notices = read(tmp_path, name, content)
    assert found == terms
    assert said in " ".join(notices)
    assert bool(said) == bool(notices)


def test_workbooks(tmp_path):
    assert workbook(tmp_path, ["Term", "Definition"], ["cell wall", "x"], ["ATP", None]) == (
        CELLS, ["k.xlsx: keywords are taken from column 'term'; ignored: definition"],
    )  # fmt: skip
    assert workbook(tmp_path, [None, None], ["No.", "Phrase"], [1, "cell wall"], [2, "ATP"])[0] == CELLS
    assert workbook(tmp_path, ["cell wall"], ["ATP"], [1984])[0] == [*CELLS, "1984"]
    assert workbook(tmp_path, ["cell wall"], ["ATP"], name="k.csv") == (CELLS, [])


def test_a_workbook_that_is_none_is_named(tmp_path):
    with pytest.raises(UserError, match="not readable as a workbook"):
        read(tmp_path, "k.xlsx", b"PK\x03\x04 broken")


def test_terms_are_numbered_by_their_lines(tmp_path):
    (tmp_path / "k.csv").write_text("term,note\nATP,x\n\ncell wall,y\n", encoding="utf-8")
    assert read_terms(tmp_path / "k.csv").terms == ((2, "ATP"), (4, "cell wall"))


@pytest.mark.parametrize(
    "text",
    ["ATP\ncell wall\nribosome\n", "ATP, cell wall, ribosome, Golgi apparatus", "Zellwand\nMitochondrium\nDNS\nRNS\n",
     "metformin 500 mg\nHbA1c\nSGLT2 inhibitor\n",
     "麹菌\n精米歩合\nミトコンドリア電子伝達系\n", "高岭土\n釉里红\n匣钵\n",
     "젖산균\n옹기\n캡사이신\n", "مزولة\nربع المجيب\nذات الحلق\n"],
)  # fmt: skip
def test_lists_of_terms(text):
    assert is_term_list(text)
    assert len(terms_of(text)) > 2


@pytest.mark.parametrize(
    "text",
    ["It is late.\nI go home.\nSee you.\n", "The cell has a wall, it is thin, and it holds water in.", "",
     "so we went there\nand it was good\nthen we left\n", "The cell divides in 1995.\nIt has a wall.\n", "ATP\n",
     "麹を作る。\n米を蒸す。\n酒を搾る。\n",
     "麹菌は蒸した米の表面に菌糸を伸ばして\n杜氏は麹室の温度を高めの値に保って\n酒母では乳酸菌が雑菌の増殖を抑える\n",
     "去掉杂质！\n坯体要阴干。\n釉面熔融？\n", "नील में कपड़ा रंगते हैं।\nऊन मिलती है।\nधागा निकलता है।\n",
     "هل رصد الهلال؟\nنعم رصده.\nمتى رصده؟\n",
     "การรู้จำเสียงพูดแปลงเสียงเป็นข้อความ\nเราศึกษาดีเอ็นเอทุกวันในห้องทดลอง\nเซลล์มีผนังบางมากและกักเก็บน้ำไว้\n"],
)  # fmt: skip
def test_sentences_are_no_terms(text):
    assert not is_term_list(text)


LISTS = {
    "bullets": ("a.txt", "- osmosis\n* ATP\n• cell wall\n"),
    "numbers": ("a.txt", "1. osmosis\n2. ATP\n3. cell wall\n"),
    "numbers with a parenthesis": ("a.txt", "1) osmosis\n2) ATP\n3) cell wall\n"),
    "comments": ("a.txt", "# cells\nosmosis\nATP\n\n# plants\ncell wall\n"),
    "semicolons": ("a.txt", "osmosis; ATP; cell wall"),
    "bars": ("a.txt", "osmosis | ATP | cell wall"),
    "quotes": ("a.txt", '"osmosis", “ATP”, «cell wall»\n'),
    "JSON": ("a.txt", '["osmosis", "ATP", "cell wall"]'),
    "definitions behind a tab": ("a.txt", "osmosis\twater moves\nATP\tcarries energy\ncell wall\tis firm\n"),
    "a German table": ("a.csv", "Begriff;Kategorie\nosmosis;x\nATP;y\ncell wall;z\n"),
    "a French table": ("a.csv", "Catégorie;Terme\nx;osmosis\ny;ATP\nz;cell wall\n"),
    "a table below its title": ("a.csv", "Glossary,\n,\nTerm,Meaning\nosmosis,x\nATP,y\ncell wall,z\n"),
    "a table of Markdown": (
        "a.txt",
        "| term | meaning |\n|---|:--:|\n| osmosis | x |\n| ATP | y |\n| cell wall | z |\n",
    ),
    "one column in quotes": ("a.csv", 'term\n"osmosis"\n"ATP"\n"cell wall"\n'),
    "line ends and a mark": ("a.csv", "\ufeffterm,def\r\nosmosis,x\r\nATP,y\r\ncell wall,z\r\n"),
}


@pytest.mark.parametrize(("name", "content"), LISTS.values(), ids=LISTS)
def test_lists_as_people_write_them(name, content, tmp_path):
    (tmp_path / name).write_bytes(content.encode())
    assert [term for _, term in read_terms(tmp_path / name).terms] == ["osmosis", "ATP", "cell wall"]


@pytest.mark.parametrize(
    ("content", "terms"),
    [
        ("AC/DC\nC#\nC++\n", ["AC/DC", "C#", "C++"]),
        ("浸透、細胞、膜", ["浸透", "細胞", "膜"]),
        ("خلية، غشاء", ["خلية", "غشاء"]),
        ("3 point line\n4 stroke engine\n", ["3 point line", "4 stroke engine"]),
        ("1. FC Köln\n", ["1. FC Köln"]),
        ("#hashtag\n-omics\n", ["#hashtag", "-omics"]),
        ('"Smith, John"\n', ['"Smith', 'John"']),
    ],
)
def test_signs_that_belong_to_terms_stay(content, terms, tmp_path):
    (tmp_path / "a.txt").write_text(content, encoding="utf-8")
    assert [term for _, term in read_terms(tmp_path / "a.txt").terms] == terms
