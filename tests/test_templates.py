"""The house rules of templates: what they forbid would fail in the browser, without a word."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# Letters are no pages: their readers' programs know no style sheet, and no script either.
PAGES = [path for path in TEMPLATES if "mail" not in path.parts]
LINES_MAX = 120
FONT_PX_MIN = 12

FORBIDDEN = {
    r"\bhx-on\b|\bhx-on[:-]": "hx-on needs eval, which is blocked; listen in a script of ours",
    r"""["'](?:js|javascript):""": "js: needs eval, which is blocked",
    r"""hx-trigger=["'][^"']*\[""": "a filter in hx-trigger needs eval; decide in a script of ours",
    r"\bhx-ext=": "htmx 4 has no hx-ext: loading the file is enough",
    r"\bhx-disabled-elt=": "htmx 4 calls it hx-disable",
    r"\bhx-vars=": "hx-vars needs eval; use hx-vals with JSON",
    r"\bsse-(?:swap|connect)=": "htmx 4 calls it hx-sse:connect, and swaps by itself",
    r"\bhtmx:[a-z]+[A-Z]": "htmx 4 writes its events in lower case: htmx:after:swap",
    r"\sstyle=": "an inline style is blocked by our policy; write a class",
    r"<style\b": "an inline style sheet is blocked by our policy; write a file",
    r"\son[a-z]+=": "an inline handler is blocked by our policy; listen in a script of ours",
    r"\{%-?\s*(?:trans|autoescape)\b": "texts are said by _(…), and everything is escaped",
    r"\|\s*safe\b": "what is not ours must be escaped; build a Markup in Python",
    r"https?://(?!www\.w3\.org)": "nothing is loaded from elsewhere",
}
INHERITED = ("hx-target", "hx-swap", "hx-include", "hx-headers", "hx-boost", "hx-confirm")
VERBS = ("hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete", "hx-action", "hx-sse:connect")
# The development provider stands for somebody else's: it proves by other means who asks.
NOT_OURS = ("identity/provider.html",)
# Stands for what an expression would write.
MADE = "\0"
# These name their own target and swap.
CARRIERS = ("hx-partial",)


class Elements(HTMLParser):
    """The start tags of a template, whose expressions were taken out before."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], int]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes), self.getpos()[0]))


def elements(path: Path) -> list[tuple[str, dict[str, str | None], int]]:
    text = path.read_text()
    text = re.sub(r"\{#.*?#\}", _same_lines, text, flags=re.DOTALL)
    text = re.sub(r"\{\{.*?\}\}", "x", text, flags=re.DOTALL)
    parser = Elements()
    parser.feed(re.sub(r"\{%.*?%\}", " ", text, flags=re.DOTALL))
    return parser.found


def _same_lines(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_are_templates() -> None:
    assert len(PAGES) > 20


@pytest.mark.parametrize(("pattern", "reason"), FORBIDDEN.items())
def test_nothing_forbidden_is_written(pattern: str, reason: str) -> None:
    found = [
        f"{named(path)}:{line}: {reason}"
        for path in PAGES
        for line, text in enumerate(_without_comments(path).splitlines(), start=1)
        if re.search(pattern, text)
    ]
    assert not found, "\n".join(found)


def test_a_script_element_names_a_file_or_holds_data() -> None:
    found = [
        f"{named(path)}:{line}: an inline script is blocked by our policy"
        for path in PAGES
        for tag, attributes, line in elements(path)
        if tag == "script"
        and not attributes.get("src")
        and attributes.get("type") != "application/json"
    ]
    assert not found, "\n".join(found)


def test_what_children_inherit_says_so() -> None:
    """htmx 4 inherits only what is written `:inherited`; without it nothing happens, silently."""
    found = [
        f"{named(path)}:{line}: write {name}:inherited, or put it where the request is made"
        for path in PAGES
        for tag, attributes, line in elements(path)
        if tag not in CARRIERS and not any(verb in attributes for verb in VERBS)
        for name in attributes
        if name in INHERITED and attributes.get("hidden", "") is not None
    ]
    assert not found, "\n".join(found)


def test_every_form_that_changes_something_carries_the_token() -> None:
    """A form sent by the browser itself has no header to carry it in."""
    forms = re.compile(r"<form\b[^>]*method=\"post\".*?</form>", re.DOTALL | re.IGNORECASE)
    found = [
        f"{named(path)}: a form without the CSRF token: {form.splitlines()[0][:80]}"
        for path in PAGES
        if not named(path).endswith(NOT_OURS)
        for form in forms.findall(_without_comments(path))
        if "csrf" not in form and 'action="#' not in form
    ]
    assert not found, "\n".join(found)


def test_a_button_says_whether_it_sends_its_form() -> None:
    """Outside of a form it sends nothing. A fragment may stand inside somebody's form."""
    found = []
    for path in PAGES:
        if path.name.startswith("_"):
            continue
        text = _without_comments(path)
        outside = re.sub(r"<form\b.*?</form>", _same_lines, text, flags=re.DOTALL)
        for match in re.finditer(
            r"<button\b(?P<attributes>(?:\{\{.*?\}\}|\{%.*?%\}|[^>])*)>", outside
        ):
            if "type=" not in match["attributes"] and "form=" not in match["attributes"]:
                line = outside[: match.start()].count("\n") + 1
                found.append(f"{named(path)}:{line}: a button without a form needs type=button")
    assert not found, "\n".join(found)


def test_templates_are_short() -> None:
    found = [
        f"{named(path)}: {count} lines, {LINES_MAX} at most: take a part out"
        for path in TEMPLATES
        if (count := path.read_text().count("\n")) > LINES_MAX
    ]
    assert not found, "\n".join(found)


def test_every_class_stands_in_a_style_sheet() -> None:
    """Else it is a slip of the pen, or a component without its place in /design."""
    sheets = "\n".join(path.read_text() for path in (ROOT / "views/static").rglob("*.css"))
    known = set(re.findall(r"\.(-?[a-zA-Z_][\w-]*)", sheets))
    found = [
        f"{named(path)}:{line}: .{name} is in no style sheet"
        for path in PAGES
        for line, name in _classes(path)
        if name not in known
    ]
    assert not found, "\n".join(found)


def test_no_text_is_smaller_than_can_be_read() -> None:
    """Chinese at less than 12 px is a blot on many screens."""
    found = []
    for path in (ROOT / "views/static").rglob("*.css"):
        if "vendor" in path.parts:
            continue
        for size in re.findall(r"(?:font-size:\s*|font:[^;/]*?\s)(\d*\.?\d+rem)", path.read_text()):
            if float(size.removesuffix("rem")) * 16 < FONT_PX_MIN:
                found.append(f"{named(path)}: {size}")
    assert not found, "\n".join(found)


def _classes(path: Path) -> Iterator[tuple[int, str]]:
    for line, text in enumerate(_without_comments(path).splitlines(), start=1):
        for value in re.findall(r'\bclass="((?:\{\{.*?\}\}|\{%.*?%\}|[^"])*)"', text):
            plain = re.sub(r"\{\{.*?\}\}", MADE, re.sub(r"\{%.*?%\}", " ", value))
            yield from ((line, name) for name in plain.split() if MADE not in name)


def _without_comments(path: Path) -> str:
    return re.sub(r"\{#.*?#\}", _same_lines, path.read_text(), flags=re.DOTALL)
