"""Files as strangers send them: each with what has to come of it. A string is a word of the
refusal; None means that the file loads.
"""

import gzip
import io
import pickle
import zipfile

import numpy as np
import pandas as pd
from openpyxl import Workbook

from tests.support import dialects as d

N = 80
BASE = d.whole(d.uci_table(d.invent_patients(N + 20, seed=11)).head(N)).astype(object)
HEAD = ",".join(BASE.columns)
GOOD = d.write(BASE)
LINES = GOOD.decode().splitlines()


def changed(column, value, row=5):
    """The good file with one cell changed."""
    table = BASE.copy()
    table.loc[table.index[row - 1], column] = value
    return d.write(table)


def column(name, values):
    return d.write(BASE.assign(**{name: values}))


def lines(*, header=HEAD, rows=None):
    return "\n".join([header, *(LINES[1:] if rows is None else rows), ""]).encode()


def zipped(name, content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def bomb():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (64 * 2**20))
    return buffer.getvalue()


def formula_sheet():
    book = Workbook()
    sheet = book.active
    sheet.append(list(BASE.columns))
    for row in BASE.itertuples(index=False):
        sheet.append([None if pd.isna(value) else value for value in row])
    sheet["A3"] = "=1+1"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def empty_sheet():
    buffer = io.BytesIO()
    Workbook().save(buffer)
    return buffer.getvalue()


def nested_parquet():
    return d.parquet(pd.DataFrame({"age": [[1, 2], [3]], "sex": [0, 1], "cp": [1, 2]}))


ELSEWHERE = {
    "South African heart data": (
        "sbp,tobacco,ldl,adiposity,famhist,typea,obesity,alcohol,age,chd",
        "South African",
    ),
    "heart failure": (
        "age,anaemia,creatinine_phosphokinase,ejection_fraction,platelets,serum_creatinine,sex,DEATH_EVENT",
        "heart-failure",
    ),
    "cardio survey": (
        "id;age;gender;height;weight;ap_hi;ap_lo;cholesterol;gluc;smoke;alco;active;cardio",
        "cardiovascular survey",
    ),
    "Framingham": (
        "male,age,currentSmoker,cigsPerDay,BPMeds,totChol,sysBP,diaBP,BMI,heartRate,glucose,TenYearCHD",
        "Framingham",
    ),
    "mortality": ("district,population,deaths,mortality,age", "mortality"),
    "diabetes": (
        "Pregnancies,Glucose,BloodPressure,SkinThickness,Insulin,BMI,DiabetesPedigreeFunction,Age,Outcome",
        "diabetes",
    ),
    "iris": ("sepal_length,sepal_width,petal_length,petal_width,species", "iris"),
}

