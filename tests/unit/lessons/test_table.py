"""The table of lessons: what a card of the Learn page says of each."""

from PIL import Image

from heart.lessons import LESSONS, PICTURES
from heart.ui.navigation import PAGES


def test_every_lesson_has_a_small_picture_without_a_background_and_there_is_no_other():
    assert {path.name for path in PICTURES.iterdir()} == {f"{name}.webp" for name in LESSONS}
    for lesson in LESSONS.values():
        assert lesson.picture.stat().st_size < 32_000
        with Image.open(lesson.picture) as picture:
            assert picture.width == 2 * 320
            assert picture.width / picture.height == 16 / 9
            least, most = picture.getchannel("A").getextrema()
        assert least == 0 < most


def test_lesson_builds_on_earlier_ones_only():
    names = list(LESSONS)
    for number, lesson in enumerate(LESSONS.values()):
        assert set(lesson.builds_on) <= set(names[:number])
        assert 5 <= lesson.minutes <= 20


def test_lesson_leads_to_a_page_with_patients():
    assert {lesson.page for lesson in LESSONS.values()} <= set(PAGES) - {"learn"}
