"""Headers of Parquet's pages, written here by hand: Thrift's compact protocol."""

import pytest

from heart.data.formats.pages import Page, read_page

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, STRUCT = range(1, 11)
STRUCT = 12
STOP = b"\0"


def unsigned(value):
    """A number in groups of seven bits, the lowest first."""
    groups = []
    while value > 127:
        groups.append(value & 127 | 128)
        value >>= 7
    return bytes([*groups, value])


def signed(value):
    """Zigzag: 0, -1, 1, -2 …"""
    return unsigned(2 * value if value >= 0 else -2 * value - 1)


def field(kind, content=b"", *, step=1, long=None):
    """A field, its number a step from the last one's, or written out."""
    begin = bytes([step << 4 | kind]) if long is None else bytes([kind]) + signed(long)
    return begin + content


SIZES = field(I32, signed(0)) + field(I32, signed(300)) + field(I32, signed(200))


@pytest.mark.parametrize(("unpacked", "packed"), [(0, 0), (1, 1), (300, 200), (2**31 - 1, 5)])
def test_sizes_are_the_second_and_third_field_and_the_page_ends_behind_them(unpacked, packed):
    sizes = [field(I32, signed(value)) for value in (0, unpacked, packed)]
    header = b"".join(sizes) + STOP
    start = 7
    assert read_page(b"x" * start + header, start) == Page(
        unpacked, packed, start + len(header) + packed
    )


@pytest.mark.parametrize(
    "other",
    [
        field(TRUE),
        field(FALSE),
        field(BYTE, b"\xff"),
        field(I16, signed(-300)),
        field(I64, signed(2**62)),
        field(DOUBLE, b"\xff" * 8),
        field(BINARY, unsigned(200) + b"\xff" * 200),
        field(STRUCT, STOP),
        field(STRUCT, field(I32, signed(7)) + field(TRUE, long=90) + field(BYTE, b"\1") + STOP),
        field(STRUCT, field(STRUCT, field(I32, signed(7), long=2) + STOP) + STOP),
        field(I32, signed(9), long=90),
    ],
)
def test_other_fields_are_passed_over(other):
    header = SIZES + other + STOP
    assert read_page(header, 0) == Page(300, 200, len(header) + 200)


@pytest.mark.parametrize(
    ("fields", "sizes"),
    [
        (field(I32, signed(4), long=3) + field(I32, signed(5), long=2), (5, 4)),
        (field(I32, signed(5), step=2) + field(I32, signed(4)), (5, 4)),
        (field(I16, signed(5), step=2) + field(I64, signed(4)), (5, 4)),
    ],
)
def test_fields_are_numbered_by_steps_or_written_out(fields, sizes):
    assert read_page(fields + STOP, 0)[:2] == sizes


@pytest.mark.parametrize(
    "fields",
    [
        field(I32, signed(5), step=2),  # no packed size
        field(I32, signed(5), step=3),  # no unpacked one
        field(I32, signed(-1), step=2) + field(I32, signed(4)),
        field(I32, signed(1), step=2) + field(I32, signed(-4)),
        SIZES + field(LIST),
        SIZES + field(0),
    ],
)
def test_header_without_two_sizes_or_with_a_list_is_none(fields):
    with pytest.raises(ValueError, match=r"^$"):
        read_page(fields + STOP, 0)


@pytest.mark.parametrize(("depth", "is_read"), [(9, True), (10, False)])
def test_structures_are_passed_over_to_a_depth(depth, is_read):
    header = SIZES + field(STRUCT) * depth + STOP * depth + STOP
    if is_read:
        assert read_page(header, 0).end == len(header) + 200
    else:
        with pytest.raises(ValueError, match=r"^$"):
            read_page(header, 0)


@pytest.mark.parametrize(("n_bytes", "is_read"), [(512, True), (513, False)])
def test_header_has_at_most_512_bytes(n_bytes, is_read):
    header = SIZES + field(TRUE) * (n_bytes - len(SIZES) - 1) + STOP
    assert len(header) == n_bytes
    if is_read:
        assert read_page(header, 0).end == n_bytes + 200
    else:
        with pytest.raises(ValueError, match=r"^$"):
            read_page(header, 0)


@pytest.mark.parametrize(("n_bytes", "is_read"), [(10, True), (11, False)])
def test_number_has_at_most_ten_bytes(n_bytes, is_read):
    number = b"\x80" * (n_bytes - 1) + b"\1"
    header = SIZES + field(I64, number) + STOP
    if is_read:
        assert read_page(header, 0).unpacked == 300
    else:
        with pytest.raises(ValueError, match=r"^$"):
            read_page(header, 0)
