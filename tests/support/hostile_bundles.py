"""Bundles as strangers could send them: attacks, bombs, damage and lies, each made from the bytes
of a good bundle.
"""

import bz2
import codecs
import copy
import gzip
import io
import itertools
import json
import lzma
import marshal
import math
import os
import pickle
import pickletools
import struct
import sys
import zipfile
import zlib

import joblib
import numpy as np
from joblib.numpy_pickle import NumpyArrayWrapper

from heart.bundle.layout import digest
from heart.bundle.reader import MAX_BYTES, read_plain
from tests.support.bundles import dump, put

MIB = 2**20

# an assembler of pickles, so that a file can hold what no pickler writes


class Raw(bytes):
    """Opcodes, written as they are."""

    __slots__ = ()


class Pairs(list):
    """A dict as its items, with keys of any kind and as often as one likes."""

    __slots__ = ()


def text(value):
    encoded = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(encoded)) + encoded


def whole_number(value):
    encoded = pickle.encode_long(value)
    return b"\x8a" + bytes([len(encoded)]) + encoded


def plain(value):
    """The opcodes of a value, without frames and memo."""
    if type(value) is Raw:
        return bytes(value)
    if isinstance(value, dict | Pairs):
        items = value.items() if isinstance(value, dict) else value
        return b"}(" + b"".join(plain(part) for item in items for part in item) + b"u"
    if isinstance(value, list):
        return b"](" + b"".join(map(plain, value)) + b"e"
    if isinstance(value, bytes):
        return b"B" + struct.pack("<I", len(value)) + value
    return _scalar(value)


def _scalar(value):
    if value is None or isinstance(value, bool):
        return {None: b"N", True: b"\x88", False: b"\x89"}[value]
    if isinstance(value, float):
        return b"G" + struct.pack(">d", value)
    return text(value) if isinstance(value, str) else whole_number(value)


def assemble(value, *, protocol=4):
    """A whole file."""
    return b"\x80" + bytes([protocol]) + plain(value) + b"."


def signed(content):
    """A whole file whose digest fits, so that only the check in question can refuse."""
    return assemble({**content, "sha256": digest(content)})


def name(module, attribute):
    return text(module) + text(attribute) + b"\x93"


def call(function, *arguments):
    return function + b"(" + b"".join(arguments) + b"tR"


