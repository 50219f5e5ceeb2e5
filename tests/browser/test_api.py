"""One server, pages and API: what docs/OPERATIONS.md shows, runs."""

import json
import re
import shlex
import subprocess
from pathlib import Path

import fastapi  # noqa: F401  without it the server that is shared has no API
import pytest

from tests.browser.test_server import ask
from tests.support.asking import TOKEN
from tests.support.running import answer

DOCUMENT = (Path(__file__).parents[2] / "docs" / "OPERATIONS.md").read_text()
EXAMPLES = [
    line
    for block in re.findall(r"```bash\n(.*?)```", DOCUMENT, re.DOTALL)
    for line in block.splitlines()
]


def told(example, address):
    """What an example prints, as JSON."""
    assert example.startswith("curl -s ")
    command = example.replace("http://127.0.0.1:8501", address)
    words = shlex.split(command.replace("$HEART_API_TOKEN", TOKEN))
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def answers(address):
    return {example: told(example, address) for example in EXAMPLES}


def by_path(answers, path):
    return [said for example, said in answers.items() if path in example]


def test_examples_are_answered(answers):
    assert len(answers) == 8
    assert not [said for said in answers.values() if "error" in said]


def test_page_and_api_give_the_command_lines_answers(answers, address):
    one, many, elsewhere = by_path(answers, "predict")
    words = ["--age", "61", "--sex", "male", "--cp", "asymptomatic", "--chol", "6.2 mmol/l"]
    assert one == answer("predict", *words)
    assert ["error" in said for said in many] == [False, True]
    assert elsewhere["elsewhere"]["prevalence"] == 0.1
    status, headers, _ = ask(address)
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_model_card_and_document_are_there(answers):
    (model,), (card,), (document,) = (
        by_path(answers, name) for name in ("model", "card", "openapi")
    )
    assert model == answer("show")
    assert card["markdown"].startswith("# Model card: `cleveland`")
    assert document["security"] == [{"token": []}]


def test_server_tells_that_it_lives_and_whether_it_is_ready(answers, address):
    assert by_path(answers, "healthz") == [{"status": "ok"}]
    (ready,) = by_path(answers, "readyz")
    assert ready["registry"] in ("readable", "unknown")
    assert ask(address, "/readyz", Host="balancer")[0] in (200, 503)


def test_without_the_token_the_api_says_nothing(address):
    for path in ("model", "card", "openapi.json", "predict", ""):
        status, headers, _ = ask(address, f"/api/v1/{path}")
        assert (status, headers["cache-control"]) == (401, "no-store")
