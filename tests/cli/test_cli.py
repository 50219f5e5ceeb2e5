"""What holds for every command: help, errors, words that are not understood."""

import json
import subprocess
import sys

import click
import pytest

from heart import __version__
from heart.cli import COMMANDS, heart
from heart.commands.inputs import Number
from heart.lessons import LESSONS
from tests.support.running import OLD, ROOT, SMALL, answer, run


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["predict", "--chol", "5000"], "50 to 1000 mg/dl"),
        (["predict", "--cp", "0"], "1 (typical angina)"),
        (["predict", "nowhere.joblib", "--age", "60"], "No such file"),
        (["cohort", "nowhere.csv"], "No such file"),
        (["cohort", str(ROOT / "README.md")], "the columns age, sex"),
        (["show", str(ROOT / "README.md")], "an uncompressed joblib file"),
        (["threshold", "--value", "1.5"], "a threshold from 0 to 1"),
        (["threshold", "--cost-ratio", "0"], "a cost ratio from 0.1 to 100"),
        (["threshold", "--rule", "best"], "a rule among bayes, cheapest"),
        (["threshold", "--rule", "sensitivity"], "a wanted sensitivity above 0"),
        (["threshold", "--rule-out", "1.5"], "a wanted sensitivity above 0"),
        (["threshold", "--prevalence", "0"], "a share of ill patients"),
        (["threshold", "--table", "nowhere/t.csv"], "to write nowhere/t.csv"),
        (["recalibrate", "--method", "magic"], "a method among none"),
        (["recalibrate", "--method", "isotonic"], "at least 1,000 patients"),
        (["train", "--out", "x.joblib", "--hidden", "wide"], "widths of hidden layers"),
        (["train", "--out", "x.joblib", "--lr", "9"], "lr to be a number from 1e-05 to 0.5"),
        (["train", "--out", "x.txt", *SMALL], "ends in .joblib"),
    ],
)
def test_mistakes_are_told_on_standard_error_with_status_2(words, message):
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert message in err


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["card", "--out", "x.pdf"], "ends in .md or .html"),
        (["card", "--out", "absent/x.md"], "No such file"),
        (["card", "nowhere"], "Here are: cleveland, first, second"),
        (["export", "--out", "absent/x.onnx"], "No such file"),
        (["export", "nowhere.joblib", "--out", "x.onnx"], "No such file"),
        (["models", "compare", "first", "nowhere"], "Here are: cleveland, first, second"),
        (["models", "save", "absent.joblib", "x"], "No such file"),
        (["models", "save", OLD, "first"], "a name that is not taken"),
    ],
)
def test_mistake_with_a_bundle_is_told_with_status_2(tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    "command",
    [name for name in COMMANDS if name != "app"],  # which answers nothing
)
def test_help_explains_every_command(command):
    status, out, err = run(command, "--help")
    assert (status, err) == (0, "")
    assert "--json" in out


HEAVY = "('torch', 'pandas', 'numpy', 'sklearn', 'rich')"


