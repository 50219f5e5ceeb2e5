"""Lines of JSON from everybody who writes a server's log, and nothing of it unless asked for."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from heart.errors import SettingsError
from heart.events import tell
from heart.ui.logs import begin_log

EVERYBODY = """
import logging, threading, warnings
from streamlit.logger import get_logger
early = get_logger("streamlit.early")
from heart.ui.logs import begin_log
begin_log({"HEART_LOG": "json"})
server = logging.getLogger("uvicorn.error")
server.addHandler(logging.StreamHandler())  # as uvicorn's own configuration does, later
begin_log({"HEART_LOG": "json"})
early.warning("early")
get_logger("streamlit.late").warning("late")
server.info("127.0.0.1 connected")
access = logging.getLogger("uvicorn.access")
access.info("GET /?age=417")
assert not access.hasHandlers()
server.warning("server")
logging.getLogger("asyncio").error("loop")
warnings.warn("warned")
def fail():
    raise ValueError("cholesterol 417")
thread = threading.Thread(target=fail)
thread.start()
thread.join()
fail()
"""


def test_everybody_writes_lines_of_json():
    done = subprocess.run(
        [sys.executable, "-c", EVERYBODY],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    messages = [line.get("message", line.get("error")) for line in lines]
    assert messages[:4] == ["early", "late", "server", "loop"]
    assert "warned" in messages[4]
    assert messages[5:] == ["ValueError", "ValueError"]
    assert "417" not in done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize("environment", [{}, {"HEART_LOG": ""}, {"HEART_LOG": "text"}])
def test_without_being_asked_it_stays_as_it_is(environment, capfd):
    begin_log(environment)
    tell("server stop")
    assert capfd.readouterr().err == ""


def test_there_are_two_ways_to_write_it():
    with pytest.raises(SettingsError, match="text, json"):
        begin_log({"HEART_LOG": "yaml"})
