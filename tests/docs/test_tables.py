"""The tables in README.md and data/README.md say what the schema and the files say."""

import hashlib
import re
from pathlib import Path

import pytest
from streamlit import get_option

from heart.api.body import PATIENCE_S
from heart.api.desk import WAITING, WORKERS
from heart.bundle import load_bundle
from heart.bundle.calculator import export_calculator
from heart.bundle.calculator.content import count_weights
from heart.data import SHIPPED, load_shipped
from heart.data.codings import DIALECTS
from heart.environment import VARIABLES
from heart.events import EVENTS
from heart.lessons import LESSONS
from heart.paths import SHIPPED_BUNDLE
from heart.schema import FEATURE_NAMES, FEATURES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
DATA_README = (ROOT / "data" / "README.md").read_text()


def block(text: str, name: str) -> list[list[str]]:
    """The cells of a marked table, without its two header lines."""
    body = re.search(rf"<!-- {name}: begin.*?-->\n(.*?)\n<!-- {name}: end -->", text, re.DOTALL)
    assert body is not None, name
    rows = [line for line in body[1].splitlines() if line.startswith("|")]
    return [[cell.strip(" `") for cell in row.strip("|").split("|")] for row in rows[2:]]


@pytest.mark.parametrize(("text", "name"), [(README, "features"), (DATA_README, "columns")])
def test_feature_tables_match_the_schema(text, name):
    rows = {row[0]: row[1:] for row in block(text, name) if row[0] in FEATURE_NAMES}
    assert rows == {f.name: [f.title, f.domain] for f in FEATURES}


def test_sizes_of_the_shipped_calculator_are_the_documents():
    shipped = load_bundle(SHIPPED_BUNDLE)
    n_weights, n_bytes = count_weights(shipped.network), len(export_calculator(shipped))
    text = (ROOT / "docs" / "BUNDLES.md").read_text()
    assert f"the shipped model has {n_weights:,} and {n_bytes / 1000:.0f} kB;" in text


def test_settings_table_says_what_the_code_says():
    rows = {name: cells for name, *cells in block(README, "settings")}
    variables = {v.name: [v.default or "–", v.meaning.strip(" `")] for v in VARIABLES}
    assert {name: rows[name] for name in rows if name.startswith("HEART_")} == variables
    options = {name: default for name, (default, _) in rows.items() if name not in variables}
    assert all(name.startswith("--server.") for name in options)
    for name, default in options.items():
        value = get_option(name.removeprefix("--"))
        words = value if isinstance(value, list) else [value]
        assert re.findall(r"[^` ]+", default) == (
            [str(word) for word in words if word != ""] or ["–"]
        )


def test_every_variable_that_the_code_reads_is_in_the_table():
    source = "".join(path.read_text() for path in (ROOT / "heart").rglob("*.py"))
    named = set(re.findall(r"\bHEART_[A-Z_]+\b", source))
    assert named == {variable.name for variable in VARIABLES}


def test_operations_document_tells_the_limits():
    text = (ROOT / "docs" / "OPERATIONS.md").read_text()
    assert f"| more than {WORKERS + WAITING} requests at once" in text
    assert f"within {PATIENCE_S:g} seconds" in text


def test_operations_document_has_every_event_with_its_facts():
    text = (ROOT / "docs" / "OPERATIONS.md").read_text()
    table = text.split("| `event` |")[1].split("\n\n")[0]
    rows = [re.findall(r"`([^`]+)`", line) for line in table.splitlines() if line.startswith("| `")]
    names = {name for row in rows for name in row}
    assert names == {*EVENTS, *(fact for facts in EVENTS.values() for fact in facts)}


def test_dialects_document_names_every_dialect():
    rows = [
        line.split("|")[1]
        for line in (ROOT / "docs" / "DIALECTS.md").read_text().splitlines()
        if line.startswith("| `")
    ]
    assert {name for row in rows for name in re.findall(r"`([^`]+)`", row)} == set(DIALECTS)


def test_lessons_document_has_every_lesson():
    text = (ROOT / "docs" / "LESSONS.md").read_text()
    in_table = re.findall(r"^\| (\w+) \|", text, re.MULTILINE)
    by_themselves = re.findall(r"python -m heart learn (\w+)", text)
    assert {*in_table, *by_themselves} - {"lesson", "mistake", "LESSON"} == set(LESSONS)


def test_missing_counts_match_the_files():
    rows = {row[0]: [int(cell) for cell in row[1:]] for row in block(DATA_README, "missing")}
    assert rows == {
        name: [load_shipped(cohort).report.missing[name] for cohort in SHIPPED]
        for name in FEATURE_NAMES
    }


def test_patient_counts_match_the_files():
    for name in SHIPPED:
        report = load_shipped(name).report
        row = re.search(rf"\| `{name}\.csv` \|.*\| (\d+) \| (\d+) \| (\d+) \|", DATA_README)
        assert row is not None
        assert [int(number) for number in row.groups()] == [
            report.rows,
            report.positives,
            report.duplicates,
        ]


def test_shipped_tables_are_unchanged():
    for line in (ROOT / "data" / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((ROOT / "data" / name).read_bytes()).hexdigest() == digest
