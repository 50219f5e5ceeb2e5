"""Whatever the bytes are: a cohort, patients, or a HeartError. And what does not matter, does not
matter.
"""

import functools

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heart.data import Cohort, Patients, read_cohort, read_patients
from heart.data.dialects.checks import canonical_schema
from heart.errors import HeartError
from tests.support import dialects as d

relaxed = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@functools.cache
def seeds():
    """A small valid file of every kind."""
    new = d.invent_patients(60, seed=8).groupby("num").head(12)
    known = d.cleveland().groupby("num").head(6)
    texts = [
        d.uci(known),
        d.uci(new, sep=" "),
        d.uci(new, sep=";", header=True),
        d.write(d.kaggle_303(known)),
        d.kaggle_918(new),
    ]
    texts += [
        d.kaggle_920(new),
        d.textbook(known),
        d.weka_csv(new),
        d.weka_arff(new),
        d.uci(new, header=True).decode().encode("utf-16"),
    ]
    return (*texts, d.xlsx(d.uci_table(new)), d.parquet(d.uci_table(new)))


def outcome_of(read, content):
    try:
        return type(read(content))
    except HeartError:
        return HeartError


@st.composite
def damaged_files(draw):
    """A valid file with bytes flipped, cut out, repeated, inserted, or joined to another file."""
    content = bytearray(draw(st.sampled_from(seeds())))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(content) - 1, 0)))
        end = min(len(content), at + draw(st.integers(1, 200)))
        kind = draw(st.sampled_from(["flip", "cut", "repeat", "insert", "splice"]))
        if kind == "flip" and content:
            content[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == "cut":
            del content[at:end]
        elif kind == "repeat":
            content[at:at] = content[at:end]
        elif kind == "insert":
            content[at:at] = draw(
                st.sampled_from(
                    [
                        b",",
                        b"\n",
                        b'"',
                        b"\0",
                        b"\xff",
                        b"1e999",
                        b"=1",
                        b"  ",
                        b"?",
                        "é".encode(),
                        b"\r",
                    ]
                )
            )
        else:
            content[at:] = draw(st.sampled_from(seeds()))[at:]
    return bytes(content)


@relaxed
@given(st.binary(max_size=400))
def test_random_bytes_make_a_cohort_or_a_heart_error(content):
    assert outcome_of(read_cohort, content) in (Cohort, HeartError)
    assert outcome_of(read_patients, content) in (Patients, HeartError)


@relaxed
@given(st.text(alphabet="0123456789.,;\t\n\r\"' ?-abcdeghlnoprstx", max_size=400), st.booleans())
def test_text_like_a_table_makes_a_cohort_or_a_heart_error(text, with_header):
    content = (
        f"age,sex,cp,trestbps,chol,fbs,restecg,thalach,num\n{text}" if with_header else text
    ).encode()
    assert outcome_of(read_cohort, content) in (Cohort, HeartError)
    assert outcome_of(read_patients, content) in (Patients, HeartError)


@relaxed
@given(damaged_files())
def test_damaged_files_make_a_cohort_or_a_heart_error(content):
    assert outcome_of(read_cohort, content) in (Cohort, HeartError)
    assert outcome_of(read_patients, content) in (Patients, HeartError)


@settings(deadline=None, max_examples=40)
@given(st.permutations([*d.NAMES, "num"]), st.integers(0, 10_000))
def test_order_of_columns_and_rows_does_not_matter(names, seed):
    order = np.random.default_rng(seed).permutation(303)
    shuffled = d.cleveland().iloc[order]
    cohort = read_cohort(d.write(d.whole(shuffled)[names]))
    pd.testing.assert_frame_equal(
        cohort.frame.reset_index(drop=True), shuffled.reset_index(drop=True)
    )


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 400), st.integers(0, 1000))
def test_every_cohort_fits_the_schema(n, seed):
    new = pd.concat([d.invent_patients(max(n, 20), seed=seed), d.cleveland().head(20)])
    canonical_schema().validate(read_cohort(d.write(d.kaggle_303(new))).frame)
