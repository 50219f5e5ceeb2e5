"""One file that carries the model with its preprocessors, and can be read from a stranger without
running anything.
"""

from heart.bundle.bundle import Bundle, Provenance
from heart.bundle.storage import load_bundle, save_bundle, serialise_bundle

__all__ = ["Bundle", "Provenance", "load_bundle", "save_bundle", "serialise_bundle"]
