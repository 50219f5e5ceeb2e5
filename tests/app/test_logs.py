"""No value of a patient reaches a log."""

import logging

from heart.ui.errors import WithoutValues, keep_values_out_of_logs

STREAMLIT = logging.getLogger("streamlit.error_util")


def test_exception_is_logged_by_kind_and_place_only(caplog):
    keep_values_out_of_logs()
    STREAMLIT.addHandler(caplog.handler)
    try:
        int("cholesterol 417")
    except ValueError as error:
        STREAMLIT.error("Uncaught app execution", exc_info=error)
    finally:
        STREAMLIT.removeHandler(caplog.handler)
    assert "417" not in caplog.text
    assert "ValueError in test_logs.py:" in caplog.text


def test_filter_is_put_on_once():
    keep_values_out_of_logs()
    keep_values_out_of_logs()
    assert sum(isinstance(present, WithoutValues) for present in STREAMLIT.filters) == 1
