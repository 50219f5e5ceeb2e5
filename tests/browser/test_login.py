"""The login, at a real OpenID provider on this machine: nothing before it, reading for everybody,
changing for analysts, and who it was in the audit.
"""

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import authlib  # noqa: F401  without it there is no login
import pytest
from drive import free_port, serve
from playwright.sync_api import expect

from tests.support.browsing import PAGES, expect_page, go_to

OIDC = Path(__file__).parents[1] / "oidc"
REQUIRED = os.environ.get("HEART_REQUIRE_BROWSER") == "1"
SECRET = "a-secret-of-the-test-and-of-nothing-else"  # noqa: S105
ANALYST, READER = "ada@clinic.example", "bo@clinic.example"

SECRETS = """
[auth]
redirect_uri = "{address}/oauth2callback"
cookie_secret = "{secret}"
client_id = "heart"
client_secret = "{secret}"
server_metadata_url = "{provider}/.well-known/openid-configuration"
client_kwargs = {{ prompt = "login" }}
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """The provider, as its lock file says."""
    if not REQUIRED and not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("no node and npm on this machine, in which the OpenID provider runs")
    folder = tmp_path_factory.mktemp("oidc")
    for path in OIDC.iterdir():
        shutil.copy(path, folder)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode and not REQUIRED:
        pytest.skip("npm cannot fetch the OpenID provider here")
    assert done.returncode == 0, done.stderr
    return folder


@contextmanager
def provide(folder, callback):
    """The provider's address."""
    port = free_port()
    command = ["node", "provider.js", str(port), callback, SECRET]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as provider:
        try:
            assert provider.stdout.readline() == "ready\n"
            yield f"http://127.0.0.1:{port}"
        finally:
            provider.terminate()


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def shut_server(packages, models, tmp_path_factory):
    """A server whose pages are behind a login."""
    folder, port = tmp_path_factory.mktemp("shut"), free_port()
    address = f"http://127.0.0.1:{port}"
    secrets, log = folder / "secrets.toml", folder / "log.txt"
    environment = {"HEART_MODELS": str(models), "HEART_ANALYSTS": f" {ANALYST.upper()},"}
    with provide(packages, f"{address}/oauth2callback") as provider:
        secrets.write_text(SECRETS.format(address=address, secret=SECRET, provider=provider))
        options = ["--secrets.files", str(secrets)]
        with serve(log, environment=environment, port=port, options=options):
            yield address
    assert "Traceback" not in log.read_text()
    assert SECRET not in log.read_text()


def log_in(page, address):
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("textbox", name="Address").fill(address)
    page.get_by_role("button", name="Go on").click()
    expect_page(page, "")
    expect(page.get_by_text(address, exact=True)).to_be_visible()


def test_reader_reads_analyst_keeps_and_a_stranger_sees_nothing(shut_server, models, new_page):
    page = new_page()
    for path in ("", "models", "train"):
        page.goto(f"{shut_server}/{path}")
        expect(page.get_by_role("button", name="Log in")).to_be_visible()
        expect(page.get_by_role("heading")).to_have_text(["Heart"])
        for title in PAGES.values():
            expect(page.get_by_role("link", name=title)).to_have_count(0)
    log_in(page, READER)
    go_to(page, "Models")
    expect(page.get_by_text("for this server's analysts")).to_be_visible()
    expect(page.get_by_role("button", name="Keep it")).to_have_count(0)
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Yes").click()  # the provider asks
    log_in(page, ANALYST)
    go_to(page, "Models")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("The model is kept.")).to_be_visible()
    (line,) = (models / "audit.jsonl").read_text().splitlines()
    assert (json.loads(line)["what"], json.loads(line)["who"]) == ("save", ANALYST)


@pytest.mark.parametrize("part", ["user", "user_tokens"])
def test_cookie_that_this_server_has_not_signed_opens_nothing(shut_server, new_page, part):
    page = new_page()
    forged = {"name": f"_streamlit_{part}", "value": '{"is_logged_in": true}', "url": shut_server}
    page.context.add_cookies([forged])
    page.goto(shut_server)
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    page.context.clear_cookies()
