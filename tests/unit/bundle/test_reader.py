"""Reading a bundle from a stranger: nothing runs, and whatever is wrong is a `BundleError`."""

import bz2
import gzip
import io
import lzma
import os
import pickle
import zlib
from functools import partial

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heart.bundle import load_bundle
from heart.bundle.reader import MAX_BYTES, MAX_OPCODES, MAX_TEXT, PLAIN_OPCODES, read_plain
from heart.errors import BundleError
from tests.support.bundles import dump


class Hostile:
    """Unpickles by running a command."""

    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


def hostile(marker):
    return Hostile(os.system, f"touch {marker}")


def hidden_in_an_array(marker):
    array = np.empty(1, dtype=object)
    array[0] = hostile(marker)
    return array


def compressed(value, **options):
    buffer = io.BytesIO()
    joblib.dump(value, buffer, **options)
    return buffer.getvalue()


ATTACKS = {
    "reduce": lambda marker: dump(hostile(marker)),
    "reduce in a value": lambda marker: dump(
        {"format": "heart-bundle", "model": [hostile(marker)]}
    ),
    "reduce as a key's neighbour": lambda marker: dump([{"a": 1}, hostile(marker)]),
    "eval": lambda marker: dump(Hostile(eval, f"open({str(marker)!r}, 'w').close()")),
    "open": lambda marker: dump(Hostile(open, str(marker), "w")),
    "object array": lambda marker: dump(hidden_in_an_array(marker)),
    "compressed": lambda marker: compressed(hostile(marker), compress=3),
    "compressed by name": lambda marker: compressed(hostile(marker), compress=("gzip", 9)),
    "text protocol": lambda marker: f"cos\nsystem\n(S'touch {marker}'\ntR.".encode(),
    "text protocol behind PROTO": lambda marker: (
        f"\x80\x04cos\nsystem\n(S'touch {marker}'\ntR.".encode("latin-1")
    ),
    "inst": lambda marker: f"\x80\x02(S'touch {marker}'\nios\nsystem\n.".encode("latin-1"),
    "second pickle after the first": lambda marker: dump({}) + dump(hostile(marker)),
    "partial": lambda marker: dump(Hostile(partial, os.system, f"touch {marker}")),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_is_refused_and_nothing_runs(attack, tmp_path):
    marker = tmp_path / "ran"
    with pytest.raises(BundleError):
        load_bundle(ATTACKS[attack](marker))
    assert not marker.exists()


@pytest.mark.parametrize("attack", ["reduce", "eval", "object array", "compressed"])
def test_the_attacks_are_real(attack, tmp_path):
    joblib.load(io.BytesIO(ATTACKS[attack](tmp_path / "ran")))
    assert (tmp_path / "ran").exists()


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(), inner, max_size=6),
    max_leaves=40,
)


@given(PLAIN)
@settings(max_examples=60, deadline=None)
def test_plain_values_are_read_as_pickle_reads_them(value):
    written = dump(value)
    read = read_plain(written)
    assert read == value == pickle.loads(written)
    assert repr(read) == repr(value)  # True is not 1, 1 is not 1.0


@given(value=PLAIN, place=st.integers(0, 10**6), byte=st.integers(0, 255))
@settings(max_examples=150, deadline=None)
def test_what_is_accepted_after_damage_is_what_pickle_reads(value, place, byte):
    damaged = bytearray(dump(value))
    damaged[place % len(damaged)] = byte
    try:
        read = read_plain(bytes(damaged))
    except BundleError:
        return
    assert repr(read) == repr(pickle.loads(bytes(damaged)))


def pair(key):
    """The opcodes of a one-letter key and None."""
    return b"\x8c\x01" + key.encode() + b"N"


@pytest.mark.parametrize(
    "body",
    [
        b"}(" + pair("a") + pair("a") + b"u.",
        b"}" + pair("a") + b"s" + pair("a") + b"s.",
        b"}(" + pair("a") + b"u(" + pair("a") + b"u.",
    ],
)
def test_key_that_stands_twice_is_refused(body):
    assert pickle.loads(b"\x80\x04" + body) == {"a": None}
    with pytest.raises(BundleError, match="each key once, but found the key 'a' twice"):
        read_plain(b"\x80\x04" + body)


