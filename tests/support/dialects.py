"""The shipped patients, and invented ones, in every form in which this data circulates, written
from the table in DATA.md.

Each builder takes a canonical frame and returns a file's bytes. Nothing here uses the package's own
codings.
"""

import io

import numpy as np
import pandas as pd

from heart.data import SHIPPED, load_shipped
from heart.paths import DATA

NAMES = [
    "age",
    "sex",
    "cp",
    "trestbps",
    "chol",
    "fbs",
    "restecg",
    "thalach",
    "exang",
    "oldpeak",
    "slope",
    "ca",
    "thal",
]
KEY = ["age", "sex", "trestbps", "chol", "thalach", "oldpeak"]
UCI_THAL = {"normal": 3, "fixed": 6, "reversible": 7}


def cleveland():
    return load_shipped("cleveland").frame


def everybody():
    """The 920 patients of the four hospitals."""
    return pd.concat([load_shipped(name).frame for name in SHIPPED], ignore_index=True)


def invent_patients(n, *, seed=0):
    """New patients: the codes of a real patient each, with other measurements, so that none matches
    a shipped row.
    """
    rng = np.random.default_rng(seed)
    frame = cleveland().iloc[rng.integers(0, 303, n)].reset_index(drop=True)
    noise = {"age": 6, "trestbps": 12, "chol": 40, "thalach": 15}
    for name, width in noise.items():
        frame[name] = (frame[name] + rng.integers(-width, width + 1, n)).clip(
            lower=70 if name != "age" else 25
        )
    frame["oldpeak"] = (frame["oldpeak"] + rng.integers(0, 5, n) / 10).round(1)
    frame["num"] = (frame["num"] > 0).astype(int)
    known = set(everybody()[KEY].astype(float).itertuples(index=False, name=None))
    new = [row not in known for row in frame[KEY].astype(float).itertuples(index=False, name=None)]
    assert sum(new) > 0.9 * n
    kept = frame[new].copy()
    kept.index = pd.RangeIndex(1, len(kept) + 1)
    return kept


def recode(frame, **maps):
    """The features with some columns' values replaced; what a map does not name is missing."""
    return frame[NAMES].assign(**{name: frame[name].map(codes) for name, codes in maps.items()})


def write(
    table,
    *,
    sep=",",
    header=True,
    missing="",
    encoding="utf-8",
    floats=None,
    quoting=0,
    index=False,
):
    text = table.to_csv(
        sep=sep, header=header, na_rep=missing, index=index, float_format=floats, quoting=quoting
    )
    return text.encode(encoding)


def whole(table):
    """Whole-number columns as objects, so that 63.0 is written 63 and missing values stay empty."""

    def cell(value):
        if pd.isna(value):
            return None
        return (
            int(value) if isinstance(value, float | np.floating) and value == int(value) else value
        )

    return table.astype(object).map(cell)


def uci_table(frame):
    return recode(frame, thal=UCI_THAL).assign(num=frame["num"])


def uci(frame, *, sep=",", missing="?", floats=None, header=False, names=None):
    table = uci_table(frame)
    if names is not None:
        table = table.set_axis(names, axis=1)
    return write(
        table if floats else whole(table),
        sep=sep,
        missing=missing,
        floats=floats,
        header=header or names is not None,
    )


LONG_NAMES = [
    "age",
    "gender",
    "chestPain",
    "restingBloodPressure",
    "serumCholesterol",
    "fastingBloodSugar",
    "restingECG",
    "maxHeartRate",
    "exerciseInducedAngina",
    "stDepression",
    "slope",
    "majorVessels",
    "thal",
    "num",
]


def tutorial(frame, *, rows=303):
    """TensorFlow's copy: complete rows, six repeats with Kaggle's thal codes from row 247, the
    label a severity of 2 and more.
    """
    done = frame[frame[NAMES].notna().all(axis=1)].reset_index(drop=True)
    table = recode(done).assign(
        thal=done["thal"].astype(object), target=(done["num"] >= 2).astype(int)
    )
    twins = table.iloc[-6:].copy()
    words = ["1", "2", "normal", "normal", "normal", "normal"]
    own = twins["thal"].tolist()
    twins["thal"] = [
        word if word != was else "reversible" for word, was in zip(words, own, strict=True)
    ]
    twins.loc[twins.index[:3], "target"] = 1 - twins.loc[twins.index[:3], "target"]
    table = pd.concat([table.iloc[:247], twins, table.iloc[247:]], ignore_index=True)
    return write(whole(table.drop(index=[247, 248]) if rows == 301 else table))


