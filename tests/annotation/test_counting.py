"""What is written for many, said of one."""
import re
from pathlib import Path

import pytest

import annotation.formats
from annotation.formats.counting import counted, number_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("sentence", "one"), [
    ("{n} masks are written as the boxes around them.", "1 mask is written as the box around it."),
    ("{n} shapes lost the answers to their attributes: this format has none.",
     "1 shape lost the answers to its attributes: this format has none."),
    ("{n} images are stored turned: sizes and coordinates are those of the upright picture.",
     "1 image is stored turned: sizes and coordinates are those of the upright picture."),
    ("{n} objects do not say any more that a program or a file made them.",
     "1 object does not say any more that a program or a file made it."),
    ("{n} objects of the type ellipse are written as polygons.", "1 object of the type ellipse is written as a polygon."),
    ("{n} objects of several parts became groups of polygons.", "1 object of several parts became a group of polygons."),
    ("{n} outlines became rectangles around them: their labels are for rectangles.",
     "1 outline became a rectangle around it: its label is for rectangles."),
    ("{n} turned rectangles are written as polygons with their bounding boxes.",
     "1 turned rectangle is written as a polygon with its bounding box."),
    ("{n} points shapes are written as keypoints without names.", "1 points shape is written as keypoints without names."),
    ("{n} answers that were not submitted, or rejected, were passed over.",
     "1 answer that was not submitted, or rejected, was passed over."),
    ("{n} frames are left out: nobody changed or confirmed the starting point on them.",
     "1 frame is left out: nobody changed or confirmed the starting point on it."),
    ("{n} jobs are left out: nobody submitted them.", "1 job is left out: nobody submitted it."),
])
def test_one_is_one_and_many_are_as_written(sentence: str, one: str) -> None:
    assert counted(sentence, 1) == one
    assert counted(sentence, 2_000) == sentence.replace("{n}", "2,000")


def test_every_sentence_of_the_formats_can_be_said_of_one() -> None:
    texts = [path.read_text() for path in Path(annotation.formats.__file__).parent.glob("*.py") if path.name != "counting.py"]
    sentences = [sentence.replace("{{n}}", "{n}") for text in texts for sentence in re.findall(r'"(\{\{?n\}\}? [^"]+)"', text)]
    assert len(sentences) > 25
    wrong = [sentence for sentence in sentences if re.search(
        r"^1 (points |turned )?(?!points )\w+s\b|^1 [^.:]*\b(are|were|do not)\b|\b(their|them)\b", counted(sentence, 1))]
    assert wrong == []


def test_numbers_with_their_nouns() -> None:
    assert [number_of(count, "shape") for count in (0, 1, 2, 2_000)] == ["0 shapes", "1 shape", "2 shapes", "2,000 shapes"]
