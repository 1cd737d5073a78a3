"""The pages as a reader sees them."""

from html.parser import HTMLParser
from pathlib import Path

from report.pages import write
from report.results import read
from tests.report.conftest import Made

VOID = {"meta", "wbr", "br", "img", "link", "hr", "input"}


class Page(HTMLParser):
    """What a reader of the page sees: its tags, its attributes, its text, its cells."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.cells: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.open += [] if tag in VOID else [tag]
        if tag in {"td", "th"}:
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.open and self.open[-1] in {"td", "th"}:
            self.cells[-1] += data


def written(made: Made, folder: Path) -> tuple[Path, Path]:
    """Write the pages of a results file into its folder, as both ways in do."""
    file = made.file(folder)
    return write(read(file), file.name, folder).pages