class Hostile:
    """Pickles as a call."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


def _shell(marker):
    return f"touch {marker}"


def _code(marker):
    return f"open({str(marker)!r}, 'w').close()"


def _setstate(marker):
    """An object that is given its own `__setstate__`, which the next BUILD calls."""
    instance = call(name("argparse", "Namespace"))
    return (
        instance
        + b"}"
        + text("__setstate__")
        + name("os", "system")
        + b"sb"
        + text(_shell(marker))
        + b"b"
    )


def _lazy(marker, opcode):
    """A map that nobody calls: making a tuple of it does."""
    end = {"NEWOBJ": b"t\x81", "NEWOBJ_EX": b"t}\x92"}[opcode]
    inner = name("builtins", "map") + b"(" + name("os", "system") + plain([_shell(marker)]) + end
    return name("builtins", "tuple") + b"(" + inner + end


def _marshalled(marker):
    code = marshal.dumps(compile(_code(marker), "x", "exec"))
    return call(
        call(name("types", "FunctionType"), call(name("marshal", "loads"), plain(code)), b"}")
    )


def _getattr(value, attribute):
    return call(name("builtins", "getattr"), value, text(attribute))


def _compiled(marker):
    return call(name("builtins", "compile"), text(_code(marker)), text("x"), text("exec"))


def _imported(module):
    return call(name("importlib", "import_module"), text(module))


def _logging(marker):
    return plain(
        {"version": 1, "formatters": {"a": {"()": "os.system", "command": _shell(marker)}}}
    )


def _debugger(marker):
    console = call(
        name("pdb", "Pdb"),
        text("tab"),
        call(name("io", "StringIO"), text("continue\n")),
        call(name("io", "StringIO")),
    )
    return call(name("pdb", "Pdb.run"), console, text(_code(marker)))


def _made_from_parts(marker):
    """A name whose halves come from the memo."""
    return (
        text("system")
        + b"\x940"
        + text("os")
        + b"\x940h\x01h\x00\x93("
        + text(_shell(marker))
        + b"tR"
    )


def _extension(marker):
    added = call(name("copyreg", "add_extension"), text("os"), text("system"), b"K\xf0")
    return added + b"0" + call(b"\x82\xf0", text(_shell(marker)))


SYSTEM = name("os", "system")
EXPRESSIONS = {
    "os.system": lambda m: call(SYSTEM, text(_shell(m))),
    "posix.system": lambda m: call(name("posix", "system"), text(_shell(m))),
    "os.popen": lambda m: call(name("os", "popen"), text(_shell(m))),
    "os.execvp": lambda m: call(name("os", "execvp"), text("touch"), plain(["touch", str(m)])),
    "os.spawnvp": lambda m: call(
        name("os", "spawnvp"), b"K\x00", text("touch"), plain(["touch", str(m)])
    ),
    "os.mkdir": lambda m: call(name("os", "mkdir"), text(str(m))),
    "os.mknod": lambda m: call(name("os", "mknod"), text(str(m))),
    "os.symlink": lambda m: call(name("os", "symlink"), text("/dev/null"), text(str(m))),
    "subprocess.Popen": lambda m: call(name("subprocess", "Popen"), plain(["touch", str(m)])),
    "subprocess.getoutput": lambda m: call(name("subprocess", "getoutput"), text(_shell(m))),
    "subprocess.check_output": lambda m: call(
        name("subprocess", "check_output"), plain(["touch", str(m)])
    ),
    "exec": lambda m: call(name("builtins", "exec"), text(_code(m))),
    "eval": lambda m: call(name("builtins", "eval"), text(_code(m))),
    "exec of compiled code": lambda m: call(name("builtins", "exec"), _compiled(m)),
    "importlib and getattr": lambda m: call(_getattr(_imported("os"), "system"), text(_shell(m))),
    "__import__ and getattr": lambda m: call(
        _getattr(call(name("builtins", "__import__"), text("os")), "system"), text(_shell(m))
    ),
    "chain of getattr": lambda m: call(
        _getattr(_getattr(_imported("subprocess"), "os"), "system"), text(_shell(m))
    ),
    "name with a dot": lambda m: call(name("subprocess", "os.system"), text(_shell(m))),
    "joblib's own import": lambda m: call(
        name("joblib.numpy_pickle", "os.system"), text(_shell(m))
    ),
    "operator.attrgetter": lambda m: call(
        call(call(name("operator", "attrgetter"), text("system")), _imported("os")),
        text(_shell(m)),
    ),
    "operator.methodcaller": lambda m: call(
        call(name("operator", "methodcaller"), text("system"), text(_shell(m))), _imported("os")
    ),
    "functools.partial": lambda m: call(
        call(name("functools", "partial"), SYSTEM, text(_shell(m)))
    ),
    "itertools.starmap": lambda m: call(
        name("builtins", "list"),
        call(name("itertools", "starmap"), SYSTEM, plain([[_shell(m)]])),
    ),
    "types.FunctionType of marshalled code": _marshalled,
    "codecs.open": lambda m: call(name("codecs", "open"), text(str(m)), text("w")),
    "open": lambda m: call(name("builtins", "open"), text(str(m)), text("w")),
    "gzip.open": lambda m: call(name("gzip", "open"), text(str(m)), text("w")),
    "tarfile.open": lambda m: call(name("tarfile", "open"), text(str(m)), text("w")),
    "sqlite3.connect": lambda m: call(name("sqlite3", "connect"), text(str(m))),
    "logging.FileHandler": lambda m: call(name("logging", "FileHandler"), text(str(m))),
    "logging.config": lambda m: call(name("logging.config", "dictConfig"), _logging(m)),
    "numpy.memmap": lambda m: call(
        name("numpy", "memmap"), text(str(m)), text("uint8"), text("w+"), b"K\x00", b"K\x01"
    ),
    "numpy's runstring": lambda m: call(
        name("numpy.testing._private.utils", "runstring"), text(_code(m)), b"}"
    ),
    "shutil.copyfile": lambda m: call(name("shutil", "copyfile"), text("/dev/null"), text(str(m))),
    "pathlib": lambda m: call(
        name("pathlib", "Path.touch"), call(name("pathlib", "PosixPath"), text(str(m)))
    ),
    "copyreg._reconstructor": lambda m: call(
        name("copyreg", "_reconstructor"),
        name("subprocess", "Popen"),
        name("subprocess", "Popen"),
        plain(["touch", str(m)]),
    ),
    "BUILD with __setstate__": _setstate,
    "NEWOBJ": lambda m: _lazy(m, "NEWOBJ"),
    "NEWOBJ_EX": lambda m: _lazy(m, "NEWOBJ_EX"),
    "OBJ": lambda m: b"(" + SYSTEM + text(_shell(m)) + b"o",
    "INST": lambda m: b"(" + text(_shell(m)) + b"ios\nsystem\n",
    "GLOBAL": lambda m: call(b"cos\nsystem\n", text(_shell(m))),
    "name made from the memo": _made_from_parts,
    "extension code": _extension,
    "pickle in a pickle": lambda m: call(
        name("pickle", "loads"), plain(assemble(Raw(call(SYSTEM, text(_shell(m))))))
    ),
    "asyncio": lambda m: call(
        name("asyncio", "run"), call(name("asyncio", "create_subprocess_shell"), text(_shell(m)))
    ),
    "ctypes": lambda m: call(
        _getattr(call(name("ctypes", "CDLL"), b"N"), "system"), plain(_shell(m).encode())
    ),
    "webbrowser": lambda m: call(
        name("webbrowser", "GenericBrowser.open"),
        call(name("webbrowser", "GenericBrowser"), text("touch")),
        text(str(m)),
    ),
    "timeit": lambda m: call(name("timeit", "timeit"), text("pass"), text(_code(m))),
    "bdb": lambda m: call(name("bdb", "Bdb.run"), call(name("bdb", "Bdb")), text(_code(m))),
    "pdb": _debugger,
    "cProfile": lambda m: call(name("cProfile", "run"), text(_code(m))),
    "profile": lambda m: call(name("profile", "run"), text(_code(m))),
    "trace": lambda m: call(
        name("trace", "Trace.run"), call(name("trace", "Trace"), b"K\x00", b"K\x00"), text(_code(m))
    ),
    "runpy": lambda m: call(name("runpy", "_run_code"), _compiled(m), b"}"),
    "code.InteractiveInterpreter": lambda m: call(
        name("code", "InteractiveInterpreter.runsource"),
        call(name("code", "InteractiveInterpreter")),
        text(_code(m)),
    ),
    "pydoc.pipepager": lambda m: call(name("pydoc", "pipepager"), text(""), text(_shell(m))),
    "pty.spawn": lambda m: call(name("pty", "spawn"), plain(["touch", str(m)])),
    "atexit": lambda m: call(name("atexit", "register"), SYSTEM, text(_shell(m))),
    "threading.Timer": lambda m: call(
        name("threading", "Timer.run"),
        call(name("threading", "Timer"), b"K\x00", SYSTEM, plain([_shell(m)])),
    ),
}
"""Ways to run code while a file is read, as opcodes."""

PLACES = [
    "golden.0.probability",
    "metrics.test",
    "features.3",
    "encoders.thal",
    "settings.hidden",
    "model",
    "sha256",
    "data.cohort",
]


def _array_of_objects(marker):
    array = np.empty(1, dtype=object)
    array[0] = Hostile(os.system, _shell(marker))
    return array


def _compressed(value, method):
    buffer = io.BytesIO()
    joblib.dump(value, buffer, compress=(method, 3))
    return buffer.getvalue()


def _inside_a_good_one(content, marker):
    """The good bundle with a call at some place of its content."""
    attack = Raw(call(SYSTEM, text(_shell(marker))))
    found = {
        f"call inside {place}": assemble(put(copy.deepcopy(content), place, attack))
        for place in PLACES
    }
    found["call as a key"] = assemble(Pairs([*content.items(), (attack, None)]))
    found["call as a key of a golden patient"] = assemble(
        put(copy.deepcopy(content), "golden.1.patient", Pairs([(attack, 1)]))
    )
    found["array of objects inside metrics"] = dump(
        put(copy.deepcopy(content), "metrics.test", _array_of_objects(marker))
    )
    return found


def executing_files(good, marker):
    """Files that run a command under `joblib.load`."""
    content = read_plain(good)
    shell, attack = _shell(marker), call(SYSTEM, text(_shell(marker)))
    return {
        **{f"runs {way}": assemble(Raw(make(marker))) for way, make in EXPRESSIONS.items()},
        **_inside_a_good_one(content, marker),
        "call before a good bundle": b"\x80\x04" + attack + b"0" + good[2:],
        "call whose result is dropped at the end": good[:-1] + attack + b"0.",
        "text protocol": f"cos\nsystem\n(S'{shell}'\ntR.".encode(),
        "text protocol behind PROTO 2": b"\x80\x02" + f"(S'{shell}'\nios\nsystem\n.".encode(),
        "protocol 2": assemble(Raw(b"cos\nsystem\n" + text(shell) + b"\x85R"), protocol=2),
        "protocol 5": assemble(Raw(SYSTEM + text(shell) + b"\x85R"), protocol=5),
        "call in a frame": b"\x80\x04\x95" + struct.pack("<Q", len(attack) + 1) + attack + b".",
        "array of objects": dump(_array_of_objects(marker)),
        **{
            f"call compressed by {method}": _compressed(Hostile(os.system, shell), method)
            for method in ("zlib", "gzip", "bz2", "lzma", "xz")
        },
    }


def _executing_names():
    return {
        *(f"runs {way}" for way in EXPRESSIONS),
        *(f"call inside {place}" for place in PLACES),
        *(
            "call as a key",
            "call as a key of a golden patient",
            "array of objects inside metrics",
            "call before a good bundle",
        ),
        *(
            "call whose result is dropped at the end",
            "text protocol",
            "text protocol behind PROTO 2",
            "protocol 2",
            "protocol 5",
        ),
        *("call in a frame", "array of objects"),
        *(f"call compressed by {method}" for method in ("zlib", "gzip", "bz2", "lzma", "xz")),
    }


EXECUTING = _executing_names()
"""Names of the files that run code when somebody reads them as a pickle."""


# files that only a careless reader would run, or that would crash one


def _wrapper(shape, dtype):
    return dump(NumpyArrayWrapper(np.ndarray, shape, "C", np.dtype(dtype)))


def sleeping_files(good, marker):
    """Calls that need one more mistake, and objects made to crash."""
    attack = assemble(Raw(call(SYSTEM, text(_shell(marker)))))
    content = read_plain(good)
    crafted = call(name("numpy", "dtype"), text("V8"), b"\x89", b"\x88")
    state = (
        b"(K\x03"
        + text("|")
        + b"N("
        + text("a")
        + b"t}"
        + text("a")
        + name("numpy", "float64")
        + b"K\x7f\x86sK\x08K\x01K\x10tb"
    )
    legacy = (
        name("joblib.numpy_pickle_compat", "NDArrayWrapper")
        + b")\x81"
        + plain({"filename": "../../etc/passwd", "subclass": None})
        + b"b"
    )
    return {
        "call after the end of a good bundle": good + attack,
        "good bundle after the end of a call": attack + good,
        "pickle as the weights": assemble(put(copy.deepcopy(content), "model", attack)),
        "pickle as the weights, signed": signed(put(copy.deepcopy(content), "model", attack)),
        "pickle as the weights behind a length": signed(
            put(copy.deepcopy(content), "model", struct.pack("<Q", len(attack)) + attack),
        ),
        "pip.main": assemble(Raw(call(name("pip", "main"), plain(["--log", str(marker), "help"])))),
        "function without a call": assemble(Raw(SYSTEM)),
        "function as a value": assemble({**content, "name": Raw(SYSTEM)}),
        "persistent id": b"\x80\x04P" + str(marker).encode() + b"\n.",
        "binary persistent id": assemble(Raw(text(str(marker)) + b"Q")),
        "extension code of nobody": assemble(Raw(b"\x84\xff\xff\xff\x7f)R")),
        "array of a terabyte": _wrapper((10**12,), "f8"),
        "array of a negative shape": _wrapper((-5, 3), "f8"),
        "array of 10,000 dimensions": _wrapper((1,) * 10_000, "f8"),
        "array of objects without any": _wrapper((1,), "O"),
        "crafted dtype": assemble(Raw(crafted + state)),
        "old wrapper with a path": assemble(Raw(legacy)),
        "out-of-band buffer": b"\x80\x05\x97.",
        "buffer of 2**62 bytes": b"\x80\x05\x96" + struct.pack("<Q", 2**62) + b".",
        "memo of two billion places": b"\x80\x04Nr\xff\xff\xff\x7f.",
        "memo of two billion places by text": b"\x80\x04Np2147483647\n.",
        "numpy array": dump(np.arange(3)),
        "numpy number": dump(np.float64(1)),
        "set": dump({1}),
        "tuple": dump((1,)),
        "complex number": dump(1j),
    }


# bombs


def _deflated(container, n_mib):
    """Gigabytes of zeros in one stream, made from one piece: after a full flush every piece looks
    the same.
    """
    packer = zlib.compressobj(9, wbits=container)
    first = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + again * (n_mib - 1) + packer.flush()


def _zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, content in files.items():
            archive.writestr(file, content)
    return buffer.getvalue()


def _nested_zip():
    content = bytes(4 * MIB)
    for depth in range(4):
        content = _zipped({f"{depth}-{i}.zip": content for i in range(16)})
    return content


def bombs(good):
    """Little files that grow."""
    content = read_plain(good)
    zeros = bytes(16 * MIB)
    return {
        "zlib bomb": _deflated(15, 4096),
        "gzip bomb": _deflated(31, 4096),
        "raw deflate bomb": _deflated(-15, 4096),
        "gzip bomb of many members": gzip.compress(zeros, 9) * 256,
        "bz2 bomb": bz2.compress(zeros) * 256,
        "xz bomb": lzma.compress(zeros, preset=0) * 256,
        "lzma bomb": lzma.compress(zeros, format=lzma.FORMAT_ALONE, preset=0) + b"\xff" * MIB,
        "lz4 bomb": (
            b"\x04\x22\x4d\x18\x60\x70\x73"
            + struct.pack("<I", 4 * MIB)
            + b"\x1f\x00\x01\x00"
            + b"\xff" * (4 * MIB)
        ),
        "zip in zip in zip": _nested_zip(),
        "zip of a good bundle": _zipped({"a.joblib": good}),
        "zlib of a good bundle": zlib.compress(good),
        "good bundle in a frame of zlib in a frame of gzip": gzip.compress(zlib.compress(good)),
        "weights compressed": signed(
            put(copy.deepcopy(content), "model", zlib.compress(content["model"]))
        ),
        "weights a zlib bomb": signed(put(copy.deepcopy(content), "model", _deflated(15, 1024))),
    }


# damage


def _sites(good):
    """The first place of each opcode, with its end."""
    places = [(opcode.name, position) for opcode, _, position in pickletools.genops(good)]
    ends = [position for _, position in places[1:]] + [len(good)]
    found = {}
    for (opcode, start), end in zip(places, ends, strict=True):
        found.setdefault(opcode, (start, end))
    return found


def damaged_files(good):
    """Cuts, flips, swaps and repetitions where the structure is."""
    found = {
        "nothing": b"",
        "one byte": b"\x80",
        "two bytes": b"\x80\x04",
        "no end": good[:-1],
        "half": good[: len(good) // 2],
    }
    for opcode, (start, end) in _sites(good).items():
        found[f"cut before the first {opcode}"] = good[:start]
        found[f"cut in or after the first {opcode}"] = good[: max(end - 1, start + 1)]
        found[f"flipped bit in the first {opcode}"] = (
            good[:start] + bytes([good[start] ^ 1]) + good[start + 1 :]
        )
        found[f"first {opcode} is missing"] = good[:start] + good[end:]
        found[f"first {opcode} stands twice"] = good[:end] + good[start:]
    # a second PROTO, MEMOIZE or FRAME changes no value, nor does a missing FRAME; what several
    # names mean is there once
    harmless = {
        f"first {what}"
        for what in (
            "PROTO stands twice",
            "MEMOIZE stands twice",
            "FRAME stands twice",
            "FRAME is missing",
        )
    }
    different = {
        content: what
        for what, content in reversed(found.items())
        if content != good and what not in harmless
    }
    return {what: content for content, what in different.items()} | {
        "reversed": good[::-1],
        "two in a row": good + good,
        "line ends converted": good.replace(b"\n", b"\r\n") + b"\r\n",
        "as UTF-8 text": good.decode("latin-1").encode(),
        "as UTF-16 text": good.decode("latin-1").encode("utf-16"),
        "as base64": codecs.encode(good, "base64"),
        "as hexadecimal": good.hex().encode(),
        "behind a byte order mark": b"\xef\xbb\xbf" + good,
        "behind a blank": b" " + good,
        "before NULs": good + bytes(512),
    }


def _claim(opcode, length, form):
    return b"\x80\x04" + opcode + struct.pack(form, length) + b"abc."


def claims():
    """Lengths that are not there, and files of one thing only."""
    sizes = {
        "4 GiB": ("<I", 2**32 - 1),
        "2**63": ("<Q", 2**63),
        "2**62": ("<Q", 2**62),
        "1 TiB": ("<Q", 2**40),
    }
    opcodes = {
        "4 GiB": [(b"X", "text"), (b"B", "bytes")],
        "other": [(b"\x8d", "text"), (b"\x8e", "bytes"), (b"\x95", "frame")],
    }
    found = {
        f"{what} that claims {size}": _claim(opcode, length, form)
        for size, (form, length) in sizes.items()
        for opcode, what in opcodes.get(size, opcodes["other"])
    }
    return found | {
        "whole number that claims 2 GiB": b"\x80\x04\x8b" + struct.pack("<i", 2**31 - 1) + b"abc.",
        "whole number of a negative length": b"\x80\x04\x8b" + struct.pack("<i", -1) + b"abc.",
        "whole number of 8 MiB": (
            b"\x80\x04\x8b" + struct.pack("<i", 8 * MIB - 8) + b"\x7f" * (8 * MIB - 8) + b"."
        ),
        "decimal number of 4 MiB": b"\x80\x04I" + b"9" * (4 * MIB) + b"\n.",
        "long decimal number of 4 MiB": b"\x80\x04L" + b"9" * (4 * MIB) + b"L\n.",
        "float of 8 MiB of digits": b"\x80\x04F1." + b"3" * (8 * MIB - 16) + b"\n.",
        "quoted text of 8 MiB of escapes": b"\x80\x04S'" + b"\\x41" * (2 * MIB - 4) + b"'\n.",
        "raw text of 8 MiB of escapes": b"\x80\x04V" + b"\\u0041" * (8 * MIB // 6 - 4) + b"\n.",
        "name of 8 MiB": (
            b"\x80\x04c" + b"a" * (4 * MIB - 8) + b"\n" + b"b" * (4 * MIB - 8) + b"\n."
        ),
        "persistent id of 8 MiB": b"\x80\x04P" + b"a" * (8 * MIB - 8) + b"\n.",
        "memo place of 4,000 digits": b"\x80\x04g" + b"9" * 4_000 + b"\n.",
        "memo place that is not there": b"\x80\x04j\xff\xff\xff\xff.",
        "protocol 255": b"\x80\xffN.",
        "8 MiB of NULs": bytes(8 * MIB),
        "8 MiB of NULs behind PROTO": b"\x80\x04" + bytes(8 * MIB - 2),
        "8 MiB of PROTO": b"\x80\x04" * (4 * MIB - 1) + b"N.",
        "more than 8 MiB of text": assemble("a" * (8 * MIB + 1)),
        "8 MiB of text": assemble("a" * (8 * MIB - 16)),
        "8 MiB of text that widens at its end": assemble("a" * (8 * MIB - 16) + "\U0001f600"),
        "8 MiB of text that widens at its start": assemble("\U0001f600" + "a" * (8 * MIB - 16)),
        "8 MiB of text that widens twice": assemble("a" * (8 * MIB - 32) + "\u0101" + "\U0001f600"),
        "8 MiB of text that widens at its end, after a lone surrogate": assemble(
            "\ud800" + "a" * (8 * MIB - 32) + "\U0001f600"
        ),
        "8 MiB of text that widens at its end, after a lone surrogate, as a key": assemble(
            Pairs([("\ud800" + "a" * (8 * MIB - 32) + "\U0001f600", None)])
        ),
        "8 MiB of lone surrogates": assemble("\ud800" * (8 * MIB // 3 - 16)),
        "8 MiB that is not UTF-8": (
            b"\x80\x04X" + struct.pack("<I", 8 * MIB - 8) + b"\xff" * (8 * MIB - 8) + b"."
        ),
    }


# structures


def _laughs(depth, width):
    """Lists of the same list, deep and wide: tiny in the file, endless if somebody walks through
    it.
    """
    body = (
        b"]("
        b"]\x94"
        + b"".join(b"](" + (b"h" + bytes([level])) * width + b"e\x94" for level in range(depth))
        + b"e"
    )
    return Raw(body)


def structures(good):
    """Stacks, marks and memo used against the reader."""
    content = read_plain(good)
    colliding = b"".join(whole_number(k * (2**61 - 1)) + b"N" for k in range(50_000))
    small_colliding = b"".join(whole_number(k * (2**61 - 1)) + b"N" for k in range(1, 5))
    many_keys = Pairs((f"{k:x}", None) for k in range(49_000))
    itself = Raw(b"]\x94h\x00a")
    own_dict = Raw(b"}\x94" + text("a") + b"h\x00s")
    return {
        "leftover value below": b"\x80\x04N" + good[2:],
        "leftover value above": good[:-1] + b"N.",
        "leftover mark below": b"\x80\x04(" + good[2:],
        "leftover mark above": good[:-1] + b"(.",
        "mark nobody made": good[:-1] + b"e.",
        "no value at all": b"\x80\x04.",
        "keys without values": b"\x80\x04}(" + text("a") + b"u.",
        "items for a dict appended": b"\x80\x04}(NNe.",
        "items for a list set": b"\x80\x04](" + text("a") + b"Nu.",
        "item for a text": b"\x80\x04" + text("a") + b"Na.",
        "key that is a list": b"\x80\x04}]Ns.",
        "key that is a dict": b"\x80\x04}}Ns.",
        "values popped": b"\x80\x04NN0.",
        "values popped to the mark": b"\x80\x04N(NN1.",
        "values doubled": b"\x80\x04]2.",
        "list in itself": assemble(itself),
        "dict in itself": assemble(own_dict),
        "list in itself as the features": assemble({**content, "features": Raw(b"]\x94h\x00a")}),
        "bundle in itself": (
            b"\x80\x04}\x94("
            + b"".join(
                text(key) + (b"h\x00" if key == "metrics" else plain(value))
                for key, value in content.items()
            )
            + b"u."
        ),
        "bundle in its own weights": (
            b"\x80\x04}\x94("
            + b"".join(
                text(key) + (b"h\x00" if key == "model" else plain(value))
                for key, value in content.items()
            )
            + b"u."
        ),
        "lists of the same list": assemble(_laughs(100, 10)),
        "lists of the same list as the features": assemble(
            {**content, "features": _laughs(100, 10)}
        ),
        "lists of the same list as the version": assemble(
            {**content, "format_version": _laughs(100, 10)}
        ),
        "lists of the same list as an extra value": assemble(
            {**content, "extra": _laughs(200, 100)}
        ),
        "one list in itself 49,000 times": assemble(Raw(b"]\x94(" + b"h\x00" * 49_000 + b"e")),
        "49,000 lists in each other": assemble(Raw(b"]" * 49_000 + b"a" * 48_999)),
        "90,000 marks": assemble(Raw(b"(" * 90_000 + b"N")),
        "90,000 values": assemble(Raw(b"N" * 90_000)),
        "90,000 values in a list": assemble(Raw(b"](" + b"N" * 90_000 + b"e")),
        "90,000 empty dicts": assemble(Raw(b"](" + b"}" * 90_000 + b"e")),
        "90,000 places of the memo": assemble(Raw(b"N" + b"\x94" * 90_000)),
        "2,000,000 values": assemble(Raw(b"](" + b"N" * 2_000_000 + b"e")),
        "8 MiB of empty dicts": assemble(Raw(b"](" + b"}" * (8 * MIB - 8) + b"e")),
        "keys of one hash": assemble(Raw(b"}(" + colliding + b"u")),
        "few keys of one hash": assemble(Raw(b"}(" + small_colliding + b"u")),
        "49,000 keys": assemble(many_keys),
        "49,000 extra keys": assemble(Pairs([*content.items(), *many_keys])),
        "whole number of 255 bytes": assemble(
            {**content, "format_version": Raw(b"\x8a\xff" + b"\x7f" * 255)}
        ),
        "negative whole number of 255 bytes": assemble(
            put(copy.deepcopy(content), "data.n", Raw(b"\x8a\xff" + b"\xff" * 254 + b"\x80"))
        ),
        "30,000 whole numbers of 255 bytes": assemble([Raw(b"\x8a\xff" + b"\x7f" * 255)] * 30_000),
    }


def keys(good):
    """Keys that stand twice, are missing, too many, no text, or look like another."""
    content = read_plain(good)
    twice = {
        "name": Pairs([*content.items(), ("name", content["name"])]),
        "sha256": Pairs([("sha256", "0" * 64), *content.items()]),
        "model": Pairs([("model", b""), *content.items()]),
        "format": Pairs([("format", "x"), *content.items()]),
    }
    found = {f"{key} twice": assemble(value) for key, value in twice.items()}
    for place in (
        "scaler",
        "encoders",
        "settings",
        "threshold",
        "recalibration",
        "metrics",
        "data",
        "versions",
        "features.0",
        "golden.0",
    ):
        for inner in (
            place,
            *(["golden.0.patient"] if place == "golden.0" else []),
            *(["metrics.test.confusion"] if place == "metrics" else []),
        ):
            items = list(_at(content, inner).items())
            found[f"key twice in {inner}"] = assemble(
                put(copy.deepcopy(content), inner, Pairs([*items, items[-1]]))
            )
    late = good[:-1] + text("name") + text(content["name"]) + b"s."
    found |= {
        "name twice, set later": late,
        "name twice, by a second SETITEMS": (
            good[:-1] + b"(" + text("name") + text(content["name"]) + b"u."
        ),
    }
    for kind, key in {
        "bytes": b"name",
        "whole number": 1,
        "None": None,
        "bool": True,
        "float": math.nan,
    }.items():
        found[f"key of type {kind}"] = assemble(Pairs([*content.items(), (key, 1)]))
        found[f"only a key of type {kind}"] = assemble(Pairs([(key, 1)]))
        found[f"key of type {kind} in metrics"] = assemble(
            put(copy.deepcopy(content), "metrics.test.confusion", Pairs([("tn", 1), (key, 1)]))
        )
    lookalikes = {
        "full-width": "ｎame",
        "ligature": "ﬁgures",
        "zero-width": "name\u200b",
        "cyrillic": "nаme",
        "upper-case": "Name",
        "blank": "name ",
    }
    for kind, key in lookalikes.items():
        renamed = {key if old == "name" else old: value for old, value in content.items()}
        found[f"{kind} key instead"] = assemble(renamed)
        found[f"{kind} key as well"] = signed({**content, key: "x"})
    found["lone surrogate as a key"] = signed({**content, "\ud800": 1})
    found["markup as a key"] = signed({**content, "<img src=x onerror=alert(1)>": 1})
    found["terminal codes as a key"] = signed({**content, "\x1b]0;x\x07\x1b[2J\r\n": 1})
    found["key of 4 MiB"] = signed({**content, "k" * (4 * MIB): 1})
    for key in content:
        without = {other: value for other, value in content.items() if other != key}
        found[f"without {key}"] = assemble(without) if key == "sha256" else signed(without)
    return found


def _at(content, place):
    for step in place.split("."):
        content = content[int(step) if step.isdigit() else step]
    return content


# weights


def _tensors(content):
    """The header of the good weights and their data."""
    model = content["model"]
    length = int.from_bytes(model[:8], "little")
    return json.loads(model[8 : 8 + length]), model[8 + length :]


def safetensors(header, data, *, length=None):
    """Weights with any header, a dict or bytes."""
    encoded = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(encoded) if length is None else length) + encoded + data


def _changed(header, **changes):
    """The header with the first tensor's entry changed."""
    first = next(iter(header))
    return {**header, first: {**header[first], **changes}}


