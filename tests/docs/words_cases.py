# SPDX-License-Identifier: Apache-2.0
"""How sentences that users read are written: in the field's words, and in lines that fit."""

import re
import subprocess

import manual
from docs_case import DocsCase
from manual import ROOT

# Not idiomatic, or a dialect of this project's: what to write is behind it.
NOT_FOR_READERS = {
    r"whoever": "people who, somebody who, anybody who",
    r"heed(s|ed|ing)?": "follow, respect, take into account",
    r"ways? in(?! (which|that|what))": "method, second factor, how somebody gets in",
    r"doors?": "path to root",
    r"(is|are) none of ours": "is not one of ours, is not sms2fa's",
    r"mend(s|ed|ing)?": "repair, fix",
    r"ways? back": "recovery",
    r"of who": "of the person, of the caller",
    r"left alone since": "in cooldown since",
}
# Names that the code has, or had, for what the field calls otherwise.
CODES_OWN = {
    r"surroundings|errands?|judge?ments?|ledger": "what it does, without a name",
    r"barred": "locked out, not admitted",
    r"crowded": "full",
    r"fate": "delivery status, what became of it",
    r"complaints?": "error, warning",
    r"sign of life": "watchdog",
    r"(a|no) pass": "a bypass code",
}
SHIPPED = ("conf/*.conf", "conf/pam.d/*", "conf/gateways/*")
LONGEST = {"README.md": 80}
MOST_LINES_OF_README = 150


def documents():
    """{name: text} of what is there to be read by users."""
    found = [ROOT / name for name in ("README.md", "SECURITY.md", "NEWS")]
    for pattern in ("docs/**/*.md", "man/*.scd", "man/*.scd.in", *SHIPPED):
        found += ROOT.glob(pattern)
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in found}


def phrases(text):
    """Those that are not for readers, each with some words around it."""
    text = re.sub(r"\s+", " ", text)
    for phrase, better in (NOT_FOR_READERS | CODES_OWN).items():
        for found in re.finditer(rf"\b({phrase})\b", text, re.IGNORECASE):
            yield f"...{text[max(0, found.start() - 40):found.end() + 20]}... (write: {better})"


class WordsTest(DocsCase):
    def test_the_search_finds_them(self):
        """In any case, and over the end of a line."""
        said = list(phrases("Whoever mended it, the ways\n   back and a door; a fate; a way in which, a way into, mending_test"))
        self.assertEqual(len(said), 5, said)

    def test_documents(self):
        texts = documents()
        self.assertGreater(len(texts), 20)
        for name, text in texts.items():
            with self.subTest(name):
                self.assertEqual(list(phrases(text)), [])

    def test_usage_texts(self):
        asked = [("sms2fad",), ("sms2fa",), *(("sms2fa", command) for command in manual.command_sources())]
        for program, *words in asked:
            said = subprocess.run([self.build / program, *words, "--help"], capture_output=True, text=True, check=True)
            with self.subTest(program=program, words=words):
                self.assertEqual(list(phrases(said.stdout)), [])


class LinesTest(DocsCase):
    def test_prose_fits(self):
        """Tables may be wider; pictures and links can't be broken."""
        for name in [*(name for name in documents() if name.endswith(".md")), "HACKING.md"]:
            longest = LONGEST.get(name, 100)
            for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1):
                if not line.startswith(("|", "![")):
                    with self.subTest(f"{name}:{number}"):
                        self.assertLessEqual(len(line), longest)

    def test_the_readme_is_short(self):
        self.assertLessEqual(len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()), MOST_LINES_OF_README)
