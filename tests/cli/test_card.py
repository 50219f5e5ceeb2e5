"""`card`: Markdown or HTML."""

import pytest

from tests.support.running import ROOT, answer, run

pytestmark = pytest.mark.usefixtures("registry")


def test_card_is_markdown_on_the_terminal_and_a_file_by_its_ending(tmp_path):
    status, markdown, _ = run("card", "second")
    assert status == 0
    assert markdown.startswith("# Model card: `second`\n")
    assert answer("card", "second") == {"name": "second", "markdown": markdown}
    answer("card", "second", "--out", tmp_path / "card.md")
    assert (tmp_path / "card.md").read_text() == markdown
    assert "Limits" in answer("card", "--out", tmp_path / "card.html")["sections"]
    assert (tmp_path / "card.html").read_text().startswith("<!DOCTYPE html>")


def test_card_of_a_model_of_ones_own_file_knows_its_patients(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_bytes((ROOT / "data" / "hungary.csv").read_bytes())
    small = ["--members", "2", "--max-epochs", "3"]
    answer("train", "--cohort", file, "--out", tmp_path / "mine.joblib", *small)
    assert "not here" in run("card", tmp_path / "mine.joblib")[1]
    assert "not here" not in run("card", tmp_path / "mine.joblib", "--cohort", file)[1]