def weights(good):
    """Weights that lie about themselves."""
    content = read_plain(good)
    header, data = _tensors(content)
    first, second, *_ = header
    start, end = header[first]["data_offsets"]
    shape = header[first]["shape"]
    encoded = json.dumps(header).encode()
    floats = np.frombuffer(data, "<f4")
    tiny = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
    repeated = encoded[:-1] + b", " + json.dumps({first: header[first]}).encode()[1:]
    lying = encoded[:-1] + b", " + json.dumps({first: {**header[first], "shape": [1]}}).encode()[1:]

    def spoiled(value, place=0):
        changed = floats.copy()
        changed[place] = value
        return safetensors(header, changed.tobytes())

    models = {
        "no bytes": b"",
        "seven bytes": bytes(7),
        "eight NULs": bytes(8),
        "header only": safetensors(header, b""),
        "data only": data,
        "header of 2**63 bytes": safetensors(encoded, data, length=2**63),
        "header of 2**64 - 1 bytes": safetensors(encoded, data, length=2**64 - 1),
        "header of 2**64 - 8 bytes": safetensors(encoded, data, length=2**64 - 8),
        "header longer than the file": safetensors(
            encoded, data, length=len(encoded) + len(data) + 1
        ),
        "header to the end of the file": safetensors(
            encoded, data, length=len(encoded) + len(data)
        ),
        "header one byte too short": safetensors(encoded, data, length=len(encoded) - 1),
        "header of 6 MiB of blanks": safetensors(encoded + b" " * (6 * MIB), data),
        "header of 100,000 tensors": safetensors({f"{i:x}": tiny for i in range(100_000)}, b""),
        "header of 200 tensors": safetensors(
            {**header, **{f"{i:x}": tiny for i in range(200)}}, data
        ),
        "header nested 7,000 deep": safetensors(
            b'{"a":' + b"[" * 7_000 + b"]" * 7_000 + b"}", data
        ),
        "header nested 100,000 deep": safetensors(b'{"a":' + b"[" * 100_000, data),
        "shape nested 5,000 deep": safetensors(
            b'{"%s":{"dtype":"F32","shape":' % first.encode() + b"[" * 5_000 + b"]" * 5_000 + b"}}",
            data,
        ),
        "header not UTF-8": safetensors(encoded.replace(b"F32", b"\xff\xfe2", 1), data),
        "header in UTF-16": safetensors(json.dumps(header).encode("utf-16"), data),
        "header in UTF-16 without a mark": safetensors(
            json.dumps(header).encode("utf-16-le"), data
        ),
        "header in UTF-32": safetensors(json.dumps(header).encode("utf-32"), data),
        "header behind a byte order mark": safetensors(b"\xef\xbb\xbf" + encoded, data),
        "header behind blanks": safetensors(b"  " + encoded, data),
        "header is a list": safetensors(b"[]", data),
        "header is a number": safetensors(b"1", data),
        "header is NaN": safetensors(b"NaN", data),
        "header is empty": safetensors(b"{}", b""),
        "header of numbers": safetensors({first: 1}, data),
        "header with a lone surrogate": safetensors(
            encoded.replace(b'"embedding', b'"\\ud800', 1), data
        ),
        "header with a control character": safetensors(
            encoded.replace(b"F32", b"F\x0032", 1), data
        ),
        "metadata": safetensors({"__metadata__": {"format": "pt"}, **header}, data),
        "metadata of markup": safetensors(
            {"__metadata__": {"<script>": "![](http://x.example/)"}, **header}, data
        ),
        "metadata that is no dict": safetensors({"__metadata__": "x", **header}, data),
        "unknown field of a tensor": safetensors(
            _changed(header, note="<script>alert(1)</script>"), data
        ),
        "tensor named twice, alike": safetensors(repeated, data),
        "tensor named twice, differently": safetensors(lying, data),
        "field named twice": safetensors(
            encoded.replace(b'"dtype"', b'"dtype": "I64", "dtype"', 1), data
        ),
        "no dtype": safetensors(
            {**header, first: {"shape": shape, "data_offsets": [start, end]}}, data
        ),
        "no shape": safetensors(
            {**header, first: {"dtype": "F32", "data_offsets": [start, end]}}, data
        ),
        "no offsets": safetensors({**header, first: {"dtype": "F32", "shape": shape}}, data),
        "dtype that is no text": safetensors(_changed(header, dtype=["F32"]), data),
        "shape of floats": safetensors(_changed(header, shape=[float(n) for n in shape]), data),
        "shape that is a text": safetensors(_changed(header, shape="8"), data),
        "shape that is null": safetensors(_changed(header, shape=None), data),
        "shape of terabytes": safetensors(_changed(header, shape=[2**20, 2**20, 2**10]), data),
        "shape whose product overflows": safetensors(
            _changed(header, shape=[2**32, 2**32, 2**32]), data
        ),
        "negative shape": safetensors(_changed(header, shape=[-n for n in shape]), data),
        "shape of a number of 5,000 digits": safetensors(
            encoded.replace(b'"shape": [', b'"shape": [' + b"9" * 5_000 + b",", 1), data
        ),
        "shape with a one more": safetensors(_changed(header, shape=[*shape, 1]), data),
        "offsets overlap": safetensors(
            {
                **header,
                second: {
                    **header[second],
                    "data_offsets": [start, start + header[second]["data_offsets"][1] - end],
                },
            },
            data,
        ),
        "offsets swapped": safetensors(_changed(header, data_offsets=[end, start]), data),
        "offsets of one number": safetensors(_changed(header, data_offsets=[start]), data),
        "offsets of three numbers": safetensors(
            _changed(header, data_offsets=[start, end, end]), data
        ),
        "offsets beyond the data": safetensors(
            _changed(header, data_offsets=[start + 2**40, end + 2**40]), data
        ),
        "offsets of 2**64 - 1": safetensors(
            _changed(header, data_offsets=[2**64 - 1, 2**64 - 1 + end - start]), data
        ),
        "offsets of 2**63": safetensors(
            _changed(header, data_offsets=[2**63, 2**63 + end - start]), data
        ),
        "negative offsets": safetensors(_changed(header, data_offsets=[-4, end - start - 4]), data),
        "offsets of floats": safetensors(_changed(header, data_offsets=[0.0, float(end)]), data),
        "offsets that are NaN": safetensors(
            _changed(header, data_offsets=[math.nan, math.nan]), data
        ),
        "offsets that are null": safetensors(_changed(header, data_offsets=None), data),
        "offsets that are texts": safetensors(_changed(header, data_offsets=["0", str(end)]), data),
        "offsets one byte off": safetensors(
            _changed(header, data_offsets=[start + 1, end + 1]), data
        ),
        "data one byte too short": safetensors(header, data[:-1]),
        "data one byte too long": safetensors(header, data + b"\0"),
        "a megabyte behind the data": safetensors(header, data + bytes(MIB)),
        "NaN": spoiled(math.nan),
        "NaN at the end": spoiled(math.nan, -1),
        "infinity": spoiled(math.inf),
        "negative infinity": spoiled(-math.inf, -1),
        "greatest float": spoiled(3.4e38),
        "all greatest floats": safetensors(header, np.full_like(floats, 3.4e38).tobytes()),
        "all denormal": safetensors(header, np.full_like(floats, 1e-45).tobytes()),
        "all minus zero": safetensors(header, np.full_like(floats, -0.0).tobytes()),
        "reversed": safetensors(header, floats[::-1].tobytes()),
        "other byte order": safetensors(header, floats.astype(">f4").tobytes()),
        **{
            f"dtype {dtype}": safetensors(
                {key: {**entry, "dtype": dtype} for key, entry in header.items()}, data
            )
            for dtype in (
                "F64",
                "F16",
                "BF16",
                "I32",
                "U8",
                "BOOL",
                "F8_E4M3",
                "C64",
                "f32",
                "",
                "F32 ",
            )
        },
    }
    return {
        f"weights: {what}": signed(put(copy.deepcopy(content), "model", model))
        for what, model in models.items()
    }


