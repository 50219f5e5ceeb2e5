"""What the environment says, word by word."""

import pytest

from heart.environment import (
    API,
    API_MAX_BYTES,
    API_RATE,
    LEAST_TOKEN,
    READ_ONLY,
    VARIABLES,
    ApiSettings,
    digest_token,
    read_api,
    says_yes,
    whole_number,
)
from heart.errors import SettingsError

ON = {"HEART_API": "1"}


@pytest.mark.parametrize("word", ["1", "yes", "TRUE", " on "])
def test_yes(word):
    assert says_yes(READ_ONLY, {READ_ONLY.name: word})


@pytest.mark.parametrize("word", ["", "0", "no", "False", "off", "  "])
def test_no(word):
    assert not says_yes(API, {API.name: word})
    assert read_api({API.name: word}) is None
    assert not says_yes(API, {})


def test_neither_is_an_error_that_names_the_variable():
    with pytest.raises(SettingsError, match="HEART_API to be yes or no"):
        read_api({API.name: "perhaps"})


@pytest.mark.parametrize("text", ["1", "100000", " 60 "])
def test_numbers_up_to_their_limits(text):
    assert whole_number(API_RATE, {API_RATE.name: text}) == int(text)


@pytest.mark.parametrize(
    "text", ["0", "100001", "-1", "1.5", "1e3", "ten", "６０", "1_000", "9" * 5000]
)
def test_other_numbers_are_refused_with_the_limits(text):
    with pytest.raises(SettingsError, match="from 1 to 100,000"):
        whole_number(API_RATE, {API_RATE.name: text})


def test_nothing_stands_for_the_default():
    assert whole_number(API_MAX_BYTES, {API_MAX_BYTES.name: " "}) == 2**20


def test_api_is_open_to_this_machine_alone_unless_there_is_a_token():
    assert read_api(ON) == ApiSettings(None, 300, 2**20, 1000)
    token = "x" * LEAST_TOKEN
    assert read_api({**ON, "HEART_API_TOKEN": token}).token == digest_token(token)


@pytest.mark.parametrize(
    "token", ["x" * (LEAST_TOKEN - 1), "x" * 20 + " " + "y" * 20, "é" * 40, "x" * 40 + "\n", " "]
)
def test_weak_token_is_refused_and_not_told(token):
    with pytest.raises(SettingsError) as refused:
        read_api({**ON, "HEART_API_TOKEN": token})
    assert "secrets.token_urlsafe" in refused.value.action
    assert token.strip() not in str(refused.value) or not token.strip()


def named(path):
    return {**ON, "HEART_API_TOKEN_FILE": str(path)}


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_token_of_a_file_is_its_line(tmp_path, end):
    path, token = tmp_path / "token", "x" * LEAST_TOKEN
    path.write_bytes(f"{token}{end}".encode())
    assert read_api(named(path)).token == digest_token(token)


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"x" * (LEAST_TOKEN - 1), b"\xff" * 40, b"x\n" * 40]
)
def test_file_without_a_token_does_not_open_the_api(tmp_path, content):
    path = tmp_path / "token"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match="at least 32"):
        read_api(named(path))


def test_token_is_in_one_place(tmp_path):
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(SettingsError, match="HEART_API_TOKEN_FILE to be a file"):
            read_api(named(path))
    with pytest.raises(SettingsError, match="either HEART_API_TOKEN or"):
        read_api({**named(tmp_path), "HEART_API_TOKEN": "x" * LEAST_TOKEN})


def test_every_variable_says_what_it_is_for():
    assert all(variable.meaning for variable in VARIABLES)
    assert len({variable.name for variable in VARIABLES}) == len(VARIABLES)
