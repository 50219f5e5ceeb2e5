"""The registry: names that cannot escape, nothing overwritten, nothing changed where it is
read-only.
"""

import os
import shutil
from dataclasses import replace

import pytest

from heart.bundle import load_bundle, save_bundle
from heart.bundle import registry as registry_module
from heart.bundle.audit import AUDIT_FILE
from heart.bundle.registry import ACTIVE_FILE, Registry, open_registry
from heart.errors import BundleError
from heart.paths import SHIPPED_BUNDLE, user_models

ESCAPES = [
    "../evil",
    "a/b",
    "/etc/passwd",
    "..",
    ".",
    "",
    "a.b",
    "a\0b",
    "a\nb",
    "ä",
    "x" * 65,
    "C:\\x",
    "~",
    "-rf*",
]


def files_in(folder):
    """Content by name; what was noted of changes is tests/unit/bundle/test_audit.py's."""
    paths = [path for path in folder.iterdir() if path.name != AUDIT_FILE]
    return {path.name: path.read_bytes() for path in paths}


@pytest.fixture
def registry(tmp_path, bundle):
    registry = Registry(tmp_path)
    registry.save(bundle, "first")
    return registry


def test_saved_bundle_is_listed_with_what_is_in_it(registry, bundle):
    shipped, entry = registry.read().entries
    assert shipped.name == "cleveland"
    assert (entry.name, entry.about.name, entry.problem) == ("first", "first", "")
    assert entry.about.data == bundle.data


def test_file_that_came_with_another_name_takes_that_of_the_file(registry):
    (registry.folder / "theirs.joblib").write_bytes((registry.folder / "first.joblib").read_bytes())
    assert [entry.about.name for entry in registry.read().entries] == [
        "cleveland",
        "first",
        "theirs",
    ]


def test_file_that_is_no_bundle_is_listed_with_its_problem(registry):
    (registry.folder / "bad.joblib").write_bytes(b"PK\x03\x04")
    (registry.folder / "my model.joblib").write_bytes(b"x")
    (registry.folder / "notes.txt").write_text("x")
    problems = {entry.name: entry.problem for entry in registry.read().entries}
    assert list(problems) == ["bad", "cleveland", "first", "my model"]
    assert "a file that begins with b'PK" in problems["bad"]
    assert "letters, digits" in problems["my model"]


def test_list_is_of_one_moment_and_reads_each_file_once(registry, monkeypatch):
    registry.activate("first")
    opened = []

    def note(name):
        if name not in opened:  # and another visitor deletes it, once it is known
            opened.append(name)
            if name == "gone":
                (registry.folder / "gone.joblib").unlink()
                (registry.folder / ACTIVE_FILE).write_text("gone")

    (registry.folder / "gone.joblib").write_bytes(b"x")
    original = Registry.path_of
    monkeypatch.setattr(
        Registry, "path_of", lambda self, name: (note(name), original(self, name))[1]
    )
    listing = registry.read()
    assert [entry.name for entry in listing.entries] == ["cleveland", "first"]
    assert listing.active == "first"


@pytest.mark.parametrize("action", ["read", "active_path", "load_active"])
def test_which_one_is_active_is_read_once(registry, monkeypatch, action):
    registry.activate("first")
    reads = []
    original = Registry.active.fget
    monkeypatch.setattr(
        Registry, "active", property(lambda self: (reads.append(1), original(self))[1])
    )
    value = getattr(registry, action)
    if callable(value):
        value()
    assert len(reads) == 1


def test_file_is_read_again_only_when_it_has_changed(registry, bundle, monkeypatch):
    reads = []
    original = registry_module.read_about
    monkeypatch.setattr(
        registry_module, "read_about", lambda path: (reads.append(path), original(path))[1]
    )
    registry.save(bundle, "second")
    for _ in range(3):
        registry.read()
    assert len(reads) <= 3  # first, second and the shipped one, unless read by another test
    save_bundle(replace(bundle, created_at="2020-01-01T00:00:00+00:00"), registry.path_of("second"))
    before = len(reads)
    assert registry.read().entries[2].about.created_at == "2020-01-01T00:00:00+00:00"
    assert len(reads) == before + 1


def test_listing_runs_no_model(registry, monkeypatch):
    """Listing many must not take as long as loading many; the active one alone is loaded."""
    loads = []
    registry_module._check.cache_clear()
    monkeypatch.setattr(registry_module, "load_bundle", loads.append)
    shutil.copy(registry.folder / "first.joblib", registry.folder / "second.joblib")
    registry.read()
    assert loads == [SHIPPED_BUNDLE]


def test_temporary_files_are_not_listed(registry):
    (registry.folder / ".first-x.joblib").write_bytes(b"x")
    assert registry.names() == ["cleveland", "first"]


