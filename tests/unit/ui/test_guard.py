"""Who is answered, under which names, and what every answer says."""

import pytest

from heart.ui import guard
from heart.ui.guard import Guard, content_policy, is_allowed
from tests.support.coroutines import complete

OWN = ["127.0.0.1", "localhost", "::1", "*.clinic.example"]


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.0.0.1:8501", "LOCALHOST", "localhost.", "[::1]:80", "heart.clinic.example"],
)
def test_own_names_are_allowed_with_any_port(host):
    assert is_allowed(host, OWN)


@pytest.mark.parametrize(
    "host",
    [
        *("", "evil.example", "127.0.0.1.evil.example", "evillocalhost", "localhost.evil.example"),
        *("clinic.example", "evilclinic.example", "[::1", "localhost@evil.example", "127.0.0.2"),
    ],
)
def test_other_names_are_not(host):
    assert not is_allowed(host, OWN)
    assert is_allowed(host, ["*"]) or host == "[::1"


def ask(path, monkeypatch, host="localhost", answered=(b"x-frame-options", b"ALLOWALL")):
    """Status and headers of what comes through the guard from an app that says yes to all."""
    told = []

    async def app(_, __, send):
        await send({"type": "http.response.start", "status": 200, "headers": [answered]})
        await send({"type": "http.response.body", "body": b""})

    async def send(message):
        told.append(message)

    monkeypatch.setattr(guard, "allowed_hosts", lambda: OWN)
    scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"host", host.encode())]}
    complete(Guard(app)(scope, None, send))
    return told[0]["status"], told[0]["headers"]


@pytest.mark.parametrize("host", ["localhost", "evil.example"])
@pytest.mark.parametrize("path", ["/", "/_stcore/metrics", "/_stcore/health", "/static/js/x.js"])
def test_each_header_is_on_every_answer_once(monkeypatch, host, path):
    _, headers = ask(path, monkeypatch, host)
    names = [name for name, _ in headers]
    assert {b"content-security-policy", b"x-frame-options", b"x-content-type-options"} < set(names)
    assert len(names) == len(set(names))
    assert (b"x-frame-options", b"DENY") in headers


@pytest.mark.parametrize(
    ("path", "host", "status"),
    [
        ("/", "localhost", 200),
        ("/", "evil.example", 403),
        ("/_stcore/health", "evil.example", 200),
        ("/healthz", "balancer", 200),
        ("/readyz/", "balancer", 200),
        ("/x/healthz", "evil.example", 403),
        ("/api/v1/model", "evil.example", 403),
        ("/_stcore/metrics", "localhost", 404),
        ("/base/_stcore/metrics//", "localhost", 404),
        ("/_stcore/upload_file/a/b", "evil.example", 403),
    ],
)
def test_doors(monkeypatch, path, host, status):
    assert ask(path, monkeypatch, host)[0] == status


def test_health_below_a_path_is_told_to_all_as_well(monkeypatch):
    monkeypatch.setattr(guard, "base_path", lambda: "/heart")
    assert ask("/heart/healthz", monkeypatch, "balancer")[0] == 200
    assert ask("/hart/healthz", monkeypatch, "balancer")[0] == 403


@pytest.mark.parametrize(
    ("option", "path"), [("", ""), ("heart", "/heart"), ("/heart/", "/heart"), ("a/b", "/a/b")]
)
def test_path_of_the_pages(monkeypatch, option, path):
    monkeypatch.setattr(guard.st, "get_option", {"server.baseUrlPath": option}.get)
    assert guard.base_path() == path


def test_policy_allows_no_script_that_streamlits_page_does_not_bring():
    script = next(part for part in content_policy().split("; ") if part.startswith("script-src"))
    assert script.startswith("script-src 'self' 'sha256-")
    assert "unsafe" not in script
