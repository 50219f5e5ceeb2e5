"""What deploy/ has, started on this machine: two replicas by the service's own command, nginx with
TLS before them, a real OpenID provider, lines of JSON in the logs.
"""

import http.client
import json
import re
import socket
import ssl
from collections import Counter
from contextlib import closing
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

import authlib  # noqa: F401  without it there is no login
import fastapi  # noqa: F401  nor an API
import pytest
from playwright.sync_api import expect

from heart.ui.guard import Guard
from tests.browser.conftest import BRIEF, open_tab
from tests.browser.test_unsaved import train
from tests.support.accessibility import violations_of
from tests.support.asking import TOKEN
from tests.support.browsing import PAGES, calculate_example, expect_page, expect_rest, go_to
from tests.support.deployment import deploy, need

SECRET = "a-secret-of-the-test-and-of-nothing-else"  # noqa: S105
ANALYST, READER = "ada@clinic.example", "bo@clinic.example"
RATE = 5
CONNECTION = "data-test-connection-state"

SECRETS = """
[auth]
redirect_uri = "{address}/oauth2callback"
cookie_secret = "{secret}"
client_id = "heart"
client_secret = "{secret}"
server_metadata_url = "{provider}/.well-known/openid-configuration"
client_kwargs = {{ prompt = "login" }}
"""


class Deployment(NamedTuple):
    folder: object
    address: str
    replicas: dict[int, object]

    @property
    def ports(self):
        return list(self.replicas)

    def lines(self, name):
        return [json.loads(line) for line in (self.folder / name).read_text().splitlines()]


@pytest.fixture(scope="module")
def deployed(browser, tmp_path_factory):  # noqa: ARG001  without a browser nobody would visit it
    need("node", "npm", "nginx", "openssl")
    folder = tmp_path_factory.mktemp("deployed")
    named = {"HEART_ANALYSTS": f" {ANALYST.upper()},", "HEART_API_RATE": str(RATE)}
    named |= {"PYTHONPATH": str(BRIEF), "BRIEF_START": "yes"}
    with deploy(folder, token=TOKEN, secrets=SECRETS, secret=SECRET, **named) as (
        address,
        replicas,
    ):
        yield Deployment(folder, address, replicas)


@pytest.fixture(scope="module")
def page(browser, deployed):  # noqa: ARG001  what it visits ends after it
    tab = open_tab(browser, ignore_https_errors=True, viewport={"width": 1280, "height": 900})
    yield tab.page
    tab.page.context.close()
    assert tab.faults == []


def ask(deployed, path="/", *, method="GET", body=None, source="127.0.0.1", **headers):
    """Status, pairs of headers and body of nginx's answer; underscores are hyphens."""
    strange = ssl._create_unverified_context()  # noqa: S323  our own certificate of a day
    host, port = urlsplit(deployed.address).hostname, urlsplit(deployed.address).port
    connection = http.client.HTTPSConnection(
        host, port, context=strange, source_address=(source, 0)
    )
    with closing(connection):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()


def ask_api(deployed, **options):
    headers = {"Authorization": f"Bearer {TOKEN}", "Cookie": "heart_replica=one"}
    return ask(deployed, "/api/v1/model", **headers, **options)[0]


def test_headers_are_there_once_and_the_proxys_own_beside_them(deployed):
    status, headers, _ = ask(deployed)
    count = Counter(name.lower() for name, _ in headers)
    guarded = {name.decode() for name, _ in Guard(lambda: None)._headers}
    assert status == 200
    assert dict(headers)["Content-Type"].startswith("text/html")
    assert {name: count[name] for name in guarded} == dict.fromkeys(guarded, 1)
    assert count["strict-transport-security"] == 1
    assert dict(headers)["Server"] == "nginx"  # without its version


def test_browser_stays_with_one_replica_and_browsers_are_shared_out(deployed):
    status, headers, _ = ask(deployed, "/healthz")
    (cookie,) = (value for name, value in headers if name.lower() == "set-cookie")
    assert status == 200
    assert cookie.endswith("; Path=/; Secure; HttpOnly; SameSite=Lax")
    mine = cookie.partition(";")[0]
    for who in [mine] * 6 + [f"heart_replica={k}" for k in range(12)]:
        headers = ask(deployed, "/readyz", Cookie=who)[1]
        assert "set-cookie" not in {name.lower() for name, _ in headers}
    served = [line["replica"] for line in deployed.lines("proxy/heart.json")[-18:]]
    assert len(set(served[:6])) == 1
    assert len(set(served[6:])) == 2


def test_upload_is_refused_at_the_apps_limit_and_by_the_proxy_above_it(deployed):
    """Of a body that is announced and not sent: the app refuses a visitor whom it does not know."""
    most = 65 * 2**20
    statuses = []
    for size in (most, most + 1):
        context = ssl._create_unverified_context()  # noqa: S323  as above
        at = urlsplit(deployed.address)
        with (
            socket.create_connection((at.hostname, at.port)) as plain,
            context.wrap_socket(plain) as line,
        ):
            line.sendall(
                f"PUT /_stcore/upload_file/nobody/1 HTTP/1.1\r\nHost: {at.netloc}\r\n"
                f"Content-Length: {size}\r\n\r\n".encode()
            )
            answer = line.recv(4000).decode()
            statuses.append((answer.split()[1], "<center>nginx" in answer))
    assert statuses[1] == ("413", True)
    assert statuses[0] != ("413", True)


