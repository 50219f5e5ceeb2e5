"""What deploy/ says holds, as far as it can be read or asked here: tests/browser/test_deployment.py
starts the service's command and the proxy; a container cannot be built without a daemon.
"""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib

import playwright  # noqa: F401  tests/support/deployment.py needs it
import pytest
from wheel import SHIPPED

from heart.environment import VARIABLES
from tests.support.deployment import DEPLOY, PROXY, ROOT, UNIT, settings_of

CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
CONTAINER = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ").splitlines()


def instructions(word):
    return [line.partition(" ")[2].strip() for line in CONTAINER if line.startswith(f"{word} ")]


ANALYSE = shutil.which("systemd-analyze")


@pytest.mark.skipif(ANALYSE is None, reason="no systemd-analyze on this machine")
def test_system_takes_the_unit(tmp_path):
    here = tmp_path / UNIT.name
    here.write_text(UNIT.read_text().replace("/opt/heart/.venv/bin/python", sys.executable))
    instance = tmp_path / "heart@8501.service"
    for words in (["verify", str(instance)], ["security", "--offline=yes", "--threshold=20", here]):
        done = subprocess.run(
            [ANALYSE, "--man=no", *words], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stdout[-500:]


def test_unit_gives_the_service_little():
    service = settings_of("Service")
    for name in ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "RestrictSUIDSGID"):
        assert service[name] == ["yes"]
    assert service["ProtectSystem"] == ["strict"]
    assert service["CapabilityBoundingSet"] == [""]
    assert service["MemoryMax"]
    assert service["User"] not in (["root"], ["0"])


def test_variables_that_are_set_are_there_to_be_set():
    known = {variable.name for variable in VARIABLES}
    named = set(re.findall(r"\bHEART_\w+", UNIT.read_text() + "\n".join(CONTAINER)))
    assert named <= known


def test_proxy_lets_through_what_the_app_takes_and_no_more():
    (most,) = re.findall(r"client_max_body_size (\d+)m;", PROXY.read_text())
    assert int(most) == CONFIG["server"]["maxUploadSize"] + 1


def test_proxy_says_nothing_that_the_app_says():
    headers = re.findall(r"^ *add_header (\S+)", PROXY.read_text(), re.MULTILINE)
    assert set(headers) == {"Strict-Transport-Security", "Set-Cookie"}


def test_container_has_what_the_wheel_has_and_our_pins():
    copied = {name for line in instructions("COPY") for name in shlex.split(line)[:-1]}
    assert all((ROOT / name).exists() for name in copied)
    assert {*SHIPPED, "heart"} <= copied
    (install,) = (line for line in instructions("RUN") if line.startswith("pip install"))
    lists = re.findall(r"-r (\S+)", install)
    assert {"requirements-api.txt", "requirements-login.txt"} == set(lists) <= copied
    assert "==" not in install  # what is installed is pinned in our lists alone


def test_container_is_nobodys_root():
    assert instructions("USER") == ["10001"]
    assert "--uid 10001" in next(iter(instructions("RUN")))
    (base,) = instructions("FROM")
    assert re.fullmatch(r"docker\.io/library/python:3\.11-slim-\w+", base)
    (command,) = instructions("ENTRYPOINT")
    assert '"-m", "heart", "app"' in command
