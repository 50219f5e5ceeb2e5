"""Files that are made to cost: each is read, or refused with the limit that it breaks, and the work
grows with its size and not faster.
"""

import ast
import gc
import os
import re
import sys
import threading
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from heart.bundle import reader as bundle_reader
from heart.commands import streams
from heart.data import read_cohort, read_patients
from heart.data.formats import archive, pages, parquet, table, text, workbook, xlsx
from heart.data.formats.detect import open_table
from heart.data.recognition.known import reference
from heart.errors import CohortError
from tests.support import hostile_files as h
from tests.support.dialects import cleveland, uci_table
from tests.support.dialects import parquet as parquet_of
from tests.support.dialects import xlsx as xlsx_of

SMALL = 100
OPENED = {"XLSX: elements", "XLSX: empty rows", "XLSX: shared strings", "XLSX: rich strings"}
OPENED |= {"XLSX: styles", "XLSX: number formats", "XLSX: relations"}
STEPS = ["text: ragged lines", "text: bad cells", "text: conflicting rows", "text: ARFF comments"]
STEPS += ["XLSX: elements", "XLSX: empty rows", "XLSX: shared strings", "XLSX: rich strings"]
STEPS += ["XLSX: styles", "XLSX: number formats", "XLSX: relations", "XLSX: cells"]


@pytest.fixture(autouse=True, scope="module")
def shipped_patients():
    """Read before a test lowers the limits: they are read by the same readers, once."""
    reference()


def outcome(content):
    """How many patients, or the refusal."""
    try:
        return len(read_patients(content).frame)
    except CohortError as error:
        return str(error)


@pytest.mark.parametrize("name", h.FAMILIES)
def test_small_file_of_each_family_is_read_or_refused(name):
    make, size = h.FAMILIES[name]
    assert outcome(make(min(size, SMALL)))


def is_for_ragged_row(frame):
    """Arrow hands each ragged row to the reader's `skip` on its own thread or on this one,
    whichever comes first: those calls cannot be counted.
    """
    callers = [frame, frame.f_back, frame.f_back and frame.f_back.f_back]
    codes = [caller.f_code for caller in callers if caller]
    return any(code.co_name == "skip" or code.co_filename == "<string>" for code in codes)


def count_calls(run):
    """How many functions are called, those of C included."""
    calls = 0

    def count(frame, event, _):
        nonlocal calls
        calls += event in ("call", "c_call") and not is_for_ragged_row(frame)

    gc.collect()
    gc.disable()  # what earlier tests left is no work of this run
    sys.setprofile(count)
    try:
        run()
    finally:
        sys.setprofile(None)
        gc.enable()
    return calls


@pytest.mark.parametrize("name", STEPS)
def test_work_grows_with_the_size_of_the_file_and_not_faster(name):
    make, _ = h.FAMILIES[name]
    size = 40 * SMALL if name.startswith("text") else SMALL  # bytes, or elements
    files = [make(n) for n in (size, 2 * size, 4 * size)]
    # but for rows and cells the patients in a family's files are the same: opening them is the work
    run = open_table if name in OPENED else outcome
    for content in files:
        run(content)  # what is done once a process, however large the file
    one, two, four = (count_calls(lambda content=content: run(content)) for content in files)
    assert four - two <= 2.2 * (two - one) + 200


LIMITS = [
    ("text: ragged lines", text, "MAX_RAGGED", "another number in at most 9"),
    ("text: line ends", table, "MAX_LINES", "at most 9 lines"),
    ("text: different numbers", table, "MAX_TEXTS", "different values in a column"),
    ("text: repeated rows", text, "MAX_ROWS", "at most 9 rows"),
    ("text: ARFF comments", text, "MAX_COMMENTS", "at most 9 comments"),
    ("XLSX: empty sheets", workbook, "MAX_SHEETS", "at most 9 sheets"),
    ("XLSX: elements", archive, "MAX_ELEMENTS", "at most 9 elements"),
    ("XLSX: nested elements", archive, "MAX_DEPTH", "at most 9 deep"),
    ("XLSX: shared strings", workbook, "MAX_STRINGS", "at most 9 shared texts"),
    ("XLSX: styles", workbook, "MAX_STYLES", "at most 9 cell formats"),
    ("XLSX: number formats", workbook, "MAX_FORMATS", "at most 9 number formats"),
    ("XLSX: cells", xlsx, "MAX_CELLS", "at most 9 cells"),
    ("XLSX: empty rows", archive, "MAX_UNPACKED", "unpacks to"),
    ("XLSX: parts", archive, "MAX_PARTS", "at most 9 parts"),
    ("Parquet: rows", parquet, "MAX_ROWS", "at most 9 rows"),
    ("Parquet: texts that unfold", parquet, "MAX_UNPACKED", "unpacks to"),
    ("Parquet: row groups", parquet, "MAX_PAGES", "unpacks to"),
    ("Parquet: row groups", parquet, "MAX_SUMMARY", "a summary of at most"),
]


