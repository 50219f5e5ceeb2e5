"""What long work is under way: the tab remembers its name, so that a page which comes back to
another session, as after a restart of the server, can say what did not come to an end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from heart.ui.browser_part import browser_part
from heart.ui.session import Session, get_session

MAX_NAME = 80
"""Letters of a name that is taken back from a browser."""


@contextmanager
def under_way(name: str) -> Iterator[None]:
    """The tab knows of this work for as long as the block lasts. A visitor who stops it or leaves
    ends the run of the page in the middle; the end of the next run tells the tab (`unsaved`).

    Args:
        name: what the visitor has pressed, or what it began.
    """
    session = get_session()
    _tell(session, name)
    try:
        yield
    except Exception:
        _tell(session, "")
        raise
    _tell(session, "")


def _tell(session: Session, name: str) -> None:
    session.works += 1
    key = f"under_way_{session.works}"  # a run may have several, which Streamlit wants told apart
    browser_part("unsaved")(
        key=key,
        data={"work": name, "session": session.token},
        width="content",
        height="content",
    )


def is_name(said: object) -> bool:
    r"""Whether what a browser says can be the name of some work, or none.

    >>> is_name("Training"), is_name(""), is_name("a\n\n# b"), is_name(7)
    (True, True, False, False)
    """
    return isinstance(said, str) and len(said) <= MAX_NAME and said.isprintable()
