# SPDX-License-Identifier: Apache-2.0
"""What the documents point to exists."""

import re
import subprocess
import unittest

from manual import ROOT


def documents():
    listed = subprocess.run(["git", "-c", f"safe.directory={ROOT}", "ls-files", "*.md", "NEWS"], cwd=ROOT,
                            capture_output=True, text=True, check=True).stdout.split()
    return {name: (ROOT / name).read_text(encoding="utf-8") for name in listed}


class NamesTest(unittest.TestCase):
    def test_every_path_exists(self):
        """Of this tree: a first folder of ours, then anything that is no pattern."""
        folders = "tests|lib|docs|conf|programs|pam_module|man|debian"
        for name, text in documents().items():
            for path in set(re.findall(rf"(?<![\w/.-])(?:{folders})/[\w./-]*\w", text)):
                with self.subTest(document=name, path=path):
                    near = list((ROOT / path).parent.glob((ROOT / path).name + "*"))
                    self.assertTrue(near)

    def test_every_link_leads_somewhere(self):
        for name, text in documents().items():
            for target in re.findall(r"\]\(([^)#:\s]+)\)", text):
                with self.subTest(document=name, target=target):
                    self.assertTrue(((ROOT / name).parent / target).exists())
