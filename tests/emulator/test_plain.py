"""The job summary as plain text."""

from emulator.plain import plain_text


def test_headings_paragraphs_and_lists_are_separated() -> None:
    text = plain_text("### A\n\n**b** <code>c</code> &#60;d&#62;\n\n- e\n- f\n")
    assert text == "A\n\nb c <d>\n\n- e\n- f"


def test_a_link_is_its_label() -> None:
    assert plain_text('<a href="https://example.com">run</a> · x') == "run · x"


def test_a_table_has_aligned_columns() -> None:
    markdown = "| S | Vendor |\n|---|---|\n| cart | ✅ ok<br>id-1 |\n| a | ⚠️ lost |\n"
    assert plain_text(markdown).splitlines() == [
        "S     Vendor",
        "cart  ✅ ok",
        "      id-1",
        "a     ⚠️ lost",
    ]


def test_an_emoji_is_two_columns_wide() -> None:
    first, second = plain_text("| ✅ | x |\n|---|---|\n| abc | y |\n").splitlines()
    assert first == "✅   x"
    assert second == "abc  y"


def test_details_are_folded() -> None:
    markdown = "<details>\n<summary>Title</summary>\n\n| a |\n|---|\n| b |\n\n</details>\n\nafter"
    assert plain_text(markdown) == "▸ Title\n\nafter"


def test_no_summary_is_empty() -> None:
    assert plain_text("") == ""
