"""`report`: the library's page about one patient, in a file."""

import re

from heart.bundle import load_bundle
from heart.paths import SHIPPED_BUNDLE
from heart.schema import EXAMPLE_PATIENT
from heart.scoring.patient import predict_patient
from tests.support.running import EXAMPLE, answer, run


def test_page_is_written_and_the_answer_told(tmp_path):
    out = tmp_path / "page.html"
    told = answer("report", *EXAMPLE, "--prevalence", "0.1", "--out", out)
    prediction = predict_patient(load_bundle(SHIPPED_BUNDLE), EXAMPLE_PATIENT)
    assert told["probability"] == prediction.probability
    page = out.read_text()
    assert f'<div class="number">{100 * prediction.probability:.0f}\u00a0%' in page
    assert "Where 10\u00a0% of such patients are ill" in page
    assert "patients fell into this zone" in page
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d", page)


def test_patient_that_cannot_be_writes_nothing(tmp_path):
    out = tmp_path / "page.html"
    status, said, err = run("report", "--age", "900", "--out", out)
    assert (status, said) == (2, "")
    assert "18 to 110 years" in err
    assert not out.exists()


def test_file_for_the_page_has_to_be_named():
    status, _, err = run("report", *EXAMPLE)
    assert status == 2
    assert "--out" in err
