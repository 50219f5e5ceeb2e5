"""Who may ask the API, and what is told of what went wrong."""

import logging

import pytest
from starlette.requests import ClientDisconnect

from heart.api.door import ROUTES, Door
from heart.api.problems import RefusedError
from heart.environment import ApiSettings, digest_token
from tests.support.asking import HERE, ask
from tests.support.coroutines import complete

TOKEN = "t" * 32
ELSEWHERE = ("192.0.2.7", 50000)


async def say_yes(_, __, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"yes"})


def door(app=say_yes, *, token=None, rate=100, clock=lambda: 0.0):
    digest = None if token is None else digest_token(token)
    return Door(app, ApiSettings(digest, rate, 100, 10), clock=clock)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1", "[::1]:8501"])
def test_without_a_token_this_machine_is_answered(address, host):
    assert ask(door(), "/x", client=(address, 1), host=host).status == 200


@pytest.mark.parametrize(
    "strange",
    [
        {"client": ELSEWHERE},
        {"client": ("2001:db8::1", 1)},
        {"client": ("::ffff:192.0.2.7", 1)},
        {"client": None},
        {"client": ("", 0)},
        {"host": "heart.example"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "evil@heart.example"},
        {"host": "[::1"},
        {"host": ""},
        {"X_Forwarded_For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X_Real_IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
    ],
    ids=str,
)
def test_without_a_token_nobody_else_is(strange):
    reply = ask(door(), "/x", **strange)
    assert reply.status == 403
    assert "HEART_API_TOKEN" in reply.error["action"]


def test_without_a_token_two_names_are_none():
    told = []

    async def send(message):
        told.append(message)

    names = [(b"host", b"localhost"), (b"host", b"heart.example")]
    scope = {"type": "http", "client": HERE, "headers": names}
    complete(door()(scope, None, send))
    assert told[0]["status"] == 403


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
@pytest.mark.parametrize("client", [HERE, ELSEWHERE, None])
def test_with_the_token_everybody_is(client, scheme):
    guarded = door(token=TOKEN)
    said = f"{scheme} {TOKEN}"
    assert ask(guarded, "/x", client=client, host="heart.example", Authorization=said).status == 200


@pytest.mark.parametrize(
    "said",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {TOKEN[1:]}",
        f"Bearer {TOKEN}t",
        f"Bearer {TOKEN.upper()}",
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer {digest_token(TOKEN).hex()}",
        "Bearer é",
    ],
)
def test_with_another_or_none_nobody_is_not_even_this_machine(said):
    headers = {} if said is None else {"Authorization": said}
    reply = ask(door(token=TOKEN), "/x", **headers)
    assert (reply.status, reply.headers["www-authenticate"]) == (401, 'Bearer realm="heart"')
    assert TOKEN not in reply.content.decode()


def test_wrong_tokens_count_against_the_rate():
    guarded = door(token=TOKEN, rate=2)
    statuses = [ask(guarded, "/x", Authorization="Bearer x").status for _ in range(3)]
    assert statuses == [401, 401, 429]


def test_limit_of_the_rate_is_exact_and_told_with_how_long_to_wait():
    now = [0.0]
    limited = door(rate=2, clock=lambda: now[0])
    assert [ask(limited, "/x").status for _ in range(2)] == [200, 200]
    reply = ask(limited, "/x")
    assert (reply.status, reply.headers["retry-after"]) == (429, "30")
    now[0] = 30
    assert [ask(limited, "/x").status for _ in range(2)] == [200, 429]


def test_no_answer_is_stored_by_anybody_on_the_way():
    for reply in (ask(door(), "/x"), ask(door(), "/x", client=ELSEWHERE)):
        assert reply.headers["cache-control"] == "no-store"


def test_no_other_site_may_read_an_answer():
    reply = ask(door(), "/x", Origin="https://evil.example")
    assert not [name for name in reply.headers if name.startswith("access-control")]


def test_fault_is_told_without_its_words_and_logged_without_them(caplog):
    async def fail(*_):
        raise KeyError("a patient of 61 with 233 mg/dl")

    with caplog.at_level(logging.DEBUG):
        reply = ask(door(fail), "/x")
    assert (reply.status, reply.error["found"]) == (500, "a mistake in this program")
    assert "KeyError in test_door.py:" in caplog.text
    assert "233" not in caplog.text + reply.content.decode()
    assert "Traceback" not in caplog.text


def test_fault_after_the_beginning_of_an_answer_ends_it(caplog):
    async def fail(_, __, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise KeyError("233")

    assert ask(door(fail), "/x") == (200, {"cache-control": "no-store"}, b"")
    assert "233" not in caplog.text


def test_client_that_goes_away_is_no_fault(caplog):
    async def leave(*_):
        raise ClientDisconnect

    async def send(_):
        raise AssertionError

    scope = {"type": "http", "client": HERE, "headers": [(b"host", b"localhost")]}
    complete(door(leave)(scope, None, send))
    assert caplog.text == ""


def test_refusal_from_inside_is_told_as_it_is():
    async def refuse(*_):
        raise RefusedError(413, "less", "/srv/x/a.joblib", "Send less.", headers={"A": "b"})

    reply = ask(door(refuse), "/x")
    assert (reply.status, reply.headers["a"]) == (413, "b")
    assert reply.error == {"expected": "less", "found": "a.joblib", "action": "Send less."}


def test_connection_of_a_browser_is_closed():
    told = []

    async def send(message):
        told.append(message)

    complete(door()({"type": "websocket", "headers": []}, None, send))
    assert told == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize(
    ("path", "method", "noted"),
    [
        ("/api/v1/predict?age=61", "POST", ("POST", "predict", 200)),
        ("/api/v1/model", "GET", ("GET", "model", 200)),
        ("/api/v1/predict/61", "AGE61", ("other", "other", 200)),
        ("/api/v1/", "GET", ("GET", "other", 200)),
    ],
)
def test_log_has_a_request_by_names_of_its_own(caplog, path, method, noted):
    caplog.set_level(logging.INFO, "heart.events")
    ask(door(), path, method=method, X_Age="61")
    (facts,) = (record.facts for record in caplog.records)
    assert (facts["method"], facts["route"], facts["status"]) == noted
    assert set(facts) == {"event", "method", "route", "status", "ms"}


def test_log_has_what_was_refused_and_what_failed(caplog):
    caplog.set_level(logging.INFO, "heart.events")

    async def fail(*_):
        raise ValueError("cholesterol 417")

    ask(door(token=TOKEN), "/api/v1/model")
    ask(door(fail), "/api/v1/model")
    noted = [record.facts["status"] for record in caplog.records if hasattr(record, "facts")]
    assert noted == [401, 500]
    assert "417" not in caplog.text


def test_log_knows_every_route():
    from heart.api.app import make_api  # noqa: PLC0415  FastAPI may be absent

    routes = {route.path[1:] for route in make_api(ApiSettings(None, 1, 1, 1), "/api/v1").routes}
    assert routes == set(ROUTES)
