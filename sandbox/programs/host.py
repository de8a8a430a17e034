"""`python host.py SETTINGS PROGRAM [argument ...]`: runs a program or a notebook in this process, turned to a sandbox.

SETTINGS is JSON: {"url", "token"}. Run by its path, with the interpreter that has the program's packages. Exit status: the program's;
1 for a cell that failed, 2 for a program that cannot be run at all.
"""
import json
import os
import runpy
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[2])
from sandbox.programs import clock, kit, notebook  # noqa: E402

# The program shall find its own modules, and not ours.
del sys.path[0]
for _name in [name for name in sys.modules if name.partition(".")[0] == "sandbox"]:
    del sys.modules[_name]


def main() -> int:
    """Settings are taken off the command line, which is the program's own then."""
    settings = json.loads(sys.argv[1])
    program = Path(sys.argv[2]).resolve()
    sys.argv = [str(program), *sys.argv[3:]]
    # No window may wait for somebody to close it.
    os.environ.setdefault("MPLBACKEND", "Agg")
    try:
        kit.point_clients(settings["url"], settings["token"])
        clock.live_by(clock.SandboxClock.of(settings["url"]))
    except ImportError as error:
        return _refuse(f"{sys.executable} has no working toloka-kit ({error}): name an interpreter that has with --python")
    except OSError as error:
        return _refuse(f"the sandbox at {settings['url']} does not answer: {error}")
    kit.answer_questions(settings["token"])
    sys.path.insert(0, str(program.parent))
    if program.suffix != ".ipynb":
        runpy.run_path(str(program), run_name="__main__")
        return 0
    try:
        book = notebook.Notebook(program)
    except ValueError as error:
        return _refuse(str(error))
    os.chdir(program.parent)  # as Jupyter does
    return 1 if book.run() else 0


def _refuse(reason: str) -> int:
    print(f"bin/sandbox run: {reason}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
