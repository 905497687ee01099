"""Make .venv and install what requirements/<set>.txt pins, when it is not installed already.

Standard library only: this runs before anything is installed. Called by the Makefile as
`python3 requirements/install.py local|dev`. A set is installed once per content of its file; a stop in
the middle is repaired by the next call, and two calls at once wait for each other.
"""

import fcntl
import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
CONTAINS = {"local": ("local", "dev"), "dev": ("dev",)}


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1] not in CONTAINS:
        print("usage: install.py local|dev", file=sys.stderr)
        return 2
    if sys.version_info < OLDEST:
        print(
            f"Python 3.11 以上が必要です（{sys.version.split()[0]} でした）。PYTHON=… で指定できます。\n"
            f"Python 3.11 or later is needed (this is {sys.version.split()[0]}); name it by PYTHON=….",
            file=sys.stderr,
        )
        return 1
    wanted = sys.argv[1]
    with open(ROOT / "requirements" / "install.py", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if any(is_installed(name) for name in CONTAINS[wanted]):
            return 0
        if not has_pip():
            make_environment()
        install(wanted)
    return 0


def is_installed(name: str) -> bool:
    stamp = VENV / f".installed-{name}"
    return PYTHON.exists() and stamp.exists() and stamp.read_text() == fingerprint(name)


def fingerprint(name: str) -> str:
    pinned = (ROOT / "requirements" / f"{name}.txt").read_bytes()
    # An environment that was moved or copied to another folder, or whose Python changed, is not ours.
    return hashlib.sha256(pinned + f"{VENV} {sys.version_info[:2]}".encode()).hexdigest()


def has_pip() -> bool:
    if not PYTHON.exists():
        return False
    asked = "import sys, pip; print(sys.prefix, sys.version_info[:2])"
    found = subprocess.run([PYTHON, "-c", asked], capture_output=True, text=True)
    return found.stdout.strip() == f"{VENV} {sys.version_info[:2]}"


def make_environment() -> None:
    print("仮想環境を作成しています … / making .venv", flush=True)
    try:
        venv.EnvBuilder(clear=True, with_pip=True, symlinks=True).create(VENV)
    except subprocess.CalledProcessError:
        sys.exit(
            "Python の venv がありません（Debian では apt install python3-venv）。\n"
            "This Python has no venv (on Debian: apt install python3-venv)."
        )


def install(name: str) -> None:
    print(f"requirements/{name}.txt を導入しています … / installing it", flush=True)
    pinned = ROOT / "requirements" / f"{name}.txt"
    # Everything is pinned, dependencies included, so nothing needs to be resolved.
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes", "--no-deps"]
    done = subprocess.run([PYTHON, "-m", "pip", "install", *options, "-r", pinned])
    if done.returncode != 0:
        sys.exit(done.returncode)
    (VENV / f".installed-{name}").write_text(fingerprint(name))


if __name__ == "__main__":
    sys.exit(main())
