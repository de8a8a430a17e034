"""Objects of an import by frame, on disk until they are written: memory holds where they lie."""
import tempfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson


class Spool:
    """Use as a context: the file has no name and goes with it, or with a killed worker."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()
        self._places: dict[int, list[tuple[int, int, str]]] = {}
        self._end = 0
        self.counts: Counter[str] = Counter()

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *arguments: Any) -> None:
        self._file.close()

    def name_frame(self, number: int) -> None:
        """The import says something about this frame, if only that nothing is there."""
        self._places.setdefault(number, [])

    def on_frame(self, number: int) -> int:
        """How many objects it has."""
        return len(self._places.get(number, ()))

    def add(self, number: int, kind: str, thing: dict[str, Any]) -> None:
        """`kind` is "shapes" or "tags"."""
        data = orjson.dumps(thing)
        self._file.write(data)
        self._places.setdefault(number, []).append((self._end, len(data), kind))
        self._end += len(data)
        self.counts[kind] += 1

    @property
    def frame_count(self) -> int:
        return len(self._places)

    def frames(self) -> Iterator[tuple[int, dict[str, list[dict[str, Any]]]]]:
        """Frames in order with their objects in the file's order; ids count from 1 within a frame."""
        for number in sorted(self._places):
            content: dict[str, list[dict[str, Any]]] = {"shapes": [], "tags": []}
            for position, (start, length, kind) in enumerate(self._places[number], start=1):
                self._file.seek(start)
                content[kind].append({**orjson.loads(self._file.read(length)), "id": position})
            yield number, content
