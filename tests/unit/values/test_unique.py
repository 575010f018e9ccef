"""Texts without repetitions."""

from deployment_events.values.unique import unique


def test_texts_keep_their_order_without_repetitions_and_empty_ones() -> None:
    assert unique(["web", "", "api", "web"]) == ("web", "api")
