"""What the commands write."""

import codecs
from collections import Counter

import pytest

from heart.commands.output import format_table, print_rows, spell_plainly
from heart.data import load_shipped
from tests.support.running import run

FIGURES = ["auc", "average_precision", "log_loss", "brier", "accuracy"]


def test_progress_bar_ends_with_all_rows(capsys):
    print_rows(5, 10)
    print_rows(10, 10)
    shown = capsys.readouterr().err
    assert shown.endswith("\r[" + "#" * 40 + "] 10 of 10 rows\n")
    assert "#" * 20 + "." * 20 in shown


ROWS = [
    {
        "model": f"model number {i}",
        **{f"{figure}{end}": 0.5 for figure in FIGURES for end in ("", "_low", "_high")},
        "note": "a sentence that goes on and on, for longer than any line should be",
    }
    for i in range(3)
]


def words(lines):
    return Counter(" ".join(lines).split())


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_table_fits_and_nothing_is_cut(width):
    lines = format_table(ROWS, width=width)
    assert max(map(len, lines)) <= width
    assert words(format_table(ROWS)) <= words(lines)


@pytest.mark.parametrize("width", [8, 20, 30])
def test_table_on_the_narrowest_terminal_is_folded_and_not_cut(width):
    lines = format_table([{"name": "x" * 25, "figure": [0.5, 0.4, 0.6]}], width=width)
    assert max(map(len, lines)) <= width
    assert "".join(lines).count("x") == "".join(format_table([{"name": "x" * 25}])).count("x")


def test_table_that_is_wide_enough_is_one_block_with_aligned_columns():
    head, *rows = format_table(ROWS)
    assert len(rows) == 3
    assert all(row.index("a sentence") == head.index("note") for row in rows)


@pytest.mark.usefixtures("registry")
def test_answer_is_as_wide_as_the_terminal_and_whole_elsewhere(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    _, shown, _ = run("models", terminal=True)
    _, piped, _ = run("models")
    table = shown.partition("models:\n")[2].splitlines()
    assert max(map(len, table)) <= 60 < max(map(len, piped.splitlines()))


@pytest.mark.parametrize(
    ("text", "plain"),
    [("0.5 – 0.7 × 2 ≥ 1 …", b"0.5 - 0.7 x 2 >= 1 ..."), ("“ä”", b'"a"'), ("心", b"?")],
)
def test_letters_that_a_terminal_does_not_have_are_spelt_plainly(text, plain):
    codecs.register_error("spell_plainly", spell_plainly)
    assert text.encode("ascii", errors="spell_plainly") == plain


HOSTILE = "\x9b2J\u202e\u200b"  # others are refused in a text file


def names_with_controls(frame):
    """A file whose columns' names, cells and title hold controls."""
    extra = {f"note{HOSTILE}": "x", f"name{HOSTILE}": "y"}
    return frame.assign(**extra).to_csv(index=False).encode()


@pytest.mark.parametrize("words", [["cohort"], ["score"], ["evaluate"], ["train", "--cohort"]])
@pytest.mark.parametrize("kind", ["names", "no table", "bad cell"])
def test_no_control_character_of_a_file_reaches_a_terminal(words, kind, tmp_path):
    frame = load_shipped("cleveland").frame
    contents = {
        "names": names_with_controls(frame.head(1)),  # one class: refused after it was read
        "no table": f"a{HOSTILE};b\n1;2\n".encode(),
        "bad cell": names_with_controls(frame.assign(thal=f"x{HOSTILE}")),
    }
    path = tmp_path / f"heart\x1b[2J{HOSTILE}.csv"
    path.write_bytes(contents[kind])
    _, out, err = run(*words, path)
    shown = out + err
    assert shown
    assert not [c for c in shown if not c.isprintable() and c != "\n"]


def test_no_control_character_of_a_dropped_column_reaches_a_terminal(write):
    _, out, _ = run("cohort", write(names_with_controls(load_shipped("cleveland").frame)))
    assert r"note\x9b2J\u202e\u200b" in out
    assert not [c for c in out if not c.isprintable() and c != "\n"]
