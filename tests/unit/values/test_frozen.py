"""What all models have in common."""

import pytest
from pydantic import ValidationError

from deployment_events.values.frozen import Frozen


class Model(Frozen):
    number: int = 0


def test_a_model_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Model().number = 1  # type: ignore[misc]


def test_an_unknown_field_is_an_error() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Model(nmuber=1)  # type: ignore[call-arg]


def test_an_error_does_not_contain_the_value_which_may_be_a_secret() -> None:
    with pytest.raises(ValidationError) as caught:
        Model.model_validate({"number": "secret-value"})
    assert "number" in str(caught.value)
    assert "secret-value" not in str(caught.value)
