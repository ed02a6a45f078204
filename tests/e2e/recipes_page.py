# SPDX-License-Identifier: Apache-2.0
"""The blocks of docs/RECIPES.md, which the tests set up and run as they stand there."""

import re

from private_machine import ROOT

TEXT = (ROOT / "docs/RECIPES.md").read_text(encoding="utf-8")


def headings():
    return re.findall(r"^## (.*)$", TEXT, re.MULTILINE)


def blocks(heading, *names):
    """The texts of all blocks below a heading. `names` are what stands behind their fences: none is left out."""
    _, _, section = TEXT.partition(f"\n## {heading}\n")
    found = re.findall(r"^```(\S+)\n(.*?)^```$", section.partition("\n## ")[0], re.MULTILINE | re.DOTALL)
    if tuple(name for name, _ in found) != names:
        raise AssertionError(f"below {heading!r} are blocks named {[name for name, _ in found]}, not {names}")
    return [text for _, text in found]
