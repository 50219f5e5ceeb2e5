"""`models`: the registry."""

import io
import json
import sys

import pytest

from heart.bundle import load_bundle
from heart.paths import SHIPPED_BUNDLE
from heart.schema import EXAMPLE_PATIENT
from tests.support.running import OLD, answer, run

pytestmark = pytest.mark.usefixtures("registry")


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


def test_delete_without_a_terminal_wants_yes(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("first\n"))
    status, _, err = run("models", "delete", "first")
    assert status == 2
    assert "--yes" in err
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


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", SHIPPED_BUNDLE.read_bytes()[:-100]])
@pytest.mark.parametrize(
    "words", [["predict"], ["show"], ["card"], ["score", "hungary", "--out", "-"]]
)
def test_broken_active_bundle_is_named_and_another_can_be_chosen(registry, words, content):
    answer("models", "use", "first")
    (registry / "first.joblib").write_bytes(content)
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert f"the active model, {registry / 'first.joblib'}, to be a bundle" in err
    assert "`heart models use cleveland`" in err
    assert "first" in names()
    answer("models", "use", "cleveland")
    assert run("show")[0] == 0


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


def test_json_may_stand_before_or_after_the_action():
    for words in (["models", "--json", "use", "second"], ["models", "use", "second", "--json"]):
        assert json.loads(run(*words)[1]) == {"active": "second"}
