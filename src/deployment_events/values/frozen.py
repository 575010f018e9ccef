"""The base of all models."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """The base of all models: immutable, and an unknown field is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True
    )