# whole networks of zeros, whose probabilities are a half, so that the golden patients agree


def blank(content, **settings):
    """The good bundle with other settings and fitting weights, all of them zero."""
    changed = copy.deepcopy(content)
    changed["settings"] |= settings
    s = changed["settings"]
    kinds = [entry["kind"] for entry in changed["features"]]
    # a number that is a category too has no flag of its own
    numbers = kinds.count("scale") * (2 if s["missing_flags"] else 1) + kinds.count("both")
    codes = sum(len(classes) + 1 for classes in changed["encoders"].values())
    n_inputs = numbers + len(changed["encoders"]) * (
        s["embedding_dim"] if s["categories"] == "embedding" else 1
    )
    widths = [n_inputs, *s["hidden"]]
    layers = [(f"hidden.{i}", pair) for i, pair in enumerate(itertools.pairwise(widths))] + [
        ("logit", (widths[-1], 1))
    ]
    layers += [("linear_path", (n_inputs, 1))] if s["linear_path"] and s["hidden"] else []
    shapes = (
        {"embedding.weight": [s["members"], codes, s["embedding_dim"]]}
        if s["categories"] == "embedding"
        else {}
    )
    for layer, (before, after) in layers:
        shapes |= {
            f"{layer}.weight": [s["members"], before, after],
            f"{layer}.bias": [s["members"], 1, after],
        }
    header, place = {}, 0
    for tensor, shape in shapes.items():
        header[tensor] = {
            "dtype": "F32",
            "shape": shape,
            "data_offsets": [place, place + 4 * math.prod(shape)],
        }
        place += 4 * math.prod(shape)
    changed["model"] = safetensors(header, bytes(place))
    for entry in changed["golden"]:
        entry["probability"] = 0.5
    return changed


