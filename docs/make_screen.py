#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Records `./dev demo --auto` at 80 columns and draws its screen: docs/demo.svg, which README shows.

usage: /usr/bin/python3 docs/make_screen.py

What stands before the login (the build's progress) is left out; nothing is added or changed.
"""

import os
import pathlib
import re
import sys
from xml.sax.saxutils import escape

import pexpect

ROOT = pathlib.Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs/demo.svg"
COLUMNS = 80
BEGINNING = "$ ssh "
# A first build takes minutes.
PATIENCE = 30 * 60

# In pixels.
CELL, LINE, SIZE, MARGIN = 8.4, 19, 14, 16
# A screen has its own background, so that text is readable on a light page and on a dark one.
COLOURS = {"screen": "#1f2430", "frame": "#8a919e", "text": "#e6e6e6", "typed": "#ffffff", "phone": "#9fe08d",
           "log": "#a9b4c8"}


def recorded():
    """What the demo writes to a terminal, and its exit status."""
    demo = pexpect.spawn("./dev", ["demo", "--auto"], cwd=ROOT, dimensions=(24, COLUMNS), timeout=PATIENCE,
                         env=os.environ | {"TERM": "xterm", "LC_ALL": "C.UTF-8"})
    demo.expect(pexpect.EOF)
    return demo.before.decode(), demo.wait()


class Screen:
    """A terminal of 80 columns whose rows are all kept."""

    def __init__(self):
        self.rows = [[]]
        self._column = 0

    def write(self, text):
        for control, character in re.findall(r"(\x1b\[[\d;]*[A-Za-z])|(.)", text, re.DOTALL):
            if control == "\x1b[K":
                del self.rows[-1][self._column:]
            elif control:
                raise ValueError(f"the demo uses {control!r}, which this screen does not know")
            elif character == "\r":
                self._column = 0
            elif character == "\n":
                self.rows.append([])
            else:
                self._put(character)

    def _put(self, character):
        if self._column == COLUMNS:
            self.rows.append([])
            self._column = 0
        row = self.rows[-1]
        row.extend(" " * (self._column + 1 - len(row)))
        row[self._column] = character
        self._column += 1

    def text(self):
        return ["".join(row).rstrip() for row in self.rows]


def rows_of(recording):
    """The screen's rows, from the login on."""
    screen = Screen()
    screen.write(recording)
    rows = screen.text()
    first = next(number for number, row in enumerate(rows) if row.startswith(BEGINNING))
    return "\n".join(rows[first:]).rstrip().split("\n")


def colours_of(rows):
    """What each row is: typed, on the phone, in the log, or else the host's text."""
    kind, in_log = [], False
    for row in rows:
        in_log = in_log and row != ""
        if in_log:
            kind.append("log")
        elif row.startswith(("  +", "  |")):
            kind.append("phone")
        else:
            kind.append("typed" if row.startswith("$ ") or row.isdigit() else "text")
        in_log = in_log or "in the log:" in row
    return kind


def drawn(rows):
    width, height = 2 * MARGIN + COLUMNS * CELL, 2 * MARGIN + len(rows) * LINE
    picture = [
        "<!-- SPDX-License-Identifier: Apache-2.0 -->",
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height}" width="{width:g}" '
        f'height="{height}" role="img">',
        "<title>A login with a texted PIN, and its line in the log</title>",
        "<desc>The screen of ./dev demo --auto, recorded and drawn by docs/make_screen.py</desc>",
        f'<rect x="0.5" y="0.5" width="{width - 1:g}" height="{height - 1}" rx="8" '
        f'fill="{COLOURS["screen"]}" stroke="{COLOURS["frame"]}"/>',
        f'<g font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="{SIZE}" '
        'xml:space="preserve">']
    for number, (row, kind) in enumerate(zip(rows, colours_of(rows))):
        if row:
            weight = ' font-weight="bold"' if kind == "typed" else ""
            picture.append(
                f'<text x="{MARGIN}" y="{MARGIN + number * LINE + SIZE}" fill="{COLOURS[kind]}"{weight} '
                f'textLength="{len(row) * CELL:g}">{escape(row)}</text>')
    return "\n".join([*picture, "</g>", "</svg>", ""])


def main():
    recording, status = recorded()
    if status != 0:
        sys.exit(f"the demo failed ({status}):\n{recording}")
    PICTURE.write_text(drawn(rows_of(recording)), encoding="utf-8")
    print(PICTURE.relative_to(ROOT))


if __name__ == "__main__":
    main()
