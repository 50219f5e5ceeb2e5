"""`models`, `card` and `export`: the registry and a bundle's other forms."""

import io
import json
import subprocess
import sys
from pathlib import Path

import onnxruntime
import pytest
import safetensors.torch

from heart.bundle import load_bundle
from heart.bundle.onnx import OPSET, onnx_inputs
from heart.data import load_shipped
from heart.paths import SHIPPED_BUNDLE
from heart.schema import EXAMPLE_PATIENT
from tests.support.running import answer, run

ROOT = Path(__file__).parents[2]
OLD = ROOT / "tests" / "unit" / "bundle" / "version_1.joblib"


@pytest.fixture(autouse=True)
def registry(tmp_path, monkeypatch):
    """A folder with two bundles, "first" and "second"."""
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("HEART_MODELS", str(folder))
    answer("models", "save", SHIPPED_BUNDLE, "first")
    answer("models", "save", OLD, "second")
    return folder


def names():
    """Of the bundles beside the shipped one."""
    listed = [model["name"] for model in answer("models")["models"]]
    assert listed.pop(0) == "cleveland"
    return listed


def test_list_says_what_is_in_each(registry):
    told = answer("models")
    assert (told["folder"], told["read_only"], told["active"]) == (
        str(registry),
        False,
        "cleveland",
    )
    shipped, first, _ = told["models"]
    assert shipped["name"] == "cleveland"
    bundle = load_bundle(SHIPPED_BUNDLE)
    assert (first["name"], first["cohort"], first["made"]) == (
        "first",
        "cleveland",
        bundle.created_at,
    )
    assert [first["auc"], first["auc_low"], first["auc_high"]] == bundle.metrics["test"]["figures"][
        "roc_auc"
    ]
    assert first["threshold"] == bundle.threshold.value
    assert bundle.data.fingerprint.startswith(first["fingerprint"])


def test_list_on_a_terminal_is_a_table(registry):
    (registry / "bad.joblib").write_bytes(b"x")
    status, out, _ = run("models")
    lines = out.splitlines()
    head = next(line for line in lines if "cohort" in line)
    assert status == 0
    assert all(
        line.index("cleveland") == head.index("cohort")
        for line in lines
        if line.startswith(("  first", "  second"))
    )
    assert "a file that begins with b'x'" in out


def test_rename_and_delete_change_the_list():
    answer("models", "rename", "first", "third")
    assert names() == ["second", "third"]
    answer("models", "delete", "second", "--yes")
    assert names() == ["third"]


@pytest.mark.parametrize(
    ("typed", "left"),
    [("first\n", ["second"]), ("yes\n", ["first", "second"]), ("", ["first", "second"])],
)
def test_delete_asks_for_the_name_on_a_terminal(monkeypatch, typed, left):
    terminal = io.StringIO(typed)
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", terminal)
    status, _, err = run("models", "delete", "first")
    assert status == (0 if left == ["second"] else 2)
    assert "Type its name" in err
    assert names() == left


