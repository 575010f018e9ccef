"""The Datadog deployment ID: the same for every retry, another one for the next deployment."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.deployments import deployment, facts, origin
from support.moments import EARLIER, NOW

from deployment_events.deployment import Deployment, Service
from deployment_events.vendors.datadog.deployment_id import make_deployment_id
from deployment_events.vendors.shared import is_id

anything = st.text(st.characters())


def test_the_id_names_the_run_and_the_attempt() -> None:
    assert re.fullmatch(r"gh-17500000000-1-[0-9a-f]{24}", make_deployment_id(deployment()))


parts = st.fixed_dictionaries(
    {
        "repository": anything,
        "run_id": st.text("0123456789", max_size=20),
        "run_attempt": st.text("0123456789", max_size=3),
        "job": anything,
        "job_index": st.text("0123456789", max_size=4),
    }
)


def identify(one: dict[str, str], service: str, environment: str, started_at: int) -> str:
    shared = facts(started_at=started_at).model_copy(
        update={"environment": environment, "origin": origin().model_copy(update=one)}
    )
    named = Service.model_construct(name=service, overrides={})
    return make_deployment_id(Deployment(named, shared))


@given(parts, anything, anything, st.integers())
def test_the_id_of_any_deployment_fits_the_rules_of_datadog_and_of_this_action(
    one: dict[str, str], service: str, environment: str, started_at: int
) -> None:
    """It spells out no other text: the runner drops an output that contains a secret's value."""
    id_ = identify(one, service, environment, started_at)
    assert re.fullmatch(r"gh-\d+-\d+-[0-9a-f]{24}", id_)
    assert is_id(id_)
    assert id_ == identify(one, service, environment, started_at)


@pytest.mark.parametrize("length", [1, 50, 60, 90, 100, 101, 128, 5000])
def test_the_id_of_a_long_name_is_short_and_different(length: int) -> None:
    ids = {
        make_deployment_id(deployment(services=(Service(name="s" * length + end),)))
        for end in ("", "a", "b")
    }
    assert len(ids) == 3
    assert all(re.fullmatch(r"[A-Za-z0-9_.:-]{16,128}", id_) for id_ in ids)


@given(st.lists(anything, min_size=2, max_size=2, unique=True), anything)
def test_two_services_or_environments_never_share_an_id(two: list[str], same: str) -> None:
    one = origin().model_dump()
    first, second = two
    assert identify(one, first, same, NOW) != identify(one, second, same, NOW)
    assert identify(one, same, first, NOW) != identify(one, same, second, NOW)
    assert identify(one, first, second, NOW) != identify(one, second, first, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"repository": "octo-org/other"},
        {"run_id": "17500000001"},
        {"run_attempt": "2"},
        {"job": "deploy-eu"},
        {"job_index": "1"},
    ],
)
def test_another_run_attempt_job_or_matrix_leg_is_another_deployment(
    change: dict[str, str],
) -> None:
    assert make_deployment_id(deployment(origin=origin(**change))) != make_deployment_id(
        deployment()
    )


def test_another_start_is_another_deployment_and_another_end_is_not() -> None:
    assert make_deployment_id(deployment(started_at=EARLIER + 1)) != make_deployment_id(
        deployment()
    )
    assert (
        make_deployment_id(deployment(finished_at=NOW + 1))
        == make_deployment_id(deployment(tags=(("a", "b"),)))
        == make_deployment_id(deployment())
    )


def test_a_rollback_in_the_same_job_is_another_deployment() -> None:
    """Both have the job's start; what tells them apart is what they deploy."""
    assert make_deployment_id(deployment(commit_sha="b" * 40)) != make_deployment_id(deployment())
    assert make_deployment_id(deployment(version="2")) != make_deployment_id(deployment())
    overridden = deployment(
        services=(Service(name="api", overrides={"version": "2"}),), version="1"
    )
    shared = deployment(services=(Service(name="api"),), version="2")
    assert make_deployment_id(overridden) == make_deployment_id(shared)


def test_parts_that_read_alike_when_put_together_stay_apart() -> None:
    assert make_deployment_id(
        deployment(origin=origin(job="deploy1", job_index=""))
    ) != make_deployment_id(deployment(origin=origin(job="deploy", job_index="1")))
    assert make_deployment_id(deployment(environment="prod/eu")) != make_deployment_id(
        deployment(environment="prod-eu")
    )


def test_names_that_look_alike_in_the_alphabet_of_the_id_have_different_ids() -> None:
    assert (
        len(
            {
                make_deployment_id(deployment(services=(Service(name=name),)))
                for name in ("a/b", "a-b", "a b", "a\u00e9b")
            }
        )
        == 4
    )


def test_the_id_of_the_job_replaces_its_name_and_matrix_index() -> None:
    """Two calls of one reusable workflow have the same job name, index and service."""
    first, second = (origin(job_id=job_id) for job_id in ("40001", "40002"))
    renamed = origin(job_id="40001", job="other", job_index="7")
    assert make_deployment_id(deployment(origin=first)) != make_deployment_id(
        deployment(origin=second)
    )
    assert make_deployment_id(deployment(origin=first)) == make_deployment_id(
        deployment(origin=renamed)
    )


def test_a_github_deployment_has_one_id_in_every_run_that_reports_it() -> None:
    """A re-run, and a second success status, are the same deployment."""
    first = deployment(origin=origin(deployment_id="4711"))
    again = deployment(
        origin=origin(deployment_id="4711", run_id="99", run_attempt="3", job_id="5"),
        started_at=EARLIER - 1,
    )
    assert make_deployment_id(first) == make_deployment_id(again)
    assert re.fullmatch(r"gh-d4711-[0-9a-f]{24}", make_deployment_id(first))
    others = [
        deployment(origin=origin(deployment_id="4712")),
        deployment(origin=origin(deployment_id="4711"), environment="staging"),
        deployment(origin=origin(deployment_id="4711"), services=(Service(name="web"),)),
        deployment(origin=origin(deployment_id="4711", repository="octo-org/other")),
    ]
    ids = {make_deployment_id(one) for one in [first, *others]}
    assert len(ids) == 5


def test_a_recovered_deployment_leaves_the_start_out() -> None:
    first = deployment(recovered=True)
    assert make_deployment_id(first) == make_deployment_id(
        deployment(recovered=True, started_at=EARLIER - 1)
    )
    assert make_deployment_id(first) != make_deployment_id(deployment())
