"""What `event: check` shows in the log and in the job summary."""

from collections.abc import Callable, Sequence

from ..delivery.checks import VendorCheck
from ..errors import Section
from ..github.documentation import help_url
from ..github.runner import Runner
from ..messages import CheckResult, Status
from ..vendors.registry import VENDORS
from .log import log_request
from .markdown import Markdown

_VERDICTS = {
    Status.VALID: "✅ valid",
    Status.REFUSED: "❌ refused",
    Status.UNDELIVERED: "⚠️ not checked",
    Status.DRY_RUN: "📝 dry run, not checked",
}


def log_checks(runner: Runner, results: Sequence[CheckResult]) -> None:
    """Log the result of every check."""
    for result in results:
        runner.log(describe_check(result))


def log_checks_dry_run(runner: Runner, checks: Sequence[VendorCheck]) -> list[CheckResult]:
    """Print the requests without their keys instead of sending them."""
    for check in checks:
        title = f"Dry run: check of {VENDORS[check.vendor].title}"
        with log_request(runner, title, check.check.request):
            pass
    return [check.result(Status.DRY_RUN) for check in checks]


def render_checks(
    results: Sequence[CheckResult], annotations: Sequence[str], hide: Callable[[str], str] = str
) -> str:
    """Return the job summary as Markdown; `hide` replaces secrets in a text.

    `annotations` are the texts of those that are not about a check.
    """
    markdown = Markdown(hide)
    lines = [f"### {_heading(results)}", ""]
    failures_first = sorted(results, key=lambda result: not result.status.is_lost)
    lines += [_bullet(markdown, result) for result in failures_first]
    lines += markdown.bullets(annotations)
    if not results:
        lines += ["", markdown.link("Troubleshooting", help_url(Section.NO_SECRETS))]
    return "\n".join(lines)


def _heading(results: Sequence[CheckResult]) -> str:
    if not results:
        return "❌ Setup check: nothing was checked"
    if any(result.status.is_lost for result in results):
        return "❌ Setup check: not everything is valid"
    if any(result.status is Status.DRY_RUN for result in results):
        return "📝 Dry run, nothing was sent: setup check"
    return "✅ Setup check: everything is valid"


def _bullet(markdown: Markdown, result: CheckResult) -> str:
    title, verdict = VENDORS[result.vendor].title, _VERDICTS[result.status]
    line = f"- {title}: {verdict}: {markdown.prose(_details(result))}"
    if not result.status.is_lost:
        return line
    return f"{line} {markdown.link('Troubleshooting', help_url(section_of(result)))}"


def section_of(result: CheckResult) -> Section:
    """Return the section of the documentation about a check that failed."""
    return result.section or Section.CHECK


def describe_check(result: CheckResult) -> str:
    """Return one line: the vendor, what was checked, the verdict, why, and how to fix it."""
    title = VENDORS[result.vendor].title
    verdict = {Status.VALID: "valid", Status.REFUSED: "refused"}.get(result.status, "not checked")
    return f"{title}: {verdict}: {_details(result)}"


def _details(result: CheckResult) -> str:
    if result.status is Status.VALID:
        return result.verdict
    # A vendor's message may end with a full stop.
    parts = [result.subject, result.error.removesuffix(".")]
    text = f"{': '.join(filter(None, parts))}."
    return f"{text} {result.fix}" if result.fix else text
