"""Makes .venv from a lock file and bundles the front-end libraries; only Python's own library is used.

usage: bin/setup [-h] [--dev] [--no-assets]

  --dev        also what the tests and checks need (requirements-dev.lock)
  --no-assets  without the front-end libraries: the sandbox alone needs none

Does nothing that is already done. PYTHON names the interpreter to use.
"""
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.sha256"
LOCKS = {"demo": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
# What pip says -> what a person should do. First hit wins.
CAUSES = (
    ("No space left on device", "the disk is full: some 1.5 GB is needed below {root} and the temporary folder"),
    ("Disk quota exceeded", "the disk quota is used up: about 1.5 GB is needed below {root}"),
    ("THESE PACKAGES DO NOT MATCH THE HASHES", "a download does not match the lock: clear pip's cache (pip cache purge) and try again"),
    ("Failed to establish a new connection", "the Python registry cannot be reached: check the network or pip's proxy settings"),
    ("Temporary failure in name resolution", "the Python registry cannot be reached: check the network or pip's proxy settings"),
    ("CERTIFICATE_VERIFY_FAILED", "the Python registry's certificate is not trusted: set PIP_CERT to your network's certificate bundle"),
    ("Read timed out", "the Python registry is too slow to answer: try again"),
    ("Permission denied", "no permission to write below {root}"),
    ("No matching distribution found", "a package does not exist for this machine (Linux x86-64 with Python 3.11 or newer is supported)"),
)


class Failure(Exception):
    """A sentence for the person at the terminal."""


def digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def installed() -> set[str]:
    """Hashes of the lock files that .venv was made from."""
    python = VENV / "bin" / "python"
    if not STAMP.is_file() or subprocess.run([python, "-c", ""], capture_output=True).returncode:
        return set()  # never finished, or its Python is gone or moved
    return set(STAMP.read_text().split())


def make_venv() -> None:
    """A fresh .venv, unless a working one is there."""
    python = VENV / "bin" / "python"
    if python.exists() and not subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode:
        return
    print(f"setup: making .venv with Python {sys.version.split()[0]}", flush=True)
    result = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True)
    if result.returncode:
        output = result.stdout + result.stderr
        if "ensurepip" in output or "No module named venv" in output:
            package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
            raise Failure(f"this Python has no venv module: install it (Debian, Ubuntu: apt install {package}), "
                          "or set PYTHON to a Python that has it.")
        raise Failure(f".venv could not be made: {cause(output)}.")


def install(lock: Path) -> None:
    """pip with hashes, one line of progress; the lock's hash is noted only when everything is in."""
    total = len(re.findall(r"^[a-z0-9][^=]*==", lock.read_text(), flags=re.MULTILINE))
    command = [VENV / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar=off",
               "--require-hashes", "-r", lock]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
    assert process.stdout is not None
    seen, lines = 0, []
    for line in process.stdout:
        lines.append(line)
        if re.match(r"(Collecting|Requirement already satisfied:?) ", line):
            seen += 1
            progress(f"setup: packages {min(seen, total)} of {total}", last=False, step=seen)
        elif line.startswith("Installing collected packages"):
            progress("setup: unpacking the packages (about half a minute)", last=True)
    if process.wait():
        output = "".join(lines)
        raise Failure(f"the packages of {lock.name} could not be installed: {cause(output)}.\n{''.join(lines[-6:]).rstrip()}")
    progress("setup: packages installed", last=True)
    STAMP.write_text("\n".join(sorted(installed_after(lock))) + "\n")


def installed_after(lock: Path) -> set[str]:
    """The development lock holds everything of the other one (bin/lock writes both; a test compares them)."""
    return {digest(path) for path in LOCKS.values()} if lock == LOCKS["dev"] else {digest(lock)}


def cause(output: str) -> str:
    """The likely cause in words, else the tool's last error line."""
    for needle, sentence in CAUSES:
        if needle in output:
            return sentence.format(root=ROOT)
    errors = [line for line in output.splitlines() if "error" in line.lower()] or output.splitlines() or ["no reason given"]
    return errors[-1].strip().rstrip(".")


def progress(text: str, *, last: bool, step: int = 0) -> None:
    """One line that is written over on a terminal; in a log every tenth."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        print(f"\r{text[:width]:<{width}}", end="\n" if last else "", flush=True)
    elif last or step % 10 == 1:
        print(text, flush=True)


def main(arguments: list[str]) -> int:
    if {"-h", "--help"} & set(arguments):
        print(__doc__)
        return 0
    if unknown := set(arguments) - {"--dev", "--no-assets"}:
        print(f"bin/setup: unknown option {sorted(unknown)[0]}; see bin/setup -h", file=sys.stderr)
        return 2
    lock = LOCKS["dev" if "--dev" in arguments else "demo"]
    try:
        if digest(lock) not in installed():
            make_venv()
            install(lock)
        if "--no-assets" in arguments:
            return 0
        return subprocess.run([VENV / "bin" / "python", ROOT / "bin" / "assets"], cwd=ROOT).returncode
    except Failure as failure:
        print(f"bin/setup: {failure}", file=sys.stderr)
    except OSError as error:
        print(f"bin/setup: {error.strerror}: {error.filename or ROOT}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    # Inherited settings of another virtual environment would leak into ours.
    for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"):
        os.environ.pop(name, None)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("\nbin/setup: stopped; start it again to go on.", file=sys.stderr)
        sys.exit(130)
