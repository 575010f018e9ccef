"""In the pages, code blocks are tested files, links work, and generated parts are up to date."""

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import yaml
from support.examples import ACTION, EXAMPLES, example_names
from support.pages import PAGES, Block, anchors, blocks, links, prose

from deployment_events.report import outcome as outcomes
from emulator.manifest import REPOSITORY, load_yaml
from scripts import owner, readme

MANIFEST_TEXT = (REPOSITORY / "action.yml").read_text()
MANIFEST = yaml.safe_load(MANIFEST_TEXT)
INPUTS, OUTPUTS = set(MANIFEST["inputs"]), set(MANIFEST["outputs"])
PINNED = f"{owner.repository()}@0123456789abcdef0123456789abcdef01234567"
"""How pinned.yml names the action: a commit that a user replaces."""
ACTIONLINT = Path(sys.executable).with_name("actionlint")

YAML_BLOCKS = [
    block
    for page in PAGES
    for block in blocks(page)
    if block.info.split()[:1] in (["yaml"], ["yml"])
]
OURS = [block for block in YAML_BLOCKS if "before" not in block.info]
THEIRS = [block for block in YAML_BLOCKS if "before" in block.info]


def name(value: object) -> str:
    return f"{value.page}:{value.line}" if isinstance(value, Block) else str(value)


def lines_of(text: str) -> str:
    """Return the text without its common indentation, between line breaks."""
    return f"\n{textwrap.dedent(text).strip()}\n"


def is_excerpt(block: str, file: str) -> bool:
    """Return whether the block's lines are in the file, with any common indentation."""
    wanted = textwrap.dedent(block).strip("\n").split("\n")
    lines = file.split("\n")
    for start in range(len(lines) - len(wanted) + 1):
        part = textwrap.dedent("\n".join(lines[start : start + len(wanted)])).split("\n")
        if part == wanted:
            return True
    return False


def lint(text: str) -> str:
    command = [
        str(ACTIONLINT),
        "-config-file",
        str(REPOSITORY / ".github/actionlint.yaml"),
        "-no-color",
        "-",
    ]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    return done.stdout + done.stderr


@pytest.mark.parametrize("block", OURS, ids=name)
def test_every_yaml_block_is_part_of_an_executed_example(block: Block) -> None:
    files = [(EXAMPLES / file).read_text() for file in example_names()]
    assert any(is_excerpt(block.text, file) for file in files), block.text


@pytest.mark.parametrize("file", example_names())
def test_every_example_is_a_valid_workflow(file: str) -> None:
    assert lint((EXAMPLES / file).read_text()) == ""


@pytest.mark.parametrize("block", THEIRS, ids=name)
def test_every_block_to_migrate_from_is_a_valid_workflow(block: Block) -> None:
    steps = textwrap.indent(textwrap.dedent(block.text), " " * 6)
    job = "jobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n"
    assert lint(f"on: push\npermissions: {{}}\n{job}{steps}") == ""


def uses_of(file: str) -> list[dict]:
    jobs = load_yaml((EXAMPLES / file).read_text())["jobs"].values()
    steps = [step for job in jobs for step in job.get("steps", [])]
    return [step for step in steps if step.get("uses", "").startswith(owner.repository())]


