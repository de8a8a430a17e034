"""Tables with tabs between cells, of any length: each line is read within bounds, and what is wrong with one names its number."""
from collections.abc import Iterator
from typing import IO

from annotation.formats.found import Unreadable, shown

# Characters of one cell: the longest outline that a shape may have takes a third.
MAX_CELL = 16 * 1024 * 1024
_CHUNK = 256 * 1024
MAX_COLUMNS = 1000
# Of one cell: it is looked through again with each.
MAX_LINES = 100


def rows_of(file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """(number of the line it begins in, cells); blank lines are passed over. Cells are quoted as in CSV. Unreadable."""
    lines = _lines(file)
    for number, line in lines:
        if line.strip():
            # A cell with a line break goes on in the next line.
            last, cells = number, _cells(line, number)
            while cells is None:
                last, more = next(lines, (last, None))
                if more is None:
                    raise Unreadable(f"has a quote in line {number} that is never closed.")
                line = f"{line}\n{more}"
                if len(line) > MAX_CELL or last - number > MAX_LINES:
                    raise Unreadable(f"has a cell of more than {MAX_CELL // 2**20} million characters, or {MAX_LINES} lines, "
                                     f"in line {number}.")
                cells = _cells(line, number)
            yield number, cells


def _lines(file: IO[bytes]) -> Iterator[tuple[int, str]]:
    rest, number = b"", 0
    while chunk := file.read(_CHUNK):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            number += 1
            yield number, _decoded(line, number)
        if len(rest) > MAX_CELL:
            raise Unreadable(f"has more than {MAX_CELL // 2**20} MB in line {number + 1}.")
    if rest:
        yield number + 1, _decoded(rest, number + 1)


def _decoded(line: bytes, number: int) -> str:
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise Unreadable(f"is not text in UTF-8: line {number} has bytes that are no characters. Save it as UTF-8.") from error
    if "\x00" in text:
        raise Unreadable(f"has a character NUL in line {number}: save it as UTF-8.")
    return text


def _cells(line: str, number: int) -> list[str] | None:
    """None where a quoted cell is still open at the end."""
    if '"' not in line:
        cells = line.split("\t", MAX_COLUMNS)
    else:
        cells, position = [], 0
        while position <= len(line) and len(cells) <= MAX_COLUMNS:
            if line[position:position + 1] == '"':
                end = _closing(line, position + 1)
                if end is None:
                    return None
                if line[end + 1:end + 2] not in ("", "\t"):
                    raise Unreadable(f"has something behind a closing quote in line {number}: {shown(line[end + 1:end + 20])}.")
                cells.append(line[position + 1:end].replace('""', '"'))
            else:
                end = line.find("\t", position) - 1
                end = len(line) - 1 if end < 0 and "\t" not in line[position:] else end
                cells.append(line[position:end + 1])
            position = end + 2
    if len(cells) > MAX_COLUMNS:
        raise Unreadable(f"has more than {MAX_COLUMNS:,} cells in line {number}.")
    return cells


def _closing(line: str, start: int) -> int | None:
    """Where the quote stands that ends the cell; two together are one of its characters."""
    while (end := line.find('"', start)) >= 0:
        if line[end + 1:end + 2] != '"':
            return end
        start = end + 2
    return None
