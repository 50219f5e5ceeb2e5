"""Lesson: a category as a code, as one-hot and as an embedding, and what the wrong way costs."""

from heart.ui.lessons.encodings import show_encodings
from heart.ui.lessons.exercise import show_exercise
from heart.ui.lessons.frame import open_lesson, show_question, show_way_on

open_lesson(
    "encodings",
    "Chest pain is one of four words, and a network reads numbers. A **[[label code]]**"
    " numbers the words 0, 1, 2, 3: a unit that multiplies the code by a weight then"
    " believes that they lie on a line, at equal steps. **[[one-hot|One-hot]]** gives each"
    " word a column of its own, an **[[embedding]]** a vector of its own: both leave every"
    " height free. Here is what that means for one category, and what it costs a model.",
)
show_encodings()
show_question(
    "The order “by share of disease” makes the line nearly as good as free heights. Why not simply"
    " number the categories so?",
    "Because the order then comes from the outcomes. Learnt on all patients it is a leak: the test"
    " part has had its say. Learnt on train alone it is honest, and known as target encoding; but"
    " it still lays equal steps between the categories, and it takes an order from as few as four"
    " patients at its word. Free heights need no such choice; a penalty or a short vector keeps"
    " rare categories in check.",
)
show_exercise("encodings")
show_way_on("encodings")
