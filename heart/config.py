"""The settings of network and training, frozen, with their bounds and the named recipes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from heart.errors import SettingsError

Device = Literal["auto", "cpu", "cuda"]
Entry = Literal["number", "category", "both"]

DEVICES: tuple[str, ...] = ("auto", "cpu", "cuda")
CATEGORY_INPUTS: tuple[str, ...] = ("embedding", "codes")
ENTRIES: tuple[str, ...] = ("number", "category", "both")
ENTRY_SETTINGS = {"slope_as": "slope", "ca_as": "ca"}
"""Setting to the feature it is about: codes with an order can be read as numbers too."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The inclusive limits of one number, its kind, and what it means."""

    low: float
    high: float
    kind: type[int | float]
    label: str
    help: str


BOUNDS: dict[str, Bound] = {
    "members": Bound(
        1,
        512,
        int,
        "Members",
        "Networks trained side by side; the probability is the mean of theirs.",
    ),
    "dropout": Bound(
        0.0,
        0.9,
        float,
        "Dropout",
        "Share of hidden units switched off at random in each training step.",
    ),
    "embedding_dim": Bound(
        1, 16, int, "Embedding size", "Length of the vector that stands for one category."
    ),
    "pieces": Bound(
        1,
        16,
        int,
        "Pieces",
        "Straight pieces that the effect of a number may consist of; 1 keeps it straight.",
    ),
    "masking": Bound(
        0.0,
        0.9,
        float,
        "Masking",
        "Share of values hidden at random in training, so that the network learns what unknown"
        " means.",
    ),
    "lr": Bound(1e-5, 0.5, float, "Learning rate", "Step size of AdamW."),
    "weight_decay": Bound(
        0.0, 10.0, float, "Weight decay", "How strongly AdamW pulls the weights towards zero."
    ),
    "batch_size": Bound(1, 65536, int, "Batch size", "Patients per training step."),
    "max_epochs": Bound(1, 500, int, "Most epochs", "Passes over the training part, at most."),
    "patience": Bound(
        0,
        500,
        int,
        "Patience",
        "Epochs without a better valid loss before training stops; 0 never stops early.",
    ),
    "random_state": Bound(
        0,
        2**31 - 1,
        int,
        "Random state",
        "Seed of the split, the first weights, the row order, dropout and masking.",
    ),
    "time_limit": Bound(
        1.0, 3600.0, float, "Time limit", "Seconds after which training stops with an error."
    ),
}