@pytest.mark.parametrize("key", [1, 1.0, None, True, b"a"])
def test_key_that_is_no_text_is_refused(key):
    with pytest.raises(
        BundleError, match=f"keys that are text, but found one of type {type(key).__name__}"
    ):
        read_plain(dump({key: 1}))


def test_whole_number_beyond_64_bits_is_refused():
    assert read_plain(dump(2**63 - 1)) == 2**63 - 1
    with pytest.raises(BundleError, match="at most 64 bits"):
        read_plain(dump(2**63))


@pytest.mark.parametrize(
    "text", ["x" * (MAX_TEXT + 1), "x" * 8_000_000, "\N{SNOWMAN}" * (MAX_TEXT + 1)], ids=len
)
def test_long_text_is_refused(text):
    assert read_plain(dump(text[:MAX_TEXT])) == text[:MAX_TEXT]
    with pytest.raises(BundleError, match="texts of at most 1,024 characters"):
        read_plain(dump(text))


@pytest.mark.parametrize(
    "body",
    [b"NN.", b"N(.", b"(N.", b"(]Na.", b"](Ne(.", b"}(\x8c\x01au.", b"](NNa.", b"(.", b"N(\x94."],
)
def test_values_left_over_or_missing_are_refused(body):
    with pytest.raises(BundleError, match="a damaged one"):
        read_plain(b"\x80\x04" + body)


@pytest.mark.parametrize(
    ("opcode", "body"),
    [
        ("GLOBAL", b"cos\nsystem\n."),
        ("STACK_GLOBAL", b"\x8c\x02os\x8c\x06system\x93."),
        ("REDUCE", b"NNR."),
        ("BUILD", b"NNb."),
        ("NEWOBJ", b"NN\x81."),
        ("NEWOBJ_EX", b"NNN\x92."),
        ("EXT1", b"\x82\x01."),
        ("EXT2", b"\x83\x01\x00."),
        ("EXT4", b"\x84\x01\x00\x00\x00."),
        ("PERSID", b"Pid\n."),
        ("BINPERSID", b"NQ."),
        ("PUT", b"Np5\n."),
        ("BINPUT", b"Nq\x05."),
        ("LONG_BINPUT", b"Nr\xff\xff\xff\x7f."),
        ("GET", b"g5\n."),
        ("LONG4", b"\x8b\x00\x00\x00\x00."),
        ("INST", b"(ios\nsystem\n."),
        ("OBJ", b"(No."),
        ("DUP", b"N2."),
        ("POP", b"NN0."),
        ("EMPTY_TUPLE", b")."),
        ("TUPLE2", b"NN\x86."),
        ("EMPTY_SET", b"\x8f."),
        ("FROZENSET", b"(\x91."),
        ("BYTEARRAY8", b"\x96\x00\x00\x00\x00\x00\x00\x00\x00."),
        ("NEXT_BUFFER", b"\x97."),
        ("READONLY_BUFFER", b"N\x98."),
        ("INT", b"I1\n."),
        ("LONG4", b"\x8b\x01\x00\x00\x00\x01."),
        ("STRING", b"S'a'\n."),
        ("UNICODE", b"Va\n."),
        ("FLOAT", b"F1.0\n."),
    ],
)
def test_opcode_is_refused_by_name_and_place(opcode, body):
    with pytest.raises(BundleError, match=rf"the opcode {opcode} at byte \d+"):
        read_plain(b"\x80\x05" + body)


def test_allowed_opcodes_neither_call_nor_look_up():
    risky = {
        "GLOBAL",
        "STACK_GLOBAL",
        "REDUCE",
        "BUILD",
        "INST",
        "OBJ",
        "NEWOBJ",
        "NEWOBJ_EX",
        "EXT1",
        "EXT2",
        "EXT4",
        "PERSID",
        "BINPERSID",
    }
    assert not PLAIN_OPCODES & risky


@pytest.mark.parametrize(
    "value",
    [
        None,
        0,
        -1,
        2**31,
        2**40,
        255,
        1.5,
        "",
        "ä" * 300,
        b"",
        b"x" * 70_000,
        -(2**63),
        [],
        {},
        [1, [{"a": None}]],
        list(range(3000)),
    ],
)
def test_plain_values_come_through(value):
    assert read_plain(dump(value)) == value


