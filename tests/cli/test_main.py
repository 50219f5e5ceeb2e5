"""The program as a process: Ctrl-C, closed pipes, terminals that lack letters."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from heart.__main__ import run
from tests.support.running import ROOT, answer

HEART = [sys.executable, "-m", "heart"]


def start(*words, python=(), **streams):
    """The program as a shell starts it in the foreground, wherever the tests themselves run."""
    command = [sys.executable, *python, "-m", "heart", *words]
    # buffered, also where the tests are not: what is left is written at the end
    streams.setdefault("env", os.environ)
    streams["env"] = {k: v for k, v in streams["env"].items() if k != "PYTHONUNBUFFERED"}
    return subprocess.Popen(command, cwd=ROOT, preexec_fn=heed_interruptions, **streams)  # noqa: PLW1509  no thread here holds a lock


def heed_interruptions():
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_reader_that_has_seen_enough_is_no_error():
    # a reader that closes the pipe before anything is written, as `head -0` does
    process = start("learn", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    message = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), message) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here that is always full")
def test_full_device_behind_standard_output_is_one_line():
    with Path("/dev/full").open("wb") as full:
        process = start("--help", stdout=full, stderr=subprocess.PIPE)
    message = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 2
    assert message == b"heart: standard output cannot be written: No space left on device\n"


STUBBORN = """
import signal
try:
    signal.raise_signal(signal.SIGINT)
except BaseException:
    pass
raise RuntimeError("went on")
"""
"""A library that is interrupted while it is imported, and answers the exception by going on."""


@pytest.mark.parametrize("module", ["click", "pandas", "torch"])
def test_interruption_of_an_import_is_one_line_whatever_the_library_makes_of_it(module, tmp_path):
    (tmp_path / f"{module}.py").write_text(STUBBORN)
    env = os.environ | {"PYTHONPATH": str(tmp_path)}
    process = start("show", stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, text=True)
    assert process.communicate() == ("", "heart: interrupted\n")
    assert process.returncode == 130


def test_interruption_of_a_training_is_one_line_below_its_progress(tmp_path):
    master, terminal = pty.openpty()
    out = str(tmp_path / "x.joblib")
    child = fork("train", "--out", out, stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    shown = b""
    while b"epoch 3" not in shown:
        shown += os.read(master, 1000)
    os.kill(child, signal.SIGINT)
    left = read_all(master)
    assert status_of(child) == 130
    assert (shown + left).splitlines()[-1] == b"heart: interrupted"
    assert b"Traceback" not in left
    assert list(tmp_path.iterdir()) == []


def read_all(descriptor):
    content = b""
    try:
        while more := os.read(descriptor, 1000):
            content += more
    except OSError:  # how Linux says that nobody is left at the other end
        pass
    os.close(descriptor)
    return content


def fork(*words, stdin, stdout, stderr):
    """The program in a process that has imported by now what it needs: torch takes 4 s of a process
    of its own.
    """
    answer("predict", "--age", "61")
    child = os.fork()
    if not child:
        try:
            for own, given in enumerate((stdin, stdout, stderr)):
                os.dup2(given, own)
            sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
            sys.argv = ["heart", *words]
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os._exit(run())
        finally:  # whatever is raised, this is no second session of tests
            os._exit(99)
    return child


def status_of(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_interruption_while_waiting_for_a_line_is_one_line():
    (line, to), (out, from_), (errors, told) = (os.pipe() for _ in range(3))
    child = fork("predict", stdin=line, stdout=from_, stderr=told)
    for descriptor in (line, from_, told):
        os.close(descriptor)
    os.write(to, b'{"age": 61}\n')
    assert b'"probability"' in os.read(out, 10_000)
    os.kill(child, signal.SIGINT)
    assert status_of(child) == 130
    os.close(to)
    assert (read_all(out), read_all(errors)) == (b"", b"heart: interrupted\n")


def test_interruption_of_a_question_is_one_line(tmp_path, monkeypatch):
    (tmp_path / "mine.joblib").write_bytes((ROOT / "models" / "cleveland.joblib").read_bytes())
    monkeypatch.setenv("HEART_MODELS", str(tmp_path))
    master, terminal = pty.openpty()
    child = fork("models", "delete", "mine", stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    shown = b""
    while b"Type its name: " not in shown:
        shown += os.read(master, 1000)
    os.kill(child, signal.SIGINT)
    assert status_of(child) == 130
    assert read_all(master).splitlines()[-1] == b"heart: interrupted"
    assert (tmp_path / "mine.joblib").exists()


def test_program_that_ignores_interruptions_goes_on():
    # as a shell starts what runs in the background
    process = subprocess.Popen(
        [sys.executable, "-X", "importtime", *HEART[1:], "--version"],
        cwd=ROOT,
        preexec_fn=ignore_interruptions,  # noqa: PLW1509  no thread here holds a lock
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process.stderr as told:
        assert any("| " in line and line.split()[-1].startswith("click.") for line in told)
        process.send_signal(signal.SIGINT)
        assert all(line.startswith("import time:") for line in told)
    with process.stdout as shown:
        assert shown.read().startswith("python -m heart ")
    assert process.wait() == 0


def ignore_interruptions():
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@pytest.mark.parametrize(
    "environment",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
    ids=str,
)
def test_terminal_without_letters_gets_plain_ones(environment):
    done = subprocess.run(
        [*HEART, "learn", "--glossary"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Sensitivity against 1 - specificity" in done.stdout
    assert b'decision is "disease"' in done.stdout
