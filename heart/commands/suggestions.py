"""What a user may have meant, and click's own complaints in the words of ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

import click

from heart.errors import HeartError, SettingsError

CLOSE = 0.9
"""How like a choice must be, as a share of the one that is most like."""


def suggest(word: str, choices: Iterable[str]) -> str:
    """A question that names the choices that are most like the word; empty if none is."""
    from difflib import SequenceMatcher, get_close_matches

    like = get_close_matches(word, list(choices))  # the most like comes first
    ratios = [SequenceMatcher(None, choice, word).ratio() for choice in like]
    like = [choice for choice, ratio in zip(like, ratios, strict=True) if ratio > CLOSE * ratios[0]]
    return f"Did you mean {' or '.join(like)}?" if like else ""


@contextmanager
def suggesting(word: str, choices: Iterable[str]) -> Iterator[None]:
    """Errors from inside get a note that says what may have been meant, where the word is none of
    the choices.
    """
    try:
        yield
    except HeartError as error:
        known = list(choices)
        if word not in known and (question := suggest(word, known)):
            error.add_note(question)
        raise


def explain_usage(error: click.UsageError) -> HeartError:
    """What was expected, what was found and what to do, for what click does not understand."""
    ctx = error.ctx or click.Context(click.Command("heart"))
    commands = _commands_of(ctx)
    action = ""
    expected, found = "words that can be understood", repr(error.format_message())
    match error:
        case click.NoSuchOption(option_name=name):
            known = [name for param in ctx.command.get_params(ctx) for name in param.opts]
            expected, found, action = (
                f"an option of `{ctx.command_path}`",
                name,
                suggest(name, known),
            )
        case click.exceptions.NoSuchCommand(command_name=name):
            expected, found = f"one of {', '.join(commands)}", repr(name)
            action = suggest(name, commands)
        case click.MissingParameter(param=click.Parameter() as param):
            expected, found = name_of(param), "nothing"
        case click.BadOptionUsage(option_name=name):
            flags = [param for param in ctx.command.params if getattr(param, "is_flag", False)]
            if any(name in (*flag.opts, *flag.secondary_opts) for flag in flags):
                expected, found = f"nothing after {name}", "a value"
            else:
                expected, found = f"a value after {name}", "nothing"
        case _ if commands:
            expected, found = f"one of {', '.join(commands)}", "nothing"
    return SettingsError(expected, found, action or _see(ctx))


def refuse_more(ctx: click.Context, words: Sequence[str]) -> NoReturn:
    """For words that stand after the last that a command knows what to do with.

    Raises:
        SettingsError: always.
    """
    expected = f"no more words after those of `{ctx.command_path}`"
    raise SettingsError(expected, " ".join(words)[:80], _see(ctx))


def _see(ctx: click.Context) -> str:
    return f"`{ctx.command_path} --help` says what there is."


def _commands_of(ctx: click.Context) -> list[str]:
    return ctx.command.list_commands(ctx) if isinstance(ctx.command, click.Group) else []


def name_of(param: click.Parameter) -> str:
    """What a user calls an argument or option: COHORT, or --rule."""
    return param.opts[0] if isinstance(param, click.Option) else str(param.name).upper()