def test_true_and_false_come_through_as_such():
    assert [read_plain(dump(value)) for value in (True, False)] == [True, False]
    assert type(read_plain(dump(value=True))) is bool


def test_shared_values_come_through():
    inner = [1]
    first, second = read_plain(dump([inner, inner]))
    assert first is second


@pytest.mark.parametrize(
    "value",
    [
        (1, 2),
        {1, 2},
        frozenset(),
        1j,
        bytearray(b"a"),
        np.float64(1),
        np.arange(3),
        np.zeros((2, 2)),
        len,
        int,
    ],
    ids=repr,
)
def test_objects_are_refused(value):
    with pytest.raises(BundleError, match="plain values only"):
        read_plain(dump(value))


@pytest.mark.parametrize(
    "pack",
    [zlib.compress, gzip.compress, bz2.compress, lzma.compress],
    ids=["zlib", "gzip", "bz2", "xz"],
)
def test_compressed_file_is_refused(pack, bundle_bytes):
    with pytest.raises(BundleError, match="an uncompressed joblib file"):
        load_bundle(pack(bundle_bytes))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"hello",
        b"PK\x03\x04",
        b"\x93NUMPY",
        b"<html>",
        b"age,sex,cp\n63,1,1\n",
        b"(dp0\n.",
    ],
)
def test_another_kind_of_file_is_refused(content):
    with pytest.raises(BundleError, match="a file that begins with"):
        load_bundle(content)


@pytest.mark.parametrize(
    "content",
    [
        b"\x80",
        b"\x80\x04",
        b"\x80\x04.",
        b"\x80\x04N",
        b"\x80\x63N.",
        b"\x80\x04\xff.",
        b"\x80\x04h\x07.",
        b"\x80\x04\x94.",
        b"\x80\x04a.",
        b"\x80\x04]s.",
        b"\x80\x04}(K\x01u.",
        b"\x80\x04}]Ns.",
        b"\x80\x04\x8c\x05ab.",
        b"\x80\x04\x8c\x02\xff\xfe.",
        b"\x80\x04X\xff\xff\xff\xff.",
        b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.",
        b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xffN.",
        b"\x80\x04\x95\x01\x00\x00\x00\x00\x00\x00\x00.",
        b"\x80\x04G\x00.",
        b"\x80\x04(.",
    ],
)
def test_damaged_file_is_refused(content):
    with pytest.raises(
        BundleError,
        match=r"a complete joblib file|after the end|keys that are text|texts of at most",
    ):
        read_plain(content)


def test_file_that_was_cut_is_refused_wherever_it_was_cut(bundle_bytes):
    for end in range(0, len(bundle_bytes), 61):
        with pytest.raises(BundleError):
            load_bundle(bundle_bytes[:end])


def test_file_with_a_flipped_bit_is_refused(bundle_bytes, content):
    start = bundle_bytes.index(content["model"])
    for place in range(start, start + len(content["model"]), 61):
        damaged = bytearray(bundle_bytes)
        damaged[place] ^= 1 << (place % 8)
        with pytest.raises(BundleError, match="SHA-256"):
            load_bundle(bytes(damaged))


def test_bytes_after_the_end_are_refused(bundle_bytes):
    with pytest.raises(BundleError, match="but found 3 more bytes"):
        load_bundle(bundle_bytes + b"abc")


def test_too_large_a_file_is_refused_unread():
    with pytest.raises(BundleError, match=r"at most 8 MiB, but found 8\.0 MiB"):
        read_plain(b"\x80" * (MAX_BYTES + 1))


def test_append_to_a_dict_is_a_bundle_error():
    with pytest.raises(BundleError, match="damaged"):
        read_plain(b"\x80\x04}K\x01a.")


def test_millions_of_small_values_are_refused_before_they_are_built():
    with pytest.raises(BundleError, match=f"at most {MAX_OPCODES:,} values"):
        read_plain(b"\x80\x04(" + b"]" * (MAX_OPCODES + 1) + b"l.")
