"""What is open, and what is closed unless it is asked for."""

import pytest
from starlette.routing import Router

from heart.api import routes
from heart.api.routes import make_routes
from heart.commands.extras import MissingExtraError
from heart.errors import SettingsError
from tests.support.asking import ask

PATHS = ["/api/v1/predict", "/api/v1/model", "/api/v1/openapi.json", "/api/v1/", "/api/v2/predict"]


@pytest.mark.parametrize("environment", [{}, {"HEART_API": "no"}, {"HEART_API_TOKEN": "x" * 40}])
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_without_being_asked_for_there_is_no_api(environment, path, method):
    reply = ask(Router(make_routes(environment=environment)), path, method=method)
    assert reply.status == 404
    assert set(reply.error) == {"expected", "found", "action"}
    assert ("HEART_API=1" in reply.error["action"]) is path.startswith("/api/v1")


def test_health_is_told_with_and_without_an_api_below_the_pages_path():
    app = Router(make_routes("/heart", {}))
    assert ask(app, "/heart/healthz").status == 200
    assert ask(app, "/healthz").status == 404
    assert ask(app, "/heart/api/v1/model").error["found"] == "one whose API is off"


def test_settings_that_cannot_be_end_the_start():
    with pytest.raises(SettingsError, match="HEART_API_TOKEN"):
        make_routes(environment={"HEART_API": "1", "HEART_API_TOKEN": "short"})


def test_api_without_fastapi_says_what_to_install(monkeypatch):
    monkeypatch.setattr("heart.commands.extras.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"pip install -r requirements-api\.txt"):
        make_routes(environment={"HEART_API": "1"})


def test_only_an_api_that_is_on_needs_fastapi(monkeypatch):
    def refuse(module):
        raise AssertionError(module)

    monkeypatch.setattr(routes, "require", refuse)
    assert make_routes(environment={"HEART_API": "0"})
