"""The API gives what the command line prints, and refuses what it refuses."""

import asyncio
import io
import json
import logging
import re
import shutil
import sys
from pathlib import Path

import jsonschema
import pandas as pd
import pytest
from fastapi.openapi.models import OpenAPI
from starlette.requests import Request

from heart.api import answers
from heart.api.app import make_api
from heart.api.body import check_parameters, read_body
from heart.api.desk import Desk
from heart.api.door import Door
from heart.api.problems import RefusedError
from heart.bundle import load_bundle
from heart.bundle.storage import fingerprint_of
from heart.commands.output import write_json
from heart.data import load_shipped
from heart.environment import ApiSettings
from heart.paths import SHIPPED_BUNDLE
from heart.schema import EXAMPLE_PATIENT
from tests.support.asking import ask
from tests.support.coroutines import complete
from tests.support.running import OLD, run

OPERATIONS = Path(__file__).parents[3] / "docs" / "OPERATIONS.md"
MAX_BYTES, MAX_PATIENTS = 20_000, 40
SETTINGS = ApiSettings(None, 10_000, MAX_BYTES, MAX_PATIENTS)


@pytest.fixture(autouse=True)
def everything_is_imported(monkeypatch):
    monkeypatch.setattr(answers, "load_heavy", lambda: None)
    monkeypatch.setattr(answers, "load_all", lambda: None)


@pytest.fixture(scope="module")
def api():
    return Door(make_api(SETTINGS, "/api/v1"), SETTINGS)


@pytest.fixture(scope="module")
def document(api):
    return ask(api, "/openapi.json").json


def post(api, said, query="", **others):
    content = said if isinstance(said, bytes) else json.dumps(said).encode()
    headers = {"Content_Type": "application/json", **others}
    return ask(api, f"/predict{query}", method="POST", body=content, **headers)


def printed(*words):
    """What a command prints for programs."""
    status, out, err = run(*words, "--json")
    assert (status, err) == (0, "")
    return out


def real_patients(name, n):
    frame = load_shipped(name).features.head(n).astype(object)
    return [
        {key: value for key, value in row.items() if not pd.isna(value)}
        for row in frame.to_dict("records")
    ]


def options(patient):
    return [word for name, value in patient.items() for word in (f"--{name}", str(value))]


def check_schema(document, name, value):
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(value)


@pytest.mark.parametrize("patient", [*real_patients("hungary", 4), dict(EXAMPLE_PATIENT)])
def test_one_patient_gets_the_command_lines_answer_to_the_letter(api, document, patient):
    reply = post(api, patient)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert reply.content.decode() == printed("predict", *options(patient))
    check_schema(document, "Patient", patient)
    check_schema(document, "Answer", reply.json)


def test_many_patients_get_what_their_lines_get(api, document, monkeypatch):
    patients = [*real_patients("switzerland", MAX_PATIENTS - 2), {"age": 5}, ["61"]]
    lines = "".join(json.dumps(patient) + "\n" for patient in patients)
    status, told = pipe(lines, monkeypatch)
    reply = post(api, patients)
    assert (reply.status, status) == (200, 1)
    assert reply.json[:-1] == told[:-1]
    assert reply.json[-1]["error"]["found"] == told[-1]["error"]["found"] == "a list"
    for answer in reply.json:
        name = "NumberedProblem" if "error" in answer else "NumberedAnswer"
        check_schema(document, name, answer)


