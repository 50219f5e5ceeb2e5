"""The files of deploy/ on this machine: the service's command under its own settings, nginx with a
certificate of a day, and an OpenID provider.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from drive import free_port

ROOT = Path(__file__).parents[2]
DEPLOY, OIDC = ROOT / "deploy", ROOT / "tests" / "oidc"
UNIT, PROXY = DEPLOY / "heart@.service", DEPLOY / "nginx.conf"
REQUIRED = os.environ.get("HEART_REQUIRE_BROWSER") == "1"
PATIENCE_S = 60


def need(*programs):
    """Skip where a program is not installed, unless nothing may be skipped."""
    absent = [name for name in programs if not shutil.which(name)]
    if absent and not REQUIRED:
        pytest.skip(f"not installed on this machine: {', '.join(absent)}")


def settings_of(section):
    """What a section of the unit says, a list of values each, as it stands."""
    body = re.search(
        rf"^\[{section}\]\n(.*?)(?=^\[|\Z)", UNIT.read_text(), re.MULTILINE | re.DOTALL
    )[1]
    found = {}
    for line in body.splitlines():
        name, is_one, value = line.partition("=")
        if is_one and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


@contextmanager
def start_replica(folder, port, *, credentials, **environment):
    """A process of the unit's command with its variables, where systemd would put in the port and
    the folders. What it writes to standard error goes to `folder/PORT.log`.
    """
    places = {
        "%i": str(port),
        "%d": str(credentials),
        "${CREDENTIALS_DIRECTORY}": str(credentials),
        "/opt/heart/.venv/bin/python": sys.executable,
        "/opt/heart": str(ROOT),
        "/var/lib/heart": str(folder),
        "heart.example": "127.0.0.1",
    }

    def fill(text):
        for name, place in places.items():
            text = text.replace(name, place)
        return text

    service = settings_of("Service")
    variables = dict(fill(text).split("=", 1) for text in service["Environment"])
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    (command,) = service["ExecStart"]
    with (folder / f"{port}.log").open("ab") as log:
        process = subprocess.Popen(
            shlex.split(fill(command)),
            cwd=fill(service["WorkingDirectory"][0]),
            env=kept | variables | environment,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(20)


def wait_for(url):
    """Wait until a server answers there."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url) as response:
                return response.read()
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(url)


@contextmanager
def start_proxy(folder, *, ports, port):
    """nginx with the configuration of deploy/, on this machine alone, before those ports."""
    key, certificate = folder / "privkey.pem", folder / "fullchain.pem"
    subprocess.run(
        [*shlex.split("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"),
         *shlex.split("-days 1 -subj /CN=heart.example -addext subjectAltName=IP:127.0.0.1"),
         "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    changes = {
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "127.0.0.1:8501": f"127.0.0.1:{ports[0]}",
        "127.0.0.1:8502": f"127.0.0.1:{ports[1]}",
        "/etc/heart/tls": str(folder),
        "/var/log/nginx": str(folder),
    }
    text = PROXY.read_text()
    for name, place in changes.items():
        assert name in text
        text = text.replace(name, place)
    (folder / "heart.conf").write_text(text)
    places = "".join(
        f"{kind}_temp_path {folder / kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    main.write_text(
        f"daemon off; pid {folder / 'pid'}; {user} events {{}}\n"
        f"http {{\n{places}access_log off;\ninclude {folder / 'heart.conf'};\n}}\n"
    )
    words = ["nginx", "-p", str(folder), "-e", str(folder / "early.log"), "-c", str(main)]
    with subprocess.Popen(words, stderr=subprocess.PIPE) as proxy:
        try:
            yield
        finally:
            proxy.terminate()
            said = proxy.stderr.read().decode()
    assert said == ""


@contextmanager
def provide(folder, callback, secret):
    """The OpenID provider of tests/oidc, as its lock file says; its address."""
    for path in OIDC.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    fetch = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(fetch, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode and not REQUIRED:
        pytest.skip("npm cannot fetch the OpenID provider here")
    assert done.returncode == 0, done.stderr
    port = free_port()
    command = ["node", "provider.js", str(port), callback, secret]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as provider:
        try:
            assert provider.stdout.readline() == "ready\n"
            yield f"http://127.0.0.1:{port}"
        finally:
            provider.terminate()


@contextmanager
def deploy(folder, *, token, secrets, secret, **environment):
    """Two replicas behind nginx, with the login; the address that a browser knows, and the
    replicas' processes by their ports.

    Args:
        folder: an empty one.
        token: of the API.
        secrets: text of the secrets, with places for address, provider and secret.
        secret: of cookies and the provider's client.
        environment: variables beside the unit's.
    """
    port, ports = free_port(), [free_port(), free_port()]
    address, credentials = f"https://127.0.0.1:{port}", folder / "credentials"
    for path in (credentials, folder / "models", folder / "proxy", folder / "provider"):
        path.mkdir()
    with ExitStack() as running:
        callback = f"{address}/oauth2callback"
        provider = running.enter_context(provide(folder / "provider", callback, secret))
        text = secrets.format(address=address, provider=provider, secret=secret)
        (credentials / "secrets.toml").write_text(text)
        (credentials / "api-token").write_text(f"{token}\n")
        options = {"credentials": credentials, **environment}
        replicas = {
            one: running.enter_context(start_replica(folder, one, **options)) for one in ports
        }
        running.enter_context(start_proxy(folder / "proxy", ports=ports, port=port))
        for one in ports:
            assert wait_for(f"http://127.0.0.1:{one}/_stcore/health") == b"ok"
        yield address, replicas