def largest(content, **settings):
    """A blank bundle with as many members as 8 MiB can hold."""
    sizes = [len(blank(content, members=members, **settings)["model"]) for members in (1, 2)]
    members = min(512, (MAX_BYTES - 2**15 - sizes[0]) // (sizes[1] - sizes[0]))
    return blank(content, members=members, **settings)


def _only(content, kept):
    """The bundle with only some features."""
    changed = copy.deepcopy(content)
    numbers = [entry["name"] for entry in content["features"] if entry["kind"] == "scale"]
    changed["features"] = [entry for entry in changed["features"] if entry["name"] in kept]
    changed["encoders"] = {
        feature: classes for feature, classes in changed["encoders"].items() if feature in kept
    }
    places = [place for place, number in enumerate(numbers) if number in kept]
    changed["scaler"] = {
        key: [values[place] for place in places] for key, values in changed["scaler"].items()
    }
    return changed


def networks(good):
    """Whole other networks: too large, or such that some patient's probability is no number."""
    content = read_plain(good)
    wrong = put(largest(content, hidden=[256]), "golden.0.probability", 0.4)
    folded = _only(content, [*content["encoders"], "age", "chol", "thalach", "oldpeak"])
    folding = put(
        largest(folded, hidden=[256], embedding_dim=1, missing_flags=False),
        "golden.0.probability",
        0.4,
    )
    no_flags = put(
        largest(content, hidden=[256], embedding_dim=1, missing_flags=False),
        "golden.0.probability",
        0.4,
    )
    flags = put(largest(folded, hidden=[256], embedding_dim=1), "golden.0.probability", 0.4)
    deep = put(largest(content, hidden=[256] * 4), "golden.0.probability", 0.4)
    wide = put(largest(content, hidden=[1], embedding_dim=16), "golden.0.probability", 0.4)
    overflowing = put(put(blank(content), "scaler.scale.0", 1.5e-37), "scaler.mean.0", 80.0)
    unknown_age = put(put(blank(content), "scaler.scale.0", 1e-10), "scaler.median.0", 1e30)
    return {
        "valid but more than 8 MiB": signed(blank(content, members=512, hidden=[64])),
        "largest weights, wrong golden probability": signed(wrong),
        "weights that grow when folded, wrong golden probability": signed(folding),
        "weights that grow when folded, of all features, wrong golden probability": signed(
            no_flags
        ),
        "weights that grow when folded, with flags, wrong golden probability": signed(flags),
        "deepest network, wrong golden probability": signed(deep),
        "widest embedding, wrong golden probability": signed(wide),
        "golden probabilities all a half, wrong": signed(
            {**content, "golden": blank(content)["golden"]}
        ),
        "weights all zero, golden probabilities of others": signed(
            {**blank(content), "golden": content["golden"]}
        ),
        "scale so small that young patients get no number": signed(overflowing),
        "median so large that patients of unknown age get no number": signed(unknown_age),
        "512 members of 4 layers claimed": signed(
            _put_all(content, {"settings.members": 512, "settings.hidden": [256] * 4})
        ),
        "no hidden layers claimed": signed(put(copy.deepcopy(content), "settings.hidden", [])),
        "no linear path claimed": signed(_put_all(content, {"settings.linear_path": False})),
        "no feature but those of other weights": signed(_only(content, ["age"])),
        "features in another order": signed({**content, "features": content["features"][::-1]}),
    }


# values


TEXT_PLACES = [
    "format",
    "name",
    "created_at",
    "features.0.name",
    "features.0.kind",
    "features.0.unit",
    "features.1.codes.0.1",
    "encoders.thal.0",
    "settings.recipe",
    "settings.device",
    "settings.categories",
    "settings.device_used",
    "threshold.rule",
    "threshold.chosen_on",
    "recalibration.method",
    "data.cohort",
    "data.fingerprint",
    "golden.0.patient.thal",
    "versions.torch",
    "sha256",
]
TEXTS = {
    "markup": "<script>alert(1)</script>",
    "markdown": "![x](https://evil.example/x.png)",
    "bidi": "\u202egnp.exe",
    "zero-width": "a\u200b\u2060\ufeffb",
    "a newline": "a\nb",
    "a final newline": "cleveland\n",
    "terminal codes": "\x1b[2J\x1b]0;owned\x07",
    "a NUL": "a\0b",
    "a lone surrogate": "a\ud800",
    "text of 100,000 characters": "x" * 100_000,
    "text of 40 emojis": "\U0001f600" * 40,
    "combining marks": "e" + "\u0301" * 30,
    "a path": "../../etc/passwd",
    "a template": "{0.__class__} %s ${HOME}",
}


def texts(good):
    """Every text field with every kind of text that could do harm where it is shown."""
    content = read_plain(good)
    found = {}
    for place in TEXT_PLACES:
        for kind, value in TEXTS.items():
            changed = put(copy.deepcopy(content), place, value)
            found[f"{place} is {kind}"] = (
                assemble(changed) if place == "sha256" else signed(changed)
            )
    paths = [
        "/etc/passwd",
        "..",
        ".",
        "a/b",
        "a\\b",
        "C:x",
        "~",
        "con.",
        "a.joblib",
        "%2e%2e",
        "name\u2215x",
        "",
        " ",
        "-" * 65,
    ]
    found |= {f"name is the path {path!a}": signed({**content, "name": path}) for path in paths}
    cohorts = [
        "/etc/passwd",
        "..\\x",
        "file:///etc/passwd",
        "./a",
        "~root",
        "C:\\x",
        "",
        " ",
        "a" * 81,
        "_x_",
        "`x`",
        "*x*",
        "$x$",
        "a:b",
    ]
    found |= {
        f"cohort is the path {path[:20]!a}": signed(
            put(copy.deepcopy(content), "data.cohort", path)
        )
        for path in cohorts
    }
    return found


FLOATS = [
    "scaler.mean.0",
    "scaler.scale.0",
    "scaler.median.0",
    "features.0.range.0",
    "features.0.training_range.0",
    "threshold.value",
    "threshold.cost_ratio",
    "settings.lr",
    "settings.dropout",
    "settings.time_limit",
    "recalibration.slope",
    "recalibration.intercept",
    "metrics.test.figures.roc_auc.0",
    "golden.0.probability",
]
INTS = [
    "format_version",
    "settings.members",
    "settings.embedding_dim",
    "settings.epochs_run",
    "settings.random_state",
    "settings.batch_size",
    "data.n",
    "data.positives",
    "metrics.train.n",
    "metrics.train.positives",
    "metrics.train.confusion.tn",
    "recalibration.patients",
    "learnt.train.others",
]
LISTS = [
    "features",
    "features.0.range",
    "features.0.training_range",
    "features.1.codes",
    "features.1.codes.0",
    "scaler.mean",
    "scaler.scale",
    "scaler.median",
    "encoders.sex",
    "encoders.thal",
    "settings.hidden",
    "metrics.valid.figures.brier",
    "golden",
    "recalibration.knots",
]
DICTS = [
    "scaler",
    "encoders",
    "settings",
    "threshold",
    "recalibration",
    "metrics",
    "metrics.test",
    "metrics.test.confusion",
    "metrics.test.figures",
    "data",
    "golden.0",
    "versions",
    "features.0",
]


def kinds(good):
    """Each value with another kind, and each list with another length."""
    content = read_plain(good)
    values = {
        place: [math.nan, math.inf, -math.inf, 1e308, True, 1, "1", None, []] for place in FLOATS
    }
    values |= {
        place: [True, 1.0, "1", None, -1, 2**63 - 1, -(2**63), math.nan, [1]] for place in INTS
    }
    values |= {
        place: [
            {},
            None,
            "",
            b"",
            0,
            [None] * 3,
            [[]] * 2,
            [math.nan],
            [True, False],
            ["x"] * 10_000,
        ]
        for place in LISTS
    }
    values |= {place: [{}, [], None, "", b"x", 0, {"x": 1}] for place in DICTS}
    values["metrics.test.figures.roc_auc.0"].remove(None)  # a figure may be unknown
    values["metrics.valid.figures.brier"].remove([None] * 3)
    found = {}
    for place, candidates in values.items():
        for value in candidates:
            shown = (
                f"{len(value)} items"
                if isinstance(value, list) and len(value) > 10
                else repr(value)
            )
            found[f"{place} is {shown}"] = signed(put(copy.deepcopy(content), place, value))
    for place in ("scaler.mean", "scaler.scale", "scaler.median", "features", "golden"):
        for what, changed in {
            "one too few": _at(content, place)[:-1],
            "one too many": [*_at(content, place), _at(content, place)[0]],
        }.items():
            found[f"{place} has {what}"] = signed(put(copy.deepcopy(content), place, changed))
    return found


CONTRADICTIONS = {
    "a version of the future": {"format_version": 4},
    "version 2 with the parts of 3": {"format_version": 2},
    "more patients learnt from than there are": {"learnt.train.public": b"\xff" * 115},
    "nobody learnt from": {"learnt.train.public": b"\0" * 115},
    "a bit map that is cut": {"learnt.train.public": b"\xff" * 114},
    "a version of the far future": {"format_version": 10**18},
    "version 0": {"format_version": 0},
    "version 1 with the parts of 2": {"format_version": 1},
    "a scale of minus zero": {"scaler.scale.0": -0.0},
    "a scale of zero": {"scaler.scale.0": 0.0},
    "a negative scale": {"scaler.scale.0": -1.0},
    "a denormal scale": {"scaler.scale.0": 5e-324},
    "all scales denormal": {"scaler.scale": [5e-324] * 6},
    "a huge mean": {"scaler.mean.0": 1e30},
    "a huge median": {"scaler.median.2": 1e30},
    "a date of the year 0": {"created_at": "0000-01-01T00:00:00+00:00"},
    "a date of month 13": {"created_at": "2024-13-01T00:00:00+00:00"},
    "a date in other digits": {"created_at": "٢٠٢٤-05-01T12:00:00+00:00"},
    "a date in another zone": {"created_at": "2024-05-01T12:00:00+01:00"},
    "positives above all": {"data.positives": 304},
    "positives above a part": {"metrics.test.positives": 10**9},
    "confusion that does not add up": {"metrics.test.confusion.tn": 10**6},
    "confusion with other positives": {
        "metrics.test.confusion": {"tn": 61, "fp": 0, "fn": 0, "tp": 0}
    },
    "parts larger than the whole": {"data.n": 2, "data.positives": 1},
    "a part with nobody": {"metrics.test.n": 0, "metrics.test.positives": 0},
    "an accuracy of 5": {"metrics.test.figures.accuracy": [5.0, 4.0, 6.0]},
    "a negative accuracy": {"metrics.test.figures.accuracy": [-0.5, -0.6, -0.4]},
    "a ROC AUC of 1e30": {"metrics.test.figures.roc_auc": [1e30, 1e30, 1e30]},
    "a negative log-loss": {"metrics.test.figures.log_loss": [-1.0, -2.0, -0.5]},
    "an interval that descends": {"metrics.test.figures.roc_auc": [0.9, 0.95, 0.8]},
    "an interval beside its value": {"metrics.test.figures.roc_auc": [0.9, 0.1, 0.2]},
    "an interval with one end": {"metrics.test.figures.roc_auc": [0.9, None, 0.95]},
    "bayes at another threshold": {"threshold.value": 0.9},
    "bayes that wants a sensitivity": {"threshold.at_least": 0.95},
    "bayes on valid": {"threshold.chosen_on": "valid"},
    "sensitivity without saying which": {
        "threshold.rule": "sensitivity",
        "threshold.chosen_on": "valid",
        "threshold.at_least": None,
    },
    "sensitivity of zero": {
        "threshold.rule": "sensitivity",
        "threshold.chosen_on": "valid",
        "threshold.at_least": 0.0,
    },
    "no recalibration with a slope": {"recalibration.slope": 3.0},
    "no recalibration with an intercept": {"recalibration.intercept": 3.0},
    "no recalibration on patients": {"recalibration.patients": 100},
    "temperature on nobody": {"recalibration.method": "temperature"},
    "another slope": {
        "recalibration.method": "temperature",
        "recalibration.slope": 2.0,
        "recalibration.patients": 100,
    },
    "isotonic without knots": {"recalibration.method": "isotonic"},
    "isotonic with one knot": {
        "recalibration.method": "isotonic",
        "recalibration.knots": [[0.1, 0.2]],
    },
    "isotonic knots that fall": {
        "recalibration.method": "isotonic",
        "recalibration.knots": [[0.1, 0.9], [0.9, 0.1]],
    },
    "isotonic knots at one place": {
        "recalibration.method": "isotonic",
        "recalibration.knots": [[0.5, 0.1], [0.5, 0.9]],
    },
    "isotonic knots out of order": {
        "recalibration.method": "isotonic",
        "recalibration.knots": [[0.9, 0.9], [0.1, 0.1]],
    },
    "isotonic knots a denormal apart": {
        "recalibration.method": "isotonic",
        "recalibration.knots": [[0.0, 0.1], [5e-324, 0.9]],
        "recalibration.patients": 1200,
    },
    "isotonic knots so close that a line between them overflows": {
        "recalibration.method": "isotonic",
        "recalibration.knots": [[0.0, 0.0], [1e-310, 0.1], [1.0, 0.1]],
        "recalibration.patients": 1200,
    },
    "isotonic knots of other answers": {
        "recalibration.method": "isotonic",
        "recalibration.knots": [[0.0, 0.0], [1.0, 0.1]],
    },
    "too many knots": {
        "recalibration.method": "isotonic",
        "recalibration.knots": [[i / 1000, i / 1000] for i in range(1000)],
    },
    "knots for a line": {
        "recalibration.method": "platt",
        "recalibration.knots": [[0.0, 0.0], [1.0, 1.0]],
    },
    "epochs beyond the most": {"settings.epochs_run": 9},
    "a feature twice": {"features.1.name": "cp"},
    "a kind swapped": {"features.0.kind": "label"},
    "a unit swapped": {"features.0.unit": "mm Hg"},
    "a range that no patient fits": {"features.0.range": [0.0, 1.0]},
    "a range beyond the schema's": {"features.0.range": [18.0, 1e30]},
    "a code range swapped": {"features.1.codes": [[1, "female"], [0, "male"]]},
    "codes that are floats": {"features.1.codes": [[0.0, "female"], [1.0, "male"]]},
    "codes that are bools": {"features.1.codes": [[False, "female"], [True, "male"]]},
    "a training range that descends": {"features.0.training_range": [77.0, 34.0]},
    "a training range outside the possible": {"features.0.training_range": [-1e30, 1e30]},
    "a training range of a category": {"features.1.training_range": [0.0, 1.0]},
    "encoders that descend": {"encoders.cp": [4, 3, 2, 1]},
    "encoders that repeat": {"encoders.cp": [1, 2, 3, 3]},
    "encoders of other codes": {"encoders.cp": [5, 6, 7, 8]},
    "encoders of another type": {"encoders.cp": [1.0, 2.0, 3.0, 4.0]},
    "encoders of mixed types": {"encoders.thal": ["fixed", 1, "reversible"]},
    "encoders of nothing": {"encoders.cp": []},
    "encoders that are NaN": {"encoders.cp": [math.nan] * 4},
    "an encoder of a number": {"encoders": {"age": [1]}},
    "a golden patient of 3 years": {"golden.0.patient.age": 3},
    "a golden patient of infinite age": {"golden.0.patient.age": math.inf},
    "a golden patient of NaN pressure": {"golden.3.patient.trestbps": math.nan},
    "a golden patient whose age is a text": {"golden.0.patient.age": "80"},
    "a golden patient with another code": {"golden.0.patient.cp": 7},
    "a golden patient whose code is a huge number": {"golden.0.patient.cp": 2**63 - 1},
    "a golden patient of whom nothing is known": {"golden.0.patient": {}},
    "a golden patient from elsewhere": {"golden.0.patient.weight": 70},
    "a golden patient in other digits": {"golden.0.patient.age": "８０"},
    "a golden probability of 2": {"golden.0.probability": 2.0},
    "a golden probability a little wrong": {"golden.0.probability": 0.3},
    "one golden patient six times": {"golden": [{"patient": {"age": 50}, "probability": 0.5}] * 6},
    "a digest of another kind": {"sha256": "0" * 40},
    "a digest in capitals": {"sha256": "A" * 64},
    "a wrong digest": {"sha256": "0" * 64},
    "a member more": {"settings.members": 3},
    "a wider layer": {"settings.hidden": [9]},
    "a layer more": {"settings.hidden": [8, 8]},
    "another embedding": {"settings.embedding_dim": 16},
    "codes instead of vectors": {"settings.categories": "codes"},
    "no flags": {"settings.missing_flags": False},
    "five layers": {"settings.hidden": [8] * 5},
    "a layer of 257": {"settings.hidden": [257]},
    "513 members": {"settings.members": 513},
}
"""Content that is well formed and cannot be true."""


def _put_all(content, changes):
    changed = copy.deepcopy(content)
    for place, value in changes.items():
        put(changed, place, value)
    return changed


def contradictions(good):
    content = read_plain(good)
    return {
        what: (
            assemble(_put_all(content, changes))
            if "sha256" in changes
            else signed(_put_all(content, changes))
        )
        for what, changes in CONTRADICTIONS.items()
    }


def others(good):
    """Other files, and values that are no bundle."""
    content = read_plain(good)
    values = {
        "None": None,
        "a number": 1,
        "a text": "heart-bundle",
        "bytes": b"heart-bundle",
        "a list": [content],
        "an empty dict": {},
    }
    values |= {
        "a dict of another format": {"format": "x"},
        "a format only": {"format": "heart-bundle"},
        "a bundle in a bundle": {"a": content},
    }
    files = {
        "a table": b"age,sex,cp\n63,1,1\n",
        "a web page": b"<!doctype html><script>alert(1)</script>",
        "a script": f"#!{sys.executable}\nimport os\n".encode(),
        "an ELF file": b"\x7fELF\x02\x01\x01" + bytes(64),
        "a PNG": b"\x89PNG\r\n\x1a\n" + bytes(64),
        "an NPY file": (
            b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
            + b" " * 60
            + b"\n"
        ),
        "JSON": json.dumps({"format": "heart-bundle"}).encode(),
        "bare weights": content["model"],
        "terminal codes": b"\x1b[2J\x1b]0;owned\x07",
    }
    return {f"{what} instead": assemble(value) for what, value in values.items()} | {
        f"file: {what}": file for what, file in files.items()
    }


def corpus(good, marker):
    """Hostile and damaged files by name; none is a bundle. Those in `EXECUTING` create the file
    `marker` when they are unpickled.
    """
    groups = [
        executing_files(good, marker),
        sleeping_files(good, marker),
        bombs(good),
        damaged_files(good),
        claims(),
        structures(good),
        keys(good),
        weights(good),
        networks(good),
        texts(good),
        kinds(good),
        contradictions(good),
        others(good),
    ]
    found = {}
    for group in groups:
        if twice := found.keys() & group.keys():
            raise KeyError(*twice)
        found |= group
    return found
