"""One object of a file, small when packed, may not fill the memory of a worker."""
import io
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from annotation.formats import cvat_reader
from annotation.formats.found import FoundObject, Hints, Misfit, Unreadable
from annotation.formats.run_lengths import BadRuns, mask_of

# Enough that lists of such numbers stand out, and quick to make.
MANY = 500_000


def peak_of(work: Callable[[], Any]) -> tuple[Any, int]:
    """What it gives, and the most memory that it held meanwhile, bytes."""
    tracemalloc.start()
    try:
        return work(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def cvat_objects(element: str) -> tuple[list[Any], int]:
    data = f'<annotations><image name="a.jpg" width="8" height="6">{element}</image></annotations>'.encode()
    found, peak = peak_of(lambda: list(cvat_reader.read(lambda number, passes: io.BytesIO(data), Hints())))
    return found[1:], peak // len(data)


@pytest.mark.parametrize("element", [
    f'<polygon label="car" points="{"1,1;" * (MANY // 2)}1,1"/>',
    f'<mask label="car" rle="{"1," * MANY}1" left="0" top="0" width="1" height="1"/>'])
def test_an_outline_of_millions_of_numbers_is_a_misfit_before_they_are_numbers(element: str) -> None:
    (thing,), times_the_file = cvat_objects(element)
    assert isinstance(thing, Misfit) and "more than 200,000 numbers" in thing.reason
    assert times_the_file < 10, "the parser's copies of the text, and no list of it"


def test_as_many_numbers_as_a_shape_may_have_are_read() -> None:
    data = f'<annotations><image name="a.jpg"><polygon label="car" points="{"1,1;" * 99_999}1,1"/></image></annotations>'.encode()
    _image, thing = cvat_reader.read(lambda number, passes: io.BytesIO(data), Hints())
    assert isinstance(thing, FoundObject) and len(thing.points) == 200_000


def test_an_object_with_endless_attributes_is_refused() -> None:
    with pytest.raises(Unreadable, match="more than 1,000 attributes in line 1"):
        cvat_objects('<tag label="car">' + '<attribute name="a"/>' * 1_001 + "</tag>")
    (thing,), _peak = cvat_objects('<tag label="car">' + '<attribute name="a"/>' * 1_000 + "</tag>")
    assert isinstance(thing, FoundObject) and len(thing.answers) == 1_000


def test_packed_run_lengths_without_end_are_refused_on_the_way() -> None:
    # What comes after the millionth is not even looked at.
    packed = "1" * 1_000_001 + " damaged"
    with pytest.raises(BadRuns, match="more than 1,000,000 run lengths"):
        mask_of({"size": [6, 8], "counts": packed}, Hints())


def test_an_element_that_does_not_end_is_refused_before_it_is_read_again_and_again() -> None:
    """Older expat looks at an unfinished element from its beginning with every piece of the file: that grows with the square of it."""
    read = 0

    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            nonlocal read
            read += size
            return b'<annotations><image name="a.jpg"><polygon points="' if read == size else b"1,1;" * (size // 4) if read < 2**26 else b""

    with pytest.raises(Unreadable, match="an element of more than 16 MB in line 1"):
        list(cvat_reader.read(lambda number, passes: Endless(), Hints()))
    assert read < 2**25
