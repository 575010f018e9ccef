"""What the build stage copies into the image and records there, on small stand-ins for a base."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.image_trees import placed, write

from scripts.lay_out_image import Image


class TestCopy:
    @pytest.mark.parametrize("relative", [True, False])
    def test_a_library_keeps_all_of_its_names(
        self, image: Image, base: Path, relative: bool
    ) -> None:
        """As in Debian: /lib is a link to a folder, and the library in it a link to a version."""
        file = write(base / "usr/lib/libz.so.1.3")
        (base / "usr/lib/libz.so.1").symlink_to("libz.so.1.3" if relative else file)
        (base / "lib").symlink_to("usr/lib" if relative else base / "usr/lib")
        image.copy(base / "lib/libz.so.1")
        assert placed(image, base / "lib").readlink() == (base / "lib").readlink()
        assert placed(image, base / "usr/lib/libz.so.1").is_symlink()
        assert placed(image, file).read_text() == "content"
        assert not placed(image, file).is_symlink()

    def test_a_folder_is_copied_with_what_its_links_lead_to(self, image: Image, base: Path) -> None:
        certificate = write(base / "usr/share/ca/one.crt")
        (base / "etc/certs").mkdir(parents=True)
        (base / "etc/certs/one.pem").symlink_to(certificate)
        (base / "etc/certs/0123abcd.0").symlink_to("one.pem")
        image.copy(base / "etc/certs")
        assert placed(image, base / "etc/certs/0123abcd.0").readlink() == Path("one.pem")
        assert placed(image, certificate).is_file()

    def test_a_link_that_several_files_need_is_copied_once(self, image: Image, base: Path) -> None:
        write(base / "usr/bin/mv"), write(base / "usr/bin/rm")
        (base / "bin").symlink_to("usr/bin")
        image.copy(base / "bin/mv")
        image.copy(base / "bin/rm")
        assert {path.name for path in placed(image, base / "usr/bin").iterdir()} == {"mv", "rm"}

    def test_a_program_stays_executable(self, image: Image, base: Path) -> None:
        program = write(base / "bin/sh")
        program.chmod(0o755)
        image.copy(program)
        assert placed(image, program).stat().st_mode & 0o111


class TestLibraries:
    LDD = """#!/bin/sh
echo "{library} (0x00007f0000000000)"
echo "  linux-vdso.so.1 (0x00007f0000000001)"
for file in "$@"; do echo "  libz.so.1 => {library} (0x00007f0000000002)"; done
{more}
"""

    def install(self, program: Callable[[str, str], None], library: Path, more: str = "") -> None:
        program("ldd", self.LDD.format(library=library, more=more))
        program("ldconfig", '#!/bin/sh\nmkdir -p "$3/etc"; touch "$3/etc/ld.so.cache"\n')

    def test_the_libraries_of_a_binary_are_copied(
        self, image: Image, base: Path, program: Callable[[str, str], None]
    ) -> None:
        library = write(base / "lib/libz.so.1")
        self.install(program, library)
        image.copy(write(base / "bin/sh", b"\x7fELF"))
        image.copy(write(base / "etc/passwd"))
        image.add_libraries()
        assert placed(image, library).is_file()
        assert (image.tree / "etc/ld.so.cache").is_file()

    def test_only_binaries_are_asked_about(
        self, image: Image, base: Path, program: Callable[[str, str], None]
    ) -> None:
        self.install(program, write(base / "lib/libz.so.1"), f'echo "$@" > {base}/asked')
        binary = write(base / "bin/sh", b"\x7fELF")
        image.copy(binary)
        image.copy(write(base / "etc/passwd"))
        image.add_libraries()
        assert (base / "asked").read_text().split() == [str(binary)]

    def test_a_library_that_the_base_lacks_ends_the_build(
        self, image: Image, base: Path, program: Callable[[str, str], None]
    ) -> None:
        self.install(program, write(base / "lib/libz.so.1"), 'echo "  libx.so.2 => not found"')
        image.copy(write(base / "bin/sh", b"\x7fELF"))
        with pytest.raises(SystemExit, match=r"no libx\.so\.2"):
            image.add_libraries()


class TestPackageRecords:
    RECORDS = {
        name: f"Package: {name}\nStatus: install ok installed\nVersion: 1\nDescription: a\n .\n b"
        for name in ("dash", "zlib1g", "perl")
    }

    @pytest.fixture
    def recorded(self, image: Image, base: Path) -> Path:
        dpkg, documentation = base / "dpkg", base / "doc"
        write(dpkg / "status", "\n\n".join(self.RECORDS.values()) + "\n")
        (base / "lib").symlink_to("usr/lib")
        write(dpkg / "info/dash.list", f"/.\n{base}/usr/bin/dash\n")
        write(dpkg / "info/zlib1g:amd64.list", f"/.\n{base}/lib/libz.so.1\n")
        write(dpkg / "info/perl.list", f"/.\n{base}/usr/bin/perl\n")
        for name in self.RECORDS:
            write(documentation / name / "copyright", name)
        image.copy(write(base / "usr/bin/dash"))
        image.copy(write(base / "usr/lib/libz.so.1"))
        image.add_package_records(dpkg, documentation)
        return placed(image, base)

    def test_each_package_with_a_file_in_the_image_has_its_record(self, recorded: Path) -> None:
        records = {path.name: path.read_text() for path in (recorded / "dpkg/status.d").iterdir()}
        assert records == {name: f"{self.RECORDS[name]}\n" for name in ("dash", "zlib1g")}

    def test_licenses_come_with_the_packages(self, recorded: Path) -> None:
        notices = {path.read_text() for path in (recorded / "doc").glob("*/copyright")}
        assert notices == {"dash", "zlib1g"}


class TestNormalize:
    def test_modes_and_times_do_not_depend_on_the_build(self, image: Image) -> None:
        write(image.tree / "etc/passwd").chmod(0o600)
        write(image.tree / "entrypoint.py").chmod(0o4750)
        (image.tree / "link").symlink_to("nowhere")
        image.normalize()
        modes = {path.name: path.lstat().st_mode & 0o7777 for path in image.tree.rglob("*")}
        assert modes | {"link": 0} == {
            "etc": 0o755,
            "passwd": 0o644,
            "entrypoint.py": 0o755,
            "tmp": 0o1777,
            "link": 0,
        }
        assert {path.lstat().st_mtime for path in (image.tree, *image.tree.rglob("*"))} == {0}
