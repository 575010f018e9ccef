"""What the vendors' APIs have in common: they route, check and refuse requests."""

import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from typing import Any, ClassVar
from urllib.parse import unquote

from sandbox.messages import Request, Response, phrase
from sandbox.rules import Problem, Schema, check

Json = dict[str, Any]
Route = tuple[str, str, Callable[..., Response]]
"""Method, pattern of the path, and the function for the request and the groups of the pattern."""


class Refusal(Exception):
    """Ends the handling of a request: the vendor refuses it."""

    def __init__(self, status: int, message: str = "", problems: Collection[Problem] = ()) -> None:
        super().__init__(status, message or phrase(status), problems)


class Vendor(ABC):
    """One vendor's API and its state. Every public method may be called from any thread."""

    name: ClassVar[str]
    wrong_method: ClassVar[int] = 405
    """The status if the path exists, but not with this method."""

    def __init__(self, routes: Iterable[Route], *, strict: bool = True) -> None:
        self._routes = [(method, re.compile(path), call) for method, path, call in routes]
        self._strict = strict
        self._lock = threading.Lock()
        self.clear()

    @abstractmethod
    def clear(self) -> None:
        """Remove all data. The caller holds the lock."""

    @abstractmethod
    def authorize(self, request: Request) -> None:
        """Raise Refusal for a request without the right credentials."""

    @abstractmethod
    def error(self, status: int, message: str, problems: Collection[Problem] = ()) -> Response:
        """Return an error response in the vendor's shape."""

    def deployments(self) -> list[Json]:
        """Return all data about each deployment, oldest first."""
        return []

    def reset(self) -> None:
        """Remove all data."""
        with self._lock:
            self.clear()

    def handle(self, request: Request) -> Response:
        """Return the vendor's response to a request."""
        with self._lock:
            try:
                self.authorize(request)
                return self._route(request)
            except Refusal as refusal:
                return self.error(*refusal.args)

    def check(self, value: Any, schema: Schema) -> None:
        """Raise Refusal for a value that breaks a rule."""
        problems = check(value, schema, strict=self._strict)
        if problems:
            raise Refusal(400, "; ".join(map(str, problems)), problems)

    def body(self, request: Request, schema: Schema) -> Any:
        """Return the parsed body. Raises Refusal unless it is JSON and breaks no rule."""
        if not request.is_json:
            raise Refusal(400, "Content-Type must be application/json")
        try:
            body = request.json()
        except ValueError as error:
            raise Refusal(400, f"Body is not JSON: {error}") from None
        self.check(body, schema)
        return body

    def _route(self, request: Request) -> Response:
        status = 404
        for method, path, call in self._routes:
            match = path.fullmatch(request.path)
            if match and method == request.method:
                return call(request, *map(unquote, match.groups()))
            if match:
                status = self.wrong_method
        raise Refusal(status)
