# SPDX-License-Identifier: Apache-2.0
"""What the README and the manual tell people to type, and what they show."""

import re

import manual

WORDS = ("sudo", "./dev", "sms2fa", "sms2fad", "cmake", "systemctl", "apt", "dpkg", "printf", "man",
         "sqlite3", "install", "useradd", "journalctl", "pam-auth-update")
PAM = re.compile(r"^(@include|-?auth|account|session|password)\s")


def is_command(line):
    return line.split(" ", 1)[0] in WORDS


def blocks_of_markdown(text):
    """The indented blocks, each without its indentation."""
    blocks, current, previous = [], [], ""
    for line in text.splitlines():
        if re.match(r" {4,}\S", line) and (current or previous == ""):
            current.append(line.strip())
        elif current:
            blocks.append(current)
            current = []
        previous = line.strip()
    return blocks + ([current] if current else [])


def readme():
    """(the blocks' lines in order, the commands within sentences)."""
    text = (manual.ROOT / "README.md").read_text(encoding="utf-8")
    blocks = blocks_of_markdown(text)
    inline = [found for found in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)
              if " " in found and is_command(found)]
    return [line for block in blocks for line in block], inline


def pages():
    """{page: its code blocks}"""
    return {source.stem: manual.code_blocks(source.read_text(encoding="utf-8"))
            for source in manual.PAGES}
