"""An archive of XML, part by part: what is counted is allowed up to the limit and no further."""

import zipfile

import pytest

from heart.data.formats import archive
from heart.data.formats.archive import Archive, Handler
from heart.errors import CohortError
from tests.support.hostile_files import zipped


class Listener(Handler):
    """Writes down what it is shown."""

    def __init__(self):
        self.heard = []

    def start(self, name, attributes):
        self.heard.append((name, dict(attributes)))

    def text(self, text):
        self.heard.append(text)

    def end(self, name):
        self.heard.append(name)


def walk(*parts):
    """What a handler hears of the parts of one archive, one after the other."""
    opened = Archive(zipped({f"{i}.xml": part for i, part in enumerate(parts)}))
    listener = Listener()
    for i in range(len(parts)):
        opened.walk(f"{i}.xml", listener)
    return listener.heard


def refusal(*parts):
    with pytest.raises(CohortError) as caught:
        walk(*parts)
    return caught.value


def test_elements_come_without_prefix_and_text_in_one_piece():
    part = '<x:a xmlns:x="u" b="1">t&amp;u<c/></x:a>'
    assert walk(part) == [("a", {"xmlns:x": "u", "b": "1"}), "t&u", ("c", {}), "c", "a"]


def nested(depth):
    return "<a>" * depth + "</a>" * depth


def test_elements_are_read_32_deep_and_not_deeper():
    assert len(walk(nested(32), nested(32))) == 4 * 32
    error = refusal(nested(33))
    assert (error.expected, error.found) == (
        "a workbook of elements at most 32 deep",
        "deeper ones",
    )
    siblings = f"<a>{'<b/>' * 50}</a>"
    assert len(walk(siblings)) == 2 * 51


def test_elements_of_all_parts_together_are_counted(monkeypatch):
    monkeypatch.setattr(archive, "MAX_ELEMENTS", 5)
    assert len(walk("<a><b/></a>", "<a><b/><c/></a>")) == 10
    assert "at most 5 elements" in str(refusal("<a><b/></a>", "<a><b/><c/><d/></a>"))


def test_unpacked_bytes_of_all_parts_together_are_counted(monkeypatch):
    part = f"<a>{'b' * 93}</a>"
    monkeypatch.setattr(archive, "MAX_UNPACKED", 200)
    assert len(walk(part, part)) == 6
    monkeypatch.setattr(archive, "MAX_UNPACKED", 199)
    assert "unpacks to 0 MiB" in str(refusal(part, part))
    assert archive.too_much_unpacked(3 * 2**20).found == "one that unpacks to 3 MiB"


def test_markup_without_an_end_is_refused_and_text_of_any_length_read(monkeypatch):
    monkeypatch.setattr(archive, "CHUNK", 10)
    monkeypatch.setattr(archive, "MAX_MARKUP", 20)
    assert "".join(walk(f"<a>{'b' * 200}</a>")[1:-1]) == "b" * 200
    assert walk(f"<a b='{'c' * 9}'/>")  # 17 letters, known to be whole with the second chunk
    assert "markup of at most 20" in str(refusal(f"<a b='{'c' * 25}'/>"))
    assert walk("<abcdefghijklmnopq/>")  # 20 letters: as long as may be
    assert refusal(f"<{'a' * 30}/>")


def test_archive_says_what_is_in_it_and_to_how_much_it_unpacks():
    opened = Archive(zipped({"a": b"12", "b": b"345"}))
    assert ("a" in opened, "c" in opened, opened.claimed_bytes()) == (True, False, 5)


def test_archive_has_at_most_so_many_parts(monkeypatch):
    monkeypatch.setattr(archive, "MAX_PARTS", 2)
    assert "b" in Archive(zipped({"a": b"", "b": b""}))
    with pytest.raises(CohortError, match="at most 2 parts"):
        Archive(zipped({"a": b"", "b": b"", "c": b""}))


@pytest.mark.parametrize("part", ["", "<a>", "<a></b>", "a", "<a/><b/>", "\0"])
def test_part_that_is_no_xml_is_a_damaged_workbook(part):
    assert refusal(part).found == "a damaged one"


def test_part_that_is_absent_or_packed_otherwise_is_a_damaged_workbook(tmp_path):
    with pytest.raises(CohortError, match="a damaged one"):
        Archive(zipped({"a": b""})).walk("b", Handler())
    path = tmp_path / "a.zip"
    for method, is_read in ((zipfile.ZIP_STORED, True), (zipfile.ZIP_BZIP2, False)):
        with zipfile.ZipFile(path, "w", method) as file:
            file.writestr("a", "<a/>")
        opened = Archive(path.read_bytes())
        if is_read:
            opened.walk("a", Handler())
        else:
            with pytest.raises(CohortError, match="a damaged one"):
                opened.walk("a", Handler())


def test_refusal_of_the_handler_is_the_refusal():
    class Refusing(Handler):
        def start(self, name, attributes):  # noqa: ARG002
            raise CohortError("a", "b", "c")

    with pytest.raises(CohortError, match=r"Expected a, but found b\. c"):
        Archive(zipped({"a": b"<a/>"})).walk("a", Refusing())


def test_document_type_is_refused():
    assert refusal("<!DOCTYPE a><a/>").found == "one with a document type"
