"""Files that the commands read."""

from tests.support import dialects as d


def few_new():
    return d.write(d.kaggle_303(d.invent_patients(60, seed=2).groupby("num").head(3)))


def with_bad_cell():
    table = d.whole(d.uci_table(d.invent_patients(100, seed=6))).astype(object)
    table.loc[7, "age"] = "fifty"
    return d.write(table)
