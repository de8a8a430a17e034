"""Items of lists in a JSON file of any size, one in memory at a time.

ijson's events, but not its paths and items: those grow with the square of the depth, so that some kilobytes of brackets fill the memory.
"""
from collections.abc import Iterator
from typing import IO, Any

import ijson

from annotation.formats.found import Unreadable, shown

MAX_DEPTH = 32
MAX_VALUES = 1_000_000
_BUFFER = 256 * 1024
_OPENS = {"start_map": dict, "start_array": list}
_CLOSES = ("end_map", "end_array")

Events = Iterator[tuple[str, Any]]


def items_of(file: IO[bytes], sections: set[str]) -> Iterator[tuple[str, Any]]:
    """(section, item) for every item of the lists `sections` of the top object; (section, None) once when the section begins.

    Numbers are int or float. Unreadable.
    """
    try:
        yield from _walk(iter(ijson.basic_parse(_without_mark(file), use_float=True, buf_size=_BUFFER)), sections)
    except (ijson.JSONError, UnicodeError, ValueError, OverflowError) as error:
        raise Unreadable(f"is not JSON in UTF-8, or not all of it: {_said(error)}.") from error


def value_of(file: IO[bytes], section: str) -> Any:
    """What stands under this key of the top object; None where there is no such key. Unreadable."""
    try:
        events = iter(ijson.basic_parse(_without_mark(file), use_float=True, buf_size=_BUFFER))
        if next(events, ("", None))[0] != "start_map":
            raise Unreadable("is JSON, but not an object.")
        for event, key in events:
            if event != "map_key":
                continue
            opening, value = next(events)
            if key == section:
                return _build(opening, value, events, section)
            _skip(opening, events)
    except (ijson.JSONError, UnicodeError, ValueError, OverflowError) as error:
        raise Unreadable(f"is not JSON in UTF-8, or not all of it: {_said(error)}.") from error
    return None


def items_of_each(file: IO[bytes], sections: set[str]) -> Iterator[tuple[int, str, Any]]:
    """The same for a list of objects: (place of the object, section, item). (place, "", None) when an object begins."""
    try:
        events = iter(ijson.basic_parse(_without_mark(file), use_float=True, buf_size=_BUFFER))
        if next(events, ("", None))[0] != "start_array":
            raise Unreadable("is JSON, but not a list.")
        for place, (event, _) in enumerate(events):
            if event == "end_array":
                return
            if event != "start_map":
                raise Unreadable("has something else than objects in its list.")
            yield place, "", None
            for section, item in _sections(events, sections):
                yield place, section, item
    except (ijson.JSONError, UnicodeError, ValueError, OverflowError) as error:
        raise Unreadable(f"is not JSON in UTF-8, or not all of it: {_said(error)}.") from error


def entries_of(file: IO[bytes]) -> Iterator[Any]:
    """The entries of a file that is one list, one in memory at a time. Unreadable."""
    try:
        events = iter(ijson.basic_parse(_without_mark(file), use_float=True, buf_size=_BUFFER))
        if next(events, ("", None))[0] != "start_array":
            raise Unreadable("is JSON, but not a list.")
        for event, value in events:
            if event == "end_array":
                return
            yield _build(event, value, events, "the list")
    except (ijson.JSONError, UnicodeError, ValueError, OverflowError) as error:
        raise Unreadable(f"is not JSON in UTF-8, or not all of it: {_said(error)}.") from error


def _said(error: Exception) -> str:
    """The parser's first line: the rest draws the place with arrows."""
    said = error.args[0] if error.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return shown(text.strip().split("\n")[0].rstrip("."))


def _without_mark(file: IO[bytes]) -> IO[bytes]:
    if file.read(3) != b"\xef\xbb\xbf":
        file.seek(0)
    return file


def _walk(events: Events, sections: set[str]) -> Iterator[tuple[str, Any]]:
    if next(events, ("", None))[0] != "start_map":
        raise Unreadable("is JSON, but not an object with images and annotations.")
    yield from _sections(events, sections)
    # Behind the end the parser looks for what does not belong there.
    for _ in events:
        raise Unreadable("has something behind its end.")


def _sections(events: Events, sections: set[str]) -> Iterator[tuple[str, Any]]:
    """Of an object that was just opened, to its end."""
    for event, key in events:
        if event == "end_map":
            return
        opening, value = next(events)
        if key not in sections:
            _skip(opening, events)
        elif opening != "start_array":
            raise Unreadable(f"has something else than a list under “{key}”.")
        else:
            yield key, None
            for event, value in events:
                if event == "end_array":
                    break
                yield key, _build(event, value, events, key)


def _skip(opening: str, events: Events) -> None:
    depth = 1 if opening in _OPENS else 0
    while depth:
        event, _ = next(events)
        depth += (event in _OPENS) - (event in _CLOSES)


def _build(event: str, value: Any, events: Events, section: str) -> Any:
    if event not in _OPENS:
        return value
    root: Any = _OPENS[event]()
    stack, key, count = [root], "", 0
    for event, value in events:
        if event == "map_key":
            key = value
            continue
        if event in _CLOSES:
            stack.pop()
            if not stack:
                return root
            continue
        item: Any = _OPENS[event]() if event in _OPENS else value
        if isinstance(stack[-1], dict):
            stack[-1][key] = item
        else:
            stack[-1].append(item)
        count += 1
        if event in _OPENS:
            stack.append(item)
        if len(stack) > MAX_DEPTH or count > MAX_VALUES:
            raise Unreadable(f"has an entry under “{section}” that is too large: at most {MAX_VALUES:,} values, {MAX_DEPTH} levels deep.")
    raise Unreadable("ends in the middle.")
