"""Every change of a registry has its line: before it is made, and never another one's instead."""

import json
import os
import resource
import sys
from contextlib import suppress
from dataclasses import replace

import pytest

from heart.bundle import audit, registry_files
from heart.bundle import registry as registry_module
from heart.bundle.audit import AUDIT_FILE, Change, account, noted
from heart.bundle.registry import Registry
from heart.bundle.storage import fingerprint_of
from heart.errors import BundleError
from heart.events import DONE, FAILED


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path, who="ada@clinic.example")


def lines_of(registry):
    return [json.loads(line) for line in (registry.folder / AUDIT_FILE).read_bytes().splitlines()]


def test_each_change_tells_who_what_and_which_model(registry, bundle):
    registry.save(bundle, "first")
    registry.activate("first")
    registry.rename("first", "second")
    registry.delete("second")
    lines = lines_of(registry)
    first, second = (fingerprint_of(replace(bundle, name=name)) for name in ("first", "second"))
    assert [(line["what"], line["name"], line["new_name"]) for line in lines] == [
        ("save", "first", None),
        ("activate", "first", None),
        ("rename", "first", "second"),
        ("delete", "second", None),
    ]
    assert [line["fingerprint"] for line in lines] == [first, first, second, second]
    assert {line["who"] for line in lines} == {"ada@clinic.example"}
    assert {len(line["at"]) for line in lines} == {len("2026-11-22T09:12:44+00:00")}
    assert all(line["at"].endswith("+00:00") for line in lines)
    assert not [line for line in lines if "failed" in line]


def test_line_before_is_never_written_again(registry, bundle):
    registry.save(bundle, "first")
    before = (registry.folder / AUDIT_FILE).read_bytes()
    registry.delete("first")
    after = (registry.folder / AUDIT_FILE).read_bytes()
    assert after.startswith(before)
    assert len(after.splitlines()) == 2


def test_what_is_refused_has_no_line(registry, bundle):
    registry.save(bundle, "first")
    locked = replace(registry, read_only=True)
    for action in (
        lambda: registry.save(bundle, "first"),
        lambda: registry.save(bundle, "../x"),
        lambda: registry.save(bundle, "cleveland"),
        lambda: registry.rename("first", "first"),
        lambda: registry.rename("absent", "second"),
        lambda: registry.delete("absent"),
        lambda: registry.delete("cleveland"),
        lambda: registry.activate("absent"),
        lambda: locked.save(bundle, "second"),
        lambda: locked.delete("first"),
    ):
        with pytest.raises(BundleError):
            action()
    assert len(lines_of(registry)) == 1


def test_change_that_cannot_be_noted_is_not_made(registry, bundle):
    registry.save(bundle, "first")
    (registry.folder / AUDIT_FILE).unlink()
    (registry.folder / AUDIT_FILE).mkdir()
    before = registry.names(), registry.active
    for action in (
        lambda: registry.save(bundle, "second"),
        lambda: registry.rename("first", "second"),
        lambda: registry.delete("first"),
        lambda: registry.activate("first"),
    ):
        with pytest.raises(BundleError, match=r"to write .*audit\.jsonl"):
            action()
    assert (registry.names(), registry.active) == before


