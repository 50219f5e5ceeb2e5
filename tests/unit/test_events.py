"""What a server tells: a few facts, each on a line of JSON, and no value of a patient."""

import json
import logging

import pytest

from heart.events import EVENTS, MOST, JsonLines, tell

NOTE = logging.getLogger("heart.events")


@pytest.fixture
def told(caplog):
    """What was told, as it is written."""
    caplog.set_level(logging.INFO, "heart.events")
    caplog.handler.setFormatter(JsonLines())
    return lambda: [json.loads(line) for line in caplog.text.splitlines()]


def test_event_is_a_line_of_its_facts(told):
    tell("request", method="GET", route="model", status=200, ms=1.5)
    (line,) = told()
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "heart.events",
        "event": "request",
        "method": "GET",
        "route": "model",
        "status": 200,
        "ms": 1.5,
    }


@pytest.mark.parametrize("event", EVENTS)
def test_event_has_its_own_facts_and_no_others(event):
    with pytest.raises(ValueError, match=event):
        tell(event, **dict.fromkeys(EVENTS[event], 1), age=61)
    if EVENTS[event]:
        with pytest.raises(ValueError, match=event):
            tell(event)


def test_nobody_hears_of_it_unless_asked(capfd, caplog):
    tell("server stop")
    assert (caplog.text, capfd.readouterr().err) == ("", "")


def test_fault_is_its_kind_and_place_and_not_its_words(told):
    try:
        int("cholesterol 417")
    except ValueError:
        NOTE.exception("cholesterol 417 %s", 417)
    (line,) = told()
    assert (line["error"], line["where"].partition(":")[0]) == ("ValueError", "test_events.py")
    assert "417" not in json.dumps(line | {"at": "", "where": ""})


def test_other_records_are_one_line_of_bounded_length(told):
    NOTE.warning('a "word"\nand %s', "x" * MOST)
    (line,) = told()
    assert line["message"].startswith('a "word"\nand x')
    assert len(line["message"]) == MOST
