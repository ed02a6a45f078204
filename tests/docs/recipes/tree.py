# SPDX-License-Identifier: Apache-2.0
"""A copy of the checkout for recipes: their edits, and how many files they touched."""

import pathlib
import shutil
import subprocess


class Tree:
    """What is in the checkout and not ignored, at a place of its own."""

    def __init__(self, root, place):
        self.place = pathlib.Path(place)
        listed = subprocess.run(["git", "-c", f"safe.directory={root}", "ls-files", "-z", "--cached", "--others",
                                 "--exclude-standard"], cwd=root, capture_output=True, text=True, check=True)
        for name in filter(None, listed.stdout.split("\0")):
            if (root / name).is_file():
                (self.place / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / name, self.place / name)
        self._touched = set()

    def touched(self):
        """The files that were added or changed since this was last called."""
        touched, self._touched = self._touched, set()
        return sorted(touched)

    def insert(self, name, after, text):
        """Behind the one place in a file that reads so."""
        path = self.place / name
        content = path.read_text(encoding="utf-8")
        assert content.count(after) == 1, f"{name}: not once: {after!r}"
        path.write_text(content.replace(after, after + text), encoding="utf-8")
        self._touched.add(name)

    def add(self, name, source):
        assert not (self.place / name).exists(), name
        shutil.copy2(source, self.place / name)
        self._touched.add(name)
