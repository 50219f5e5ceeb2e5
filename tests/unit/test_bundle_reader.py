"""Reading a bundle from a stranger: nothing runs, and whatever is wrong is a `BundleError`."""

import bz2
import gzip
import io
import lzma
import os
import zlib
from functools import partial

import joblib
import numpy as np
import pytest

from heart.bundle import load_bundle
from heart.bundle.reader import MAX_BYTES, PLAIN_OPCODES, _PlainUnpickler, read_plain
from heart.errors import BundleError
from tests.unit.conftest import dump


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
    "reduce in a value": lambda marker: dump({"format": "heart-bundle", "model": [hostile(marker)]}),
    "reduce as a key's neighbour": lambda marker: dump([{"a": 1}, hostile(marker)]),
    "eval": lambda marker: dump(Hostile(eval, f"open({str(marker)!r}, 'w').close()")),
    "open": lambda marker: dump(Hostile(open, str(marker), "w")),
    "object array": lambda marker: dump(hidden_in_an_array(marker)),
    "compressed": lambda marker: compressed(hostile(marker), compress=3),
    "compressed by name": lambda marker: compressed(hostile(marker), compress=("gzip", 9)),
    "text protocol": lambda marker: f"cos\nsystem\n(S'touch {marker}'\ntR.".encode(),
    "text protocol behind PROTO": lambda marker: f"\x80\x04cos\nsystem\n(S'touch {marker}'\ntR.".encode("latin-1"),
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


@pytest.mark.parametrize("attack", ["reduce", "object array", "text protocol behind PROTO"])
def test_second_line_of_defence_holds_alone(attack, tmp_path):
    with pytest.raises(BundleError, match="plain values only, but found the name"):
        _PlainUnpickler(io.BytesIO(ATTACKS[attack](tmp_path / "ran"))).load()
    assert not (tmp_path / "ran").exists()


def test_persistent_ids_are_refused_by_the_second_line_too():
    with pytest.raises(BundleError, match="persistent id of type str"):
        _PlainUnpickler(io.BytesIO(b"\x80\x04\x8c\x01aQ.")).load()


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
    "value", [None, 0, -1, 2**31, 2**40, 255, 1.5, "", "ä" * 300, b"", b"x" * 70_000, [], {}, [1, [2, {"a": None}]], list(range(3000))]
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
    "value", [(1, 2), {1, 2}, frozenset(), 1j, bytearray(b"a"), np.float64(1), np.arange(3), np.zeros((2, 2)), len, int], ids=repr
)
def test_objects_are_refused(value):
    with pytest.raises(BundleError, match="plain values only"):
        read_plain(dump(value))


@pytest.mark.parametrize("pack", [zlib.compress, gzip.compress, bz2.compress, lzma.compress], ids=["zlib", "gzip", "bz2", "xz"])
def test_compressed_file_is_refused(pack, bundle_bytes):
    with pytest.raises(BundleError, match="an uncompressed joblib file"):
        load_bundle(pack(bundle_bytes))


@pytest.mark.parametrize("content", [b"", b"\x00", b"hello", b"PK\x03\x04", b"\x93NUMPY", b"<html>", b"age,sex,cp\n63,1,1\n", b"(dp0\n."])
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
    with pytest.raises(BundleError, match=r"a complete joblib file|after the end"):
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
