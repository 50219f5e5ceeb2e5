"""Files that are made to cost: small ones that unfold, and ones whose reading might grow with the
square of their size. Each family takes a size and gives a file's bytes.
"""

import io
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

HEAD = "age,sex,cp,trestbps,chol,fbs,restecg,thalach,exang,oldpeak,slope,ca,thal,num\n"
NAMES = HEAD.strip().split(",")
ROW = "61,1,1,147,239,1,2,151,0,2.4,3,0,6,{}\n"
GOOD = "".join(ROW.format(i % 2) for i in range(60))
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


# text


def blanks_in_a_line(n):
    head = " ".join(NAMES)
    return f"{head}\n63 1 1{' ' * n}145 233 1 2 150 0 2.3 3 0 6 0\n".encode() * 1


def blanks_at_line_ends(n):
    line = "63 1 1 145 233 1 2 150 0 2.3 3 0 6 0" + " " * 200 + "\n"
    return (" ".join(NAMES) + "\n" + line * (n // len(line))).encode()


def blanks_after_data(n):
    return (f"@relation x\n@attribute{' ' * n}\n@data{' ' * n}x\n" + GOOD).encode()


def ragged_lines(n):
    return (HEAD + GOOD + "1\n" * (n // 2)).encode()


def ragged_wide_lines(n):
    line = "1," * 60 + "\n"
    return (HEAD + GOOD + line * (n // len(line))).encode()


def lines_of_delimiters(n):
    return (HEAD + GOOD + "," * 13 + "\n" + (("," * 13 + "\n") * (n // 14))).encode()


def short_rows(n):
    """As many rows as fit: eight features and an outcome of one letter each."""
    head = ",".join([*NAMES[:8], "num"]) + "\n"
    return (head + "61,1,1,147,239,1,2,151,0\n" + ",1,,,,,,,1\n,1,,,,,,,0\n" * (n // 22)).encode()


def line_ends(n):
    return (HEAD + GOOD + "\n" * n).encode()


def bad_cells(n):
    rows = [
        ROW.format(i % 2) if i % 2 else f"x{i},1,1,y{i},z{i},1,2,w{i},0,2.3,3,0,6,1\n"
        for i in range(n // 38)
    ]
    return (HEAD + "".join(rows)).encode()


def impossible_numbers(n):
    rows = [
        ROW.format(i % 2) if i % 2 else f"{i}9,1,1,{i}7,{i}8,1,2,{i}6,0,2.3,3,0,6,1\n"
        for i in range(n // 40)
    ]
    return (HEAD + "".join(rows)).encode()


def different_numbers(n):
    rng = np.random.default_rng(0)
    ages, pressures, rates = rng.uniform(20, 90, (3, n // 80))
    rows = [
        f"{a:.14f},1,1,{b + 60:.13f},{c + 160:.12f},1,2,{b + 70:.13f},0,{a / 40:.14f},3,0,6,"
        f"{i % 2}\n"
        for i, (a, b, c) in enumerate(zip(ages, pressures, rates, strict=True))
    ]
    return (HEAD + "".join(rows)).encode()


def different_codes(n):
    rows = [f"63,{i},{i},145,233,{i},{i},150,{i},2.3,{i},{i},{i},{i}\n" for i in range(n // 80)]
    return (HEAD + "".join(rows)).encode()


def conflicts(n):
    return (
        HEAD
        + "61,1,1,147,239,1,2,151,0,2.4,3,0,6,0\n61,1,1,147,239,1,2,151,0,2.4,3,0,6,1\n" * (n // 74)
    ).encode()


def severe_labels(n):
    """Kaggle's table with repeats, as the tutorial has it: a label that leaves each row open."""
    return (HEAD + GOOD * (n // len(GOOD))).encode()


def attributes(n):
    return ("@relation x\n" + "@attribute a real\n" * (n // 18) + "@data\n" + GOOD).encode()


def comments(n):
    return ("@relation x\n@attribute a real\n@data\n" + "% x\n" * (n // 4) + GOOD).encode()


def utf16(n):
    return (HEAD + GOOD * (n // len(GOOD) // 2)).encode("utf-16")


def latin_1(n):
    return (HEAD + GOOD * (n // len(GOOD))).encode() + b"\xe9"


def quotes(n):
    return (HEAD + GOOD + '"' * n + "\n").encode()


TEXTS = {
    "blanks in a line": (blanks_in_a_line, 61_000),
    "blanks at line ends": (blanks_at_line_ends, 10_000_000),
    "blanks after @data": (blanks_after_data, 61_000),
    "ragged lines": (ragged_lines, 10_000_000),
    "ragged wide lines": (ragged_wide_lines, 60_000_000),
    "lines of delimiters": (lines_of_delimiters, 16_000_000),
    "short rows": (short_rows, 13_000_000),
    "line ends": (line_ends, 60_000_000),
    "bad cells": (bad_cells, 18_000_000),
    "impossible numbers": (impossible_numbers, 18_000_000),
    "different numbers": (different_numbers, 24_000_000),
    "different codes": (different_codes, 60_000_000),
    "conflicting rows": (conflicts, 29_500_000),
    "repeated rows": (severe_labels, 29_500_000),
    "ARFF attributes": (attributes, 10_000_000),
    "ARFF comments": (comments, 60_000_000),
    "UTF-16": (utf16, 60_000_000),
    "Latin-1": (latin_1, 29_500_000),
    "quotes": (quotes, 1_000_000),
}


# workbooks


def row_xml(values, number=None):
    where = "" if number is None else f' r="{number}"'
    return f"<row{where}>{''.join(f'<c><v>{value}</v></c>' for value in values)}</row>"


def header_xml():
    cells = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in NAMES)
    return f"<row>{cells}</row>"


PATIENT = (61, 1, 1, 147, 239, 1, 2, 151, 0, 2.4, 3, 0, 6)
PATIENTS = header_xml() + "".join(row_xml((*PATIENT, i % 2)) for i in range(60))


def sheet_xml(rows=PATIENTS, *, before="", after=""):
    sheet = f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
    return sheet.encode()


def workbook(sheets=None, *, strings=None, styles=None, extra=None, relations="", names=""):
    """A workbook's bytes, from its parts."""
    sheets = [sheet_xml()] if sheets is None else sheets
    numbers = range(1, len(sheets) + 1)
    listed = "".join(f'<sheet name="s{i}" sheetId="{i}" r:id="rId{i}"/>' for i in numbers)
    kinds = {"workbook": "sheet.main", "sharedStrings": "sharedStrings", "styles": "styles"}
    optional = {"sharedStrings": strings, "styles": styles}
    overrides = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="application/vnd.openxmlformats-'
        f'officedocument.spreadsheetml.{kind}+xml"/>'
        for part, kind in kinds.items()
        if optional.get(part, "") is not None
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml"'
        f' ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r"'
        f' Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets>'
        f"{names}</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{i}" Type="{OFFICE}/worksheet"'
            f' Target="worksheets/sheet{i}.xml"/>'
            for i in numbers
        )
        + relations
        + "</Relationships>",
    }
    parts |= {f"xl/worksheets/sheet{i}.xml": sheets[i - 1] for i in numbers}
    if strings is not None:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{strings}</sst>'
    if styles is not None:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    return zipped(parts | (extra or {}))


def zipped(parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def replaced(content, name, part):
    """An archive with another part of this name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    return zipped(parts | {name: part})


def uneven(pattern, n):
    """The pattern n times with numbers that hardly compress, so that no ratio gives it away."""
    numbers = np.random.default_rng(0).integers(0, 10**6, n)
    return "".join(map(pattern.format, numbers))


def formula_blanks(n):
    row = f"<row><c><f>1</f>{' ' * n}<v>1</v> </c></row>"
    return workbook([sheet_xml(PATIENTS + row)])


def empty_sheets(n):
    return workbook([sheet_xml("")] * n + [sheet_xml()])


def sheet_elements(n):
    return workbook([sheet_xml(before=uneven("<x a='{}'/>", n))])


def nested_elements(n):
    return workbook([sheet_xml(before="<x>" * n + "</x>" * n)])


def empty_rows(n):
    return workbook([sheet_xml(uneven("<row a='{}'/>", n) + PATIENTS)])


def empty_cells(n):
    row = "<row>" + uneven("<c a='{}'/>", 16_000) + "</row>"
    return workbook([sheet_xml(row * (n // 16_000) + PATIENTS)])


def shared_strings(n):
    return workbook(strings=uneven("<si><t>{}</t></si>", n))


def rich_strings(n):
    return workbook(strings="<si>" + uneven("<r><t>{}</t></r>", n) + "</si>")


def long_string(n):
    return workbook(strings=f"<si><t>{'x' * n}</t></si>")


def styles(n):
    return workbook(styles="<cellXfs>" + uneven("<xf numFmtId='{}'/>", n) + "</cellXfs>")


def number_formats(n):
    code = "[" * 200
    formats = "".join(f'<numFmt numFmtId="{i}" formatCode="{code}"/>' for i in range(n))
    return workbook(styles=f"<numFmts>{formats}</numFmts><cellXfs><xf/></cellXfs>")


def relations(n):
    one = f'<Relationship Id="x{{}}" Type="{OFFICE}/x" Target="x.xml"/>'
    return workbook(relations="".join(one.format(i) for i in range(n)))


def defined_names(n):
    return workbook(names=f"<definedNames>{'<definedName>A1</definedName>' * n}</definedNames>")


def content_types(n):
    one = '<Override PartName="/x{}" ContentType="x"/>'
    types = f'<Types xmlns="{PACKAGE}/content-types">' + "".join(map(one.format, range(n)))
    return workbook(extra={"[Content_Types].xml": types + "</Types>"})


def many_parts(n):
    return workbook(extra={f"x{i}": b"" for i in range(n)})


def attributes_of_an_element(n):
    named = " ".join(f"a{i}='1'" for i in range(n))
    return workbook([sheet_xml(before=f"<x {named}/>")])


def long_comment(n):
    return workbook([sheet_xml(before=f"<!--{uneven('{}', n // 6)}-->")])


def entities(_):
    texts = ["lol", *(f"&l{i};" * 10 for i in range(9))]
    lol = "".join(f'<!ENTITY l{i} "{text}">' for i, text in enumerate(texts))
    return workbook([f"<!DOCTYPE x [{lol}]><worksheet>&l9;</worksheet>".encode()])


def far_row(n):
    return workbook([sheet_xml(header_xml() + row_xml((*PATIENT, 0), n) + row_xml((*PATIENT, 1)))])


def number_text(n):
    return workbook([sheet_xml(PATIENTS + f"<row><c><v>{'1' * n}</v></c></row>")])


def cells(n):
    rows = (
        row_xml((*PATIENT[:4], *numbers))
        for numbers in np.random.default_rng(0).integers(0, 2, (n // 14, 10)) + np.arange(10) * 20
    )
    return workbook([sheet_xml(header_xml() + "".join(rows))])


WORKBOOKS = {
    "blanks after a formula": (formula_blanks, 4_000),
    "empty sheets": (empty_sheets, 2_000),
    "elements": (sheet_elements, 2_400_000),
    "nested elements": (nested_elements, 150_000),
    "empty rows": (empty_rows, 1_000_000),
    "empty cells": (empty_cells, 2_400_000),
    "shared strings": (shared_strings, 500_000),
    "rich strings": (rich_strings, 1_000_000),
    "one long string": (long_string, 60_000_000),
    "styles": (styles, 60_000),
    "number formats": (number_formats, 1_000),
    "relations": (relations, 100_000),
    "defined names": (defined_names, 500_000),
    "content types": (content_types, 500_000),
    "parts": (many_parts, 60_000),
    "attributes of an element": (attributes_of_an_element, 2_000_000),
    "a long comment": (long_comment, 40_000_000),
    "entities": (entities, 0),
    "row 1,000,000,000": (far_row, 10**9),
    "a number of many digits": (number_text, 10_000_000),
    "cells": (cells, 1_000_000),
}


# Parquet


def parquet(columns, **options):
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    buffer = io.BytesIO()
    pq.write_table(table, buffer, **options)
    return buffer.getvalue()


def columns_of(n, **others):
    numbers = {
        name: pa.array(np.full(n, value)) for name, value in zip(NAMES, PATIENT, strict=False)
    }
    return numbers | {"num": pa.array(np.arange(n) % 2)} | others


def long_dictionary_text(n):
    """One text of n letters, in each of 2,000 rows, stored once."""
    texts = pa.DictionaryArray.from_arrays(np.zeros(2000, np.int32), ["x" * n])
    return parquet(columns_of(2000, thal=texts), compression="zstd")


def unused_long_texts(n):
    texts = pa.DictionaryArray.from_arrays(np.zeros(2000, np.int32), ["x" * n])
    return parquet(columns_of(2000, notes=texts), compression="zstd")


def compressed_texts(n):
    texts = pa.array(["x" * 1000] * (n // 1000))
    return parquet(
        columns_of(len(texts), thal=texts),
        compression="brotli",
        use_dictionary=["age"],
        data_page_size=2**30,
    )


def many_rows(n):
    return parquet(columns_of(n), compression="zstd")


def many_row_groups(n):
    return parquet(columns_of(n * 2), row_group_size=2)


def wide(n):
    return parquet({f"c{i}": [1] for i in range(n)})


def deep(n):
    column = pa.array([1])
    for _ in range(n):
        column = pa.StructArray.from_arrays([column], ["a"])
    return parquet({"age": column})


PARQUETS = {
    "a long text in a dictionary": (long_dictionary_text, 1_000_000),
    "such a column that is not used": (unused_long_texts, 1_000_000),
    "texts that unfold": (compressed_texts, 1_000_000_000),
    "rows": (many_rows, 9_000_000),
    "row groups": (many_row_groups, 20_000),
    "columns": (wide, 100_000),
    "nested types": (deep, 60),
}

FAMILIES = {
    **{f"text: {name}": entry for name, entry in TEXTS.items()},
    **{f"XLSX: {name}": entry for name, entry in WORKBOOKS.items()},
    **{f"Parquet: {name}": entry for name, entry in PARQUETS.items()},
}