@pytest.mark.parametrize("name", ESCAPES)
def test_name_that_could_be_a_path_is_refused_everywhere(registry, bundle, name):
    before = files_in(registry.folder)
    actions = [
        lambda: registry.save(bundle, name),
        lambda: registry.rename("first", name),
        lambda: registry.rename(name, "second"),
        lambda: registry.delete(name),
        lambda: registry.activate(name),
        lambda: registry.load(name),
    ]
    for action in actions:
        with pytest.raises(BundleError, match="a name of 1 to 64 letters"):
            action()
    assert files_in(registry.folder) == before


@pytest.mark.parametrize("action", ["load", "delete", "activate"])
def test_name_that_is_not_there_is_refused_with_those_that_are(registry, action):
    with pytest.raises(BundleError, match=r"'absent'\. Here are: cleveland, first"):
        getattr(registry, action)("absent")


def test_saving_over_a_bundle_is_refused_and_it_stays(registry, bundle):
    before = files_in(registry.folder)
    with pytest.raises(BundleError, match="a name that is not taken"):
        registry.save(replace(bundle, created_at="2020-01-01T00:00:00+00:00"), "first")
    assert files_in(registry.folder) == before


def test_renaming_changes_the_name_outside_and_inside(registry, bundle, cleveland):
    path = registry.rename("first", "second")
    assert registry.names() == ["cleveland", "second"]
    assert load_bundle(path).name == "second"
    assert (
        load_bundle(path).predict_proba(cleveland.features)
        == bundle.predict_proba(cleveland.features)
    ).all()


def test_renaming_to_a_taken_name_is_refused_and_both_stay(registry, bundle):
    registry.save(bundle, "second")
    before = files_in(registry.folder)
    with pytest.raises(BundleError, match="not taken"):
        registry.rename("first", "second")
    assert files_in(registry.folder) == before


def test_deleting_removes_that_bundle_alone(registry, bundle):
    registry.save(bundle, "second")
    registry.delete("first")
    assert registry.names() == ["cleveland", "second"]


def test_shipped_model_is_active_until_another_is_chosen(registry):
    assert (registry.active, registry.active_path) == (None, SHIPPED_BUNDLE)
    registry.activate("first")
    assert (registry.active, registry.active_path) == ("first", registry.folder / "first.joblib")
    assert Registry(registry.folder).active == "first"


def test_active_bundle_that_is_renamed_stays_active_and_one_that_is_deleted_does_not(registry):
    registry.activate("first")
    registry.rename("first", "second")
    assert registry.active == "second"
    registry.delete("second")
    assert registry.active_path == SHIPPED_BUNDLE


def test_bundle_that_is_not_valid_does_not_become_active(registry):
    (registry.folder / "bad.joblib").write_bytes(b"\x80\x04N.")
    with pytest.raises(BundleError):
        registry.activate("bad")
    assert registry.active is None


@pytest.mark.parametrize("text", ["../../etc/passwd", "absent", "", "a/b", "first\nsecond", "\x00"])
def test_active_file_that_somebody_else_wrote_is_not_followed(registry, text):
    (registry.folder / ACTIVE_FILE).write_text(text)
    assert registry.active_path == SHIPPED_BUNDLE


def test_active_file_that_is_no_text_is_not_followed(registry):
    (registry.folder / ACTIVE_FILE).write_bytes(b"\xff\xfe")
    assert registry.active_path == SHIPPED_BUNDLE


def test_read_only_registry_gives_and_takes_nothing(registry, bundle):
    locked = Registry(registry.folder, read_only=True)
    before = files_in(registry.folder)
    actions = [
        lambda: locked.save(bundle, "second"),
        lambda: locked.rename("first", "second"),
        lambda: locked.delete("first"),
        lambda: locked.activate("first"),
    ]
    for action in actions:
        with pytest.raises(BundleError, match=r"read-only \(HEART_READ_ONLY\)"):
            action()
    assert locked.load("first").name == "first"
    assert files_in(registry.folder) == before


def test_shipped_model_is_there_whatever_the_folder(tmp_path):
    registry = Registry(tmp_path / "absent")
    assert registry.names() == ["cleveland"]
    assert registry.load("cleveland").name == "cleveland"
    assert (registry.active, registry.active_path) == (None, SHIPPED_BUNDLE)


def test_folder_is_made_when_the_first_bundle_is_saved_or_made_active(tmp_path, bundle):
    registry = Registry(tmp_path / "a" / "b")
    with pytest.raises(BundleError):
        registry.delete("absent")
    assert not (tmp_path / "a").exists()
    registry.save(bundle, "first")
    assert registry.names() == ["cleveland", "first"]
    Registry(tmp_path / "c").activate("cleveland")
    assert (tmp_path / "c" / ACTIVE_FILE).exists()


def test_folder_that_cannot_be_made_is_an_error(tmp_path, bundle):
    (tmp_path / "file").write_text("x")
    with pytest.raises(BundleError, match="to write"):
        Registry(tmp_path / "file").save(bundle, "first")