@pytest.mark.parametrize("file", example_names())
def test_examples_use_inputs_and_outputs_that_exist(file: str) -> None:
    steps = uses_of(file)
    assert steps or "call-" in file
    assert {step["uses"] for step in steps} <= {ACTION, PINNED}
    assert {key for step in steps for key in step["with"]} <= INPUTS
    text = (EXAMPLES / file).read_text()
    for step in steps:
        if "id" in step:
            used = re.findall(rf"steps\.{re.escape(step['id'])}\.outputs\.([\w-]+)", text)
            assert set(used) <= OUTPUTS
            assert used, "an id that nobody uses"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_inputs_that_exist(page: Path) -> None:
    known = (
        INPUTS
        | OUTPUTS
        | {"datadog-ci", "launchdarkly-api", "datadog-api-client", "launchdarkly-*", "datadog-*"}
    )
    named = re.findall(r"`((?:launchdarkly|datadog)-[a-z-]+)[:`]", prose(page))
    assert not set(named) - known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_have_a_target(page: Path) -> None:
    broken = []
    for link in links(page):
        if re.match(r"https?://|mailto:", link):
            continue
        target, _, anchor = link.partition("#")
        path = (page.parent / target).resolve() if target else page
        if not path.exists() or (anchor and anchor not in anchors(path)):
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("page", readme.pages(MANIFEST_TEXT))
def test_a_table_is_up_to_date_with_action_yml(page: str) -> None:
    text = (REPOSITORY / page).read_text()
    assert readme.updated(page, text, MANIFEST_TEXT) == text


def test_the_check_is_a_command_and_changes_nothing() -> None:
    before = (REPOSITORY / "README.md").read_bytes()
    command = [sys.executable, "-m", "scripts.readme", "--check"]
    assert subprocess.run(command, cwd=REPOSITORY).returncode == 0
    assert (REPOSITORY / "README.md").read_bytes() == before


def test_every_input_is_in_one_table() -> None:
    pages = [(REPOSITORY / page).read_text() for page in readme.pages(MANIFEST_TEXT)]
    shown = re.findall(r"^\| `([\w-]+)` \| [^|]* \| [^|]+ \|$", "\n".join(pages), re.MULTILINE)
    assert sorted(name for name in shown if name in INPUTS) == sorted(INPUTS)


def test_the_readme_lists_every_output() -> None:
    text = (REPOSITORY / "README.md").read_text()
    assert not [known for known in OUTPUTS if f"| `{known}` |" not in text]


def test_the_readme_is_short() -> None:
    assert len((REPOSITORY / "README.md").read_text().splitlines()) <= 250


def test_the_readme_says_where_the_step_may_be() -> None:
    text = (REPOSITORY / "README.md").read_text()
    assert "`background: true` gives the same result" in text
    assert "One composite action works" in text


def test_a_changed_action_yml_changes_the_readme() -> None:
    text = (REPOSITORY / "README.md").read_text()
    manifest = MANIFEST_TEXT.replace("default: auto", "default: manual")
    assert "| `event` | `manual` |" in readme.updated("README.md", text, manifest)


def test_a_new_input_without_a_table_is_refused() -> None:
    manifest = MANIFEST_TEXT.replace("inputs:\n", "inputs:\n  new:\n    description: New.\n", 1)
    with pytest.raises(SystemExit, match="new is below no comment"):
        readme.pages(manifest)


def test_a_page_without_the_markers_is_refused() -> None:
    with pytest.raises(SystemExit, match=r"docs/replay.md has no markers for the inputs"):
        readme.updated("docs/replay.md", "# Nothing", MANIFEST_TEXT)


def test_code_in_a_description_is_shown_as_it_is() -> None:
    manifest = "inputs:\n  # A\n  a:\n    description: Set `x|*` or <y>.\noutputs: {}\n"
    markers = "\n<!-- {0}: made -->\n<!-- end of {0} -->\n"
    text = markers.format("inputs") + markers.format("outputs")
    shown = readme.updated("README.md", text, manifest)
    assert r"| Set `x\|*` or \<y>. |" in shown


def table(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.lstrip().startswith("|")]


def test_the_table_of_outcomes_is_that_of_the_code() -> None:
    ours = table(outcomes.__doc__ or "")
    assert len(ours) > 5
    assert table((REPOSITORY / "docs/outcomes.md").read_text())[: len(ours)] == ours


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_no_path_of_a_machine(page: Path) -> None:
    assert not re.search(r"(?<![\w.])/(work|root|home|tmp)/", page.read_text())