@pytest.mark.parametrize(("name", "module", "limit", "word"), LIMITS)
def test_limit_is_held_and_named(monkeypatch, name, module, limit, word):
    make, size = h.FAMILIES[name]
    content = make(100 if "row groups" in name else min(size, 4000))
    monkeypatch.setattr(module, limit, 9)
    assert word in str(outcome(content))


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("text: blanks in a line", 1),
        ("text: bad cells", "at most 100,000 cells that cannot be read"),
        ("XLSX: entities", "a document type"),
        ("XLSX: row 1,000,000,000", "row 1,000,000,000 after row 1"),
        ("Parquet: a long text in a dictionary", "at most 256 characters"),
        ("Parquet: such a column that is not used", 2000),
        ("Parquet: nested types", "nested columns"),
    ],
)
def test_file_of_its_full_size_is_read_or_refused(monkeypatch, name, word):
    monkeypatch.setattr("heart.data.bad_cells.MAX_BAD_CELLS", 100) if "bad" in name else None
    make, size = h.FAMILIES[name]
    found = outcome(make(size if "bad" not in name else 20_000))
    expected = word.replace("100,000", "100") if isinstance(word, str) else word
    assert expected in found if isinstance(word, str) else found == word


def test_markup_that_does_not_end_is_refused_early():
    assert "markup of at most" in outcome(h.long_comment(2 * archive.MAX_MARKUP))


def cell(inside, kind="", first='<c r="A2"'):
    """A workbook whose first patient's age is this cell."""
    rest = "".join(f"<c><v>{value}</v></c>" for value in (*h.PATIENT[1:], 0))
    row = f"<row>{first}{kind}>{inside}</c>{rest}</row>"
    strings = "<si><t>44</t></si><si><r><t>4</t></r><r><t>5</t></r><rPh><t>9</t></rPh></si>"
    styles = (
        "<numFmts><numFmt numFmtId='200' formatCode='[Red]0.0'/><numFmt numFmtId='201'"
        " formatCode='yyyy'/></numFmts><cellStyleXfs><xf/></cellStyleXfs><cellXfs><xf/>"
        "<xf numFmtId='14'/><xf numFmtId='200'/><xf numFmtId='201'/></cellXfs>"
    )
    return h.workbook(
        [h.sheet_xml(h.header_xml() + row + h.row_xml((*h.PATIENT, 1)))],
        strings=strings,
        styles=styles,
    )


def first_age(content):
    column = open_table(content).read([0]).columns[0]
    return column.texts[column.codes[0]]


@pytest.mark.parametrize(
    ("inside", "kind", "age"),
    [
        ("<v>47</v>", "", "47"),
        ("<v>47.0</v>", "", "47"),
        ("<v>4.7E1</v>", ' t="n"', "47"),
        ("<f>40+7</f><v>47</v>", "", "47"),
        ("<v>0</v>", ' t="s"', "44"),
        ("<v>1</v>", ' t="s"', "45"),
        ("<is><t>46</t></is>", ' t="inlineStr"', "46"),
        ("<is><r><t>4</t></r><r><t>6</t></r></is>", ' t="inlineStr"', "46"),
        ("<v>x</v>", ' t="str"', "x"),
        ("<v>#N/A</v>", ' t="e"', "#N/A"),
        ("<v>1</v>", ' t="b"', "true"),
        ("<v>46083</v>", ' s="1"', "2026-03-02T00:00:00"),
        ("<v>47</v>", ' s="2"', "47"),
        ("<v>46083.5</v>", ' s="3"', "2026-03-02T12:00:00"),
        ("<v>0.5</v>", ' s="3"', "12:00:00"),
        ("<v></v>", "", ""),
        ("", "", ""),
    ],
)
def test_cell_of_a_workbook_is_read(inside, kind, age):
    assert first_age(cell(inside, kind)) == age