def pipe(lines, monkeypatch):
    """Exit status and answers of `predict` for lines on standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))
    status, out, _ = run("predict")
    return status, [json.loads(line) for line in out.splitlines()]


def test_elsewhere_is_answered_as_on_the_command_line(api, document):
    reply = post(api, dict(EXAMPLE_PATIENT), "?prevalence=0.1")
    words = options(EXAMPLE_PATIENT)
    assert reply.content.decode() == printed("predict", *words, "--prevalence", "0.1")
    check_schema(document, "Answer", reply.json)
    assert "elsewhere" in post(api, [dict(EXAMPLE_PATIENT)], "?prevalence=0.1").json[0]


def test_words_and_the_other_unit_are_taken_as_on_the_command_line(api):
    patient = {"age": "61", "sex": "male", "cp": "asymptomatic", "chol": "6.2 mmol/l"}
    assert post(api, patient).content.decode() == printed("predict", *options(patient))
    assert post(api, {**patient, "ca": None}).json == post(api, patient).json


def test_model_is_what_show_prints(api, document):
    reply = ask(api, "/model")
    assert reply.content.decode() == printed("show")
    check_schema(document, "Model", reply.json)


@pytest.fixture
def short_card(monkeypatch):
    """A card that is not drawn: tests/docs/test_operations.py asks a server for a real one."""
    made = []

    def describe(bundle):
        made.append(bundle)
        return {"name": bundle.name, "markdown": "# Model card"}

    monkeypatch.setattr(answers, "describe_card", describe)
    answers._card.cache_clear()
    yield made
    answers._card.cache_clear()


def test_card_is_made_once_a_model_by_the_commands_function(api, document, short_card):
    for _ in range(2):
        reply = ask(api, "/card")
        card = {"name": "cleveland", "markdown": "# Model card"}
        assert reply.content.decode() == write_json(card) + "\n"
        check_schema(document, "Card", reply.json)
    assert len(short_card) == 1


@pytest.mark.usefixtures("short_card")
def test_every_answer_names_the_model_that_gave_it(api):
    expected = fingerprint_of(load_bundle(SHIPPED_BUNDLE))
    replies = [post(api, {"age": 61}), post(api, []), ask(api, "/model"), ask(api, "/card")]
    assert {reply.headers["heart-model-fingerprint"] for reply in replies} == {expected}
    assert replies[1].json == []


def test_active_model_is_the_one_that_answers_also_after_a_change(api, tmp_path, monkeypatch):
    monkeypatch.setenv("HEART_MODELS", str(tmp_path))
    shutil.copy(OLD, tmp_path / "older.joblib")
    before = post(api, dict(EXAMPLE_PATIENT))
    (tmp_path / "active.txt").write_text("older\n")
    after = post(api, dict(EXAMPLE_PATIENT))
    assert after.json["probability"] != before.json["probability"]
    assert after.content.decode() == printed("predict", *options(EXAMPLE_PATIENT))
    assert ask(api, "/model").json["name"] == "older"


def test_broken_active_model_is_told_and_no_other_answers_for_it(api, tmp_path, monkeypatch):
    monkeypatch.setenv("HEART_MODELS", str(tmp_path))
    (tmp_path / "mine.joblib").write_bytes(b"nothing")
    (tmp_path / "active.txt").write_text("mine\n")
    for reply in (post(api, {"age": 61}), ask(api, "/model"), ask(api, "/card")):
        assert reply.status == 503
        assert "heart models use cleveland" in reply.error["action"]
        assert str(tmp_path) not in reply.content.decode()


IMPOSSIBLE = {
    "an impossible value": ({"age": 5}, "5"),
    "an unknown name": ({"age": 61, "weight": 70}, "'weight'"),
    "another table's name": ({"num": 1}, "'num'"),
    "nobody": ({}, "an empty patient"),
    "only nulls": ({"age": None}, "an empty patient"),
    "a list as a value": ({"age": [61]}, "[61]"),
    "an object as a value": ({"age": {"a": 1}}, "{'a': 1}"),
    "true": ({"age": True}, "True"),
    "infinity": (b'{"age": Infinity}', "inf"),
    "a text": ("61", "a str"),
    "a number": (61, "a int"),
    "null": (None, "a NoneType"),
    "no JSON": (b"age=61", "something else"),
    "an empty body": (b"", "an empty body"),
    "a value twice": (b'{"age": 61, "age": 62}', "'age' twice"),
    "half an object": (b'{"age": 61', "something else"),
    "no UTF-8": (b'{"sex": "m\xe4nnlich"}', "something else"),
    "a deep nest": (b"[" * MAX_BYTES, "something else"),
    "a giant number": (b'{"age": ' + b"9" * 5000 + b"}", "something else"),
}


@pytest.mark.parametrize("kind", IMPOSSIBLE)
def test_what_cannot_be_is_refused_with_what_to_do(api, document, kind):
    said, found = IMPOSSIBLE[kind]
    reply = post(api, said)
    assert reply.status == 422
    assert found in reply.error["found"]
    assert reply.error["action"]
    check_schema(document, "Problem", reply.json)


@pytest.mark.parametrize("value", ["0", "1", "-1", "2", "nan", "many", ""])
def test_share_that_cannot_be_is_refused(api, value):
    reply = post(api, dict(EXAMPLE_PATIENT), f"?prevalence={value}")
    assert (reply.status, set(reply.error)) == (422, {"expected", "found", "action"})


def test_limit_of_patients_is_exact(api):
    assert post(api, [{"age": 61}] * MAX_PATIENTS).status == 200
    reply = post(api, [{"age": 61}] * (MAX_PATIENTS + 1))
    assert (reply.status, reply.error["found"]) == (413, str(MAX_PATIENTS + 1))


@pytest.mark.parametrize("says_length", [True, False])
@pytest.mark.parametrize(("length", "status"), [(MAX_BYTES, 200), (MAX_BYTES + 1, 413)])
def test_limit_of_bytes_is_exact_whatever_the_header_says(api, says_length, length, status):
    content = json.dumps({"age": 61}).encode().ljust(length)
    pieces = [content[:7], content[7:-1], content[-1:]]
    says = {"Content_Length": str(length)} if says_length else {}
    headers = {"Content_Type": "application/json; charset=utf-8", **says}
    reply = ask(api, "/predict", method="POST", body=pieces, **headers)
    assert reply.status == status


def test_body_that_says_it_is_too_long_is_not_waited_for(api):
    def pieces():
        raise AssertionError("a piece was asked for")
        yield b""

    says = {"Content_Type": "application/json", "Content_Length": "9" * 30}
    assert ask(api, "/predict", method="POST", body=pieces(), **says).status == 413


def test_body_that_does_not_end_is_given_up():
    async def receive():
        await asyncio.Event().wait()

    scope = {"type": "http", "headers": [(b"content-type", b"application/json")]}
    with pytest.raises(RefusedError) as refused:
        complete(read_body(Request(scope, receive), 100, patience=0))
    assert refused.value.status == 408


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "json"])
def test_other_kinds_of_content_are_refused_so_no_foreign_page_can_post(api, kind):
    headers = {} if kind is None else {"Content_Type": kind}
    reply = ask(api, "/predict", method="POST", body=b'{"age": 61}', **headers)
    assert reply.status == 415


@pytest.mark.parametrize("query", ["?age=61", "?prevalence=0.1&prevalence=0.2", "?Prevalence=0.1"])
def test_patient_in_an_address_is_refused_and_not_quoted(api, query):
    reply = post(api, {"age": 61}, query)
    assert reply.status == 400
    assert "61" not in reply.content.decode()
    for path in ("/model", "/card", "/openapi.json"):
        assert ask(api, f"{path}?age=61").status == 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/predict", 405),
        ("PUT", "/predict", 405),
        ("OPTIONS", "/predict", 405),
        ("POST", "/model", 405),
        ("DELETE", "/model", 405),
        ("GET", "/", 404),
        ("GET", "/docs", 404),
        ("GET", "/redoc", 404),
        ("POST", "/predict/61", 404),
        ("POST", "/predict/", 404),
    ],
)
def test_there_is_nothing_else(api, document, method, path, status):
    reply = ask(api, path, method=method, Origin="https://evil.example")
    assert reply.status == status
    check_schema(document, "Problem", reply.json)
    assert not [name for name in reply.headers if name.startswith("access-control")]


def test_one_request_too_many_at_once_is_told_to_come_again():
    full = Door(make_api(SETTINGS, "/api/v1", desk=Desk(1, -1)), SETTINGS)
    reply = post(full, {"age": 61})
    assert (reply.status, reply.headers["retry-after"]) == (503, "1")


def test_no_value_of_a_patient_is_in_any_log(api, monkeypatch, caplog):
    def fail(*_):
        raise ValueError("61.25 is somebody's age")

    with caplog.at_level(logging.DEBUG):
        post(api, {"age": 61.25, "chol": 233.5})
        post(api, {"age": 61.25, "chol": 7e9})
        post(api, b'{"age": 61.25')
        monkeypatch.setattr("heart.scoring.patient.predict_patient", fail)
        reply = post(api, {"age": 61.25})
    assert (reply.status, reply.error["found"]) == (500, "a mistake in this program")
    assert "ValueError in test_app.py:" in caplog.text
    for value in ("61.25", "233.5", "7e9", "7000000000"):
        assert value not in caplog.text
    assert "61.25" not in reply.content.decode()


def test_document_is_openapi(document):
    model = OpenAPI.model_validate(document)
    assert model.openapi.startswith("3.1")
    assert {path: set(ways) for path, ways in document["paths"].items()} == {
        "/predict": {"post"},
        "/model": {"get"},
        "/card": {"get"},
    }
    assert document["servers"] == [{"url": "/api/v1"}]
    assert "security" not in document
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_reference_of_the_document_leads_somewhere(document):
    text = json.dumps(document)
    names = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names == set(document["components"]["schemas"])


def test_document_tells_every_status_that_is_answered(document):
    ways = [*document["paths"]["/predict"].values(), *document["paths"]["/model"].values()]
    predict, model = (set(way["responses"]) for way in ways)
    shared = {"200", "400", "401", "403", "429", "500", "503"}
    assert (predict, model) == (shared | {"408", "413", "415", "422"}, shared)


def test_engineers_table_has_every_refusal_of_the_document(document):
    rows = re.findall(r"^\| (\d{3}(?:, \d{3})*) \|", OPERATIONS.read_text(), re.MULTILINE)
    told = {status for row in rows for status in row.split(", ")}
    answered = set(document["paths"]["/predict"]["post"]["responses"]) - {"200"}
    assert told == answered | {"404", "405"}


def test_documents_example_is_answered(api, document):
    body = document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
    assert post(api, body["example"]).status == 200
    assert body["schema"]["anyOf"][1]["maxItems"] == MAX_PATIENTS


def test_document_says_that_a_token_is_wanted_where_one_is():
    settings = SETTINGS._replace(token=b"x" * 32)
    document = ask(make_api(settings, "/heart/api/v1"), "/openapi.json").json
    OpenAPI.model_validate(document)
    assert document["security"] == [{"token": []}]
    assert document["servers"] == [{"url": "/heart/api/v1"}]


def test_no_parameter_is_needed():
    check_parameters(Request({"type": "http", "query_string": b"", "headers": []}))
