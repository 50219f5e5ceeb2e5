"""`-` is standard input and standard output wherever a file is read or written."""

import io
import re
import sys

import pandas as pd
import pytest
import safetensors.torch

from heart.bundle import load_bundle
from heart.cli import main
from heart.commands.inputs import RULE_HELP
from heart.evaluation.thresholds import AUTOMATIC
from heart.paths import SHIPPED_BUNDLE
from tests.support.running import ROOT, SMALL, answer, run

HUNGARY = (ROOT / "data" / "hungary.csv").read_bytes()


@pytest.fixture
def pipe_in(monkeypatch):
    """Puts bytes on standard input."""

    def put(content):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    return put


@pytest.fixture
def run_bytes(capfdbinary):
    """Runs a command and returns its status and the bytes that it wrote on both streams."""

    def run_command(*words):
        status = main([str(word) for word in words])
        sys.stdout.flush()
        return status, *capfdbinary.readouterr()

    return run_command


def test_cohort_comes_from_standard_input(pipe_in):
    pipe_in(HUNGARY)
    told = answer("cohort", "-")
    assert (told["rows"], told["cohort"]) == (294, "stdin")


def test_option_of_a_cohort_takes_standard_input(pipe_in, tmp_path):
    pipe_in(HUNGARY)
    told = answer("train", "--cohort", "-", "--out", tmp_path / "x.joblib", *SMALL)
    assert (told["data"]["cohort"], told["data"]["n"]) == ("stdin", 294)


def test_patients_are_scored_from_standard_input_to_standard_output(pipe_in):
    pipe_in(HUNGARY)
    status, out, err = run("score", "-", "--out", "-")
    assert status == 0
    table = pd.read_csv(io.StringIO(out))
    assert len(table) == 294
    assert "rows: 294" in err


def test_score_takes_the_active_model_where_no_bundle_stands_first(tmp_path):
    file, out = ROOT / "data" / "hungary.csv", tmp_path / "x.csv"
    without = answer("score", file, "--out", out), out.read_bytes()
    words = ["score", SHIPPED_BUNDLE, file, "--out", out, "--force"]
    assert without == (answer(*words), out.read_bytes())


def test_bundle_comes_from_standard_input(pipe_in):
    pipe_in(SHIPPED_BUNDLE.read_bytes())
    assert answer("show", "-") == answer("show")


def test_bundle_is_kept_from_standard_input(pipe_in, registry):
    pipe_in(SHIPPED_BUNDLE.read_bytes())
    answer("models", "save", "-", "third")
    assert (registry / "third.joblib").exists()


def test_bundle_goes_to_standard_output(run_bytes):
    status, out, err = run_bytes("train", "--out", "-", *SMALL)
    assert status == 0
    assert load_bundle(out).settings.members == 2
    assert b"written: -" in err


def test_weights_go_to_standard_output(run_bytes):
    status, out, _ = run_bytes("export", "--format", "safetensors", "--out", "-")
    assert status == 0
    assert set(safetensors.torch.load(out)) == set(load_bundle(SHIPPED_BUNDLE).network.state_dict())


def test_table_and_card_go_to_standard_output():
    status, out, err = run("threshold", "--table", "-", "--json")
    assert status == 0
    assert len(pd.read_csv(io.StringIO(out))) == 101
    assert '"table": "-"' in err
    assert run("card", "--out", "-")[1] == run("card")[1]


@pytest.mark.parametrize(
    "words",
    [
        ["train", "--out", "-"],
        ["export", "--out", "-"],
        ["threshold", "--out", "-"],
        ["recalibrate", "--out", "-"],
    ],
    ids=" ".join,
)
def test_binary_file_is_not_written_onto_a_terminal(words):
    status, out, err = run(*words, terminal=True)
    assert (status, out) == (2, "")
    assert "a file or a pipe" in err


@pytest.mark.parametrize(
    ("words", "stream"),
    [
        (["score", "-", "-", "--out", "x.csv"], "standard input"),
        (["show", "-", "--json"], None),
        (["predict", "-"], "standard input"),
        (["models", "compare", "-", "-"], "standard input"),
        (["threshold", "--table", "-", "--out", "-"], "standard output"),
    ],
    ids=str,
)
def test_each_stream_is_for_one_file(pipe_in, tmp_path, monkeypatch, words, stream):
    monkeypatch.chdir(tmp_path)
    pipe_in(SHIPPED_BUNDLE.read_bytes())
    status, _, err = run(*words)
    assert status == (2 if stream else 0)
    assert stream is None or f"one - for {stream}" in err


def test_help_names_every_rule():
    """It is written by hand, because the table of rules imports what help must not wait for."""
    names = re.sub(r" \(.*?\)", "", RULE_HELP).replace(" or ", ", ")
    assert names.split(", ") == list(AUTOMATIC)
