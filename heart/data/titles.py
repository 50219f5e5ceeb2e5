"""What a cohort is called whose patients came in a file."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePath

from heart.data.cohort import Cohort
from heart.data.shipped import SHIPPED, load_shipped

NAMELESS = "upload"
MAX_TITLE, MAX_SOURCE = 60, 120
_OTHER = re.compile(r"[^A-Za-z0-9 _.,()%+-]+")


def title_of(file_name: str) -> str:
    """A file's name without its ending, in the plain letters that a bundle can hold.

    Accents go, runs of other characters become one "_"; a name of which nothing is left is
    "upload".

    >>> title_of("heart.csv"), title_of("Données été.csv"), title_of("данные.csv")
    ('heart', 'Donnees ete', 'upload')
    """
    plain = unicodedata.normalize("NFKD", PurePath(file_name).stem)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    title = re.sub(r"^[^A-Za-z0-9]+", "", _OTHER.sub("_", plain))
    return title[:MAX_TITLE].rstrip("_ ") or NAMELESS


def mark_own(name: str) -> str:
    """What a table of one's own is called that is none of the shipped ones."""
    return f"{name} (own file)" if set(name.split("+")) <= set(SHIPPED) else name


def own_title(cohort: Cohort) -> str:
    """What a table of one's own is called: not as shipped cohorts are, unless it is that table."""
    names = cohort.name.split("+")
    if not set(names) <= set(SHIPPED):
        return cohort.name
    is_possible = len(set(names)) == len(names)
    is_shipped = is_possible and load_shipped(cohort.name).fingerprint == cohort.fingerprint
    return cohort.name if is_shipped else mark_own(cohort.name)