def test_delete_without_a_terminal_wants_yes():
    command = [sys.executable, "-m", "heart", "models", "delete", "first"]
    done = subprocess.run(
        command, cwd=ROOT, input="first\n", capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert names() == ["first", "second"]


def test_active_bundle_is_the_one_that_commands_start_with():
    words = [word for name, value in EXAMPLE_PATIENT.items() for word in (f"--{name}", value)]
    before = answer("predict", *words)["probability"]
    answer("models", "use", "second")
    assert answer("models")["active"] == "second"
    after = answer("predict", *words)["probability"]
    assert after != before
    assert (
        after
        == answer("predict", "second", *words)["probability"]
        == answer("predict", OLD, *words)["probability"]
    )


@pytest.mark.parametrize(
    "words",
    [["save", OLD, "x"], ["rename", "first", "x"], ["delete", "first", "--yes"], ["use", "first"]],
)
def test_read_only_registry_refuses_to_change(monkeypatch, words):
    monkeypatch.setenv("HEART_READ_ONLY", "1")
    status, _, err = run("models", *words)
    assert status == 2
    assert "read-only" in err
    assert names() == ["first", "second"]
    assert answer("models")["read_only"] is True


@pytest.mark.parametrize(
    "words",
    [
        ["save", OLD, "../evil"],
        ["rename", "first", "a/b"],
        ["delete", "../first", "--yes"],
        ["use", "a.b"],
    ],
)
def test_name_that_could_be_a_path_is_refused(words):
    status, _, err = run("models", *words)
    assert status == 2
    assert "a name of 1 to 64 letters" in err


def test_compare_is_second_minus_first_on_patients_that_neither_saw():
    told = answer("models", "compare", "first", "second", "--cohort", "cleveland")
    assert (told["patients"], told["left_out"], told["not_checked"]) == (61, 242, [])
    first, second = told["models"]
    difference = next(row for row in told["second_minus_first"] if row["figure"] == "roc_auc")
    assert difference["difference"] == pytest.approx(second["auc"] - first["auc"])


def test_onnx_file_answers_as_the_bundle(tmp_path):
    told = answer("export", "second", "--out", tmp_path / "x.onnx")
    assert (told["opset"], told["bytes"]) == (OPSET, (tmp_path / "x.onnx").stat().st_size)
    bundle, features = load_bundle(OLD), load_shipped("switzerland").features
    (found,) = onnxruntime.InferenceSession(tmp_path / "x.onnx").run(
        None, onnx_inputs(features, bundle.preprocessor.features)
    )
    assert found == pytest.approx(bundle.predict_proba(features), abs=1e-5)


def test_safetensors_file_holds_the_bundles_weights(tmp_path):
    answer("export", "--format", "safetensors", "--out", tmp_path / "x.safetensors")
    state = load_bundle(SHIPPED_BUNDLE).network.state_dict()
    found = safetensors.torch.load_file(tmp_path / "x.safetensors")
    assert {name: tensor.tolist() for name, tensor in found.items()} == {
        name: tensor.tolist() for name, tensor in state.items()
    }


def test_card_is_markdown_on_the_terminal_and_a_file_by_its_ending(tmp_path):
    status, markdown, _ = run("card", "second")
    assert status == 0
    assert markdown.startswith("# Model card: `second`\n")
    assert answer("card", "second") == {"name": "second", "markdown": markdown}
    answer("card", "second", "--out", tmp_path / "card.md")
    assert (tmp_path / "card.md").read_text() == markdown
    assert "Limits" in answer("card", "--out", tmp_path / "card.html")["sections"]
    assert (tmp_path / "card.html").read_text().startswith("<!DOCTYPE html>")


def test_card_of_a_model_of_ones_own_file_knows_its_patients(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_bytes((ROOT / "data" / "hungary.csv").read_bytes())
    small = ["--members", "2", "--max-epochs", "3"]
    answer("train", "--cohort", file, "--out", tmp_path / "mine.joblib", *small)
    assert "not here" in run("card", tmp_path / "mine.joblib")[1]
    assert "not here" not in run("card", tmp_path / "mine.joblib", "--cohort", file)[1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["card", "--out", "x.pdf"], "ends in .md or .html"),
        (["card", "--out", "absent/x.md"], "No such file"),
        (["card", "nowhere"], "Here are: cleveland, first, second"),
        (["export", "--out", "absent/x.onnx"], "No such file"),
        (["export", "nowhere.joblib", "--out", "x.onnx"], "No such file"),
        (["models", "compare", "first", "nowhere"], "Here are: cleveland, first, second"),
        (["models", "save", "absent.joblib", "x"], "No such file"),
        (["models", "save", OLD, "first"], "a name that is not taken"),
    ],
)
def test_mistake_is_told_with_exit_status_2(tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert message in err


def test_json_may_stand_before_or_after_the_action():
    for words in (["models", "--json", "use", "second"], ["models", "use", "second", "--json"]):
        assert json.loads(run(*words)[1]) == {"active": "second"}
