"""Whether the server lives and is ready."""

import pytest
from starlette.routing import Router

from heart.api import health
from heart.api.desk import Desk
from heart.api.routes import make_routes
from tests.support.asking import ask


@pytest.fixture
def app(monkeypatch):
    monkeypatch.setattr(health, "is_warm", lambda: True)
    return Router(make_routes(environment={}))


def test_server_lives_whatever_else_is_missing(app, monkeypatch):
    monkeypatch.setattr(health, "is_warm", lambda: False)
    monkeypatch.setenv("HEART_MODELS", "/nowhere")
    reply = ask(app, "/healthz", client=("192.0.2.7", 1), host="balancer")
    assert (reply.status, reply.json) == (200, {"status": "ok"})


def test_server_is_ready_when_a_patient_can_be_answered(app):
    reply = ask(app, "/readyz", client=None)
    assert reply.status == 200
    assert reply.json == {"status": "ready", "model": "loaded", "registry": "readable"}


def test_server_that_still_imports_is_not_and_does_not_wait(app, monkeypatch):
    monkeypatch.setattr(health, "is_warm", lambda: False)
    reply = ask(app, "/readyz")
    assert (reply.status, reply.json["model"]) == (503, "loading")


def test_registry_without_a_folder_yet_is_readable(app, monkeypatch, tmp_path):
    monkeypatch.delenv("HEART_MODELS", raising=False)
    monkeypatch.setattr("heart.bundle.registry._default_folder", lambda: tmp_path / "not yet")
    assert ask(app, "/readyz").json["registry"] == "readable"


def test_named_registry_that_is_not_there_is_not(app, monkeypatch, tmp_path):
    monkeypatch.setenv("HEART_MODELS", str(tmp_path / "gone"))
    reply = ask(app, "/readyz")
    assert (reply.status, reply.json["registry"]) == (503, "unreadable")
    assert str(tmp_path) not in reply.content.decode()


def test_broken_active_model_is_named_broken(app, monkeypatch, tmp_path):
    monkeypatch.setenv("HEART_MODELS", str(tmp_path))
    (tmp_path / "mine.joblib").write_bytes(b"nothing")
    (tmp_path / "active.txt").write_text("mine\n")
    reply = ask(app, "/readyz")
    assert (reply.status, reply.json["model"], reply.json["registry"]) == (
        503,
        "broken",
        "readable",
    )


def test_so_many_ask_at_once(app, monkeypatch):
    monkeypatch.setattr(health, "_desk", Desk(1, -1))
    assert ask(app, "/readyz").status == 503
    assert ask(app, "/healthz").status == 200
