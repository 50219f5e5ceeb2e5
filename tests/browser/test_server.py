"""What the server tells to whoever speaks to it without a browser."""

import http.client
from urllib.parse import urlsplit

import pytest

FOREIGN = [
    "evil.example",
    "evil.example:80",
    "127.0.0.1.evil.example",
    "localhost@evil.example",
    "",
]


def ask(address, path="/", *, method="GET", **headers):
    """Status, headers and beginning of the body of an answer."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = b"" if answer.status == 101 else answer.read(200)
    return answer.status, dict(answer.getheaders()), body


@pytest.mark.parametrize(
    "path", ["/", "/models", "/_stcore/health", "/_stcore/host-config", "/favicon.png", "/media/x"]
)
def test_every_answer_has_the_headers(address, path):
    _, headers, _ = ask(address, path)
    lower = {name.lower(): value for name, value in headers.items()}
    assert lower["x-frame-options"] == "DENY"
    assert lower["x-content-type-options"] == "nosniff"
    policy = lower["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    script = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in script


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "HEAD"])
@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/", "/_stcore/%6Detrics"])
def test_metrics_are_nobodys(address, path, method):
    assert ask(address, path, method=method)[0] == 404


@pytest.mark.parametrize("host", FOREIGN)
def test_server_answers_to_its_own_names_only(address, host):
    assert ask(address, Host=host)[0] in (400, 403)
    port = urlsplit(address).port
    for name in ("127.0.0.1", "localhost", "[::1]"):
        assert ask(address, Host=f"{name}:{port}")[0] == 200


def test_health_is_told_under_any_name(address):
    assert ask(address, "/_stcore/health", Host="balancer")[::2] == (200, b"ok")


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1"])
def test_foreign_page_whose_name_leads_here_does_not_become_a_visitor(address, host):
    at = f"{host}:{urlsplit(address).port}"
    headers = {**UPGRADE, "Host": at, "Origin": f"http://{at}"}
    status = ask(address, "/_stcore/stream", **headers)[0]
    assert status == (403 if host == "evil.example" else 101)
