"""Which modules the build stage finds, and in which form the image has them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import CodeType

import pytest
from support.image_trees import placed, write

from scripts import lay_out_image
from scripts.lay_out_image import Image, reachable_modules

LAYOUTS = {
    "official": ("usr/local/lib/python3.13", "usr/local/lib/python3.13/site-packages"),
    "Debian": ("usr/lib/python3.13", "usr/local/lib/python3.13/dist-packages"),
}


class TestModules:
    @pytest.fixture(params=LAYOUTS)
    def layout(
        self, request: pytest.FixtureRequest, base: Path, monkeypatch: pytest.MonkeyPatch
    ) -> tuple[Path, Path]:
        stdlib, site = (base / folder for folder in LAYOUTS[request.param])
        monkeypatch.setattr(lay_out_image, "STDLIB", stdlib)
        monkeypatch.setattr(lay_out_image, "SITE", site)
        return stdlib, site

    def test_only_the_action_keeps_its_sources(
        self, image: Image, base: Path, layout: tuple[Path, Path]
    ) -> None:
        stdlib, site = layout
        code = compile("VALUE = 1", "x.py", "exec")
        modules: dict[Path, CodeType | None] = {
            write(base / "packages/deployment_events/early.py", "VALUE = 1"): code,
            write(base / "packages/requests/api.py"): code,
            write(base / "packages/pydantic_core/core.so", b"\x7fELF"): None,
            write(stdlib / "json/decoder.py"): code,
            write(stdlib / "lib-dynload/_ssl.so", b"\x7fELF"): None,
        }
        image.add_modules(base / "packages", modules)
        files = {path for path in image.tree.rglob("*") if path.is_file()}
        tag = sys.implementation.cache_tag
        assert files == {
            placed(image, path)
            for path in (
                site / "deployment_events/early.py",
                site / f"deployment_events/__pycache__/early.{tag}.pyc",
                site / "requests/api.pyc",
                site / "pydantic_core/core.so",
                stdlib / "json/decoder.pyc",
                stdlib / "lib-dynload/_ssl.so",
            )
        }

    def test_the_bytecode_works_without_a_source(
        self, image: Image, base: Path, layout: tuple[Path, Path]
    ) -> None:
        source = write(base / "packages/answer.py")
        code = compile("VALUE = 42", "/final/answer.py", "exec")
        image.add_modules(base / "packages", {source: code})
        program = "import sys; sys.path[:0] = sys.argv[1:]; import answer; print(answer.VALUE)"
        command = [sys.executable, "-IBc", program, str(placed(image, layout[1]))]
        assert subprocess.check_output(command, text=True) == "42\n"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CodeType | None]:
    packages = tmp_path_factory.mktemp("packages")
    sources = {
        "deployment_events/__init__.py": "",
        "deployment_events/start.py": "__import__('com' + 'puted')",
        "deployment_events/deep/__init__.py": "",
        "deployment_events/deep/late.py": "def run():\n    import lazy",
        "computed.py": "",
        "lazy.py": "try:\n    import asyncio\nexcept ImportError:\n    pass",
        "unused.py": "",
        "scripted.py": "",
    }
    for name, text in sources.items():
        write(packages / name, text)
    script = write(packages.parent / "scripts/entrypoint.py", "import scripted")
    modules = reachable_modules(packages, [script])
    return {
        path.relative_to(packages).as_posix(): code
        for path, code in modules.items()
        if packages in path.parents
    } | {path.name: code for path, code in modules.items()}


class TestReachableModules:
    def test_what_an_import_names_or_computes_is_found(
        self, found: dict[str, CodeType | None]
    ) -> None:
        own = {"deployment_events/start.py", "deployment_events/deep/late.py"}
        assert own | {"scripted.py", "lazy.py", "computed.py"} <= found.keys()

    def test_codecs_are_found_because_text_names_them(
        self, found: dict[str, CodeType | None]
    ) -> None:
        assert {"unicode_escape.py", "utf_8_sig.py", "cp1252.py"} <= found.keys()

    def test_what_nothing_can_execute_is_not_found(self, found: dict[str, CodeType | None]) -> None:
        asyncio_and_doctest = {"base_events.py", "pdb.py"}
        assert found.keys() & (asyncio_and_doctest | {"unused.py", "entrypoint.py"}) == set()

    def test_tracebacks_name_the_file_in_the_image(self, found: dict[str, CodeType | None]) -> None:
        code = found["lazy.py"]
        assert code
        assert code.co_filename == str(lay_out_image.SITE / "lazy.py")


class TestMetadata:
    @pytest.fixture
    def site(self, image: Image, base: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        packages, site = base / "packages", base / "site"
        monkeypatch.setattr(lay_out_image, "SITE", site)
        write(packages / "certifi/cacert.pem")
        write(packages / "idna-3.dist-info/METADATA", "Name: idna\nVersion: 3\n\n# The project")
        write(packages / "idna-3.dist-info/licenses/LICENSE")
        write(packages / "idna-3.dist-info/RECORD")
        image.add_metadata(packages)
        return placed(image, site)

    def test_name_version_and_license_of_a_dependency_stay(self, site: Path) -> None:
        metadata = (site / "idna-3.dist-info/METADATA").read_text()
        assert metadata == "Name: idna\nVersion: 3\n"
        assert (site / "idna-3.dist-info/licenses/LICENSE").is_file()

    def test_the_list_of_files_that_are_not_there_goes(self, site: Path) -> None:
        assert not (site / "idna-3.dist-info/RECORD").exists()

    def test_the_bundle_of_cas_stays(self, site: Path) -> None:
        assert (site / "certifi/cacert.pem").read_text() == "content"