def test_name_of_the_shipped_model_is_taken_everywhere(registry, bundle):
    with pytest.raises(BundleError, match="a name that is not taken"):
        registry.save(bundle, "cleveland")
    assert set(files_in(registry.folder)) == {"first.joblib"}


@pytest.mark.parametrize("folder", ["shipped", "elsewhere"])
def test_shipped_model_can_be_neither_renamed_nor_deleted(tmp_path, folder):
    registry = Registry(SHIPPED_BUNDLE.parent if folder == "shipped" else tmp_path)
    for action in (
        lambda: registry.delete("cleveland"),
        lambda: registry.rename("cleveland", "mine"),
    ):
        with pytest.raises(BundleError, match="comes with the app"):
            action()
    assert SHIPPED_BUNDLE.exists()


def test_copy_of_the_shipped_model_elsewhere_can_be_deleted(tmp_path):
    shutil.copy(SHIPPED_BUNDLE, tmp_path / "cleveland.joblib")
    assert Registry(tmp_path).path_of("cleveland") == tmp_path / "cleveland.joblib"
    Registry(tmp_path).delete("cleveland")
    assert files_in(tmp_path) == {}
    assert Registry(tmp_path).path_of("cleveland") == SHIPPED_BUNDLE


def test_folder_that_cannot_be_written_is_an_error(registry, bundle, monkeypatch):
    def fail(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "link", fail)
    monkeypatch.setattr(os, "replace", fail)
    for action in (lambda: registry.save(bundle, "second"), lambda: registry.activate("first")):
        with pytest.raises(BundleError, match="Read-only file system"):
            action()


def test_link_out_of_the_folder_is_deleted_itself_and_not_what_it_points_to(
    registry, bundle, tmp_path_factory
):
    outside = save_bundle(bundle, tmp_path_factory.mktemp("outside") / "theirs.joblib")
    (registry.folder / "link.joblib").symlink_to(outside)
    registry.delete("link")
    assert outside.exists()
    assert registry.names() == ["cleveland", "first"]


@pytest.mark.parametrize(
    ("value", "read_only"),
    [(word, True) for word in ("1", "yes", "true", "on", "YES", " True ")]
    + [(word, False) for word in ("0", "no", "false", "off", "No", "", None)],
)
def test_environment_decides(tmp_path, value, read_only):
    environment = {"HEART_MODELS": str(tmp_path)} | (
        {} if value is None else {"HEART_READ_ONLY": value}
    )
    assert open_registry(environment) == Registry(tmp_path, read_only=read_only)


@pytest.mark.parametrize("value", ["maybe", "2", "y", "nein"])
def test_whether_it_is_read_only_is_not_guessed(value):
    with pytest.raises(BundleError, match="HEART_READ_ONLY to be yes or no"):
        open_registry({"HEART_READ_ONLY": value})


def test_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BundleError, match="HEART_MODELS to be a folder"):
        open_registry({"HEART_MODELS": str(tmp_path / "absent")})


@pytest.fixture
def default_folder(tmp_path, monkeypatch):
    """Where the registry is without HEART_MODELS, in a clone or installed, with a models/ that can
    be written or not.
    """

    def find(*, in_clone, writable):
        monkeypatch.setattr("heart.bundle.registry.IN_CLONE", in_clone)
        monkeypatch.setattr("heart.bundle.registry.MODELS", tmp_path)
        monkeypatch.setattr(os, "access", lambda *_: writable)
        return open_registry({}).folder

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))
    return find


def test_without_an_environment_it_is_the_shipped_folder():
    assert open_registry({}) == Registry(SHIPPED_BUNDLE.parent, read_only=False)


@pytest.mark.parametrize(("in_clone", "writable"), [(True, False), (False, True), (False, False)])
def test_installed_or_read_only_it_is_a_folder_of_the_users(
    default_folder, tmp_path, in_clone, writable
):
    folder = default_folder(in_clone=in_clone, writable=writable)
    assert folder == user_models()
    assert not (tmp_path / "user").exists()


def test_clone_that_cannot_be_written_but_holds_models_still_gives_them(default_folder, tmp_path):
    shutil.copy(SHIPPED_BUNDLE, tmp_path / "kept.joblib")
    assert default_folder(in_clone=True, writable=False) == tmp_path


def test_read_only_registry_refuses_a_file_inside_and_no_other(tmp_path):
    folder = tmp_path / "models"
    registry = Registry(folder, read_only=True)
    for inside in (folder / "new.joblib", SHIPPED_BUNDLE.parent / "new.joblib"):
        with pytest.raises(BundleError):
            registry.check_may_hold(inside)
    registry.check_may_hold(tmp_path / "new.joblib")
    Registry(folder).check_may_hold(folder / "new.joblib")
