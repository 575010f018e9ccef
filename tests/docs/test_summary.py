"""The job summary as GitHub renders it: structure, size, and no element from untrusted text."""

import re
from html.parser import HTMLParser

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st
from support.cost import SLOW
from support.pages import PAGES

from deployment_events.delivery import event_lines
from deployment_events.deployment import Event, Service
from deployment_events.errors import Problem
from deployment_events.messages import DeliveryResult, Message, Status
from deployment_events.report.losses import NextStep
from deployment_events.report.summary import Summary, render, render_problems
from scripts import screenshots
from scripts.screenshots import HEIGHTS, THEMES

ONE_MIB = 1024 * 1024


class Page(HTMLParser):
    """Counts a page's elements, and keeps its text and links."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.elements: dict[str, int] = {}
        self.hrefs: list[str] = []
        self.text = ""
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] = self.elements.get(tag, 0) + 1
        self.hrefs += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def rendered(event: Event = Event.FINISHED, services: int = 1) -> Page:
    made = screenshots.deployments(services)
    return Page(render(Summary(screenshots.results(made, event)[1], made)))


def test_the_summary_shows_the_deployment_and_each_vendors_result() -> None:
    page = rendered()
    text = re.sub(r"\s+", " ", page.text)
    assert "Deployment succeeded: shop in production" in text
    assert (
        "Version v1.4.0 · commit 5a7be2f0c91d · took 3 min 20 s "
        "(2026-05-04 09:30:00 → 09:33:20 UTC) · run 8123456789 on branch main by octocat" in text
    )
    assert page.hrefs == [
        "https://github.com/octo-org/shop/commit/5a7be2f0c91d384e6b7a5c2d1e0f98b7a6c5d4e3",
        "https://github.com/octo-org/shop/actions/runs/8123456789/attempts/1",
    ]
    assert "Service LaunchDarkly Datadog" in text
    assert text.count("finished: ✅ delivered") == 2
    assert "3f2c9e70-1a4d-4c1b-9a53-7d0f6b1e2400" in text


def test_an_event_that_is_not_sent_has_a_reason() -> None:
    text = rendered(Event.FAILED).text
    assert "⏭️ not sent" in text
    assert "A failed job is not sent to Datadog, which would count it as a deployment." in text


def test_a_finish_on_another_day_shows_both_dates() -> None:
    made = screenshots.deployments(finished_at=screenshots.START + 20 * 3_600_000)
    text = Page(render(Summary(screenshots.results(made, Event.FINISHED)[1], made))).text
    assert "took 20 h 0 min (2026-05-04 09:30:00 → 2026-05-05 05:30:00 UTC)" in text


def test_a_start_has_one_time_and_no_duration() -> None:
    made = screenshots.deployments(finished_at=None)
    text = Page(render(Summary(screenshots.results(made, Event.STARTED)[1], made))).text
    assert "2026-05-04 09:30:00 UTC" in text
    assert "took" not in text


def test_a_version_that_is_the_commit_is_shown_once() -> None:
    commit = screenshots.deployments()[0].facts.commit_sha
    made = screenshots.deployments(version=commit)
    text = Page(render(Summary(screenshots.results(made, Event.FINISHED)[1], made))).text
    assert "Commit 5a7be2f0c91d" in text
    assert "Version" not in text


def test_a_second_attempt_and_the_version_of_a_service_are_shown() -> None:
    origin = screenshots.ORIGIN.model_copy(update={"run_attempt": "2"})
    [first] = screenshots.deployments(origin=origin)
    made = (first._replace(service=Service(name="shop", overrides={"version": "9.9"})),)
    text = Page(render(Summary(screenshots.results(made, Event.FINISHED)[1], made))).text
    assert "run 8123456789, attempt 2" in text
    assert "shop 9.9" in text


def test_lost_events_come_first_with_the_message_of_the_annotation() -> None:
    page = dict(screenshots.pages())["undelivered"]
    text = Page(page).text
    assert text.startswith("⚠️ Deployment succeeded, but was not fully reported: shop in production")
    assert "1 of 2 events was not delivered" in text
    assert text.index("1 of 2 events") < text.index("LaunchDarkly")
    assert "LaunchDarkly refused the finished event of shop: HTTP 401" in text
    assert "store an API access token with the Writer role in the secret." in text
    assert "1 undelivered event, for event: replay" in text
    assert len(event_lines.parse(text[text.index("{") : text.rindex("}") + 1])) == 1


def test_without_a_file_the_summary_refers_to_the_log() -> None:
    lost = [
        DeliveryResult("shop", "datadog", Event.FINISHED, Status.UNDELIVERED, "id-1", 3, "HTTP 503")
    ]
    in_log = Summary(lost, (), ["{}"], resend=NextStep.REPLAY_LOG)
    assert "The event is in this log" in Page(render(in_log)).text
    assert "The event was saved" in Page(render(Summary(lost, (), ["{}"]))).text


def test_many_services_are_folded_with_lost_events_first() -> None:
    page = Page(screenshots.many_services())
    # The services, the IDs and the undelivered events.
    assert page.elements["details"] == 3
    assert page.text.startswith(
        "⚠️ Deployment succeeded, but was not fully reported: 40 services in production"
    )
    assert "40 services: 3 ⚠️ undelivered, 77 ✅ delivered" in page.text
    assert page.elements["tr"] == 41 + 41
    assert page.text.index("service-07") < page.text.index("service-01")


@pytest.mark.parametrize(("services", "folded"), [(20, False), (21, True)])
def test_a_table_is_folded_beyond_twenty_services(services: int, folded: bool) -> None:
    page = rendered(services=services)
    assert ("services: " in page.text) == folded


def test_a_dry_run_says_that_nothing_was_sent() -> None:
    made = screenshots.deployments()
    done = [DeliveryResult("shop", "datadog", Event.FINISHED, Status.DRY_RUN)]
    assert "Dry run, nothing was sent: finished: shop" in Page(render(Summary(done, made))).text


def test_a_replay_that_fails_again_is_not_shown_as_a_success() -> None:
    lost = DeliveryResult(
        "shop", "datadog", Event.FINISHED, Status.UNDELIVERED, "id-1", 3, "HTTP 503"
    )
    text = Page(render(Summary([lost], ()))).text
    assert text.startswith("⚠️ Replay: some events are still undelivered")


def test_the_summary_of_a_replay_has_no_details_of_this_run() -> None:
    done = [
        DeliveryResult("shop", "launchdarkly", Event.STARTED, Status.DELIVERED, "id-1"),
        DeliveryResult("shop", "launchdarkly", Event.FINISHED, Status.DELIVERED, "id-1"),
    ]
    text = Page(render(Summary(done, ()))).text
    assert "Replay: all events delivered" in text
    assert "started: ✅ deliveredfinished: ✅ deliveredid-1" in text
    assert "UTC" not in text


@pytest.mark.parametrize("length", [1, 100])
def test_five_hundred_services_that_all_failed_fit(length: int) -> None:
    """The summary is cut before the runner would drop it."""
    made = tuple(
        deployment._replace(service=Service(name=f"{number}{'&' * length}"))
        for number, deployment in enumerate(screenshots.deployments(500))
    )
    messages, done = screenshots.results(made, Event.FINISHED)
    lost = [
        screenshots.lose(result, Status.UNDELIVERED, f"HTTP 500, {number}: {'<' * 300}")
        for number, result in enumerate(done)
    ]
    page = render(Summary(lost, made, event_lines.dump(messages * 3).splitlines()))
    assert len(page.encode()) <= ONE_MIB - 4096
    shown = Page(page)
    assert shown.elements["details"] == 3
    assert "1000 of 1000 events were not delivered" in shown.text
    assert "… and 950 more" in shown.text


def test_five_hundred_services_that_went_well_are_all_shown() -> None:
    assert rendered(services=500).elements["tr"] == 501 + 501


HOSTILE = st.text(
    st.one_of(st.sampled_from("|`<>&#*_[]()!\\\n\r-=+~:@/\"' x"), st.characters(codec="utf-8")),
    min_size=1,
    max_size=40,
)


@SLOW
@given(name=HOSTILE, environment=HOSTILE, version=HOSTILE, error=HOSTILE, id_=HOSTILE)
def test_untrusted_text_adds_no_element(
    name: str, environment: str, version: str, error: str, id_: str
) -> None:
    def page(name: str, environment: str, version: str, error: str, id_: str) -> dict[str, int]:
        [first] = screenshots.deployments(environment=environment, version=version)
        made = (first._replace(service=Service(name=name)),)
        done = [
            DeliveryResult(
                name, "launchdarkly", Event.FINISHED, Status.REFUSED, id_, 1, error, error
            ),
            DeliveryResult(name, "datadog", Event.FINISHED, Status.DELIVERED, id_, note=error),
            DeliveryResult(name, "datadog", Event.FINISHED, Status.SKIPPED, error=error),
        ]
        elements = Page(render(Summary(done, made, [f'{{"a": "{error}"}}']))).elements
        # Text between backquotes in a message is code.
        elements.pop("code")
        return elements

    assert page(name, environment, version, error, id_) == page("a", "b", "c", "d", "e")


@given(text=HOSTILE)
def test_an_invalid_input_adds_no_element(text: str) -> None:
    page = Page(render_problems([Problem("tags", "must be right", text, "Correct it.")]))
    page.elements.pop("code", None)
    assert page.elements == {"h3": 1, "ul": 1, "li": 1, "p": 1, "a": 1}


def test_undelivered_lines_keep_their_shape() -> None:
    message = Message(
        vendor="datadog",
        kind="deployment",
        service="```\n# x",
        event=Event.FINISHED,
        at=1,
        body={"a": "````"},
    )
    page = Page(render(Summary([], (), event_lines.dump([message]).splitlines())))
    assert page.elements["pre"] == 1
    assert "h1" not in page.elements
    assert "````" in page.text


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", HEIGHTS)
def test_every_screenshot_is_small_and_used(name: str, theme: str) -> None:
    path = screenshots.picture(name, theme)
    picture = path.read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) <= screenshots.LARGEST
    assert [page for page in PAGES if f"images/{path.name}" in page.read_text(encoding="utf-8")]


def test_there_is_no_other_screenshot() -> None:
    drawn = {screenshots.picture(name, theme) for name in HEIGHTS for theme in THEMES}
    assert set(screenshots.IMAGES.glob("summary-*")) == drawn


def test_every_page_is_drawn() -> None:
    assert {name for name, _ in screenshots.pages()} == set(HEIGHTS)