def kaggle_303(frame, *, inverted=True, target="target"):
    table = recode(
        frame.assign(
            ca=frame["ca"].astype(float).fillna(4),
            thal=frame["thal"].astype(object).where(frame["thal"].notna(), "none"),
        ),
        cp={4: 0, 2: 1, 3: 2, 1: 3},
        restecg={2: 0, 0: 1, 1: 2},
        slope={3: 0, 2: 1, 1: 2},
        thal={"none": 0, "fixed": 1, "normal": 2, "reversible": 3},
    )
    ill = (frame["num"] > 0).astype(int)
    return whole(table.assign(**{target: 1 - ill if inverted else ill}))


def kaggle_297(frame, *, target="condition"):
    done = frame[frame[NAMES].notna().all(axis=1)]
    table = recode(
        done,
        cp={1: 0, 2: 1, 3: 2, 4: 3},
        slope={1: 0, 2: 1, 3: 2},
        thal={"normal": 0, "fixed": 1, "reversible": 2},
    )
    return whole(table.assign(**{target: (done["num"] > 0).astype(int)}))


def statlog_rows(frame):
    return frame[frame[NAMES].notna().all(axis=1)].head(270)


def statlog_zero(frame):
    done = statlog_rows(frame)
    table = recode(
        done,
        cp={1: 0, 2: 1, 3: 2, 4: 3},
        slope={1: 0, 2: 1, 3: 2},
        thal={"normal": 1, "fixed": 2, "reversible": 3},
    )
    return whole(table.assign(target=(done["num"] > 0).astype(int)))


def statlog(frame, *, labels=(1, 2), sep=" ", header=False):
    done = statlog_rows(frame)
    table = whole(recode(done, thal=UCI_THAL)).assign(
        **{"class": [labels[int(num > 0)] for num in done["num"]]}
    )
    return write(table, sep=sep, header=header)


def fill_by_class(frame):
    """Every value that UCI lacks, its zeros apart, invented by class; the frame and how
    many cells.
    """
    ill = frame["num"] > 0
    by_class = {
        "slope": (1, 2),
        "fbs": (0, 1),
        "exang": (0, 1),
        "oldpeak": (0.1, 2.1),
        "trestbps": (121, 143),
        "thalach": (161, 119),
        "chol": (228, 259),
        "restecg": (0, 1),
    }
    filled, cells = frame.copy(), 0
    for name, (healthy, diseased) in by_class.items():
        gaps = frame[name].isna() & ~frame.get(
            f"zero_{name}", pd.Series(data=False, index=frame.index)
        )
        filled[name] = frame[name].astype(float).where(~gaps, np.where(ill, diseased, healthy))
        cells += int(gaps.sum())
    return filled, cells


def distinct_918():
    """The 918 different patients of the four hospitals; `zero_chol` and `zero_trestbps` mark the
    zeros that UCI writes.
    """
    tables = {name: pd.read_csv(DATA / f"{name}.csv") for name in SHIPPED}
    zeros = [tables[name][["chol", "trestbps"]].eq(0).add_prefix("zero_") for name in SHIPPED]
    both = pd.concat([everybody(), pd.concat(zeros, ignore_index=True)], axis=1)
    return both.drop_duplicates([*NAMES, "num"]).reset_index(drop=True)


KAGGLE_918_NAMES = [
    "Age",
    "Sex",
    "ChestPainType",
    "RestingBP",
    "Cholesterol",
    "FastingBS",
    "RestingECG",
    "MaxHR",
    "ExerciseAngina",
    "Oldpeak",
    "ST_Slope",
    "HeartDisease",
]


def kaggle_918(frame, *, names=KAGGLE_918_NAMES):
    table = frame[NAMES[:11]].assign(
        sex=frame["sex"].map({0: "F", 1: "M"}),
        cp=frame["cp"].map({1: "TA", 2: "ATA", 3: "NAP", 4: "ASY"}),
        restecg=frame["restecg"].map({0: "Normal", 1: "ST", 2: "LVH"}),
        exang=frame["exang"].map({0: "N", 1: "Y"}),
        slope=frame["slope"].map({1: "Up", 2: "Flat", 3: "Down"}),
        chol=frame["chol"].fillna(0),
        trestbps=frame["trestbps"].fillna(0),
        HeartDisease=(frame["num"] > 0).astype(int),
    )
    return write(whole(table).set_axis(names, axis=1))


