"""`event: check`: verifies keys, site, project and environment, and reports no deployment."""

from ..delivery.checks import VendorCheck, run_checks
from ..delivery.network import Network
from ..github.runner import Runner
from ..http.deadline import Clock
from ..inputs.model import Inputs
from ..report.checks import log_checks, log_checks_dry_run, render_checks
from ..report.outcome import apply, judge_checks, nothing_to_check
from ..report.outputs import set_check_results
from ..vendors.registry import VENDORS


def check(runner: Runner, clock: Clock, inputs: Inputs) -> int:
    """Run one check for each vendor and credential, and return the step's exit code."""
    for warning in inputs.warnings():
        runner.warning(warning)
    if not inputs.enabled.shared:
        return _report_no_key(runner)
    checks = [
        VendorCheck(name, settings, vendor_check)
        for name, settings in inputs.enabled.shared.items()
        for vendor_check in VENDORS[name].checks(settings, inputs.environment)
    ]
    if inputs.dry_run:
        results = log_checks_dry_run(runner, checks)
    else:
        network = Network.open(clock, inputs.timeout_seconds, hide=runner.hide, log=runner.log)
        results = run_checks(checks, network)
        log_checks(runner, results)
    set_check_results(runner, results)
    runner.summarize(render_checks(results, runner.annotations, runner.hide))
    return apply(runner, judge_checks(results))


def _report_no_key(runner: Runner) -> int:
    set_check_results(runner, [])
    exit_code = apply(runner, nothing_to_check())
    runner.summarize(render_checks([], runner.annotations, runner.hide))
    return exit_code