def test_help_waits_for_nothing_heavy():
    script = f"""
import sys
from heart.cli import main
for words in {[["--help"], *([name, "--help"] for name in COMMANDS)]}:
    assert main(words) == 0
    heavy = [name for name in {HEAVY} if name in sys.modules]
    if heavy:
        sys.exit(f"{{words}} imports {{heavy}}")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["predct"], "predict"),
        (["models", "renam", "a", "b"], "rename"),
        (["train", "--membres", "3"], "--members"),
        (["predict", "--cholesterol", "300"], "--chol"),
        (["train", "--out", "x.joblib", "--recipe", "defalt"], "default"),
        (["learn", "neurons"], "neuron"),
        (["predict", "--cp", "asymptomatc"], "asymptomatic"),
        (["cohort", "clevland"], "cleveland"),
        (["evaluate", "--models", "gradient bosting"], "gradient boosting"),
        (["threshold", "--rule", "senstivity"], "sensitivity"),
        (["recalibrate", "--method", "isotonc"], "isotonic"),
        (["show", "clevelnd"], "cleveland"),
        (["models", "use", "clevelnd"], "cleveland"),
    ],
)
def test_mistyped_word_is_told_what_may_have_been_meant(words, meant):
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert err.endswith(f"Did you mean {meant}?\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["train"], "Expected --out, but found nothing."),
        (["score", "--out", "x.csv"], "Expected FILE, but found nothing."),
        (["score", "a", "b", "c", "--out", "x.csv"], "after those of `heart score`, but found b."),
        (["show", "a", "b"], "Expected no more words after those of `heart show`, but found b."),
        (["train", "--out"], "Expected a value after --out, but found nothing."),
        (["--json"], "Expected one of app, cohort,"),
        (["show", "--json=yes"], "Expected nothing after --json, but found a value."),
        (["show", "--zzz"], "Expected an option of `heart show`, but found --zzz."),
        (
            ["evaluate", "--folds", "many"],
            "Expected --folds to be a whole number, but found 'many'",
        ),
        (["threshold", "--value", "x"], "Expected --value to be a number, but found 'x'"),
        (["export", "--format", "zip"], "Expected --format to be one of onnx, safetensors, html"),
    ],
)
def test_words_that_do_not_fit_are_told_as_every_other_mistake(words, message):
    status, out, err = run(*words)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("heart: Expected ")
    assert message in err


def test_nothing_at_all_is_answered_with_the_help_and_status_2():
    assert run() == (2, "", run("--help")[1])


def test_program_is_called_as_the_user_called_it():
    for program in ("heart", "python -m heart"):
        assert run("show", "nowhere", program=program)[2].startswith(f"{program}: Expected ")
        assert f"`{program} show --help`" in run("show", "--zzz", program=program)[2]
        assert run("--help", program=program)[1].startswith(f"Usage: {program} ")


def test_version_is_that_of_the_package():
    assert run("--version") == (0, f"heart {__version__}\n", "")


@pytest.mark.parametrize(
    "words", [["--json", "learn"], ["learn", "--json"], ["learn", "--js"]], ids=" ".join
)
def test_json_may_stand_before_or_after_the_command(words):
    assert json.loads(run(*words)[1])["lessons"] == list(LESSONS)


def test_options_may_be_shortened_while_it_is_clear_which_is_meant():
    assert answer("learn", "loss", "--rand", "3") == answer("learn", "loss", "--random-state=3")
    assert run("threshold", "--rule-", "0.9")[0] == 2


def commands():
    context = click.Context(heart)
    for name in COMMANDS:
        command = heart.get_command(context, name)
        yield name, command
        yield from getattr(command, "commands", {}).items()


def test_every_numeric_option_shows_what_it_is_without_it():
    without = {"--value", "--at-least", "--port", "--prevalence"}  # not used, or the next free one
    for name, command in commands():
        context = click.Context(command, show_default=True)
        for option in command.params:
            numeric = isinstance(option.type, Number | click.IntRange)
            if isinstance(option, click.Option) and numeric and option.opts[0] not in without:
                assert "[default: " in option.get_help_record(context)[1], (name, option.opts)


WITH_BUNDLE = (
    *(
        "threshold",
        "recalibrate",
        "uses",
        "score",
        "predict",
        "explain",
        "report",
        "show",
        "card",
        "export",
    ),
)


def test_bundle_stands_first_and_may_be_left_out_in_every_command():
    with_bundle = {
        name: [p for p in command.params if isinstance(p, click.Argument)]
        for name, command in commands()
        if any(p.name == "bundle" for p in command.params)
    }
    assert set(with_bundle) == set(WITH_BUNDLE)
    for arguments in with_bundle.values():
        assert arguments[0].name == "bundle"
        assert not arguments[0].required
