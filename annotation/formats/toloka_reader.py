"""Results of Toloka: the table of assignments, or JSON by image. The mirror of `formats.toloka`.

JSON is a list of {"image", "result"}, or of the API's assignments ({"tasks", "solutions"}) or tasks ({"input_values", "known_solutions"}).
Both spellings of regions are read (formats.regions). Imported as ground truth, known solutions
(`GOLDEN:` columns) count before answers. Rejected, skipped and expired work is passed over.
"""
from collections.abc import Callable, Iterator
from typing import IO, Any

import orjson

from annotation.formats.counting import counted
from annotation.formats.found import MAX_IMAGES, Found, FoundImage, FoundObject, Hints, Misfit, Unreadable, shown
from annotation.formats.json_items import entries_of
from annotation.formats.regions import BadRegion, relative_shape_of
from annotation.formats.tsv import rows_of

# What the column or the field with the image is called, best first.
_IMAGES = ("image", "image_url", "url", "img", "picture", "photo")
_RESULTS = ("result", "annotations", "annotation", "regions", "selection", "path")
_PASSED_OVER = ("REJECTED", "SKIPPED", "EXPIRED", "ACTIVE")
MAX_REGIONS = 20_000


def read(open_file: Callable[[int, int], IO[bytes]], hints: Hints, variant: str) -> Iterator[Found]:
    """Each image before its objects. `open_file(pass, passes)` opens the file. Unreadable."""
    reader = _Results(hints)
    with open_file(0, 1) as file:
        rows = _of_table(file, hints) if variant == "table" else _of_json(file, hints)
        for where, name, status, result in rows:
            yield from reader.of(where, name, status, result)
    hints.notes.extend(reader.notes())


_Row = tuple[str, Any, str, Any]


def _of_table(file: IO[bytes], hints: Hints) -> Iterator[_Row]:
    rows = rows_of(file)
    number, header = next(rows, (0, []))
    if not any(name.startswith(("INPUT:", "OUTPUT:", "GOLDEN:")) for name in header):
        raise Unreadable("has no columns INPUT:… and OUTPUT:… in its first line: that is not a table of Toloka's assignments.")
    image = _column(header, "INPUT:", _IMAGES)
    results = [_column(header, "OUTPUT:", _RESULTS, needed=False), _column(header, "GOLDEN:", _RESULTS, needed=False)]
    if hints.ground_truth:
        results.reverse()
    status = header.index("ASSIGNMENT:status") if "ASSIGNMENT:status" in header else None
    for number, cells in rows:
        if len(cells) > len(header):
            raise Unreadable(f"has {len(cells)} cells in line {number}, and {len(header)} columns: its tabs or quotes are damaged.")
        cells = [*cells, *[""] * (len(header) - len(cells))]
        text = next((cells[place] for place in results if place is not None and cells[place].strip()), "")
        yield f"line {number}", cells[image or 0], cells[status] if status is not None else "", _json(text, number)


def _column(header: list[str], prefix: str, names: tuple[str, ...], *, needed: bool = True) -> int | None:
    found = {name.removeprefix(prefix): place for place, name in enumerate(header) if name.startswith(prefix)}
    best = next((found[name] for name in names if name in found), None)
    if best is None and len(found) == 1:
        return next(iter(found.values()))
    if best is None and (needed or found):
        raise Unreadable(f"has no column {prefix}{names[0]}, and not just one {prefix}… that could be meant.")
    return best


def _json(text: str, number: int) -> Any:
    if not text.strip():
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"has something else than JSON as the result in line {number}: {shown(text[:60])}") from error


def _of_json(file: IO[bytes], hints: Hints) -> Iterator[_Row]:
    for number, entry in enumerate(entries_of(file), start=1):
        where = f"entry {number}"
        if not isinstance(entry, dict):
            raise Unreadable(f"has an entry that is not an object (no. {number}).")
        if isinstance(entry.get("tasks"), list):
            solutions = entry.get("solutions") or []
            for place, task in enumerate(entry["tasks"]):
                answer = solutions[place] if isinstance(solutions, list) and place < len(solutions) else None
                yield where, *_of_task(task, answer, str(entry.get("status", "")), hints)
        elif isinstance(entry.get("input_values"), dict):
            yield where, *_of_task(entry, None, "", hints)
        else:
            yield where, _named(entry, _IMAGES), str(entry.get("status", "")), _named(entry, _RESULTS)


def _of_task(task: Any, answer: Any, status: str, hints: Hints) -> tuple[Any, str, Any]:
    task = task if isinstance(task, dict) else {}
    known = task.get("known_solutions")
    golden = _values(known[0], "output_values") if isinstance(known, list) and known else None
    given = _values(answer, "output_values")
    values = (golden or given) if hints.ground_truth else (given or golden)
    return _named(_values(task, "input_values") or {}, _IMAGES), status, _named(values or {}, _RESULTS)


def _values(thing: Any, key: str) -> dict[str, Any] | None:
    found = thing.get(key) if isinstance(thing, dict) else None
    return found if isinstance(found, dict) else None


def _named(values: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((values[name] for name in names if name in values), next(iter(values.values())) if len(values) == 1 else None)


class _Results:
    """Turns answers into objects; counts what is told in the end."""

    def __init__(self, hints: Hints) -> None:
        self._only_label = next(iter(hints.label_types)) if len(hints.label_types) == 1 else None
        self._seen: dict[str, str] = {}
        self._passed = self._unanswered = 0

    def notes(self) -> list[str]:
        told = [(self._passed, "{n} answers that were not submitted, or rejected, were passed over."),
                (self._unanswered, "{n} images without an answer were passed over.")]
        return [counted(sentence, count) for count, sentence in told if count]

    def of(self, where: str, name: Any, status: str, result: Any) -> Iterator[Found]:
        """What one answer says about one image."""
        if status.upper() in _PASSED_OVER:
            self._passed += 1
            return
        if not isinstance(name, str) or not name.strip():
            yield Misfit(where, "it does not name an image.")
            return
        if result is None:
            self._unanswered += 1
            return
        if name in self._seen:
            yield Misfit(where, f"{self._seen[name]} has an answer for this image already: choose one of them before the import.")
            return
        self._seen[name] = where
        if len(self._seen) > MAX_IMAGES:
            raise Unreadable(f"has more than {MAX_IMAGES:,} images.")
        yield FoundImage(name, name if "://" not in name[:16] else name.partition("#")[0])
        if not isinstance(result, list) or len(result) > MAX_REGIONS:
            yield Misfit(where, f"its result is not a list of at most {MAX_REGIONS:,} regions.", name)
            return
        for number, region in enumerate(result, start=1):
            yield self._region(region, name, f"{where}, region {number}")

    def _region(self, region: Any, image: str, where: str) -> Found:
        if not isinstance(region, dict):
            return Misfit(where, "it is not an object.", image)
        label = region.get("label", region.get("annotation", self._only_label))
        if not isinstance(label, str) or not label:
            return Misfit(where, "it has no label, and the project has more than one.", image)
        try:
            type_, points = relative_shape_of(region)
        except BadRegion as problem:
            return Misfit(where, str(problem), image)
        return FoundObject(image, where, label, type_, points, relative=True)
