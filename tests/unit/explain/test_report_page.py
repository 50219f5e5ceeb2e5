"""The report's page: what is drawn, that texts stay texts, that nothing is fetched or run."""

import re

import pytest

from heart.explain.report_page import BAR, HALF, NextRow, Report, Row, draw_bar, draw_marks, to_html

SPITE = "<script>alert('1')</script>&\"{0}"
RAISING = Row("Age", "61 years", "29 to 77", "", "raises", 1.0, 0.5, 2.0)


def page(**changed):
    texts = Report(
        made_at=SPITE,
        probability=SPITE,
        of_100=73,
        answer=(SPITE,),
        rows=(Row(*[SPITE] * 5, 1.0, 0.5, 1.5),),
        why=SPITE,
        sure=(SPITE,),
        tests=(NextRow(*[SPITE] * 4),),
        next=SPITE,
        model=((SPITE, SPITE),),
        purpose=(SPITE,),
    )
    return to_html(texts._replace(**changed))


def test_every_text_stays_text():
    html = page()
    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;&amp;&quot;{0}") == 18


def test_nothing_is_run_and_nothing_fetched():
    html = page()
    assert "default-src 'none'; style-src 'unsafe-inline'" in html
    assert not re.search(r"<script|<link|src=|href=|url\(|@import|\son\w+=", html)


@pytest.mark.parametrize("of_100", [0, 1, 50, 99, 100])
def test_marks_add_up_to_a_hundred(of_100):
    svg = draw_marks(of_100)
    places = re.findall(r'x="(\d+)" y="(\d+)"', svg)
    assert places == [(f"{x}", f"{y}") for y in range(1, 120, 12) for x in range(1, 120, 12)]
    assert svg.count('fill="#000"') == of_100
    assert svg.count('fill="none"') == 100 - of_100
    assert f"{of_100} filled for patients with heart disease, {100 - of_100} empty" in svg


def rectangle(svg):
    return {
        name: float(re.search(rf'<rect.*?\b{name}="([-0-9.]+)"', svg)[1]) for name in ("x", "width")
    }


def test_what_raises_is_filled_to_the_right_and_what_lowers_empty_to_the_left():
    right, left = draw_bar(RAISING, 2.0), draw_bar(RAISING._replace(contribution=-1.0), 2.0)
    assert rectangle(right) == {"x": HALF, "width": (HALF - 2) / 2}
    assert rectangle(draw_bar(RAISING, 3.0)) == {"x": HALF, "width": 19.3}  # 58 / 3
    assert rectangle(left) == {"x": HALF - (HALF - 2) / 2, "width": (HALF - 2) / 2}
    assert 'fill="#444"' in right
    assert 'fill="#fff"' in left


def test_longest_bar_or_line_of_all_rows_reaches_the_end():
    lowering = RAISING._replace(contribution=-4.0, low=None, high=None)
    html = page(rows=(RAISING, lowering))
    assert f'<rect x="{HALF}" y="3" width="14.5"' in html  # a quarter of 58
    assert '<rect x="2.0" y="3" width="58.0"' in html
    assert f"H{BAR - 2.0}" in page(rows=(RAISING, RAISING._replace(low=None)))


@pytest.mark.parametrize(
    ("effect", "contribution", "written"),
    [
        ("raises", 1.0, "▲ raises +1.00"),
        ("lowers", -0.5, "▼ lowers -0.50"),
        ("changes nothing", 0.001, "changes nothing +0.00"),
        ("", None, ""),
    ],
)
def test_effect_is_said_in_words_with_its_size(effect, contribution, written):
    row = RAISING._replace(effect=effect, contribution=contribution)
    assert f"<td>29 to 77</td><td>{written}</td>" in page(rows=(row,))


def test_line_of_the_members_ends_inside_the_bar_and_is_left_out_for_one():
    assert f"M{HALF + (HALF - 2) / 4} 12.5H{BAR - 2.0}" in draw_bar(RAISING, 2.0)
    assert "12.5H" not in draw_bar(RAISING._replace(low=None, high=None), 2.0)


def test_value_without_a_contribution_has_no_bar():
    assert draw_bar(RAISING._replace(contribution=None), 2.0) == ""


def test_without_tests_there_is_no_table_of_tests():
    assert page(tests=()).count("<table>") == page().count("<table>") - 1
