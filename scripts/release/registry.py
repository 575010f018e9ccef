"""What anybody can read from a container registry: asked as a user's runner asks, without a login."""

from __future__ import annotations

import hashlib
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from scripts.release.reference import Reference, ReleaseError

INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
ATTESTATIONS = (
    "https://slsa.dev/provenance/",
    "https://spdx.dev/Document",
)  # what was built how, and what is in it
TIMEOUT = 30.0  # seconds
PAUSES = (1.0, 3.0, 9.0)  # seconds before the second try, the third and the last
TOO_MANY = 429


@dataclass(frozen=True)
class Published:
    """What a registry has under a tag."""

    digest: str
    """Computed from the bytes it sent, not taken from its headers."""
    platforms: tuple[str, ...]
    """`linux/amd64` and the like; empty when the tag names an image of one platform."""
    attested: bool
    """Whether provenance and a list of contents (SBOM) lie beside each of the images."""


def published(reference: Reference) -> Published:
    """Fetch the manifest under the reference's tag."""
    body, media_type = get_manifest(reference, reference.tag)
    digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
    if media_type not in INDEXES:
        return Published(digest, (), attested=False)
    entries = json.loads(body)["manifests"]
    images = {
        entry["digest"]: platform(entry)
        for entry in entries
        if platform(entry) != "unknown/unknown"
    }
    attested = all(is_attested(reference, entries, image) for image in images)
    return Published(digest, tuple(sorted(images.values())), attested)


def platform(entry: dict[str, Any]) -> str:
    """An index's entry in short; attestations are `unknown/unknown`."""
    return f"{entry['platform']['os']}/{entry['platform']['architecture']}"


def is_attested(reference: Reference, entries: list[dict[str, Any]], image: str) -> bool:
    """Whether the attestations that BuildKit lists beside the image are all that a release promises."""
    found: list[str] = []
    for entry in entries:
        if entry.get("annotations", {}).get("vnd.docker.reference.digest") == image:
            body, _ = get_manifest(reference, entry["digest"])
            layers = json.loads(body)["layers"]
            found += [
                layer.get("annotations", {}).get("in-toto.io/predicate-type", "")
                for layer in layers
            ]
    return all(any(kind.startswith(wanted) for kind in found) for wanted in ATTESTATIONS)


def verify(reference: Reference, platforms: tuple[str, ...] = ()) -> Published:
    """Make sure that the tag gives the digest; when platforms are named, for exactly these, and attested."""
    found = published(reference)
    if found.digest != reference.digest:
        raise ReleaseError(
            f"{reference.tag} is {found.digest} in the registry, not {reference.digest}: it was moved"
        )
    if platforms and found.platforms != tuple(sorted(platforms)):
        raise ReleaseError(
            f"{reference.tag} is there for {found.platforms}, and {platforms} were to be released"
        )
    if platforms and not found.attested:
        raise ReleaseError(
            f"{reference.tag} lacks provenance or an SBOM for an image: "
            "build it with `provenance: mode=max` and `sbom: true`, as release.yml does"
        )
    return found


def get_manifest(reference: Reference, name: str) -> tuple[bytes, str]:
    """The bytes and media type under a tag or digest, with the token that a registry gives to anybody if need be."""
    plain = reference.registry.partition(":")[0] in {"127.0.0.1", "localhost"}
    url = f"{'http' if plain else 'https'}://{reference.registry}/v2/{reference.name}/manifests/{name}"
    headers = {"Accept": ", ".join(INDEXES + MANIFESTS)}
    try:
        return ask(url, headers)
    except urllib.error.HTTPError as refusal:
        challenge = refusal.headers.get("WWW-Authenticate", "")
        if refusal.code != 401 or not challenge.startswith("Bearer "):
            raise ReleaseError(f"{url} answered {refusal.code}: is the image there?") from refusal
    try:
        return ask(url, headers | {"Authorization": f"Bearer {anonymous_token(challenge)}"})
    except urllib.error.HTTPError as refusal:
        raise ReleaseError(
            f"{url} answered {refusal.code} to an anonymous reader: is the package public?"
        ) from refusal


def anonymous_token(challenge: str) -> str:
    """Follow a registry's `Bearer realm=…,service=…,scope=…` without credentials."""
    fields = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    query = urllib.parse.urlencode(
        {key: fields[key] for key in ("service", "scope") if key in fields}
    )
    body, _ = ask(f"{fields['realm']}?{query}", {})
    return str(json.loads(body)["token"])


def ask(url: str, headers: dict[str, str]) -> tuple[bytes, str]:
    """Fetch, and try again while the network or the server is to blame; an answer about the request is raised."""
    problem = ""
    for pause in (0.0, *PAUSES):
        time.sleep(pause)
        try:
            return fetch(url, headers)
        except urllib.error.HTTPError as refusal:
            if refusal.code < 500 and refusal.code != TOO_MANY:
                raise
            problem = f"answered {refusal.code}"
        except (OSError, HTTPException) as failure:
            problem = f"cannot be read ({getattr(failure, 'reason', failure)})"
    raise ReleaseError(
        f"{url} {problem}, {len(PAUSES) + 1} times: run this again when the registry is well"
    )


def fetch(url: str, headers: dict[str, str]) -> tuple[bytes, str]:
    """GET: the body and its media type."""
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise ReleaseError(f"{url}: only https is asked, but for a registry on this machine")
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 -- the scheme was just checked
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 -- as above
        return answer.read(), answer.headers.get_content_type()
