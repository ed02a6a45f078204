# SPDX-License-Identifier: Apache-2.0
"""What the manual's pages say, and what the programs know; for the tests that hold one against the other."""

import pathlib
import re
import subprocess

from docs_case import DocsCase

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Complaints that a reading of a file ends with.
BATCH = 30
# What reads the files.
READERS = ("lib/config/*.cc", "programs/wiring/providers/*")


def sources():
    """The pages' sources; those that the build makes, as it made them."""
    made = [DocsCase.build / "man" / path.stem for path in (ROOT / "man").glob("*.scd.in")]
    assert all(path.exists() for path in made), "the build has no pages yet: its target is `described`"
    return sorted([*(ROOT / "man").glob("*.scd"), *made], key=lambda path: path.name)


def page(name):
    [source] = [path for path in sources() if path.name == f"{name}.scd"]
    return source.read_text(encoding="utf-8")


def part(text, heading):
    """What stands below a heading, up to the next one of its rank."""
    rank = heading.split(" ", 1)[0]
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{len(rank)}}} |\Z)", text,
                      re.MULTILINE | re.DOTALL)
    assert found, f"no heading {heading!r}"
    return found[1]


def sections(text):
    """{section of the file: what stands below it} of a page about a file."""
    headings = re.findall(r"^## \[(.+)\]$", text, re.MULTILINE)
    return {name: part(text, f"## [{name}]") for name in headings}


def keys(text):
    """{key: default} that a section's part documents; the default is "" when a kind of value is shown instead."""
    found = {}
    for line in re.findall(r"^\*[A-Za-z_.]+\* = .*$", text, re.MULTILINE):
        for key, value in re.findall(r"\*([A-Za-z_.]+)\* = (.*?)(?=, \*[a-z_.]+\* = |$)", line):
            found[key] = "" if value.startswith("_") else value
    return found


def descriptions(text):
    """{key: its line and what stands below it, up to the next key's}"""
    found = {}
    for line, below in re.findall(r"^(\*[A-Za-z_.]+\* = .*)\n((?:\t.*\n)*)", text, re.MULTILINE):
        for key in keys(line):
            found[key] = line + "\n" + below
    return found


def code_blocks(text):
    """What stands between ``` and ``` in a page's source."""
    return [block.strip("\n") for block in re.findall(r"^```\n(.*?)^```$", text, re.M | re.S)]


def literals(*patterns):
    """Every lower-case word between quotes in these sources: among them are all names that they know."""
    words = set()
    for pattern in patterns:
        for source in ROOT.glob(pattern):
            words.update(re.findall(r'"([a-z][a-z0-9_.-]*)[ "]', source.read_text(encoding="utf-8")))
    return sorted(words)


class Reader:
    """Asks the daemon which names it knows in its files, through the mistakes that it finds."""

    def __init__(self, daemon, directory):
        self._daemon = daemon
        self._directory = pathlib.Path(directory)

    def complaints(self, configuration, users="[users]\n"):
        """What --check says of these two files, a line a mistake."""
        paths = {"users.conf": users, "sms2fa.conf": configuration.replace(
            "{users}", str(self._directory / "users.conf"))}
        for name, text in paths.items():
            path = self._directory / name
            path.write_text(text, encoding="utf-8")
            path.chmod(0o640)
        done = subprocess.run([self._daemon, "--check", "--config",
                               self._directory / "sms2fa.conf"],
                              capture_output=True, text=True, check=False)
        return done.stderr.splitlines()

    def known_sections(self):
        names = [name for name in literals(*READERS) if name != "provider"]
        known = []
        for start in range(0, len(names), BATCH):
            batch = names[start:start + BATCH]
            said = self.complaints("".join(f"[{name}]\n" for name in batch))
            unknown = {int(line.split(":")[1]) for line in said if ": unknown section" in line}
            known += [name for number, name in enumerate(batch, 1) if number not in unknown]
        return known

    def known_keys(self, section, candidates, users=False):
        """Those of the candidates that are keys of this section."""
        known = []
        for start in range(0, len(candidates), BATCH):
            batch = candidates[start:start + BATCH]
            text = f"[{section}]\n" + "".join(
                f"{name}X = ?\n" if name.endswith(".") else f"{name} = ?\n" for name in batch)
            if users:
                said = self.complaints("[delivery]\nproviders = o\n[provider o]\ntype = outbox\n"
                                       "directory = /\n[directory]\nusers_file = {users}\n", text)
            else:
                said = self.complaints(text)
            unknown = {int(line.split(":")[1]) for line in said 
                       if re.search(": unknown key| belongs to \\[| is called ", line)}
            known += [name for number, name in enumerate(batch, 2) if number not in unknown]
        return known

    def values(self, section, names):
        """{key: what it may be, in the words of the complaint about "?"}"""
        found = {}
        said = self.complaints(f"[{section}]\n" + "".join(f"{name} = ?\n" for name in names))
        for line in said:
            _, number, complaint = line.split(":", 2)
            if complaint.startswith(" ") and int(number) > 1:
                key, _, reason = complaint.strip().partition(": must be ")
                if key in names and reason:
                    found[key] = reason
        return found


def options_of(source):
    """The long options in a program's getopt table."""
    text = (ROOT / source).read_text(encoding="utf-8")
    return re.findall(r'\{"([a-z-]+)", (?:no|required)_argument', text)


def command_sources():
    """{command: source} for each that the program sms2fa is made of."""
    found = {}
    for source in (ROOT / "programs/sms2fa").rglob("*.cc"):
        text = source.read_text(encoding="utf-8")
        names = dict(re.findall(r'(k\w+)(?:\[\])? = "([a-z-]+)";', text))
        for name in re.findall(r'Command \w+_command\(\) \{\s*return \{\s*\.name = ("[a-z-]+"|k\w+)', text):
            found[names[name] if name in names else name.strip('"')] = source
    return found