def test_api_counts_who_asks_by_the_connection_and_not_by_what_is_said(deployed):
    # on a busy machine a place or two come free again meanwhile
    statuses = [ask_api(deployed, X_Forwarded_For=f"203.0.113.{k}") for k in range(2 * RATE)]
    assert statuses[:RATE] == [200] * RATE
    assert 429 in statuses
    assert ask_api(deployed, source="127.0.0.2") == 200
    assert ask(deployed, "/api/v1/model", source="127.0.0.3")[0] == 401


def log_in(page, address):
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("textbox", name="Address").fill(address)
    page.get_by_role("button", name="Go on").click()
    expect_page(page, "")
    expect(page.get_by_text(address, exact=True)).to_be_visible()


def test_stranger_sees_nothing_also_with_a_cookie_that_nobody_has_signed(deployed, page):
    forged = {"name": "_streamlit_user", "value": '{"is_logged_in": true}'}
    page.context.add_cookies([forged | {"url": deployed.address}])
    for path in ("", "models", "train"):
        page.goto(f"{deployed.address}/{path}")
        expect(page.get_by_role("button", name="Log in")).to_be_visible()
        expect(page.get_by_role("heading")).to_have_text(["Heart"])
        for title in PAGES.values():
            expect(page.get_by_role("link", name=title)).to_have_count(0)
    assert violations_of(page) == []
    page.context.clear_cookies()


def test_reader_reads_and_an_analyst_keeps(deployed, page):
    page.goto(deployed.address)
    log_in(page, READER)
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies(deployed.address)}
    assert all(cookies[name]["secure"] for name in ("_streamlit_user", "heart_replica"))
    calculate_example(page)
    go_to(page, "Models")
    expect(page.get_by_text("for this server's analysts")).to_be_visible()
    expect(page.get_by_role("button", name="Keep it")).to_have_count(0)
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Yes").click()  # the provider asks
    log_in(page, ANALYST)
    go_to(page, "Models")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("The model is kept.")).to_be_visible()
    (line,) = deployed.lines("models/audit.jsonl")
    assert (line["what"], line["who"]) == ("save", ANALYST)


BAD = """age,sex,cp,trestbps,chol,fbs,restecg,thalach,exang
61,male,41774177,140,230,no,normal,150,no
41784178,female,asymptomatic,130,210,no,normal,140,yes
"""


def test_logs_are_lines_of_json_without_values_and_secrets(deployed, page):
    go_to(page, "Score")
    upload = {"name": "41794179.csv", "mimeType": "text/csv", "buffer": BAD.encode()}
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(upload)
    expect(page.get_by_test_id("stMetric").first).to_be_visible()
    expect_rest(page)
    headers = {"Authorization": f"Bearer {TOKEN}", "Content_Type": "application/json"}
    for path in ("predict", "predict?age=41764176", "41764176"):
        body = b'{"age": 41754175, "name": "41744174"}'
        options = {"method": "POST", "body": body, "source": "127.0.0.4", **headers}
        assert ask(deployed, f"/api/v1/{path}", **options)[0] in (400, 404, 422)
    lines = [line for port in deployed.ports for line in deployed.lines(f"{port}.log")]
    told = Counter(line.get("event") for line in lines)
    assert told["server start"] == 2
    assert told["request"] > RATE
    assert [line["who"] for line in lines if line.get("event") == "registry"] == [ANALYST]
    texts = [
        (deployed.folder / name).read_text()
        for name in (*(f"{port}.log" for port in deployed.ports), "proxy/heart.json")
    ]
    values = [str(k) * 2 for k in (4174, 4175, 4177, 4178, 4179)]
    for secret in (*values, "code=", SECRET, TOKEN):
        assert not [text for text in texts if secret in text], secret
    assert "41764176" not in texts[0] + texts[1]
    assert not any("?" in line["path"] for line in deployed.lines("proxy/heart.json"))


def test_page_goes_on_at_the_other_replica_and_says_what_is_lost(deployed, page):
    go_to(page, "Train")
    train(page)
    served = deployed.lines("proxy/heart.json")[-1]["replica"]
    deployed.replicas[int(served.rpartition(":")[2])].kill()
    state = partial(expect(page.get_by_test_id("stApp")).to_have_attribute, CONNECTION)
    state(re.compile("^(?!CONNECTED)"))
    state("CONNECTED")
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("this is a new session")).to_contain_text("a run that is not kept.")
    page.get_by_role("button", name="I have read it").click()
    expect(page.get_by_text("this is a new session")).to_have_count(0)
    expect(page.get_by_text(ANALYST, exact=True)).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Members")).to_have_value("2")
