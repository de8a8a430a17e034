"""Running a Jupyter notebook's code cells, one after the other, as a kernel would; what only a notebook has is left out.

Lines for the shell and for the notebook (`!pip ...`, `%matplotlib ...`) are skipped, `%%time` and its like run their cell, cells for other
languages are skipped. A cell may `await`, and its last expression is shown.
"""
import ast
import asyncio
import builtins
import inspect
import json
import re
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_MAGIC = re.compile(r"^(\s*)(?:[!%?]|[A-Za-z_][\w.]*\?+\s*$)")
_ASSIGNED_MAGIC = re.compile(r"^(\s*[\w, ]+=\s*)[!%]")
# Cell magics whose cell is Python of this very process.
_TRANSPARENT = ("time", "timeit", "capture", "prun")
_SHOWN_CHARACTERS = 60


def cells_of(path: Path) -> list[str]:
    """Sources of the code cells. ValueError if it is no notebook."""
    try:
        book = json.loads(path.read_text(encoding="utf-8"))
        found = book["cells"] if "cells" in book else book["worksheets"][0]["cells"]
        return ["".join(cell.get("source") or cell.get("input") or "") for cell in found if cell.get("cell_type") == "code"]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is no notebook: {type(error).__name__} {error}") from None


def plain(source: str) -> str:
    """The cell as Python. Skipped lines become `pass`, so that blocks stay blocks and line numbers stay true."""
    first = source.lstrip().split("\n", 1)[0]
    if first.startswith("%%") and first[2:].split(" ")[0].strip() not in _TRANSPARENT:
        return ""
    lines, inside = [], False
    for line in source.split("\n"):
        if inside or _MAGIC.match(line):
            indent = re.match(r"\s*", line)
            lines.append("" if inside else f"{indent.group() if indent else ''}pass")
            inside = line.rstrip().endswith("\\")
        else:
            lines.append(_ASSIGNED_MAGIC.sub(r"\1[]  # ", line))
    return "\n".join(lines)


class Notebook:
    """The namespace and the event loop that its cells share."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cells = cells_of(path)
        self.namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins, "display": show, "get_ipython": _NoShell}

    def run(self) -> int:
        """Every cell in order; the number of the first that failed, 0 if none did. Says how each went on standard error."""
        return asyncio.run(self._run())

    async def _run(self) -> int:
        # Inside a running loop, as in Jupyter: what works there works here, and what does not does not.
        for number, source in enumerate(self.cells, 1):
            code = plain(source)
            started = time.monotonic()
            failed = await self._cell(number, code)
            outcome = "FAILED" if failed else "ok" if code.strip() else "skipped"
            title = _title(source)
            print(f"[{number}/{len(self.cells)}] {title}: {outcome}, {time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)
            if failed:
                return number
        return 0

    async def _cell(self, number: int, code: str) -> bool:
        name = f"{self.path.name}[{number}]"
        try:
            for block, is_shown in _blocks(code, name):
                value = eval(block, self.namespace)
                if inspect.iscoroutine(value) and block.co_flags & inspect.CO_COROUTINE:
                    value = await value
                if is_shown and value is not None:
                    show(value)
        except SystemExit as end:
            return bool(end.code)
        except Exception as error:
            _explain(error, name, code)
            return True
        return False


def _blocks(code: str, name: str) -> Iterator[tuple[Any, bool]]:
    """(compiled, whether its value is shown): the cell, and its last expression apart."""
    tree = ast.parse(code, name)
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        tree.body.pop()
    yield compile(tree, name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), False
    if isinstance(last, ast.Expr):
        yield compile(ast.Expression(last.value), name, "eval", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), not code.rstrip().endswith(";")


def _explain(error: Exception, name: str, code: str) -> None:
    """The error as a notebook shows it, without our own frames."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != name:
        trace = trace.tb_next
    traceback.print_exception(error.with_traceback(trace))
    lines = code.split("\n")
    if trace is not None and trace.tb_lineno <= len(lines):
        print(f"    in the cell's line {trace.tb_lineno}: {lines[trace.tb_lineno - 1].strip()}", file=sys.stderr)


def _title(source: str) -> str:
    lines = [line.strip() for line in source.split("\n") if line.strip()]
    telling = [line for line in lines if not _MAGIC.match(line) and not line.startswith("#")]
    return next(iter([*telling, *lines]), "(empty)")[:_SHOWN_CHARACTERS]


def show(*values: Any, **_: Any) -> None:
    """`display`, in words."""
    for value in values:
        print(value if isinstance(value, str) else repr(value))


class _NoShell:
    """`get_ipython()` where there is none: magics do nothing."""

    def run_line_magic(self, *_: Any, **__: Any) -> None:
        """Nothing."""

    run_cell_magic = system = magic = run_line_magic
