"""Pascal VOC's archives: boxes out of Annotations/*.xml, tags out of ImageSets/Main/<label>_<subset>.txt. The mirror of `formats.voc`."""
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from annotation.formats.found import MAX_IMAGES, Found, FoundImage, FoundObject, Hints, Misfit, Unreadable, shown
from annotation.formats.members import Members
from annotation.formats.numbers import number_of
from annotation.formats.stems import split_suffix

_MAX_DEPTH = 12
_MAX_ANSWERS = 1000
# Object's own words, which are no attributes of the label.
_OWN = ("occluded", "truncated", "difficult", "rotation")


class _Element(dict[str, Any]):
    """Children's names -> text of the first child of that name, or the element where it has children of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.objects: list[tuple[_Element, int]] = []
        self.answers: list[tuple[str, str]] = []

    def text(self, *path: str) -> str:
        """Of a descendant, "" where there is none."""
        found: Any = self
        for name in path:
            found = found.get(name, "") if isinstance(found, _Element) else ""
        return found.strip() if isinstance(found, str) else ""


def read(members: Members, hints: Hints, variant: str = "") -> Iterator[Found]:
    """Each image before its objects, tags behind all. Unreadable."""
    files = [name for name in members.names if name.lower().endswith(".xml")]
    if len(files) > MAX_IMAGES:
        raise Unreadable(f"has more than {MAX_IMAGES:,} images.")
    known = set()
    for name in files:
        key = _key(name)
        if key in known:
            raise Unreadable(f"has two files about one image ({shown(name)}).")
        known.add(key)
        yield from _annotation(_parsed(members.read(name), name), key, name)
    yield from _tags(members, known, set(hints.label_types))


def _key(path: str) -> str:
    parts = path.split("/")
    at = next((place for place, part in enumerate(parts) if part == "Annotations"), -1)
    return split_suffix("/".join(parts[at + 1:]))[0]


def _annotation(root: _Element, key: str, file: str) -> Iterator[Found]:
    sides = (root.text("size", side) for side in ("width", "height"))
    width, height = (int(side) if side.isascii() and side.isdigit() and 0 < len(side) < 9 and int(side) else None for side in sides)
    name = root.text("filename")
    yield FoundImage(key, name or key, width, height, stem=not name)
    for thing, line in root.objects:
        yield _object(thing, key, f"object in line {line} of {shown(file)}")


def _object(thing: _Element, key: str, where: str) -> Found:
    label = thing.text("name")
    if not label:
        return Misfit(where, "it has no name.", key)
    box = [number_of(thing.text("bndbox", side)) for side in ("xmin", "ymin", "xmax", "ymax")]
    if None in box:
        return Misfit(where, "its bndbox is not four numbers xmin, ymin, xmax, ymax.", key)
    answers = tuple((name, value) for name, value in thing.answers if name not in _OWN)
    return FoundObject(key, where, label, "rectangle", box, occluded=thing.text("occluded") == "1", answers=answers)


def _tags(members: Members, known: set[str], labels: set[str]) -> Iterator[Found]:
    files = {label.replace("/", "_").replace("\\", "_"): label for label in labels}
    for name in members.names:
        folder, _, base = name.rpartition("/")
        label = files.get(base.rpartition("_")[0])
        if not folder.endswith("ImageSets/Main") or label is None:
            continue
        for number, line in enumerate(members.text(name).splitlines(), start=1):
            stem, _, present = line.strip().rpartition(" ")
            if present == "1" and (stem := stem.strip().strip('"')):
                if stem not in known:
                    known.add(stem)
                    yield FoundImage(stem, stem, stem=True)
                yield FoundObject(stem, f"line {number} of {shown(name)}", label, "tag")


def _parsed(data: bytes, name: str) -> _Element:
    """The outermost element. Unreadable; a document type is refused, and with it every entity of its own."""
    parser = _Parser(name)
    try:
        return parser.read(data)
    except expat.ExpatError as error:
        raise Unreadable(f"has damaged XML: {expat.errors.messages.get(error.code, 'an error')} in line {error.lineno} "
                         f"({shown(name)}).") from error
    except (ValueError, LookupError) as error:
        raise Unreadable(f"has XML in an encoding that cannot be read: save it as UTF-8 ({shown(name)}).") from error


class _Parser:
    """Elements by name; objects and their attributes in order. `name` is the file's, for sentences."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._root: list[_Element] = []
        # Of the elements that are open: tag, content, texts, line.
        self._open: list[tuple[str, _Element, list[str], int]] = []
        self._expat = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = lambda text: self._open[-1][2].append(text) if self._open else None
        for handler in ("StartDoctypeDeclHandler", "EntityDeclHandler", "ExternalEntityRefHandler"):
            setattr(parser, handler, self._refuse)

    def read(self, data: bytes) -> _Element:
        self._expat.Parse(data, True)
        return self._root[0]

    def _refuse(self, *arguments: Any) -> None:
        raise Unreadable(f"has a document type with it, which is refused ({shown(self._name)}).")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= _MAX_DEPTH:
            raise Unreadable(f"is nested too deep to be Pascal VOC ({shown(self._name)}).")
        self._open.append((tag, _Element(), [], self._expat.CurrentLineNumber))
        if len(self._open) == 1:
            if tag != "annotation":
                raise Unreadable(f"is XML, but not Pascal VOC's: its outermost element is not “annotation” ({shown(self._name)}).")
            self._root.append(self._open[0][1])

    def _end(self, tag: str) -> None:
        _, element, text, line = self._open.pop()
        if not self._open:
            return
        parent, depth = self._open[-1][1], len(self._open)
        if tag == "object" and depth == 1:
            parent.objects.append((element, line))
        elif tag == "attribute" and depth == 3 and self._open[1][0] == "object":
            answers = self._open[1][1].answers
            if len(answers) >= _MAX_ANSWERS:
                raise Unreadable(f"has an object with more than {_MAX_ANSWERS:,} attributes ({shown(self._name)}).")
            answers.append((element.text("name"), str(element.get("value", ""))))
        else:
            parent.setdefault(tag, element if element else "".join(text))
