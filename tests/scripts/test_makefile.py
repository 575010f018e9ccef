"""The installation behind a company's TLS proxy, whose CA is in the system's store only."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PYTHON = f"""\
#!/bin/sh
[ "$1 $2" = "-m venv" ] || exec {sys.executable} "$@"
mkdir -p "$3/bin"
cp {{pip}} "$3/bin/python"
"""
PIP = """\
#!/bin/sh
echo "$@" >> {log}
case "$@" in *--cert*) exit 0 ;; esac
echo "certificate verify failed" >&2
exit 1
"""


@pytest.fixture(autouse=True)
def no_inherited_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of the `make` that runs the tests would win over the ones of these tests."""
    monkeypatch.delenv("MAKEFLAGS", raising=False)


def test_uv_uses_the_system_s_certificates(tmp_path: Path) -> None:
    show = tmp_path / "Makefile"
    show.write_text(f"include {ROOT / 'Makefile'}\nshow: ; @echo $$UV_SYSTEM_CERTS\n")
    command = ["make", "--no-print-directory", "-C", str(ROOT), "-f", str(show), "show"]
    assert subprocess.check_output(command, text=True) == "true\n"


def test_an_older_pip_is_given_the_system_s_certificates(
    tmp_path: Path, program: Callable[[str, str], None]
) -> None:
    """Before version 24.2, pip uses its own bundle of CAs."""
    log = tmp_path / "log"
    program("pip", PIP.format(log=log))
    program("my-python", PYTHON.format(pip=tmp_path / "bin" / "pip"))
    for name in ("Makefile", "requirements-uv.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    command = ["make", "PYTHON=my-python", ".cache/uv/bin/uv"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    plain, with_certificates = log.read_text().splitlines()
    paths = ssl.get_default_verify_paths()
    assert with_certificates == f"{plain} --cert {paths.cafile or paths.capath}"
