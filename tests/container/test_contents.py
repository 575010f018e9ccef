"""What is in the image and why, file by file, and what scanners read there."""

from __future__ import annotations

import email
import re
import tomllib
from pathlib import Path, PurePosixPath

import pytest
from container.saved import SavedImage

from emulator import REPOSITORY

pytestmark = pytest.mark.container

KUBERNETES = "Kubernetes mode"
PROGRAMS = {
    "chmod": ("coreutils", KUBERNETES),
    "dash": ("dash", "is sh"),
    "env": ("coreutils", KUBERNETES),
    "find": ("findutils", KUBERNETES),
    "mv": ("coreutils", KUBERNETES),
    "rm": ("coreutils", KUBERNETES),
    "stat": ("coreutils", KUBERNETES),
    "tail": ("coreutils", KUBERNETES),
    "tar": ("tar", KUBERNETES),
}
"""The programs besides the interpreter: the Debian package, and what needs the program."""

LIBRARIES = {
    "ld-linux-*": ("libc6", "the loader"),
    "libacl.so.1": ("libacl1", "mv, tar"),
    "libattr.so.1": ("libattr1", "libacl"),
    "libc.so.6": ("libc6", "everything"),
    "libcrypto.so.3": (r"libssl3\w*", "_hashlib, libssl"),
    "libdl.so.2": ("libc6", "pydantic_core"),
    "libexpat.so.1": ("libexpat1", "pyexpat"),
    "libgcc_s.so.1": ("libgcc-s1", "pydantic_core"),
    "libm.so.6": ("libc6", "Python"),
    "libmpdec.so.*": (r"libmpdec\d+", "_decimal"),
    "libpcre2-8.so.0": ("libpcre2-8-0", "libselinux"),
    "libpthread.so.0": ("libc6", "pydantic_core"),
    "libpython3*.so.*": ("", "the interpreter, in the official base"),
    "librt.so.1": ("libc6", "pydantic_core"),
    "libselinux.so.1": ("libselinux1", "find, mv, stat, tar"),
    "libssl.so.3": (r"libssl3\w*", "_ssl"),
    "libuuid.so.1": ("libuuid1", "_uuid"),
    "libz.so.1": ("zlib1g", "zlib, libcrypto"),
    "libzstd.so.1": ("libzstd1", "libcrypto"),
}
"""The shared libraries: the Debian package, if any, and what needs the library."""

DEPENDENCIES = {
    "actions_toolkit": "the runner's commands and files",
    "annotated_types": "pydantic",
    "certifi": "requests",
    "charset_normalizer": "requests",
    "idna": "requests",
    "pydantic": "checks what comes from outside",
    "pydantic_core": "pydantic",
    "requests": "HTTP",
    "typing_extensions": "pydantic",
    "typing_inspection": "pydantic",
    "urllib3": "requests",
}
"""What is in site-packages besides the action: what needs it, or what it is for."""

LINKS = ("/bin", "/lib", "/lib64", "/usr/bin/sh", "/usr/local/bin/python", "/usr/local/bin/python3")
PYTHON = r"/usr/(local/)?lib/python3\.\d+"
SITE = rf"{PYTHON}/(site|dist)-packages"
OTHERS = {
    r"/(entrypoint|post)\.py": "the stages",
    rf"{SITE}/deployment_events/.+\.(py|pyc)": "the action, with sources for its tracebacks",
    rf"{SITE}/certifi/cacert\.pem": "requests looks for it when it is imported",
    rf"{SITE}/\w+-[\w.]+\.dist-info/.+": "licenses, and what scanners read",
    rf"{SITE}/.+\.(pyc|so)": "the dependencies",
    rf"{PYTHON}/(?!(site|dist)-packages/).+\.(pyc|so)": "the reachable part of the library",
    rf"{PYTHON}/LICENSE\.txt": "Python's license, in the official base",
    r"/usr/(local/)?bin/python3\.\d+": "the interpreter",
    r"/etc/(passwd|group)": "users' names",
    r"/etc/ld\.so\.(cache|conf|conf\.d/.+\.conf)": "the loader: libraries in /usr/local/lib",
    r"/etc/nsswitch\.conf": "/etc/hosts before DNS",
    r"/etc/(debian_version|os-release)|/usr/lib/os-release": "scanners ask for the distribution",
    r"/etc/ssl/certs/.+|/usr/share/ca-certificates/.+": "the public CAs",
    r"/etc/ssl/openssl\.cnf|/usr/lib/ssl/(certs|openssl\.cnf)": "OpenSSL",
    r"/var/lib/dpkg/status\.d/.+": "scanners ask for the packages",
    r"/usr/share/doc/[\w.+-]+/copyright": "the packages' licenses",
}
"""Patterns of all other files, and what each is for."""


def explained(path: str) -> bool:
    """Whether a list above has the file, or the folder that is in its place."""
    name = PurePosixPath(path).name
    return (
        path in LINKS
        or (path.startswith("/usr/bin/") and name in PROGRAMS)
        or (re.match(r"/usr/(local/)?lib", path) is not None and library(name) is not None)
        or any(re.fullmatch(pattern, path) for pattern in OTHERS)
    )


def library(name: str) -> str | None:
    """The entry of LIBRARIES for a file, whose name may go on after the entry's."""
    found = [entry for entry in LIBRARIES if PurePosixPath(name).match(f"{entry}*")]
    return found[0] if found else None