@pytest.mark.parametrize(
    ("inside", "kind", "word"),
    [
        ("<v>-1</v>", ' t="s"', "points to text -1"),
        ("<v>2</v>", ' t="s"', "points to text 2"),
        ("<v>1e0</v>", ' t="s"', "points to text"),
        ("<v>６３</v>", "", "damaged"),
        ("<v>2</v>", ' t="b"', "damaged"),
        ("<v>47</v>", ' s="-1"', "damaged"),
        ("<f>1</f>", "", "without a stored result"),
        ("<f>1</f><v/>", "", "without a stored result"),
        ("<f>1</f><v>\n </v>", "", "without a stored result"),
        ('<f t="shared" si="0"/>', "", "without a stored result"),
        ('<f t="shared" si="0"></f><v></v>', "", "without a stored result"),
        ('<f t="array" ref="A2"/>', ' t="str"', "without a stored result"),
    ],
)
def test_cell_of_a_workbook_is_refused(inside, kind, word):
    assert word in str(outcome(cell(inside, kind)))


@pytest.mark.parametrize("reference", ["1", "a1", "AAAA1", "-1", "ZZ 1", "é1"])
def test_cell_in_no_column_is_refused(reference):
    assert "damaged" in outcome(cell("<v>47</v>", first=f'<c r="{reference}"'))


@pytest.mark.parametrize("number", ["0", "1", "-5", "1e9", "1048577", "9" * 30, "x"])
def test_row_in_no_order_is_refused_and_no_patient_lost(number):
    rows = h.row_xml((*h.PATIENT, 0)) + h.row_xml((*h.PATIENT, 1), number)
    content = h.workbook([h.sheet_xml(h.header_xml() + rows)])
    assert "rows numbered in ascending order" in outcome(content) or "damaged" in outcome(content)


def test_nothing_in_a_workbook_is_followed_to_another_place(tmp_path):
    place = tmp_path / "sheet.xml"
    place.write_bytes(h.sheet_xml())
    for target, mode in ((place.as_uri(), ' TargetMode="External"'), (f"../../..{place}", "")):
        good = h.workbook()
        relation = f'<Relationship Id="rId1" Type="{h.OFFICE}/worksheet" Target="{target}"{mode}/>'
        rels = f"<Relationships>{relation}</Relationships>"
        content = h.replaced(good, "xl/_rels/workbook.xml.rels", rels)
        assert "damaged" in str(outcome(content)) or "without data" in str(outcome(content))


def test_workbook_is_read_as_openpyxl_wrote_it():
    table = uci_table(cleveland())
    columns = open_table(xlsx_of(table)).read(range(table.shape[1])).columns
    for name, column in zip(table.columns, columns, strict=True):
        expected = ["" if pd.isna(value) else f"{value:g}" for value in table[name]]
        assert column.texts[column.codes].tolist() == expected


def test_pages_of_a_parquet_file_unpack_to_what_its_summary_says():
    content = parquet_of(uci_table(cleveland()))
    import pyarrow.parquet as pq  # noqa: PLC0415

    metadata = pq.ParquetFile(parquet.io.BytesIO(content)).metadata
    for position in range(metadata.num_columns):
        claimed = metadata.row_group(0).column(position).total_uncompressed_size
        unpacked = sum(parquet._pages(metadata, content, position))
        assert 0 < unpacked < claimed < unpacked + 400  # the headers


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"\x15\x00",
        b"\x19" * 600,
        b"\x1c" * 600,
        b"\x15" + b"\xff" * 99,
        b"\x18\xff\xff\xff\xff\xff\x0f\x15",
    ],
)
def test_page_without_a_header_is_no_page(content):
    with pytest.raises((ValueError, IndexError)):
        pages.read_page(content, 0)


