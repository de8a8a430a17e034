"""From a file's names to ours: images to frames, labels and attributes to those of the project."""
import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from annotation.formats.found import FoundImage, FoundObject
from annotation.formats.stems import split_suffix, told_apart, told_together
from annotation.ingest.names import clean_name
from annotation.models import Frame, Task
from annotation.shapes import FrameSize, Vocabulary, clean_frame
from annotation.shapes.validation import SOURCES

UNKNOWN = "no frame of this task has this name."
_AT_ONCE = 1000
# How our exports of a project keep apart images of the same name.
_OF_TASK = re.compile(r"task_([0-9]{1,18})/(.+)", re.DOTALL)


class Matched(NamedTuple):
    """A frame, or why there is none; `unknown`: no frame has such a name, `elsewhere`: a frame of another task of the project has it."""

    number: int | None
    reason: str = ""
    unknown: bool = False
    elsewhere: bool = False


class Frames:
    """The task's frames by name, with and without folders."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._siblings = set(Task.objects.filter(project=task.project_id).exclude(pk=task.pk).values_list("pk", flat=True))
        self.sizes: dict[int, FrameSize] = {}
        self.names: dict[int, str] = {}
        self._by_name: dict[str, int] = {}
        self._by_base: dict[str, int | None] = {}
        self._taken: dict[int, str] = {}
        # Without suffixes, for formats that leave them away; asked for once such a name comes.
        self._by_stem: dict[str, int | None] = {}
        self._by_url: dict[str, int] | None = None
        # Honeypots have their pictures' names: what a file says is about the real frames.
        frames = Frame.objects.filter(task=task, honeypot_of=None)
        for number, name, width, height in frames.values_list("number", "name", "width", "height").iterator():
            self.sizes[number], self.names[number] = FrameSize(width, height), name
            self._by_name[_path(name)] = number
            base = _path(name).rpartition("/")[2]
            self._by_base[base] = None if base in self._by_base else number

    def match(self, image: FoundImage) -> Matched:
        """The frame that the image is; each frame once."""
        path = _path(urlsplit(image.name).path if _is_address(image.name) else image.name)
        of_task = _OF_TASK.fullmatch(path)
        owner = int(of_task[1]) if of_task else image.task_id
        if owner in self._siblings and path not in self._by_name:
            return Matched(None, elsewhere=True)
        wanted = of_task[2] if of_task and owner == self._task.pk else path
        number, reason = self._of_stem(wanted) if image.stem else self._of_url(image.name) or self._number(wanted)
        if reason == UNKNOWN and (own := told_together(wanted)):
            number, reason = self._number(own)
        if number is None:
            return Matched(None, reason, unknown=reason == UNKNOWN)
        if number in self._taken:
            return Matched(None, "another image of the file is this frame already; names must tell images apart.")
        self._taken[number] = path
        size = self.sizes[number]
        if (image.width is not None and image.width != size.width) or (image.height is not None and image.height != size.height):
            return Matched(None, f"the file says {image.width} x {image.height} pixels, the frame has {size.width} x {size.height}: "
                                 "its shapes would lie elsewhere.")
        return Matched(number)

    def elsewhere(self, names: list[str]) -> set[str]:
        """Those that frames of the project's other tasks have: exports of a project hold them, which is nobody's mistake."""
        frames = Frame.objects.filter(task__in=self._siblings)
        return {name for start in range(0, len(names), _AT_ONCE)
                for name in frames.filter(name__in=names[start:start + _AT_ONCE]).values_list("name", flat=True)}

    def _of_url(self, name: str) -> tuple[int, str] | None:
        """The frame that was fetched from this address."""
        if not _is_address(name):
            return None
        if self._by_url is None:
            fetched = Frame.objects.filter(task=self._task, honeypot_of=None).exclude(source_url="").order_by("-number")
            self._by_url = dict(fetched.values_list("source_url", "number").iterator())
        number = self._by_url.get(name)
        return None if number is None else (number, "")

    def _of_stem(self, path: str) -> tuple[int | None, str]:
        if not self._by_stem:
            for number, name in self.names.items():
                own = _path(name)
                for stem in {split_suffix(own)[0], split_suffix(own.rpartition("/")[2])[0]}:
                    self._by_stem[stem] = None if stem in self._by_stem else number
            for number, name in self.names.items():
                self._by_stem.setdefault(told_apart(_path(name)), number)
        parts = path.split("/")
        for start in range(len(parts)):
            stem = "/".join(parts[start:])
            if stem in self._by_stem:
                found = self._by_stem[stem]
                return found, "" if found is not None else "several frames have this name: they differ in their folders or suffixes."
        return None, UNKNOWN

    def _number(self, path: str) -> tuple[int | None, str]:
        parts = path.split("/")
        for start in range(len(parts)):
            number = self._by_name.get("/".join(parts[start:]))
            if number is not None:
                return number, ""
        if parts[-1] not in self._by_base:
            return None, UNKNOWN
        number = self._by_base[parts[-1]]
        return number, "" if number is not None else "several frames have this name: the file must name their folders."


def _is_address(name: str) -> bool:
    return name.startswith(("http://", "https://"))


def _path(name: str) -> str:
    """Folders by "/", without empty ones and dots."""
    return "/".join(part for part in clean_name(name.replace("\\", "/")[:4096]).split("/") if part not in ("", "."))


class Labels:
    """Labels of the project by name; turns what was found into what is stored."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._labels = {label.name: label for label in vocabulary.labels.values()}
        self._attributes = {pk: {attribute.name: attribute for attribute in known.values()}
                            for pk, known in vocabulary.attributes.items()}

    @property
    def types(self) -> dict[str, str]:
        return {name: label.type for name, label in self._labels.items()}

    @property
    def attribute_names(self) -> dict[str, set[str]]:
        return {name: set(self._attributes[label.pk]) for name, label in self._labels.items()}

    def stored(self, found: FoundObject, size: FrameSize, *, source: str | None) -> tuple[dict[str, Any] | None, list[str]]:
        """(the shape or tag in stored form, or None; why it, or answers of it, do not fit). `source` None: the file's own."""
        label = self._labels.get(found.label)
        if label is None:
            return None, [f"the project has no label “{found.label[:120]}”."]
        if found.size is not None and found.size != tuple(size):
            return None, [f"its run lengths are of a picture of {found.size[0]} x {found.size[1]} pixels, the frame has "
                          f"{size.width} x {size.height}."]
        kind = "tags" if found.type == "tag" else "shapes"
        answers, reasons = self._answers(found, label.pk)
        raw = {"label_id": label.pk, "group": found.group, "attributes": answers,
               "source": source or (found.source if found.source in SOURCES else "file")}
        if kind == "shapes":
            raw |= {"type": found.type, "points": list(found.points), "rotation": found.rotation, "occluded": found.occluded,
                    "z_order": found.z_order}
        errors: dict[str, str] = {}
        cleaned = clean_frame({kind: [raw]}, "f", size, self._vocabulary, errors)
        if errors:
            return None, [_sentence(path, sentence) for path, sentence in errors.items()]
        return cleaned[kind][0], reasons

    def _answers(self, found: FoundObject, label_id: int) -> tuple[list[dict[str, Any]], list[str]]:
        """Those that fit, each attribute once, and what is wrong with the others."""
        answers: dict[int, str] = {}
        reasons = []
        for name, value in found.answers:
            attribute = self._attributes[label_id].get(name)
            if attribute is None:
                reasons.append(f"the label “{found.label}” has no attribute “{name[:120]}”.")
            elif attribute.pk in answers:
                reasons.append(f"the attribute “{name}” is answered twice.")
            elif problem := self._vocabulary.attribute_problem(label_id, attribute.pk, value):
                reasons.append(problem)
            elif any(letter == "\x00" or "\ud800" <= letter <= "\udfff" for letter in value):
                reasons.append(f"{name}: the answer has characters that cannot be stored.")
            else:
                answers[attribute.pk] = value
        return [{"spec_id": pk, "value": value} for pk, value in answers.items()], reasons


def _sentence(path: str, sentence: str) -> str:
    """ "f.shapes.0.z_order": "is …" -> "z_order is …"; points and labels name themselves."""
    field = path.split(".")[3] if path.count(".") > 2 else ""
    return sentence if field in ("", "label_id", "points", "attributes") else f"{field} {sentence}"