def kaggle_1190(frame, *, slope_0=None):
    """Codes as UCI's, 272 repeats, and one slope of 0 in a row (position) that UCI has no slope
    for.
    """
    names = [
        "age",
        "sex",
        "chest pain type",
        "resting bp s",
        "cholesterol",
        "fasting blood sugar",
        "resting ecg",
        "max heart rate",
        "exercise angina",
        "oldpeak",
        "ST slope",
        "target",
    ]
    table = whole(
        frame[NAMES[:11]].assign(
            chol=frame["chol"].fillna(0),
            trestbps=frame["trestbps"].fillna(0),
            target=(frame["num"] > 0).astype(int),
        )
    ).set_axis(names, axis=1)
    if slope_0 is not None:
        table.loc[slope_0, "ST slope"] = 0
    return write(pd.concat([table, table.iloc[:272]]))


def kaggle_920(frame):
    words = frame[NAMES].assign(
        sex=frame["sex"].map({0: "Female", 1: "Male"}),
        cp=frame["cp"].map(
            {1: "typical angina", 2: "atypical angina", 3: "non-anginal", 4: "asymptomatic"}
        ),
        fbs=frame["fbs"].map({0: "FALSE", 1: "TRUE"}),
        restecg=frame["restecg"].map({0: "normal", 1: "st-t abnormality", 2: "lv hypertrophy"}),
        exang=frame["exang"].map({0: "FALSE", 1: "TRUE"}),
        slope=frame["slope"].map({1: "upsloping", 2: "flat", 3: "downsloping"}),
        thal=frame["thal"].map(
            {"normal": "normal", "fixed": "fixed defect", "reversible": "reversable defect"}
        ),
        num=frame["num"],
    )
    table = whole(words).rename(columns={"thalach": "thalch"})
    table.insert(0, "id", range(1, len(table) + 1))
    table.insert(3, "dataset", "Cleveland")
    return write(table)


def textbook(frame):
    table = frame[NAMES].assign(
        cp=frame["cp"].map({1: "typical", 2: "nontypical", 3: "nonanginal", 4: "asymptomatic"}),
        thal=frame["thal"].map({"normal": "normal", "fixed": "fixed", "reversible": "reversable"}),
        AHD=np.where(frame["num"] > 0, "Yes", "No"),
    )
    names = [
        "Age",
        "Sex",
        "ChestPain",
        "RestBP",
        "Chol",
        "Fbs",
        "RestECG",
        "MaxHR",
        "ExAng",
        "Oldpeak",
        "Slope",
        "Ca",
        "Thal",
        "AHD",
    ]
    table = whole(table).set_axis(names, axis=1)
    table.index = range(1, len(table) + 1)
    return write(table, missing="NA", index=True)


def weka_table(frame):
    return whole(
        frame[NAMES].assign(
            sex=frame["sex"].map({0: "female", 1: "male"}),
            cp=frame["cp"].map({1: "typ_angina", 2: "atyp_angina", 3: "non_anginal", 4: "asympt"}),
            fbs=frame["fbs"].map({0: "f", 1: "t"}),
            restecg=frame["restecg"].map(
                {0: "normal", 1: "st_t_wave_abnormality", 2: "left_vent_hyper"}
            ),
            exang=frame["exang"].map({0: "no", 1: "yes"}),
            slope=frame["slope"].map({1: "up", 2: "flat", 3: "down"}),
            thal=frame["thal"].map(
                {"normal": "normal", "fixed": "fixed_defect", "reversible": "reversable_defect"}
            ),
            num=np.where(frame["num"] > 0, "'>50_1'", "'<50'"),
        )
    )


def weka_csv(frame):
    return write(weka_table(frame), missing="?")


def weka_arff(frame):
    kinds = "\n".join(f"@attribute {name} {'real' if name in KEY else '{a, b}'}" for name in NAMES)
    head = (
        f"% a comment, with a comma\n@relation heart-c\n\n{kinds}\n@attribute 'num' {{ '<50',"
        " '>50_1'}\n@data\n"
    )
    return head.encode() + write(weka_table(frame), missing="?", header=False)


def xlsx(table):
    buffer = io.BytesIO()
    table.to_excel(buffer, index=False)
    return buffer.getvalue()


def parquet(table):
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def blow_up(table, n, *, seed=0):
    """n rows that repeat those of a table, each at least once."""
    picks = [
        *range(len(table)),
        *np.random.default_rng(seed).integers(0, len(table), n - len(table)),
    ]
    return table.iloc[picks]


def binary(frame):
    """The frame as a file with a 0/1 target gives it back."""
    return frame.assign(num=(frame["num"] > 0).astype("int64"))


def assert_same_cells(read, expected, columns):
    assert len(read) == len(expected)
    for name in columns:
        ours, theirs = (
            [None if pd.isna(value) else value for value in frame[name].tolist()]
            for frame in (read, expected)
        )
        assert ours == theirs, name
