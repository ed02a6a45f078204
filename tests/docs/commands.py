# SPDX-License-Identifier: Apache-2.0
"""What the documents tell people to type, and what they show."""

import re

import manual

WORDS = ("sudo", "./dev", "sms2fa", "sms2fad", "cmake", "systemctl", "apt", "dpkg", "echo", "man",
         "sqlite3", "install", "useradd", "journalctl", "pam-auth-update", "pamtester", "chfn", "chmod", "chown",
         "rm", "authselect", "systemd-analyze")
PAM = re.compile(r"^(@include|-?auth|account|session|password)\s")


def is_command(line):
    return line.split(" ", 1)[0] in WORDS


def text_of(document):
    return (manual.ROOT / document).read_text(encoding="utf-8")


def blocks_of(document):
    """The indented blocks of a document, as lists of lines without indentation; a line that ends in a backslash
    is one with the next."""
    blocks, current, previous = [], [], ""
    for line in text_of(document).replace("\\\n", " ").splitlines():
        if re.match(r" {4,}\S", line) and (current or previous == ""):
            current.append(line.strip())
        elif current:
            blocks.append(current)
            current = []
        previous = line.strip()
    return blocks + ([current] if current else [])


def within_sentences(document):
    """The commands between backticks."""
    return [found for found in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text_of(document))
            if " " in found and is_command(found)]


def within_pages():
    """(page, command in bold) of the manual."""
    return [(source.name, found) for source in manual.sources()
            for found in re.findall(r"\*([^*\n]+)\*", source.read_text(encoding="utf-8"))
            if " " in found and is_command(found)]


def pages():
    """{page: its code blocks}"""
    return {source.stem: manual.code_blocks(source.read_text(encoding="utf-8"))
            for source in manual.sources()}
