"""Addresses from one column of a TSV or CSV file, for example the dataset.tsv of a Toloka notebook."""
import csv
import io
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from annotation.ingest.urls import clean_urls, url_problem

MAX_TABLE_BYTES = 32 * 1024 * 1024


def urls_of_table(table: Any, column: str = "") -> list[str]:
    """Addresses in `column`; without a name the only column whose first value is an address.

    ValidationError with "table" (not a text table, too large, empty) or "column" (no such column, no choice possible, bad address).
    """
    header, rows = _read(table)
    if any(url_problem(name) is None for name in header):
        raise ValidationError({"table": ["The first line holds an address where column names belong: put a line of names above it."]})
    position = _position(header, rows, column)
    return clean_urls([row[position] if position < len(row) else "" for row in rows], "column")


def _read(table: Any) -> tuple[list[str], list[list[str]]]:
    if table.size is not None and table.size > MAX_TABLE_BYTES:
        raise ValidationError({"table": [f"The table has {table.size} bytes; at most {MAX_TABLE_BYTES} are allowed."]})
    table.seek(0)
    try:
        # utf-8-sig: spreadsheets write a byte order mark.
        text = table.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationError({"table": ["The table is not a text file in UTF-8. Save it as CSV or TSV in UTF-8."]}) from None
    first = text.split("\n", 1)[0]
    delimiter = max("\t,;", key=first.count) if any(mark in first for mark in "\t,;") else "\t"
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = [row for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise ValidationError({"table": [f"The table cannot be read: {error}."]}) from None
    if len(rows) < 2:
        raise ValidationError({"table": ["The table needs a line of column names and at least one line below it."]})
    if len(rows) - 1 > settings.INGEST_MAX_FILES:
        raise ValidationError({"table": [f"The table has {len(rows) - 1} lines; at most {settings.INGEST_MAX_FILES} are allowed."]})
    return [name.strip() for name in rows[0]], rows[1:]


def _position(header: list[str], rows: list[list[str]], column: str) -> int:
    if column:
        if column not in header:
            raise ValidationError({"column": [f"The table has no column “{column}”; it has: {', '.join(header)}."]})
        return header.index(column)
    candidates = [number for number in range(len(header)) if number < len(rows[0]) and url_problem(rows[0][number].strip()) is None]
    if len(candidates) != 1:
        raise ValidationError({"column": [f"Choose the column with the addresses; the table has: {', '.join(header)}."]})
    return candidates[0]