@pytest.mark.parametrize(
    "column",
    [[[1, 2], [3]] * 15, [{"a": 1}] * 30, [b"63"] * 30],
)
def test_parquet_column_of_lists_is_a_refusal(column):
    assert "columns of numbers or words" in outcome(h.parquet(h.columns_of(30, age=column)))


def test_parquet_column_of_arrays_is_a_refusal():
    import pyarrow as pa  # noqa: PLC0415

    flat = pa.array([1.0] * 60, pa.float64())
    lists = pa.FixedSizeListArray.from_arrays(flat, 2)
    arrays = pa.ExtensionArray.from_storage(pa.fixed_shape_tensor(pa.float64(), [2]), lists)
    assert "nested columns" in outcome(h.parquet(h.columns_of(30, age=arrays)))


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device")
def test_device_that_never_ends_is_refused(monkeypatch):
    monkeypatch.setattr("heart.data.content.MAX_BYTES", 1000)
    monkeypatch.setattr(table, "MAX_BYTES", 1000)
    with pytest.raises(CohortError, match="a file of at most"):
        read_cohort("/dev/zero")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name")
def test_pipe_that_never_ends_is_refused_and_a_short_one_read(monkeypatch, tmp_path):
    monkeypatch.setattr("heart.data.content.MAX_BYTES", 10_000)
    monkeypatch.setattr(table, "MAX_BYTES", 10_000)

    def read_pipe(content):
        path = tmp_path / f"pipe{len(content)}"
        os.mkfifo(path)

        def write():
            with path.open("wb") as pipe:
                try:
                    pipe.write(content)
                except BrokenPipeError:
                    return

        writer = threading.Thread(target=write)
        writer.start()
        try:
            return outcome_of_path(path)
        finally:
            writer.join(10)

    assert read_pipe((h.HEAD + h.GOOD).encode()) == 60
    assert "a file of at most" in read_pipe(b"1,2\n" * 200_000)


def test_standard_input_is_read_up_to_the_largest_limit(monkeypatch):
    asked = []
    endless = SimpleNamespace(read=lambda n: asked.append(n) or b"")
    monkeypatch.setattr(streams, "take_standard_input", lambda: endless)
    streams.read_standard_input()
    assert asked == [max(table.MAX_BYTES, bundle_reader.MAX_BYTES) + 1]


def outcome_of_path(path):
    try:
        return read_cohort(path).n
    except CohortError as error:
        return str(error)


# a pattern can take a time that grows with the square of a text where a search begins with a run
# that is not the whole pattern, or where two runs of the same letters follow each other


def runs_that_backtrack(pattern):
    """What of a pattern's structure may take the square of a run's length."""
    flags = re.IGNORECASE | re.MULTILINE
    parsed = list(re._parser.parse(pattern, flags & ~re.MULTILINE))
    found = []
    if len(parsed) > 1 and is_run(parsed[0]):
        found.append("begins with a run")
    for one, other in pairwise(parsed):
        if is_run(one) and is_run(other) and letters(one) & letters(other):
            found.append("two runs")
    return found


def is_run(node):
    kind, argument = node
    return str(kind) in ("MAX_REPEAT", "MIN_REPEAT") and argument[1] > 1000


def letters(node):
    inside = node[1][2]
    pattern = re._compiler.compile(re._parser.SubPattern(re._parser.State(), list(inside)))
    return {chr(i) for i in range(128) if pattern.fullmatch(chr(i))}


def patterns_in(path):
    """The patterns that are searched for in a module, not matched from a place."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        searches = node.func.attr in ("search", "sub", "findall", "finditer", "split", "compile")
        if searches and ast.unparse(node.func.value) == "re" and node.args:
            value = node.args[0]
            if isinstance(value, ast.Constant):
                yield value.value if isinstance(value.value, str) else value.value.decode("latin-1")


READERS = sorted(Path(table.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("path", READERS, ids=lambda path: path.stem)
def test_no_pattern_of_the_readers_backtracks_over_a_run(path):
    assert [p for p in patterns_in(path) if runs_that_backtrack(p)] == []


@pytest.mark.parametrize("pattern", [r"[ \t]+$", r"\s*\s*x", r"</f>\s*[ ]*</c>"])
def test_rule_finds_what_backtracks(pattern):
    assert runs_that_backtrack(pattern)
