"""What anybody can read from a container registry: asked as a user's runner asks, without a login."""

from __future__ import annotations

import hashlib
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

from scripts.release.reference import Reference, ReleaseError

INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
TIMEOUT = 30.0  # seconds


@dataclass(frozen=True)
class Published:
    """What a registry has under a tag."""

    digest: str
    """Computed from the bytes it sent, not taken from its headers."""
    platforms: tuple[str, ...]
    """`linux/amd64` and the like; empty when the tag names an image of one platform."""
    attested: bool
    """Whether provenance or a list of contents lies beside the images."""


def published(reference: Reference) -> Published:
    """Fetch the manifest under the reference's tag."""
    body, media_type = get_manifest(reference)
    digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
    if media_type not in INDEXES:
        return Published(digest, (), attested=False)
    entries = json.loads(body)["manifests"]
    platforms = [f"{entry['platform']['os']}/{entry['platform']['architecture']}" for entry in entries]
    images = tuple(sorted(name for name in platforms if name != "unknown/unknown"))  # how attestations are listed
    return Published(digest, images, attested=len(images) < len(platforms))


def verify(reference: Reference, platforms: tuple[str, ...] = ()) -> Published:
    """Make sure that the tag gives exactly the digest, for exactly these platforms when some are named."""
    found = published(reference)
    if found.digest != reference.digest:
        raise ReleaseError(f"{reference.tag} is {found.digest} in the registry, not {reference.digest}: it was moved")
    if platforms and found.platforms != tuple(sorted(platforms)):
        raise ReleaseError(f"{reference.tag} is there for {found.platforms}, and {platforms} were to be released")
    return found


def get_manifest(reference: Reference) -> tuple[bytes, str]:
    """The manifest's bytes and media type, with the token that a registry gives to anybody if need be."""
    plain = reference.registry.partition(":")[0] in {"127.0.0.1", "localhost"}
    url = f"{'http' if plain else 'https'}://{reference.registry}/v2/{reference.name}/manifests/{reference.tag}"
    headers = {"Accept": ", ".join(INDEXES + MANIFESTS)}
    try:
        return fetch(url, headers)
    except urllib.error.HTTPError as refusal:
        challenge = refusal.headers.get("WWW-Authenticate", "")
        if refusal.code != 401 or not challenge.startswith("Bearer "):
            raise ReleaseError(f"{url} answered {refusal.code}: is the image there?") from refusal
    try:
        return fetch(url, headers | {"Authorization": f"Bearer {anonymous_token(challenge)}"})
    except urllib.error.HTTPError as refusal:
        raise ReleaseError(f"{url} answered {refusal.code} to an anonymous reader: is the package public?") from refusal


def anonymous_token(challenge: str) -> str:
    """Follow a registry's `Bearer realm=…,service=…,scope=…` without credentials."""
    fields = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    query = urllib.parse.urlencode({key: fields[key] for key in ("service", "scope") if key in fields})
    body, _ = fetch(f"{fields['realm']}?{query}", {})
    return str(json.loads(body)["token"])


def fetch(url: str, headers: dict[str, str]) -> tuple[bytes, str]:
    """GET: the body and its media type."""
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise ReleaseError(f"{url}: only https is asked, but for a registry on this machine")
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 -- the scheme was just checked
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 -- as above
        return answer.read(), answer.headers.get_content_type()
