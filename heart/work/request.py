"""What is asked of a working process, and what it says: pickles between processes of this program,
which nobody else can write to.

A message is its length in 8 bytes and a pickle of its kind and its value.
"""

from __future__ import annotations

import hashlib
import pickle
import socket
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from heart.apart.serving import describe_defect
from heart.errors import HeartError

Kind = Literal["told", "done", "refused", "defect"]
_LENGTH = 8


class Request(NamedTuple):
    """A call that takes long.

    Attributes:
        call: a function of this package with its arguments (`functools.partial`), all of which
            can be pickled.
        told_as: the argument by which the function takes what it calls as it goes on.
    """

    call: Callable[..., Any]
    told_as: str

    @property
    def name(self) -> str:
        """Of the function."""
        return str(getattr(self.call, "func", self.call).__name__)


class Message(NamedTuple):
    """What a working process says: what it was told to tell (a list of tuples of arguments), the
    result, a refusal (`HeartError`), or where our own code has failed (a text).
    """

    kind: Kind
    value: Any


def digest_of(request: bytes) -> str:
    """SHA-256 of a pickled request: who asks for the same can share one answer."""
    return hashlib.sha256(request).hexdigest()


def write_message(connection: socket.socket, content: bytes) -> None:
    """Send a pickle.

    Raises:
        OSError: if the other side is gone.
    """
    connection.sendall(len(content).to_bytes(_LENGTH, "big"))
    connection.sendall(content)


def read_messages(connection: socket.socket) -> Iterator[bytes]:
    """Each pickle that comes, until the other side is gone."""
    with connection.makefile("rb") as stream:
        while len(head := stream.read(_LENGTH)) == _LENGTH:
            size = int.from_bytes(head, "big")
            content = stream.read(size)
            if len(content) < size:
                return
            yield content


def answer(request: Request, tell: Callable[..., object]) -> Message:
    """Do what is asked; the last message, which says how it ended.

    Args:
        request: what is asked.
        tell: hears of it as it goes on; whatever it raises ends the work.
    """
    try:
        return Message("done", request.call(**{request.told_as: tell}))
    except HeartError as error:
        return Message("refused", error)
    except Exception as error:  # noqa: BLE001  a defect of ours is raised on the other side
        return Message("defect", describe_defect(error))


def pack(message: Message) -> bytes:
    """A message as bytes; of a result that cannot travel, the defect that this is."""
    try:
        return pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        return pickle.dumps(Message("defect", describe_defect(error)))


def unpack(content: bytes) -> Any:
    """What was packed, by a process of this program: the only bytes besides a bundle's that are
    unpickled, and no stranger's (docs/SECURITY.md).
    """
    return pickle.loads(content)  # noqa: S301


def open_result(message: Message | None, lost: HeartError) -> Any:
    """The result that the last message is.

    Args:
        message: the last; None where there was none.
        lost: what is raised then.

    Raises:
        HeartError: where the work was refused, or its process ended without a word.
        RuntimeError: for a defect.
    """
    if message is None:
        raise lost
    if message.kind == "refused":
        raise message.value
    if message.kind == "defect":
        raise RuntimeError(message.value)
    return message.value
