"""What no file of the page may hold, whatever the content policy would do about it at run time."""

import re

import pytest

from tests.project.documents import ROOT

SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
# Ways from a text to markup or code.
FORBIDDEN = re.compile(
    r"\b(innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|createContextualFragment"
    r"|parseFromString|setHTMLUnsafe|srcdoc)\b"
    r"|document\.write|\beval\(|\bnew Function\b|\bset(?:Timeout|Interval)\(\s*[\"'`]|javascript:"
)
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b(?![\w-])|\b(?:rgb|hsl|oklch|lab)a?\(")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_turns_text_into_markup_or_code(path):
    assert FORBIDDEN.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_colours_are_written_in_one_place(path):
    if path.name != "tokens.css":
        assert COLOUR.findall(path.read_text(encoding="utf-8")) == []


def test_every_style_sheet_is_on_the_page_and_every_one_on_the_page_is_there():
    all_of_them = ROOT / "static" / "css" / "page.css"
    named = re.findall(r'@import "([^"]+)"', all_of_them.read_text(encoding="utf-8"))
    assert {*named, "page.css"} == {path.name for path in SHEETS} | {"../vendor/uPlot.css"}


def test_the_shell_has_no_script_but_the_import_map_and_no_style():
    page = (ROOT / "templates" / "index.html").read_text(encoding="utf-8")
    inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page)
    assert inline == ['<script type="importmap">']
    assert not re.search(r"\son\w+=|\sstyle=|<style|https?://", page)


def test_the_colours_of_the_browsers_bar_are_those_of_ours():
    tokens = (ROOT / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    raised = re.search(r"--raised: light-dark\((#\w+), (#\w+)\)", tokens).groups()
    page = (ROOT / "templates" / "index.html").read_text(encoding="utf-8")
    assert tuple(re.findall(r'name="theme-color".*content="(#\w+)"', page)) == raised
