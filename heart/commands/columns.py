"""`--columns`: which column of a file is which feature."""

from __future__ import annotations

import click

from heart.errors import SettingsError


def _parse_columns(
    _: click.Context, __: click.Parameter, values: tuple[str, ...]
) -> dict[str, str] | None:
    """A file's column to what it is.

    Raises:
        SettingsError: for a part that does not say both.
    """
    columns = {}
    for part in (part for value in values for part in value.split(",")):
        column, equals, name = part.rpartition("=")
        if not equals or not column.strip():
            raise SettingsError(
                "--columns to be a column's name, =, and one of the 14 names, as in rbp=trestbps",
                repr(part[:40]),
                "Write the column as in the file, or #3 for the third; - for one that is not used.",
            )
        columns[column.strip()] = name.strip()
    return columns or None


columns_option = click.option(
    "--columns",
    metavar="NAME=FEATURE,…",
    multiple=True,
    callback=_parse_columns,
    help="which column is which, where names and values do not show it, as in rbp=trestbps;"
    " #3 is the third column, - one that is not used",
)
