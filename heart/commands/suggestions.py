"""What a user may have meant, and click's own complaints in the words of ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click

from heart.errors import HeartError, SettingsError


def suggest(word: str, choices: Iterable[str]) -> str:
    """A question that names the choices that are most like the word; empty if none is."""
    from difflib import get_close_matches

    like = get_close_matches(word, list(choices))
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
    path = error.ctx.command_path if error.ctx else "heart"
    see = f"`{path} --help` says what there is."
    match error:
        case click.NoSuchOption():
            known = [] if error.ctx is None else _options_of(error.ctx)
            question = suggest(error.option_name, known)
            return SettingsError(f"an option of `{path}`", error.option_name, question or see)
        case click.exceptions.NoSuchCommand():
            commands = _commands_of(error.ctx)
            question = suggest(error.command_name, commands)
            expected = f"one of {', '.join(commands)}"
            return SettingsError(expected, repr(error.command_name), question or see)
        case click.MissingParameter(param=click.Parameter() as param):
            return SettingsError(name_of(param), "nothing", see)
        case click.BadOptionUsage():
            return SettingsError(f"a value after {error.option_name}", "nothing", see)
    return SettingsError("words that fit the command", error.format_message().rstrip("."), see)


def _options_of(ctx: click.Context) -> list[str]:
    return [name for param in ctx.command.get_params(ctx) for name in param.opts]


def _commands_of(ctx: click.Context | None) -> list[str]:
    group = ctx.command if ctx else None
    return group.list_commands(ctx) if ctx and isinstance(group, click.Group) else []


def name_of(param: click.Parameter) -> str:
    """What a user calls an argument or option: COHORT, or --rule."""
    return param.opts[0] if isinstance(param, click.Option) else str(param.name).upper()
