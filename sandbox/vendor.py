"""What the server asks of a vendor."""

from typing import Any, Protocol

from sandbox.messages import Request, Response


class Vendor(Protocol):
    """One vendor's API and its state. Every method may be called from any thread."""

    name: str

    def handle(self, request: Request) -> Response:
        """Answer a request as the vendor would."""

    def error(self, status: int, message: str) -> Response:
        """Return an error answer in the vendor's shape."""

    def deployments(self) -> list[dict[str, Any]]:
        """Return everything the vendor knows of each deployment, oldest first."""

    def reset(self) -> None:
        """Forget everything."""
