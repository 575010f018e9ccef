"""What a job waits for first: pulling the image and starting it.

    IMAGE=deployment-events:local python benchmarks/pull.py [rounds]

The image must exist (`make image`). The registry is Debian's docker-registry on this machine. The
other image is of the kind that this action had before: the base image with the action above it.

Sizes are those of the layers as pushed. For the times, each image is pushed a second time, as a
copy with a single layer, because the machine may already have layers of the images.
"""

import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import container
from measure import Contestants, Cost, machine, paired
from service import ROOT

from scripts.release.dry_run import registry

MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_FORMER = "the base image with the action"
_OURS = "this image"
Measured = dict[str, tuple[int, Cost]]
"""By image: the bytes pulled, and the cost of a cold pull with the first run."""


def available() -> bool:
    """Whether there is an engine, the image and a registry."""
    return container.available() and shutil.which("docker-registry") is not None


def docker(*arguments: str) -> str:
    command = ["docker", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@contextlib.contextmanager
def former() -> Iterator[str]:
    """Build the image of the former kind, and remove its names afterwards."""
    options = shlex.split(os.environ.get("DOCKER_BUILD_ARGS", ""))
    build = ("build", "--quiet", *options)
    number = uuid.uuid4().hex
    base, packages, image = (f"deployment-events-{name}:{number}" for name in ("b", "p", "f"))
    contexts = (f"base=docker-image://{base}", f"packages=docker-image://{packages}")
    file = ("--file", str(ROOT / "benchmarks" / "former.Dockerfile"))
    try:
        docker(*build, "--target", "base", "--tag", base, str(ROOT))
        docker(*build, "--target", "build", "--tag", packages, str(ROOT))
        named = [item for context in contexts for item in ("--build-context", context)]
        docker(*build, *named, *file, "--tag", image, str(ROOT))
        yield image
    finally:
        remove(base, packages, image)


def remove(*names: str) -> None:
    subprocess.run(["docker", "image", "rm", *names], check=False, capture_output=True)


def pushed_size(image: str, host: str, name: str) -> int:
    """Push an image and return the bytes of its layers and its configuration in the registry."""
    tag = f"{host}/{name}:size"
    docker("tag", image, tag)
    try:
        docker("push", "--quiet", tag)
    finally:
        remove(tag)
    url = f"http://{host}/v2/{name}/manifests/size"
    request = urllib.request.Request(url, headers={"Accept": ", ".join(MANIFESTS)})
    with urllib.request.urlopen(request) as response:
        manifest = json.load(response)
    return sum(part["size"] for part in (manifest["config"], *manifest["layers"]))


def push_copy(image: str, host: str, name: str) -> str:
    """Push the image's files as one layer, which no other image has, and return the reference."""
    reference = f"{host}/{name}:cold"
    stopped = docker("create", image)
    try:
        with tempfile.TemporaryDirectory() as folder:
            archive = Path(folder) / "files.tar"
            docker("export", "--output", str(archive), stopped)
            docker("import", "--change", 'ENTRYPOINT ["/entrypoint.py"]', str(archive), reference)
        docker("push", "--quiet", reference)
    finally:
        docker("rm", stopped)
        remove(reference)
    return reference


def measure(rounds: int) -> Measured:
    with (
        tempfile.TemporaryDirectory() as folder,
        registry(Path(folder)) as host,
        former() as before,
    ):
        images = {_FORMER: (before, "former"), _OURS: (container.IMAGE, "ours")}
        sizes = {name: pushed_size(image, host, path) for name, (image, path) in images.items()}
        cold = {name: push_copy(image, host, path) for name, (image, path) in images.items()}
        start = "docker pull --quiet {0} && docker run --rm {0}"
        commands = {name: ["sh", "-c", start.format(cold[name])] for name in images}

        def contestants() -> Contestants:
            remove(*cold.values())
            return {name: (command, os.environ) for name, command in commands.items()}

        try:
            costs = paired(contestants, rounds, folder)
        finally:
            remove(*cold.values())
    return {name: (sizes[name], costs[name]) for name in images}


def report(measured: Measured, rounds: int) -> str:
    rows = [(name, size / 1e6, pull.wall) for name, (size, pull) in measured.items()]
    former_row, row = rows
    ratios = [ours / theirs for ours, theirs in zip(row[1:], former_row[1:], strict=True)]
    lines = [
        f"Medians of {rounds} rounds, {machine()}, registry on the same machine.",
        "",
        "| image | pulled, MB | cold pull and first run, s |",
        "|---|---|---|",
        *(f"| {name} | {size:.1f} | {seconds:.2f} |" for name, size, seconds in rows),
        "| **ratio** | " + " | ".join(f"**{ratio:.2f}**" for ratio in ratios) + " |",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(report(measure(count), count))
