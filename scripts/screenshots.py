"""Draw the job summary as GitHub shows it: `make screenshots` writes docs/images/summary-*.png.

The action's code writes the summary, GitHub's Markdown renderer makes HTML of it, and headless
Chromium draws the picture (the Debian and Ubuntu package `chromium`, or the program $CHROMIUM).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cmarkgfm  # type: ignore[import-untyped]
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]

from deployment_events.delivery import event_lines
from deployment_events.deployment import Deployment, Event, Facts, Origin, Service, StartSource
from deployment_events.errors import Advice, Section
from deployment_events.inputs.read import RunDefaults, read_inputs
from deployment_events.messages import DeliveryResult, Message, Status
from deployment_events.report.summary import Summary, render
from deployment_events.vendors.plan import make_plan

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
LARGEST = 150 * 1024
"""Bytes that a picture may have."""
WIDTH = 980
"""Pixels, the width of GitHub's job summary."""

START = 1_777_887_000_000  # 2026-05-04T09:30:00Z
ORIGIN = Origin(
    repository="octo-org/shop",
    run_id="8123456789",
    run_attempt="1",
    job="deploy",
    job_index="0",
    run_url="https://github.com/octo-org/shop/actions/runs/8123456789/attempts/1",
    ref="refs/heads/main",
    actor="octocat",
)
KEYS = {
    "launchdarkly-access-token": "api-example",
    "datadog-api-key": "example",
    "environment": "production",
}

LINKS = {
    "launchdarkly": "https://app.launchdarkly.com",
    "datadog": "https://app.datadoghq.com/ci/dora?detail=deployments",
}

HEIGHTS = {"success": 250, "undelivered": 430}
"""The pages that are drawn, and their heights in pixels."""
THEMES = {
    "light": {
        "background": "#fff",
        "text": "#1f2328",
        "border": "#d1d9e0",
        "muted": "#f6f8fa",
        "code": "#818b981f",
        "link": "#0969da",
    },
    "dark": {
        "background": "#0d1117",
        "text": "#f0f6fc",
        "border": "#3d444d",
        "muted": "#151b23",
        "code": "#656c7633",
        "link": "#4493f8",
    },
}
"""GitHub's colors."""

STYLE = """
body { margin: 0; padding: 24px 32px; background: var(--background); color: var(--text);
  font: 16px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif,
  "Noto Color Emoji"; }
h3 { font-size: 20px; margin: 0 0 16px; }
p, table, ul, details { margin: 0 0 16px; }
table { border-collapse: collapse; display: block; width: max-content; max-width: 100%;
  overflow: auto; }
th, td { border: 1px solid var(--border); padding: 6px 13px; }
tr:nth-child(2n) { background: var(--muted); }
code { background: var(--code); border-radius: 6px; padding: .2em .4em; }
code { font: 85% ui-monospace, "Liberation Mono", monospace; }
pre { background: var(--muted); border-radius: 6px; padding: 16px; overflow: auto; }
pre code { background: none; padding: 0; }
a { color: var(--link); } a code { color: inherit; }
ul { padding-left: 2em; }
"""


def deployments(services: int = 1, **changes: Any) -> tuple[Deployment, ...]:
    """Return deployments to draw; `changes` are those of their facts."""
    names = ["shop"]
    if services > 1:
        names = [f"service-{number:02}" for number in range(1, services + 1)]
    facts = Facts(
        environment="production",
        version="v1.4.0",
        commit_sha="5a7be2f0c91d384e6b7a5c2d1e0f98b7a6c5d4e3",
        repository_url="https://github.com/octo-org/shop",
        started_at=START,
        start_source=StartSource.NOW,
        finished_at=START + 200_000,
        origin=ORIGIN,
    ).model_copy(update=changes)
    return tuple(Deployment(Service(name=name), facts) for name in names)