def test_change_that_fails_says_so_in_a_second_line(registry, bundle, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(registry_files, "create_atomically", fail)
    with pytest.raises(BundleError, match="No space left"):
        registry.save(bundle, "first")
    begun, failed = lines_of(registry)
    assert ("failed" in begun, failed["failed"]) == (False, True)
    assert failed["name"] == begun["name"] == "first"


def test_change_that_is_interrupted_says_so_too(tmp_path):
    told = iter(["first", "then"])
    with (
        pytest.raises(KeyboardInterrupt),
        noted(tmp_path, Change("save", "x", None), who="ada", clock=lambda: next(told)),
    ):
        raise KeyboardInterrupt
    lines = [json.loads(line) for line in (tmp_path / AUDIT_FILE).read_bytes().splitlines()]
    assert [(line["at"], line.get("failed")) for line in lines] == [("first", None), ("then", True)]


def test_what_is_killed_in_between_is_noted_and_not_made(registry, bundle, monkeypatch):
    monkeypatch.setattr(registry_module, "create_file", lambda *_: os._exit(9))
    child = os.fork()
    if child == 0:
        registry.save(bundle, "first")
    assert os.waitpid(child, 0)[1] >> 8 == 9
    assert [line["what"] for line in lines_of(registry)] == ["save"]
    assert registry.names() == ["cleveland"]


def test_damaged_file_is_deleted_without_a_fingerprint(registry):
    (registry.folder / "theirs.joblib").write_bytes(b"nothing")
    registry.delete("theirs")
    assert [line["fingerprint"] for line in lines_of(registry)] == [None]


def test_half_a_line_stays_a_line_of_its_own(tmp_path):
    (tmp_path / AUDIT_FILE).write_bytes(b'{"at": "2026')
    with noted(tmp_path, Change("save", "x", None), who="ada", clock=lambda: "now"):
        pass
    half, whole = (tmp_path / AUDIT_FILE).read_bytes().splitlines()
    assert half == b'{"at": "2026'
    assert json.loads(whole) == {
        "at": "now",
        "who": "ada",
        "what": "save",
        "name": "x",
        "fingerprint": None,
        "new_name": None,
    }


def test_strange_names_of_people_forge_no_line(tmp_path):
    with noted(tmp_path, Change("save", "x", None), who='a"}\n{"who": "b\u2028'):
        pass
    (line,) = (tmp_path / AUDIT_FILE).read_text().splitlines()
    assert json.loads(line)["who"] == 'a"}\n{"who": "b\u2028'


def test_changes_of_two_processes_are_all_there(tmp_path):
    children = []
    for number in range(2):
        child = os.fork()
        if child == 0:
            for k in range(50):
                with noted(tmp_path, Change("save", f"m{number}-{k}", "f" * 64), who="ada"):
                    pass
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    names = {line["name"] for line in lines_of(Registry(tmp_path))}
    assert names == {f"m{number}-{k}" for number in range(2) for k in range(50)}


def test_without_a_login_it_is_the_account_of_the_process(tmp_path, bundle, monkeypatch):
    monkeypatch.setenv("USER", "somebody else")
    monkeypatch.setenv("LOGNAME", "somebody else")
    Registry(tmp_path).save(bundle, "first")
    assert lines_of(Registry(tmp_path))[0]["who"] == account() != "somebody else"


def test_account_that_the_system_has_no_name_for_is_its_number(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 2**31 - 7)
    assert account() == "uid 2147483641"


def test_without_the_systems_list_of_accounts_it_is_who_logged_in(monkeypatch):
    monkeypatch.setitem(sys.modules, "pwd", None)
    monkeypatch.setattr(os, "getlogin", lambda: "ada")
    assert account() == "ada"


def test_line_of_which_only_a_part_was_written_lets_no_change_be_made(tmp_path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, before[1]))
    try:
        with (
            pytest.raises(BundleError, match="No space left on device"),
            noted(tmp_path, Change("save", "x", None), who="ada", clock=lambda: "now"),
        ):
            pytest.fail("it was made")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (tmp_path / AUDIT_FILE).read_bytes() == b'{"at": "now", "who":'


@pytest.mark.parametrize("error", [None, ValueError])
def test_log_hears_of_each_change_and_how_it_ended(tmp_path, monkeypatch, error):
    told = []
    monkeypatch.setattr(audit, "tell", lambda kind, **facts: told.append((kind, facts)))
    with suppress(ValueError), noted(tmp_path, Change("rename", "x", "f" * 64, "y"), who="ada"):
        if error:
            raise error
    facts = {"what": "rename", "name": "x", "fingerprint": "f" * 64, "new_name": "y"}
    ending = FAILED if error else DONE
    assert told == [("registry", {"who": "ada", **facts, "outcome": ending})]