def test_each_file_has_a_reason(saved: SavedImage) -> None:
    files = [path for path, member in saved.files.items() if not member.isdir()]
    assert [path for path in files if not explained(path)] == []


def test_each_empty_folder_has_a_reason(saved: SavedImage) -> None:
    parents = {str(parent) for path in saved.files for parent in PurePosixPath(path).parents}
    assert saved.files.keys() - parents - {
        path for path, member in saved.files.items() if not member.isdir()
    } == {"/tmp"}


def test_there_is_no_program_but_python_and_those_of_kubernetes_mode(saved: SavedImage) -> None:
    executables = {
        path for path, member in saved.files.items() if member.isfile() and member.mode & 0o111
    }
    programs = {path for path in executables if ".so" not in PurePosixPath(path).name}
    interpreter = {path for path in programs if re.search(r"/python3\.\d+$", path)}
    assert len(interpreter) == 1
    assert programs - interpreter == {
        "/entrypoint.py",
        "/post.py",
        *(f"/usr/bin/{name}" for name in PROGRAMS),
    }


def test_no_file_changes_the_user_and_only_tmp_is_writable_to_all(saved: SavedImage) -> None:
    special = {path: m.mode & 0o7002 for path, m in saved.files.items() if not m.issym()}
    assert {path: oct(mode) for path, mode in special.items() if mode} == {"/tmp": oct(0o1002)}


def test_only_the_dependencies_came_along(saved: SavedImage) -> None:
    inside = {path.removeprefix(f"{saved.site}/").split("/")[0] for path in saved.below(saved.site)}
    names = {name.removesuffix(".pyc") for name in inside if not name.endswith(".dist-info")}
    assert names == {*DEPENDENCIES, "deployment_events"}


def test_each_module_of_the_action_has_source_and_bytecode(saved: SavedImage) -> None:
    package = REPOSITORY / "src" / "deployment_events"
    sources = {path.relative_to(package) for path in package.rglob("*.py")}
    folder = f"{saved.site}/deployment_events"
    inside = {PurePosixPath(path).relative_to(folder) for path in saved.below(folder)}
    bytecode = {
        path.parents[1] / f"{path.name.partition('.')[0]}.py"
        for path in inside
        if path.suffix == ".pyc"
    }
    assert {Path(path) for path in inside if path.suffix == ".py"} == sources
    assert {Path(path) for path in bytecode} == sources


def test_each_public_ca_is_under_its_hash(saved: SavedImage) -> None:
    """Otherwise each start would load certifi's complete bundle."""
    names = {PurePosixPath(path).name for path in saved.below("/etc/ssl/certs")}
    assert len([name for name in names if re.fullmatch(r"[0-9a-f]{8}\.0", name)]) > 100
    assert "ca-certificates.crt" in names


def test_etc_hosts_comes_before_dns(saved: SavedImage) -> None:
    assert "hosts: files dns" in saved.text("/etc/nsswitch.conf").splitlines()


class TestScanners:
    def records(self, saved: SavedImage) -> dict[str, email.message.Message]:
        folder = "/var/lib/dpkg/status.d"
        return {
            PurePosixPath(path).name: email.message_from_string(saved.text(path))
            for path in saved.below(folder)
        }

    def test_each_record_names_package_version_and_architecture(self, saved: SavedImage) -> None:
        records = self.records(saved)
        for name, record in records.items():
            assert record["Package"] == name
            assert record["Version"]
            assert record["Architecture"]
            assert record["Status"] == "install ok installed"

    def test_each_program_and_library_is_in_a_recorded_package(self, saved: SavedImage) -> None:
        names = [PurePosixPath(path).name for path in saved.files if not saved.files[path].isdir()]
        wanted = {PROGRAMS[name][0] for name in names if name in PROGRAMS}
        wanted |= {LIBRARIES[entry][0] for name in names if (entry := library(name))} - {""}
        wanted |= {"base-files", "ca-certificates"}
        records = self.records(saved)
        missing = {one for one in wanted if not any(re.fullmatch(one, name) for name in records)}
        assert len(wanted) > 10
        assert missing == set()

    def test_the_distribution_is_named(self, saved: SavedImage) -> None:
        """Grype reads the first file. Trivy reads only the second, and without it no package."""
        assert "ID=debian" in saved.text("/usr/lib/os-release").splitlines()
        assert re.match(r"\d+\.\d+", saved.text("/etc/debian_version"))

    def test_python_packages_have_the_versions_of_the_lock(self, saved: SavedImage) -> None:
        lock = tomllib.loads((REPOSITORY / "uv.lock").read_text())
        locked = {package["name"].replace("-", "_"): package for package in lock["package"]}
        metadata = [path for path in saved.below(saved.site) if path.endswith("/METADATA")]
        found = [email.message_from_string(saved.text(path)) for path in metadata]
        versions = {one["Name"].lower().replace("-", "_"): one["Version"] for one in found}
        assert versions == {name: locked[name]["version"] for name in DEPENDENCIES}

    def test_licenses_of_python_packages_are_inside(self, saved: SavedImage) -> None:
        folders = {PurePosixPath(path).parts for path in saved.below(saved.site)}
        depth = len(PurePosixPath(saved.site).parts)
        licensed = {
            parts[depth] for parts in folders if re.match(r"(LICEN[CS]E|COPYING)", parts[-1])
        }
        shipped = {parts[depth] for parts in folders if parts[depth].endswith(".dist-info")}
        assert len(shipped) == len(DEPENDENCIES)
        assert shipped == licensed
