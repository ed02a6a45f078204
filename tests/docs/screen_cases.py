# SPDX-License-Identifier: Apache-2.0
"""The picture in the README is what the demo shows."""

import re
import sys
import xml.etree.ElementTree

from docs_case import DocsCase
from manual import ROOT

sys.path.insert(0, str(ROOT / "docs"))
import make_screen  # noqa: E402

# What another login has otherwise: the ref, numbers, and the date.
DRAWN = (r"(?<=[Rr]ef)=?[A-Z]\d", r"[A-Z][a-z]{2}\d+:\d+:\d+", r"\d+")


def shape(text):
    """Of a login as of any other, wherever its lines were broken."""
    text = re.sub(r"\s", "", text)
    for pattern in DRAWN:
        text = re.sub(pattern, "#", text)
    return text


class ScreenTest(DocsCase):
    def test_the_screen(self):
        """Eighty columns, overwritten from the left, erased to the end."""
        screen = make_screen.Screen()
        screen.write("a" * 80 + "bc\r\nprogress\rnow\x1b[K\r\n")
        self.assertEqual(screen.text(), ["a" * 80, "bc", "now", ""])
        self.assertRaises(ValueError, screen.write, "\x1b[2J")

    def test_the_picture_is_the_demos(self):
        """Its text is text, and no other than a new recording has."""
        recording, status = make_screen.recorded()
        self.assertEqual(status, 0, recording)
        rows = make_screen.rows_of(recording)
        picture = xml.etree.ElementTree.fromstring(make_screen.PICTURE.read_text(encoding="utf-8"))
        drawn = ["".join(text.itertext()) for text in picture.iter("{http://www.w3.org/2000/svg}text")]
        self.assertLessEqual(max(map(len, drawn)), make_screen.COLUMNS)
        self.assertEqual(shape("".join(drawn)), shape("".join(rows)),
                         "the demo has changed: /usr/bin/python3 docs/make_screen.py")
        self.assertIn("docs/demo.svg", (ROOT / "README.md").read_text(encoding="utf-8"))
