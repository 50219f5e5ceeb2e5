"""What a file's dialect is called: the coding, told apart further by its words and its target."""

from __future__ import annotations

from heart.data.columns import Naming
from heart.data.dialects.cells import Parsed
from heart.data.dialects.reading import Reading

_WORDS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("kaggle-918", "cp", frozenset(("ta", "ata", "nap", "asy"))),
    ("weka", "cp", frozenset(("typangina", "atypangina", "asympt"))),
    ("weka", "restecg", frozenset(("leftventhyper", "sttwaveabnormality"))),
    ("textbook", "cp", frozenset(("nontypical",))),
    ("kaggle-920", "restecg", frozenset(("lvhypertrophy", "sttabnormality"))),
)
_UCI_THAL = frozenset(("3", "6", "7"))
_STATLOG_WORDS = {"presence", "absence"}
STATLOG_ROWS = 270


def name_dialect(parsed: Parsed, naming: Naming, reading: Reading) -> str:
    """The name of the circulating dialect that a file is written in; "uci" where it is none in
    particular.
    """
    rule = reading.target.name if reading.target is not None else ""
    in_words = [name for name, column, words in _WORDS if _has_word(parsed, column, words)]
    is_canonical = (
        naming.canonical
        and rule in ("", "severity", "binary")
        and not _has_word(parsed, "thal", _UCI_THAL)
    )
    is_statlog = (
        rule.startswith("one-two")
        or _target_words(parsed) & _STATLOG_WORDS
        or len(parsed.rows) == STATLOG_ROWS
    )
    signs = [
        (reading.coding.name, reading.coding.name != "uci"),
        ("canonical", is_canonical),
        ("tutorial", rule == "severe"),
        *((name, True) for name in in_words),
        ("statlog", is_statlog),
        ("kaggle-1190", "ca" not in naming.columns and "thal" not in naming.columns),
    ]
    return next((name for name, fits in signs if fits), "uci")


def _has_word(parsed: Parsed, column: str, words: frozenset[str]) -> bool:
    return column in parsed.categories and not words.isdisjoint(parsed.categories[column].tokens)


def _target_words(parsed: Parsed) -> set[str | None]:
    return set() if parsed.target is None else set(parsed.target.tokens)
