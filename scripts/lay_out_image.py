"""Lay out the image: the action, its interpreter and what these two need, without anything else.

Runs in the image's build stage, under the interpreter that the image will use:

    python -IB lay_out_image.py PACKAGES TREE

PACKAGES contains the action and its dependencies. TREE contains the executables and becomes `/` of
the image. The base image may have Python in /usr/local, as the official one, or in /usr.
"""

from __future__ import annotations

import marshal
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from importlib.util import MAGIC_NUMBER, cache_from_source
from modulefinder import ModuleFinder
from pathlib import Path
from types import CodeType

OWN = "deployment_events"
STDLIB = Path(sysconfig.get_path("stdlib"))
SITE = Path(sysconfig.get_path("purelib"))
# What the runner's Kubernetes hook executes in the container of a step.
PROGRAMS = ("chmod", "env", "find", "mv", "rm", "sh", "stat", "tail", "tar")
BASE_FILES = (
    "/usr/local/bin/python",
    *(f"/bin/{name}" for name in PROGRAMS),
    *(f"/etc/{name}" for name in ("group", "ld.so.conf", "ld.so.conf.d", "os-release", "passwd")),
    "/etc/debian_version",
    # OpenSSL looks here for what is in /etc/ssl.
    "/usr/lib/ssl/certs",
    "/usr/lib/ssl/openssl.cnf",
    *map(str, STDLIB.glob("LICENSE.txt")),
)
# Without the last line, glibc asks DNS before it reads /etc/hosts.
NSSWITCH = "passwd: files\ngroup: files\nhosts: files dns\n"
# Import statements name these modules, but the action does not execute them: Python versions of C
# modules, optional compression, and what serves coroutines, self-tests, other systems and old APIs.
UNREACHABLE = "_pydatetime _pydecimal bz2 lzma asyncio doctest ctypes urllib3.contrib pydantic.v1"
# The flag 1 stands for a hash that is not checked: the image's sources do not change.
BYTECODE_HEADER = MAGIC_NUMBER + (1).to_bytes(4, "little") + bytes(8)

# Prints each module that importing the named ones loads and that has a file. It is a separate
# program, without `site`, because the imports of this one and of the base would be listed too.
LIST_LOADED = """
import sys
packages, absent, *names = sys.argv[1:]
sys.path.insert(0, packages)
sys.modules.update(dict.fromkeys(absent.split()))
for name in names:
    __import__(name)
specs = [getattr(module, "__spec__", None) for module in sys.modules.values()]
print(*(spec.name for spec in specs if spec and spec.has_location))
"""


def main(packages: Path, tree: Path) -> None:
    """Fill TREE, which contains the executables already."""
    image = Image(tree)
    for path in BASE_FILES:
        image.copy(Path(path))
    image.place("/etc/nsswitch.conf").write_text(NSSWITCH)
    image.add_modules(packages, reachable_modules(packages, sorted(tree.glob("*.py"))))
    image.add_metadata(packages)
    image.add_libraries()
    image.add_package_records(Path("/var/lib/dpkg"), Path("/usr/share/doc"))
    image.normalize()


