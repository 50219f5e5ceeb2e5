"""What a command writes replaces nothing that somebody may want to keep."""

import io
import os
import resource
import shutil
import sys
from contextlib import contextmanager

import pytest

from heart.card import Card
from heart.paths import SHIPPED_BUNDLE
from tests.support.running import OLD, ROOT, SMALL, answer, run

HUNGARY = ROOT / "data" / "hungary.csv"

WRITERS = {
    "score": (["score", "cleveland", HUNGARY, "--out"], ".csv", b'"row",'),
    "card": (["card", "--out"], ".md", b"# Model card: `cleveland`"),
    "card as a page": (["card", "--out"], ".html", b"<title>Model card: cleveland</title>"),
    "report": (["report", "--age", "61", "--out"], ".html", b"<title>Heart: one patient"),
    "onnx": (["export", "--out"], ".onnx", b"heart"),
    "safetensors": (["export", "--out"], ".safetensors", b'{"'),
    "calculator": (["export", "--out"], ".html", b'content="heart-calculator"'),
    "threshold": (["threshold", "--out"], ".joblib", b"heart-bundle"),
    "table": (["threshold", "--table"], ".csv", b'"threshold",'),
    "recalibrate": (["recalibrate", "--method", "none", "--out"], ".joblib", b"heart-bundle"),
    "train": (["train", *SMALL, "--out"], ".joblib", b"heart-bundle"),
}
"""Every way to write a file: the words, the suffix, and what stands at its beginning."""


@pytest.fixture(params=WRITERS)
def writer(request):
    return WRITERS[request.param]


@pytest.fixture
def nothing_computed(monkeypatch):
    """Fails where a command begins to work."""

    def fail(*_, **__):
        pytest.fail("it was computed before it was refused")

    for name in (
        "heart.data.read_patients",
        "heart.card.gather_facts",
        "heart.scoring.patient.predict_patient",
        "heart.bundle.onnx.export_onnx",
        "heart.bundle.weights.pack_weights",
        "heart.experiments.run.split_of",
        "heart.experiments.run.run_experiment",
    ):
        monkeypatch.setattr(name, fail)


@pytest.fixture
def short_cards(monkeypatch):
    """Cards without sections, which are made in no time."""
    monkeypatch.setattr("heart.card.gather_facts", lambda *_, **__: None)
    monkeypatch.setattr("heart.card.make_card", lambda _: Card("cleveland", ()))


def refused(*words, because):
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert because in err
    assert err.count("\n") == 1


