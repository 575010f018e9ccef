"""Values that break a rule."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class InvalidValue(ValueError):
    """A value that breaks a rule.

    `rule` continues a sentence that begins with the input's name; `fix` is a sentence. `shown` is
    what a message shows of the value: None for all of it, empty for nothing.
    """

    def __init__(self, rule: str, fix: str, shown: str | None = None) -> None:
        super().__init__(f"{rule}. {fix}")
        self.rule = rule
        self.fix = fix
        self.shown = shown
        self.problems: Sequence[InvalidValue] = (self,)
        """Every rule that the value breaks."""

    def at(self, place: str, text: str) -> "InvalidValue":
        """Return this as a problem of a part of a value: the part's place and text."""
        shown = text if self.shown is None else self.shown
        return InvalidValue(f"{place} {self.rule}", self.fix, shown)


class InvalidValues(InvalidValue):
    """A value that breaks several rules, or one rule in several places."""

    def __init__(self, problems: Sequence[InvalidValue]) -> None:
        first = problems[0]
        super().__init__(first.rule, first.fix, first.shown)
        self.problems = problems


@contextmanager
def collecting(problems: list[InvalidValue]) -> Iterator[None]:
    """Add the problems that end the block to a list, instead of raising them."""
    try:
        yield
    except InvalidValue as error:
        problems.extend(error.problems)


def raise_all(problems: Sequence[InvalidValue]) -> None:
    """Raise `InvalidValues` if there are problems."""
    if problems:
        raise InvalidValues(problems)
