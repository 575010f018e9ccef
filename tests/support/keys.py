"""The keys of all tests.

They are legal in a header, and are spelled differently in a URL, in JSON and in HTML.
"""

LAUNCHDARKLY_TOKEN = 'api-5e"c/r%e\\t+ld='
DATADOG_API_KEY = 'dd&5e"c/r%e\\t+api='
DATADOG_APP_KEY = 'dd&5e"c/r%e\\t+app='
GITHUB_TOKEN = 'ghs_5e"c/r%e\\t+gh='
KEYS = (LAUNCHDARKLY_TOKEN, DATADOG_API_KEY, DATADOG_APP_KEY, GITHUB_TOKEN)

JOB_TOKEN = "ghs_" + "0aB" * 12
"""Has the form of a GitHub token."""

SECRETS = {
    "launchdarkly-access-token": LAUNCHDARKLY_TOKEN,
    "datadog-api-key": DATADOG_API_KEY,
    "datadog-app-key": DATADOG_APP_KEY,
    "github-token": GITHUB_TOKEN,
}
"""The keys by input."""