class Image:
    """The files of the image, below a folder."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        # The files and links of which the image has a copy or the bytecode.
        self.originals: set[Path] = set()

    def place(self, path: Path | str) -> Path:
        """Return where a path of the image is in the tree, after creating its folder."""
        target = self.tree / str(path).lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def copy(self, path: Path, to: Path | None = None) -> None:
        """Copy a file or a folder, with each symbolic link on the way to it."""
        for step in (*reversed(path.parents), path):
            if step.is_symlink():
                if step not in self.originals:
                    self.place(step).symlink_to(step.readlink())
                    self.originals.add(step)
                target = Path(os.path.normpath(step.parent / step.readlink()))
                self.copy(target / path.relative_to(step))
                return
        if path.is_dir():
            for entry in path.iterdir():
                self.copy(entry)
            return
        shutil.copy(path, self.place(to or path))
        self.originals.add(path)

    def add_modules(self, packages: Path, modules: dict[Path, CodeType | None]) -> None:
        """Add modules as bytecode; the action's own also as source, for its tracebacks."""
        for source, code in modules.items():
            path = SITE / source.relative_to(packages) if packages in source.parents else source
            own = SITE / OWN in path.parents
            if own or not code:
                self.copy(source, path)
            if code:
                bytecode = cache_from_source(path) if own else path.with_suffix(".pyc")
                self.place(bytecode).write_bytes(BYTECODE_HEADER + marshal.dumps(code))
            self.originals.add(source)

    def add_metadata(self, packages: Path) -> None:
        """Add the data, the licenses and the metadata of the dependencies."""
        self.copy(packages / "certifi/cacert.pem", SITE / "certifi/cacert.pem")
        for folder in packages.glob("*.dist-info"):
            target = self.place(SITE / folder.name)
            # RECORD lists files that the image does not have, and METADATA has the project's page.
            shutil.copytree(folder, target, ignore=shutil.ignore_patterns("RECORD"))
            headers, _, _ = (folder / "METADATA").read_text("utf-8").partition("\n\n")
            (target / "METADATA").write_text(f"{headers}\n", "utf-8")

    def add_libraries(self) -> None:
        """Add the loader and the shared libraries of the programs and the extension modules."""
        files = [str(path) for path in self.originals if path.is_file()]
        binaries = [file for file in files if Path(file).read_bytes().startswith(b"\x7fELF")]
        listing = run("ldd", *binaries)
        if missing := set(re.findall(r"(\S+) => not found", listing)):
            raise SystemExit(f"The base image has no {', '.join(sorted(missing))}.")
        for library in set(re.findall(r"(/\S+) \(0x", listing)):
            self.copy(Path(library))
        # The loader finds libraries outside its default folders in this cache.
        run("ldconfig", "-X", "-r", str(self.tree))

    def add_package_records(self, dpkg: Path, documentation: Path) -> None:
        """Add the records and licenses of the Debian packages that the files belong to.

        If there is no package manager, scanners look for a file per package in status.d.
        """
        status = (dpkg / "status").read_text("utf-8").strip().split("\n\n")
        records = {record.split()[1]: record for record in status}
        for listing in (dpkg / "info").glob("*.list"):
            # A package may list /lib/x although /lib is a link to /usr/lib.
            listed = [Path(line) for line in listing.read_text("utf-8").splitlines()]
            if self.originals.isdisjoint(path.parent.resolve() / path.name for path in listed):
                continue
            name, _, _ = listing.stem.partition(":")
            self.place(dpkg / "status.d" / name).write_text(f"{records[name]}\n", "utf-8")
            for text in documentation.glob(f"{name}/copyright"):
                self.copy(text)

    def normalize(self) -> None:
        """Set modes and times, so that the same files always make the same layer."""
        self.place("/tmp").mkdir()  # noqa: S108  a folder of the image
        paths = (self.tree, *self.tree.rglob("*"))
        for path in paths:
            if not path.is_symlink():
                executable = path.is_dir() or path.stat().st_mode & 0o100
                path.chmod(0o755 if executable else 0o644)
            os.utime(path, (0, 0), follow_symlinks=False)
        self.place("/tmp").chmod(0o1777)  # noqa: S108  as above


def reachable_modules(packages: Path, scripts: list[Path]) -> dict[Path, CodeType | None]:
    """Return the file of each module that the action can import, with its code.

    Import statements count wherever they are. Imports by a computed name count if they are executed
    when the action's modules are imported. Extension modules have no code.
    """
    own = [path.relative_to(packages).with_suffix("") for path in (packages / OWN).rglob("*.py")]
    names = [".".join(path.parts).removesuffix(".__init__") for path in sorted(own)]
    loaded = run(sys.executable, "-ISBc", LIST_LOADED, str(packages), UNREACHABLE, *names).split()
    finder = ModuleFinder(
        [str(packages), str(STDLIB), str(STDLIB / "lib-dynload")],
        excludes=UNREACHABLE.split(),
        replace_paths=[(str(packages), str(SITE))],
    )
    for script in scripts:
        finder.run_script(str(script))
    for name in loaded:
        finder.import_hook(name)
    # Text names its codec, so any of them can be needed.
    finder.import_hook("encodings", fromlist=["*"])
    modules = [vars(module) for name, module in finder.modules.items() if name != "__main__"]
    return {Path(found["__file__"]): found["__code__"] for found in modules if found["__file__"]}


def run(*command: str) -> str:
    """Return what a command prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