MAX_LAYERS = 4
MAX_WIDTH = 256
MAX_DIGITS = 9  # of a number that somebody types; Python itself refuses more than 4,300


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides a training run, beside the data.

    Attributes:
        recipe: the name these settings started from.
        hidden: widths of the hidden layers; none makes it a logistic regression.
        linear_path: whether the inputs also reach the logit directly, beside the hidden layers.
        categories: "embedding" gives each category a vector, "codes" uses its label code as a plain
            number.
        slope_as, ca_as: whether these codes, which have an order, enter as a number, as a category,
            or as both.
        missing_flags: whether each scaled number comes with a flag that says it was missing.
        complete_rows: whether patients with a missing value are left out.
        patience: epochs without improvement on the valid part; 0 switches early stopping off.
        device: "auto" takes CUDA where there is one.

    The other attributes are explained in `BOUNDS`.

    Raises:
        SettingsError: for a value outside its bounds.
    """

    recipe: str = "default"
    hidden: tuple[int, ...] = ()
    linear_path: bool = True
    categories: Literal["embedding", "codes"] = "embedding"
    embedding_dim: int = 8
    pieces: int = 1
    slope_as: Entry = "category"
    ca_as: Entry = "both"
    missing_flags: bool = True
    complete_rows: bool = False
    members: int = 32
    dropout: float = 0.1
    masking: float = 0.5
    lr: float = 1e-3
    weight_decay: float = 0.1
    batch_size: int = 32
    max_epochs: int = 200
    patience: int = 20
    random_state: int = 1337
    device: Device = "auto"
    time_limit: float = 600.0

    def __post_init__(self) -> None:
        for name, bound in BOUNDS.items():
            _check_number(name, getattr(self, name), bound)
        for name in ("linear_path", "missing_flags", "complete_rows"):
            _check(type(getattr(self, name)) is bool, name, "true or false", getattr(self, name))
        _check(
            type(self.recipe) is str and len(self.recipe) <= 64,
            "recipe",
            "a name of at most 64 characters",
            self.recipe,
        )
        _check(
            _is_among(self.device, DEVICES), "device", f"one of {', '.join(DEVICES)}", self.device
        )
        _check(
            _is_among(self.categories, CATEGORY_INPUTS),
            "categories",
            f"one of {', '.join(CATEGORY_INPUTS)}",
            self.categories,
        )
        for name in ENTRY_SETTINGS:
            entry = getattr(self, name)
            _check(_is_among(entry, ENTRIES), name, f"one of {', '.join(ENTRIES)}", entry)
        widths_fit = (
            type(self.hidden) is tuple
            and len(self.hidden) <= MAX_LAYERS
            and all(type(w) is int and 1 <= w <= MAX_WIDTH for w in self.hidden)
        )
        _check(
            widths_fit,
            "hidden",
            f"a tuple of at most {MAX_LAYERS} whole widths of 1 to {MAX_WIDTH}, as in (64, 32)",
            self.hidden,
        )

    @property
    def entries(self) -> dict[str, Entry]:
        """Feature to how it enters, of those that may enter in more than one way."""
        return {feature: getattr(self, name) for name, feature in ENTRY_SETTINGS.items()}

    def as_dict(self) -> dict[str, Any]:
        """Plain values: str, int, float, bool and one list."""
        return {**asdict(self), "hidden": list(self.hidden)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Settings:
        """The settings that `as_dict` wrote, of an earlier version too."""
        return cls(**{**LATER, **values, "hidden": tuple(values["hidden"])})


def _is_among(value: object, words: tuple[str, ...]) -> bool:
    return type(value) is str and value in words


def _check(is_right: object, name: str, expected: str, found: object) -> None:
    if not is_right:
        raise SettingsError(
            f"{name} to be {expected}", f"{found!r:.80}", "Choose a value inside the bounds."
        )


def _check_number(name: str, value: object, bound: Bound) -> None:
    numeric = type(value) is int if bound.kind is int else type(value) in (int, float)
    expected = (
        f"a {'whole ' if bound.kind is int else ''}number from {bound.low:g} to {bound.high:g}"
    )
    _check(numeric and bound.low <= value <= bound.high, name, expected, value)  # type: ignore[operator]


LATER: dict[str, Any] = {"pieces": 1, "slope_as": "number", "ca_as": "category"}
"""Settings that came after the first: what a file means that does not have them."""


def without_later(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings as a file of before has them, where nothing newer is used."""
    return {name: value for name, value in settings.items() if LATER.get(name) != value}


LESSON = Settings(
    recipe="lesson",
    hidden=(32,),
    linear_path=False,
    categories="codes",
    slope_as="number",
    ca_as="category",
    missing_flags=False,
    complete_rows=True,
    members=1,
    dropout=0.5,
    masking=0.0,
    lr=1e-3,
    weight_decay=0.0,
    batch_size=32,
    max_epochs=50,
    patience=0,
    random_state=1337,
)
"""The tutorial model: label codes as plain numbers, one hidden layer of 32, dropout 0.5, Adam
(AdamW without decay), 50 epochs.
"""

RECIPES: dict[str, Settings] = {"default": Settings(), "lesson": LESSON}


def get_recipe(name: str, **changes: Any) -> Settings:
    """The settings of a named recipe, with some changed.

    Raises:
        SettingsError: for an unknown recipe or a value outside its bounds.
    """
    if not _is_among(name, tuple(RECIPES)):
        raise SettingsError.unknown("a recipe", name, RECIPES)
    return replace(RECIPES[name], **changes)


def parse_widths(text: str) -> tuple[int, ...]:
    """The widths in "64, 32"; none for an empty text.

    Raises:
        SettingsError: for anything but whole numbers and commas.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isascii() and part.isdigit() and len(part) <= MAX_DIGITS for part in parts):
        raise SettingsError(
            "widths of hidden layers as in “64, 32”",
            repr(text[:40]),
            "Write whole numbers with commas between them.",
        )
    return tuple(int(part) for part in parts)
