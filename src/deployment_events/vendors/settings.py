"""A vendor's inputs: what all vendors have in common."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar, get_args

from pydantic import SecretStr

from ..deployment import Event, Tag
from ..errors import Problem
from ..values.frozen import Frozen


class Settings(Frozen):
    """A vendor's inputs. Field `base_url` of vendor `acme` is the input `acme-base-url`."""

    key_field: ClassVar[str]
    """The field that contains the key; the vendor receives nothing without it."""
    update_field: ClassVar[str] = ""
    """The field that says what `event: update` changes; empty if the vendor allows no changes."""
    update_only: ClassVar[frozenset[str]] = frozenset()
    """Fields that only `event: update` uses."""
    shown_defaults: ClassVar[frozenset[str]] = frozenset()
    """Fields whose default action.yml shows: an empty value takes it with a warning."""
    service_keys: ClassVar[Mapping[str, str]] = {}
    """Keys of a service's line, and the fields that they override for that service."""

    deployment_id: str = ""
    """The deployment's ID at this vendor, if the user knows or chooses it."""

    @property
    def enabled(self) -> bool:
        """Whether the vendor's key is set."""
        return getattr(self, self.key_field) is not None

    @property
    def has_changes(self) -> bool:
        """Whether there is anything to change with `event: update`."""
        return bool(self.update_field) and getattr(self, self.update_field) is not None

    def problems(
        self, *, environment: str, version: str, tags: tuple[Tag, ...], update: bool
    ) -> Iterable[Problem]:
        """Return what is invalid across these inputs and the given values of other inputs.

        `version` is empty if the user did not set one.
        """
        return ()

    def warnings(self, *, environment: str, events: Collection[Event]) -> Iterable[str]:
        """Return warnings about allowed values that are probably mistakes: a sentence each.

        `events` are those that this step may report.
        """
        return ()

    @classmethod
    def secret_fields(cls) -> list[str]:
        """Return the fields that contain keys: masked, never saved, and read again in post."""
        return [name for name, field in cls.model_fields.items() if _is_secret(field.annotation)]

    def without_secrets(self) -> dict[str, Any]:
        """Return the values that may be saved."""
        return self.model_dump(exclude=set(self.secret_fields()), exclude_defaults=True)

    def with_overrides(self, overrides: Mapping[str, str]) -> "Settings":
        """Return these settings for one service, given the keys of its line.

        Raises pydantic's `ValidationError`; its location names the field.
        """
        values = {
            self.service_keys[key]: text
            for key, text in overrides.items()
            if key in self.service_keys
        }
        if not values:
            return self
        parsed = type(self).model_validate(values)
        return self.model_copy(update={field: getattr(parsed, field) for field in values})


def _is_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(_is_secret(part) for part in get_args(annotation))
