"""A table that lies in three files: Parquet and CSV, the columns in two orders."""

from tests.support import dialects as d


def three_tables(n=150):
    """Invented patients in the codes of kaggle-303, each with a number of its own."""
    tables = [d.kaggle_303(d.invent_patients(n, seed=seed)).infer_objects() for seed in (1, 2, 3)]
    return [
        table.assign(case=range(1000 * i, 1000 * i + len(table))) for i, table in enumerate(tables)
    ]


def write_parts(folder, tables=None):
    """The folder, with its parts in it."""
    folder.mkdir()
    first, second, third = three_tables() if tables is None else tables
    first.to_parquet(folder / "a.parquet", index=False)
    second[second.columns[::-1]].to_parquet(folder / "b.parquet", index=False)
    third.to_csv(folder / "c.csv", index=False)
    return folder


def contents(folder):
    """Of each file its bytes."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