def results(
    made: tuple[Deployment, ...], event: Event
) -> tuple[list[Message], list[DeliveryResult]]:
    """Return what is sent, and results as if both vendors had accepted it."""
    settings = read_inputs(KEYS, START, RunDefaults(service="shop")).enabled
    planned = make_plan(made, settings, event, START + 200_000)
    ids = {"launchdarkly": "3f2c9e70-1a4d-4c1b-9a53-7d0f6b1e24{:02}"}
    done = [
        DeliveryResult(
            message.service,
            message.vendor,
            event,
            Status.DELIVERED,
            message.id or ids[message.vendor].format(number % 100),
            attempts=1,
        )
        for number, message in enumerate(planned.messages)
    ]
    return list(planned.messages), [*done, *planned.skipped]


def lose(
    result: DeliveryResult, status: Status, error: str, advice: Advice | None = None
) -> DeliveryResult:
    """Return the result of the same event, not delivered."""
    # LaunchDarkly assigns its ID when it accepts the event.
    known = result.id if result.vendor == "datadog" else ""
    # The action does not retry an event that was refused.
    tries = 1 if status is Status.REFUSED else 5
    return result._replace(
        status=status,
        id=known,
        attempts=tries,
        error=error,
        fix=advice.fix if advice else "",
        section=advice.section if advice else None,
    )


def pages() -> Iterator[tuple[str, str]]:
    """Yield the name and the Markdown of every page to draw."""
    _, done = results(deployments(), Event.FINISHED)
    yield "success", render(Summary(done, deployments(), links=LINKS))
    messages, done = results(deployments(), Event.FINISHED)
    done[0] = lose(
        done[0],
        Status.REFUSED,
        'HTTP 401, "unauthorized - Invalid access token"',
        Advice(
            "`launchdarkly-access-token` is invalid, expired or an SDK key: "
            "store an API access token with the Writer role in the secret.",
            Section.UNAUTHORIZED,
        ),
    )
    lines = event_lines.dump(messages[:1]).splitlines()
    yield "undelivered", render(Summary(done, deployments(), lines, links=LINKS))


def many_services() -> str:
    """Return the Markdown of forty services, of which Datadog did not receive three."""
    messages, done = results(deployments(40), Event.FINISHED)
    for number in (12, 13, 40):
        done[number] = lose(
            done[number], Status.UNDELIVERED, "HTTP 503; the time limit was reached"
        )
    pairs = zip(messages, done, strict=False)
    lost = [message for message, result in pairs if result.status.is_lost]
    return render(Summary(done, deployments(40), event_lines.dump(lost).splitlines()))


def to_html(markdown: str, theme: str) -> str:
    """Return the HTML of a page."""
    body = cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE)
    colors = "".join(f"--{name}: {color}; " for name, color in THEMES[theme].items())
    style = f"<style>:root {{ {colors}}} {STYLE}</style>"
    return f"<!DOCTYPE html><meta charset=utf-8>{style}<body>{body}</body>"


def picture(page: str, theme: str) -> Path:
    """Return the path of a picture."""
    return IMAGES / f"summary-{page}-{theme}.png"


def chromium() -> str:
    """Return the path of the browser; exit with a message if there is none."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit("Install Chromium (apt-get install chromium) or set CHROMIUM to it.")
    return found


def draw(html: str, height: int, target: Path) -> None:
    """Write a picture of a page."""
    switches = "headless no-sandbox disable-gpu disable-quic no-first-run hide-scrollbars"
    switches += " disable-background-networking disable-component-update disable-sync"
    flags = [f"--{switch}" for switch in switches.split()]
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        page.write_text(html, encoding="utf-8")
        flags += [f"--user-data-dir={folder}/profile", f"--window-size={WIDTH},{height}"]
        command = [chromium(), *flags, f"--screenshot={target}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)


def main() -> int:
    """Draw every page in both themes and return the exit code."""
    for name, markdown in pages():
        for theme in THEMES:
            target = picture(name, theme)
            draw(to_html(markdown, theme), HEIGHTS[name], target)
            size = target.stat().st_size
            print(f"{target.relative_to(IMAGES.parents[1])}: {size // 1024} KiB")
            if size > LARGEST:
                print(f"larger than {LARGEST // 1024} KiB", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
