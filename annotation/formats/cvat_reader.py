"""CVAT for images 1.1 (annotations.xml): https://docs.cvat.ai/docs/dataset_management/formats/format-cvat/. The mirror of `formats.cvat`.

Read by expat as a stream, one image's element at a time; a document type is refused, and with it every entity of its own.
"""
import re
from collections.abc import Callable, Iterator
from typing import IO, Any
from xml.parsers import expat

from annotation.formats.found import MAX_IMAGES, Found, FoundImage, FoundObject, Hints, Misfit, Unreadable, shown
from annotation.shapes.geometry import MAX_NUMBERS

CHUNK = 256 * 1024
# Of one object: a label has fewer, and all of an object is in memory at once.
MAX_ANSWERS = 1000
# Bytes of one tag with all that is in it; the longest outline that a shape may have takes a third.
MAX_ELEMENT = 16 * 1024 * 1024
_TYPES = {"box": "rectangle", "polygon": "polygon", "polyline": "polyline", "points": "points", "ellipse": "ellipse", "mask": "mask",
          "tag": "tag"}
_WHOLE = re.compile(r"-?[0-9]{1,12}")
# No "1_0", "nan", "infinity", which Python would take.
_NUMBER = re.compile(r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?\s*")


class _Bad(Exception):
    """The sentence goes into the report."""


def read(open_file: Callable[[int, int], IO[bytes]], hints: Hints) -> Iterator[Found]:
    """Each image before its objects. `open_file(pass, passes)` opens the file. Unreadable."""
    document, fed = _Document(hints), 0
    with open_file(0, 1) as file:
        try:
            while chunk := file.read(CHUNK):
                fed += len(chunk)
                document.parser.Parse(chunk, False)
                document.refuse_endless(fed)
                yield from document.taken()
            document.parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise Unreadable(f"is damaged XML: {expat.errors.messages.get(error.code, 'an error')} in line {error.lineno}.") from error
        except (ValueError, LookupError) as error:
            raise Unreadable("is XML in an encoding that cannot be read: save it as UTF-8.") from error
    yield from document.taken()
    if not document.is_ours:
        raise Unreadable("is XML, but not CVAT's: its outermost element is not “annotations”.")


class _Document:
    """The parser's handlers. Keeps one object at a time and what was not taken yet."""

    def __init__(self, hints: Hints) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        for name in ("StartDoctypeDeclHandler", "EntityDeclHandler", "ExternalEntityRefHandler"):
            setattr(self.parser, name, self._refuse)
        self.is_ours = False
        self._hints = hints
        self._found: list[Found] = []
        self._depth = 0
        self._images = 0
        self._in_image = False
        self._object: tuple[str, dict[str, str], int] | None = None
        self._answers: list[tuple[str, str]] = []
        self._answer: tuple[str, list[str]] | None = None

    def taken(self) -> list[Found]:
        """What was found since the last time."""
        found, self._found = self._found, []
        return found

    def refuse_endless(self, fed: int) -> None:
        """Of `fed` bytes too many wait for the end of their element: older parsers begin it anew with every chunk."""
        if fed - max(0, self.parser.CurrentByteIndex) > MAX_ELEMENT:
            raise Unreadable(f"has an element of more than {MAX_ELEMENT // 2**20} MB in line {self.parser.CurrentLineNumber}.")

    def _refuse(self, *arguments: Any) -> None:
        raise Unreadable("has a document type with it: CVAT writes none, so it is refused.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            self.is_ours = name == "annotations"
        elif self._depth == 2 and name == "track":
            raise Unreadable("has tracks of a video: here are images, export it as “CVAT for images”.")
        elif self._depth == 2 and name == "image":
            self._image(attributes)
        elif self._depth == 3 and self._in_image:
            self._object, self._answers = (name, attributes, self.parser.CurrentLineNumber), []
        elif self._depth == 4 and self._object is not None and name == "attribute":
            self._answer = (attributes.get("name", ""), [])

    def _text(self, text: str) -> None:
        if self._answer is not None:
            self._answer[1].append(text)

    def _end(self, name: str) -> None:
        if self._depth == 4 and self._answer is not None:
            if len(self._answers) >= MAX_ANSWERS:
                raise Unreadable(f"has an object with more than {MAX_ANSWERS:,} attributes in line {self.parser.CurrentLineNumber}.")
            self._answers.append((self._answer[0], "".join(self._answer[1])))
            self._answer = None
        elif self._depth == 3 and self._object is not None:
            self._found.append(self._finished(*self._object))
            self._object = None
        elif self._depth == 2:
            self._in_image = False
        self._depth -= 1

    def _image(self, attributes: dict[str, str]) -> None:
        if not attributes.get("name"):
            raise Unreadable(f"has an image without a name in line {self.parser.CurrentLineNumber}.")
        self._images += 1
        if self._images > MAX_IMAGES:
            raise Unreadable(f"has more than {MAX_IMAGES:,} images.")
        self._in_image = True
        width, height, task_id = (_positive(attributes.get(name)) for name in ("width", "height", "task_id"))
        self._found.append(FoundImage(self._images, attributes["name"], width, height, task_id))

    def _finished(self, name: str, attributes: dict[str, str], line: int) -> Found:
        where = f"{shown(name)} in line {line}"
        if name not in _TYPES:
            return Misfit(where, "this kind of object is not known here.", self._images)
        if "label" not in attributes:
            return Misfit(where, "it has no label.", self._images)
        try:
            return FoundObject(self._images, where, attributes["label"], _TYPES[name], **self._fields(name, attributes))
        except _Bad as problem:
            return Misfit(where, str(problem), self._images)

    def _fields(self, name: str, attributes: dict[str, str]) -> dict[str, Any]:
        fields: dict[str, Any] = {"group": _whole(attributes, "group_id", 0), "source": attributes.get("source", ""),
                                  "answers": tuple(self._answers)}
        if name == "tag":
            return fields
        fields["z_order"] = _whole(attributes, "z_order", 0)
        if attributes.get("occluded", "0") not in ("0", "1"):
            raise _Bad("occluded is 0 or 1.")
        fields["occluded"] = attributes.get("occluded") == "1"
        if name in ("box", "ellipse"):
            fields["rotation"] = _number(attributes, "rotation", 0.0) % 360
        return {**fields, "points": _POINTS.get(name, _pairs)(attributes)}


def _positive(text: str | None) -> int | None:
    return int(text) if text is not None and _WHOLE.fullmatch(text) and int(text) > 0 else None


def _whole(attributes: dict[str, str], name: str, default: int | None = None) -> int:
    text = attributes.get(name)
    if text is None and default is not None:
        return default
    if text is None or not _WHOLE.fullmatch(text.strip()):
        raise _Bad(f"{name} is not a whole number.")
    return int(text)


def _number(attributes: dict[str, str], name: str, default: float | None = None) -> float:
    text = attributes.get(name)
    if text is None and default is not None:
        return default
    if text is None or not _NUMBER.fullmatch(text):
        raise _Bad(f"{name} is not a number.")
    return float(text)


def _box(attributes: dict[str, str]) -> list[float]:
    return [_number(attributes, name) for name in ("xtl", "ytl", "xbr", "ybr")]


def _ellipse(attributes: dict[str, str]) -> list[float]:
    cx, cy, rx, ry = (_number(attributes, name) for name in ("cx", "cy", "rx", "ry"))
    # Six digits: the sum of two short numbers is a long one.
    return [cx, cy, *(round(value, 6) if abs(value) < 1e9 else value for value in (cx + rx, cy - ry))]


def _mask(attributes: dict[str, str]) -> list[float]:
    left, top, width, height = (_whole(attributes, name) for name in ("left", "top", "width", "height"))
    runs = [run for part in _split(attributes.get("rle", ""), " ", "its run lengths are") if (run := part.strip())]
    if not all(_WHOLE.fullmatch(run) for run in runs):
        raise _Bad("its run lengths are not whole numbers.")
    return [*map(float, runs), float(left), float(top), float(left + width - 1), float(top + height - 1)]


def _pairs(attributes: dict[str, str]) -> list[float]:
    numbers = _split(attributes.get("points", ""), ";", "its points are")
    if not all(_NUMBER.fullmatch(number) for number in numbers):
        raise _Bad("its points are not x,y;x,y…")
    return [float(number) for number in numbers]


def _split(text: str, separator: str, what: str) -> list[str]:
    """At the separator and at commas. Counted first: a list of them is many times as large as the text."""
    text = text.replace(separator, ",")
    if text.count(",") >= MAX_NUMBERS:
        raise _Bad(f"{what} more than {MAX_NUMBERS:,} numbers.")
    return text.split(",") if text.strip() else []


_POINTS: dict[str, Callable[[dict[str, str]], list[float]]] = {"box": _box, "ellipse": _ellipse, "mask": _mask}
