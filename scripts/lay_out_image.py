"""Finish the tree that the Dockerfile copies into the image: our package in, strays out, bytecode compiled.

Runs inside the image's build stage, under the interpreter that the image will use:

    python -IB lay_out_image.py TREE PACKAGE    TREE becomes / of the image, PACKAGE is our folder of modules

Bytecode is made for the modules that a start loads, and for no other. That includes the standard library's:
the official image comes without, and compiling 130 modules in memory costs a container about 270 ms, four
tenths of its whole run.
"""

from __future__ import annotations

import os
import py_compile
import shutil
import subprocess
import sys
import sysconfig
from importlib.util import cache_from_source
from pathlib import Path

# What wheels install and nothing here can reach, as patterns.
STRAYS = (
    ".lock",  # uv's, while it installs
    "bin",  # console scripts, outside PATH
    "**/tests",  # above all actions-toolkit's, at the top level: they would answer to `import tests`
    "pydantic/v1",  # the previous API beside the current one: a third of pydantic's modules
    "pydantic/mypy.py",  # and what only type checkers read
    "**/*.pyi",
    "urllib3/contrib/emscripten",  # for Python in a browser
    "urllib3/contrib/socks.py",  # needs PySocks, which is not here; requests tries it at each start, and expects that
)

# Prints the file of every module that importing the whole package loads. A program of its own, because what
# this one imports is not wanted. Frozen modules have no location: they need no bytecode.
LIST_LOADED = """
import importlib, os, sys
site, package, *late = sys.argv[1:]
sys.path.insert(0, site)
for folder, _, files in sorted(os.walk(os.path.join(site, package))):
    for file in sorted(files):
        if file.endswith(".py"):
            module = os.path.relpath(os.path.join(folder, file), site)[:-3].replace(os.sep, ".")
            importlib.import_module(module.removesuffix(".__init__"))
for name in late:
    importlib.import_module(name)
for module in list(sys.modules.values()):
    spec = getattr(module, "__spec__", None)
    if spec and spec.has_location and spec.origin.endswith(".py"):
        print(spec.origin)
"""
# Not imported by any module, but by the interpreter when a host name is looked up and a request is written.
LATE = ("encodings.ascii", "encodings.idna")


def main(tree: Path, package: Path) -> None:
    """Turn TREE, holding the dependencies, into exactly what the image adds to its base."""
    site = tree / Path(sysconfig.get_path("purelib")).relative_to("/")
    for stray in [path for pattern in STRAYS for path in site.glob(pattern)]:
        remove(stray)
    for metadata in site.glob("*.dist-info/METADATA"):
        shorten(metadata)
    shutil.copytree(package, site / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    sources = loaded_modules(site, package.name)
    compiled = [compile_into(tree, source) for source in sources]
    for path in [tree, *tree.rglob("*")]:
        normalize(path)
    print(f"{len(sources)} modules are loaded; {sum(compiled)} came without bytecode and got it")


def remove(path: Path) -> None:
    """Delete a file or a folder."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def shorten(metadata: Path) -> None:
    """Keep the name, version and licence that scanners read; drop the project's page below them."""
    headers, _, _ = metadata.read_text("utf-8").partition("\n\n")
    metadata.write_text(f"{headers}\n", "utf-8")


def loaded_modules(site: Path, package: str) -> list[Path]:
    """Every source that importing all of `package` loads, dependencies and standard library included."""
    command = [sys.executable, "-IB", "-c", LIST_LOADED, str(site), package, *LATE]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return sorted({Path(line) for line in listing.splitlines()})


def compile_into(tree: Path, source: Path) -> bool:
    """Put one module's bytecode where the image's interpreter looks for it; False if the base has it."""
    final = Path("/") / source.relative_to(tree) if source.is_relative_to(tree) else source
    cached = Path(cache_from_source(str(final)))
    if cached.exists():
        return False
    target = tree / cached.relative_to("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    # Unchecked: an image's sources do not change, so no start need look at them, and no timestamp gets in.
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(
        str(source), str(target), dfile=str(final), doraise=True, invalidation_mode=mode
    )
    return True


def normalize(path: Path) -> None:
    """Fix what depends on who built it and when: mode and time. The same sources make the same layer."""
    executable = path.is_dir() or path.stat().st_mode & 0o100
    path.chmod(0o755 if executable else 0o644)
    os.utime(path, (0, 0))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