FILES: dict[str, tuple[bytes, str | None]] = {
    # containers
    "empty": (b"", "an empty file"),
    "blank lines": (b"\n\n  \n", "an empty file"),
    "a million line ends": (b"\n" * 1_000_000, "an empty file"),
    "only a byte order mark": (b"\xef\xbb\xbf", "an empty file"),
    "only delimiters": (b",,,,,,,,,,,,,\n,,,,,,,,,,,,,\n", ""),
    "gzip": (gzip.compress(GOOD), "a gzip archive"),
    "zip": (zipped("heart.csv", GOOD), "a ZIP archive"),
    "zip bomb as a workbook": (bomb(), "unpacks to"),
    "cut-off zip": (zipped("xl/workbook.xml", "<x/>")[:40], "a damaged one"),
    "PDF": (b"%PDF-1.7\n" + GOOD, "a PDF document"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "a picture"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old Excel"),
    "pickle": (pickle.dumps({"a": 1}), "a Python pickle"),
    "JSON": (b'{"age": [63]}', "a JSON file"),
    "web page": (b"<!DOCTYPE html><html><body>age,sex,cp</body></html>", "a web page"),
    "web page after blanks": (b"\n\n <html>\n</html>", "a web page"),
    "XML": (b"<?xml version='1.0'?><a/>", "a web page"),
    "database": (b"SQLite format 3\0" + bytes(100), "a database"),
    "random bytes": (np.random.default_rng(0).bytes(4096), ""),
    "empty workbook": (empty_sheet(), "a workbook without data"),
    "cut-off workbook": (d.xlsx(BASE)[:3000], "a damaged one"),
    "cut-off parquet": (d.parquet(BASE.astype(str))[:900], "a damaged one"),
    "only parquet's mark": (b"PAR1", "a damaged one"),
    "nested parquet": (nested_parquet(), "nested columns"),
    "formula without a result in a workbook": (formula_sheet(), "formulas without a stored result"),
    # text
    "NUL bytes": (GOOD.replace(b"1", b"\0", 1), "NUL bytes"),
    "NUL bytes late": (GOOD + b"\0", "NUL bytes"),
    "control characters": (GOOD + b"\x07", "control characters"),
    "broken UTF-16": (b"\xff\xfe" + GOOD[:101], ""),
    "mixed encodings": (
        GOOD.replace(b"age", "âge".encode("latin-1") + "é".encode(), 1),
        "no column for age",
    ),
    "quote that never closes": (GOOD.replace(b"\n", b'\n"', 1), "several lines"),
    "quote that never closes in a large file": (GOOD.replace(b"\n", b'\n"', 1) + b"1," * 2**20, ""),
    "10,000 columns": (
        lines(header=HEAD + "," + ",".join(f"c{i}" for i in range(10_000)), rows=["1"]),
        "at most 64 columns",
    ),
    "10 MB cell": (changed("age", "6" * 10_000_000), "megabyte"),
    "10 MB first line": (b"a" * 10_000_000 + b"\n" + GOOD, "a first line without an end"),
    "300-character cell": (changed("thal", "x" * 300), "at most 256 characters"),
    "one short row": (lines(rows=[*LINES[1:20], "63,1", *LINES[20:]]), "row 20, 2 cells"),
    "one long row": (lines(rows=[*LINES[1:20], LINES[20] + ",9", *LINES[21:]]), "row 20, 15 cells"),
    "every row one short": (
        lines(rows=[line.rpartition(",")[0] for line in LINES[1:]]),
        "14 cells in each row",
    ),
    "shifted by a second index": (
        lines(rows=[f"7,{line}" for line in LINES[1:]]),
        "a name for each column",
    ),
    "trailing commas": (lines(rows=[f"{line}," for line in LINES[1:]]), None),
    "R's index": (lines(rows=[f"{i},{line}" for i, line in enumerate(LINES[1:], 1)]), None),
    # header
    "nothing but a header": (HEAD.encode(), "nothing but a header"),
    "nothing but a header and blanks": (HEAD.encode() + b"\n\n\n", "nothing but a header"),
    "age twice": (lines(header=HEAD.replace("sex", "age")), "'age' 2 times"),
    "two names of one feature": (
        lines(header=HEAD.replace("thalach", "serumchol")),
        "which are both chol",
    ),
    "empty name": (lines(header=HEAD.replace("chol", "")), "none for column"),
    "no target": (d.write(BASE.drop(columns="num")), "a column that says who is diseased"),
    "no header and 12 columns": (d.write(BASE.iloc[:, :12], header=False), "14 columns"),
    "markup in a name": (
        lines(header=HEAD + ",<script>alert(1)</script>", rows=[line + ",1" for line in LINES[1:]]),
        None,
    ),
    "no header at all": (d.write(BASE, header=False), None),
    # values
    "1e308": (changed("chol", "1e308"), "'1e308' is not 50 to 1000"),
    "1e999": (changed("chol", "1e999"), "'1e999' is not 50 to 1000"),
    "inf": (changed("age", "inf"), "'inf' is not 18 to 110"),
    "negative age": (changed("age", -63), "'-63' is not 18 to 110"),
    "full-width digits": (changed("age", "６３"), "is not 18 to 110"),
    "underscore in a number": (changed("age", "6_3"), "'6_3' is not 18 to 110"),
    "hexadecimal": (changed("age", "0x3F"), "'0x3F' is not 18 to 110"),
    "date from a spreadsheet": (changed("oldpeak", "02-Mar"), "turned it into a date"),
    "formula": (changed("age", "=CMD|' /C calc'!A0"), "paste formulas as values"),
    "thousands separator": (changed("chol", "1,000"), "'1,000' is not 50 to 1000"),
    "all ages missing": (column("age", ""), None),
    "all cells missing": (lines(rows=["," * 13] * N), ""),
    "all features missing": (
        lines(rows=["," * 13 + str(i % 2) for i in range(N)]),
        "every value is missing",
    ),
    "two codings in one file": (
        d.write(
            pd.concat(
                [
                    d.uci_table(d.cleveland()).rename(columns={"num": "target"}),
                    d.kaggle_303(d.cleveland()),
                ]
            )
        ),
        "one coding",
    ),
    "all ages words": (column("age", "old"), "of 80 cells that cannot"),
    "ages in the chest pain": (column("cp", BASE["age"]), "of 80 cells that cannot"),
    "many chest pains": (column("cp", range(1000, 1000 + N)), "cells that cannot"),
    # target
    "only healthy": (column("num", 0), "only healthy patients"),
    "only diseased": (column("num", 1), "only diseased patients"),
    "seven classes": (column("num", [i % 7 for i in range(N)]), "7 different values"),
    "a diagnosis in words": (
        column("num", [("flu", "gout")[i % 2] for i in range(N)]),
        "different values",
    ),
    "target missing throughout": (column("num", ""), ""),
    "target missing once": (changed("num", ""), "row 5, column num"),
    # ARFF
    "ARFF without attributes": (b"@relation x\n@data\n1,2\n", "no attributes"),
    "ARFF without data": (
        d.weka_arff(d.invent_patients(60))[:600].split(b"@data")[0] + b"@data\n",
        "nothing but a header",
    ),
    "sparse ARFF": (
        d.weka_arff(d.invent_patients(60)).split(b"@data")[0] + b"@data\n{0 63, 1 male}\n",
        "a sparse one",
    ),
}
for _name, (_header, _word) in ELSEWHERE.items():
    FILES[_name] = (f"{_header}\n{_header.replace(';', ',').count(',') * '1,'}1\n".encode(), _word)
