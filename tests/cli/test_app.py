"""`app` starts the pages; what an extra brings, and is not installed, is told in one line."""

import os
import sys

import pytest

from heart.paths import APP
from tests.support.running import run


@pytest.fixture
def started(monkeypatch):
    """The command lines that this process would have become."""
    commands = []

    def become(_, command):
        commands.append(command)
        raise SystemExit

    monkeypatch.setattr(os, "execv", become)
    return commands


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ([], []),
        (["--port", "8600"], ["--server.port=8600"]),
        (["--server.address=0.0.0.0"], ["--server.address=0.0.0.0"]),
        (
            ["--port", "8600", "--theme.base", "dark"],
            ["--server.port=8600", "--theme.base", "dark"],
        ),
    ],
)
def test_app_is_streamlit_with_these_options(started, words, options):
    with pytest.raises(SystemExit):
        run("app", *words)
    assert started == [[sys.executable, "-P", "-m", "streamlit", "run", str(APP), *options]]
    assert (APP.parent / ".streamlit" / "config.toml").is_file()


def test_port_that_cannot_be_is_refused(started):
    status, _, err = run("app", "--port", "0")
    assert (status, started) == (2, [])
    assert "--port" in err


def test_app_without_streamlit_says_what_to_install(started, monkeypatch):
    monkeypatch.setattr("heart.commands.extras.find_spec", lambda _: None)
    status, _, err = run("app")
    assert (status, started, err.count("\n")) == (2, [], 1)
    assert "the package streamlit" in err
    assert "pip install" in err


@pytest.mark.parametrize(("word", "installs"), [("0", None), ("1", "the package fastapi")])
def test_app_asks_for_fastapi_only_where_there_is_to_be_an_api(
    started, monkeypatch, word, installs
):
    found = {"streamlit": True, "fastapi": None}
    monkeypatch.setattr("heart.commands.extras.find_spec", found.get)
    monkeypatch.setenv("HEART_API", word)
    if installs is None:
        with pytest.raises(SystemExit):
            run("app")
        assert len(started) == 1
    else:
        status, _, err = run("app")
        assert (status, started, err.count("\n")) == (2, [], 1)
        assert installs in err


def test_app_with_settings_that_cannot_be_does_not_start(started, monkeypatch):
    monkeypatch.setenv("HEART_API", "1")
    monkeypatch.setenv("HEART_API_TOKEN", "secret")
    status, _, err = run("app")
    assert (status, started, err.count("\n")) == (2, [], 1)
    assert "HEART_API_TOKEN to be at least 32" in err
    assert "secret" not in err.replace("secrets", "")


def test_export_without_onnx_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.delitem(sys.modules, "heart.bundle.onnx", raising=False)
    monkeypatch.setitem(sys.modules, "onnx", None)
    status, _, err = run("export", "--out", tmp_path / "model.onnx")
    assert (status, err.count("\n")) == (2, 1)
    assert "the package onnx" in err
    assert "pip install" in err


def test_module_that_no_extra_brings_fails_loudly(monkeypatch):
    monkeypatch.delitem(sys.modules, "heart.commands.show", raising=False)
    monkeypatch.setitem(sys.modules, "heart.commands.show", None)
    with pytest.raises(ModuleNotFoundError, match=r"heart\.commands\.show"):
        run("show")


@pytest.mark.parametrize(
    ("address", "found", "message"),
    [("there", True, "a scheduler's address"), ("tcp://a:1", False, "the package distributed")],
)
def test_app_does_not_start_with_a_scheduler_that_no_page_could_use(
    started, monkeypatch, address, found, message
):
    monkeypatch.setenv("HEART_SCHEDULER", address)
    monkeypatch.setattr(
        "heart.commands.extras.find_spec", lambda name: found or name != "distributed" or None
    )
    status, _, err = run("app")
    assert (status, started) == (2, [])
    assert message in err
