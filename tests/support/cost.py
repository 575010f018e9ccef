"""Settings of property tests by the cost of one example: a slower test tries fewer of them.

A test without these settings calls functions, and tries as many examples as the profile says.
"""

from hypothesis import HealthCheck, Phase, settings


def at_most(examples: int) -> settings:
    """Return the profile's settings with this limit on the number of examples."""
    return settings(
        max_examples=min(examples, settings.default.max_examples),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        # The phase `explain` would run a failing example for minutes.
        phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    )


SLOW = at_most(250)
"""An example takes 2 ms or more, in hypothesis or in the tested code."""

WHOLE_STAGE = at_most(60)
"""An example runs a complete stage in this process: 0.01 s to 0.05 s."""