def files_in(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@contextmanager
def full_device():
    """A device that takes 10 bytes of a file and no more; the tests' own log may be on it."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("short_cards")
def test_what_was_written_is_replaced_neither_unasked_nor_by_half(writer, tmp_path):
    words, suffix, begins = writer
    out = tmp_path / f"a{suffix}"
    answer(*words, out)
    assert begins in out.read_bytes()[:4096]
    before = files_in(tmp_path)
    assert list(before) == [out.name]
    refused(*words, out, because="replace it with --force")
    with full_device():
        refused(*words, out, "--force", because=f"to write {out}, but found File too large")
    assert files_in(tmp_path) == before


def test_full_device_leaves_no_half_file(tmp_path):
    out = tmp_path / "a.csv"
    with full_device():
        refused("score", "cleveland", "hungary", "--out", out, because="File too large")
    assert files_in(tmp_path) == {}


def test_force_replaces(tmp_path):
    out = tmp_path / "a.safetensors"
    out.write_bytes(b'{"old"')
    answer("export", "--out", out, "--force")
    assert out.stat().st_size > 1000


@pytest.mark.usefixtures("nothing_computed")
@pytest.mark.parametrize("force", [[], ["--force"]], ids=["asked", "forced"])
class TestRefusedBeforeAnythingIsComputed:
    @pytest.mark.parametrize(
        "theirs", [b"name,phone\nA,1\n", b"\x00\x01", b"# Heart\n", b"PK\x03\x04"]
    )
    def test_file_of_another_kind(self, writer, tmp_path, theirs, force):
        words, suffix, _ = writer
        out = tmp_path / f"a{suffix}"
        out.write_bytes(theirs)
        refused(*words, out, *force, because="which is something else")
        assert files_in(tmp_path) == {out.name: theirs}

    def test_folder(self, writer, tmp_path, force):
        words, suffix, _ = writer
        (tmp_path / f"a{suffix}").mkdir()
        refused(*words, tmp_path / f"a{suffix}", *force, because="which is something else")

    def test_pipe_is_not_waited_for(self, writer, tmp_path, force):
        words, suffix, _ = writer
        os.mkfifo(tmp_path / f"a{suffix}")
        refused(*words, tmp_path / f"a{suffix}", *force, because="which is something else")

    def test_link_that_leads_nowhere_is_followed(self, writer, tmp_path, force):
        words, suffix, _ = writer
        link = tmp_path / f"a{suffix}"
        link.symlink_to(tmp_path / "notes.txt")
        refused(*words, link, *force, because="a file name that ends in")
        assert not (tmp_path / "notes.txt").exists()

    @pytest.mark.parametrize("name", ["a", "a.txt", "a.joblib.bak", ".joblib", "README"])
    def test_suffix_that_is_none_of_its_formats(self, writer, tmp_path, name, force):
        words, _, _ = writer
        refused(*words, tmp_path / name, *force, because="a file name that ends in")
        assert files_in(tmp_path) == {}

    @pytest.mark.parametrize("name", ["my model", "a.b", "ä", "x" * 65])
    def test_name_that_is_none_for_a_bundle(self, tmp_path, name, force):
        for words, suffix, _ in WRITERS.values():
            if suffix == ".joblib":
                out = tmp_path / f"{name}.joblib"
                refused(*words, out, *force, because="a name of 1 to 64 letters")
        assert files_in(tmp_path) == {}

    def test_file_inside_a_read_only_registry(self, writer, tmp_path, monkeypatch, force):
        words, suffix, _ = writer
        folder = tmp_path / "models"
        (folder / "deep").mkdir(parents=True)
        (tmp_path / "way").symlink_to(folder)
        monkeypatch.setenv("HEART_MODELS", str(folder))
        monkeypatch.setenv("HEART_READ_ONLY", "1")
        for place in (
            folder,
            folder / "deep",
            folder / "deep" / "..",
            tmp_path / "way",
            SHIPPED_BUNDLE.parent,
        ):
            refused(*words, place / f"new{suffix}", *force, because="read-only (HEART_READ_ONLY)")
        assert list(folder.rglob("*.*")) == []


@pytest.mark.parametrize("name", ["README.md", "models/cleveland.joblib", "data/cleveland.csv"])
@pytest.mark.parametrize("force", [[], ["--force"]], ids=["asked", "forced"])
@pytest.mark.parametrize(
    "words", [["card"], ["export"], ["threshold"], ["score", "cleveland", "hungary"]], ids=" ".join
)
@pytest.mark.usefixtures("nothing_computed")
def test_no_command_writes_over_what_comes_with_the_project(words, name, force):
    before = (ROOT / name).read_bytes()
    assert run(*words, "--out", ROOT / name, *force)[0] == 2
    assert (ROOT / name).read_bytes() == before


@pytest.mark.usefixtures("nothing_computed")
@pytest.mark.parametrize("force", [[], ["--force"]], ids=["asked", "forced"])
@pytest.mark.parametrize("way", ["path", "symbolic link", "hard link", "roundabout"])
def test_nothing_is_written_over_its_input(tmp_path, monkeypatch, way, force):
    (tmp_path / "deep").mkdir()
    monkeypatch.setenv("HEART_MODELS", str(tmp_path))
    for words, name, content in (
        (["score", "cleveland", "{}"], "mine.csv", b'"row",' + HUNGARY.read_bytes()),
        (["threshold", "{}"], "mine.joblib", SHIPPED_BUNDLE.read_bytes()),
        (["recalibrate", "mine"], "mine.joblib", SHIPPED_BUNDLE.read_bytes()),
        (["train", "--cohort", "{}"], "mine.joblib", b"heart-bundle"),
    ):
        source = tmp_path / name
        source.write_bytes(content)
        other = tmp_path / f"other-{name}"
        other.unlink(missing_ok=True)
        match way:
            case "symbolic link":
                other.symlink_to(source)
            case "hard link":
                other.hardlink_to(source)
        out = {"path": source, "roundabout": tmp_path / "deep" / ".." / name}.get(way, other)
        filled = [word.format(source) for word in words]
        refused(*filled, "--out", out, *force, because="that is not read as well")
        assert source.read_bytes() == content


def test_active_model_is_an_input_too(tmp_path, monkeypatch):
    shutil.copy(SHIPPED_BUNDLE, tmp_path / "mine.joblib")
    monkeypatch.setenv("HEART_MODELS", str(tmp_path))
    answer("models", "use", "mine")
    refused("threshold", "--out", tmp_path / "mine.joblib", because="that is not read as well")


@pytest.mark.parametrize(("typed", "replaced"), [("y\n", True), ("n\n", False), ("", False)])
def test_a_terminal_is_asked(tmp_path, monkeypatch, typed, replaced):
    out = tmp_path / "a.safetensors"
    answer("export", "--out", out)
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    sys.stdin.isatty = lambda: True
    status, _, err = run("export", OLD, "--out", out)
    assert f"Replace {out}? [y/N] " in err
    assert status == (0 if replaced else 2)


def test_link_stays_one_and_the_file_behind_it_is_replaced(tmp_path):
    out, link = tmp_path / "a.safetensors", tmp_path / "link.safetensors"
    answer("export", "--out", out)
    before = out.read_bytes()
    link.symlink_to(out)
    answer("export", OLD, "--out", link, "--force")
    assert link.is_symlink()
    assert out.read_bytes() != before


def test_empty_file_can_be_replaced(tmp_path):
    out = tmp_path / "a.safetensors"
    out.touch()
    answer("export", "--out", out, "--force")
    assert out.stat().st_size


def test_file_that_appears_meanwhile_stays(tmp_path, monkeypatch):
    out = tmp_path / "a.safetensors"

    def work(_):
        out.write_bytes(b"theirs")
        return b"ours"

    monkeypatch.setattr("heart.bundle.weights.pack_weights", work)
    refused("export", "--out", out, because="a file that is not there yet")
    assert files_in(tmp_path) == {out.name: b"theirs"}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["--format", "onnx"], "a.safetensors"),
        (["--format", "safetensors"], "a.onnx"),
        (["--format", "html"], "a.onnx"),
    ],
)
def test_format_and_suffix_do_not_contradict_each_other(tmp_path, words, name):
    refused("export", *words, "--out", tmp_path / name, because="a file name that ends in")
    assert files_in(tmp_path) == {}
