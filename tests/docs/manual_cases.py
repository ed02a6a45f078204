# SPDX-License-Identifier: Apache-2.0
"""The manual against the code: every key, argument, option and command is documented, and none is invented."""

import re
import subprocess
import tempfile
import unittest

import manual
from docs_case import DocsCase
from manual import ROOT, keys, page, part, sections

PROVIDER = "provider NAME"
NAMED = ["peer NAME", "rule NAME"]


class FilesTest(DocsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        place = tempfile.TemporaryDirectory(dir="/run")
        cls.addClassCleanup(place.cleanup)
        cls.reader = manual.Reader(cls.build / "sms2fad", place.name)
        cls.words = manual.literals(*manual.READERS)
        cls.documented = sections(page("sms2fa.conf.5"))

    def test_the_reader_tells_known_from_unknown(self):
        """What all of this rests on."""
        self.assertEqual(self.reader.known_keys("code", ["lenght", "length", "phone"]), ["length"])
        self.assertIn("header.", self.words)

    def test_every_section(self):
        self.assertEqual(sorted(self.documented),
                         sorted([*(set(self.reader.known_sections()) - {"peer", "rule"}), *NAMED, PROVIDER]))

    def test_every_key(self):
        for section, text in self.documented.items():
            with self.subTest(section):
                known = {name + "NAME" if name.endswith(".") else name
                         for name in self.reader.known_keys(section.replace("NAME", "x"), self.words)}
                self.assertEqual(set(keys(text)), known)

    def test_every_key_of_the_users_file(self):
        documented = sections(page("sms2fa-users.conf.5"))
        self.assertEqual(set(documented), {"users", "user NAME"})
        known = self.reader.known_keys("user x", self.words, users=True)
        self.assertEqual(set(keys(documented["user NAME"])), set(known))

    def allowed_values(self):
        """{(section, key): what the reader says it may be}"""
        return {(section, key): reason for section, text in self.documented.items()
                for key, reason in self.reader.values(section.replace("NAME", "x"), list(keys(text))).items()}

    def choices(self):
        """{(section, key): its words}; but yes and no, which the manual explains once."""
        found = {}
        for place, reason in self.allowed_values().items():
            words = re.fullmatch(r"(?:a list of )?([\w-]+(?:, [\w-]+)* (?:or|and) [\w-]+)", reason)
            if words and reason != "yes or no":
                found[place] = set(re.split(", | or | and ", words[1]))
        return found

    def test_every_choice(self):
        """All of its words, and no other that is neither a key nor another key's choice."""
        choices = self.choices()
        self.assertEqual(choices["delivery", "on_unknown_outcome"], {"stop", "retry"})
        self.assertEqual(choices["code", "methods"], {"sms", "voice", "totp", "backup"})
        self.assertGreater(len(choices), 8)
        names = {key for text in self.documented.values() for key in keys(text)}
        for (section, key), words in choices.items():
            with self.subTest(f"[{section}] {key}"):
                text = manual.descriptions(self.documented[section])[key]
                default = {word for word in keys(text)[key].split(", ") if word}
                elsewhere = names.union(*(other for place, other in choices.items() if place != (section, key)))
                said = set(re.findall(r"\*([A-Za-z][\w-]*)\*", text)) | default
                self.assertLessEqual(words, said)
                self.assertEqual(said - words - elsewhere, set())
                self.assertLessEqual(default, words)
        people = manual.descriptions(sections(page("sms2fa-users.conf.5"))["user NAME"])["methods"]
        self.assertEqual(set(re.findall(r"\*([a-z]+)\*[,.:]", people)), choices["code", "methods"])

    def test_every_switch(self):
        switches = [place for place, reason in self.allowed_values().items() if reason == "yes or no"]
        self.assertIn(("message", "echo"), switches)
        for section, key in switches:
            self.assertIn(keys(self.documented[section])[key], ("yes", "no"))

    def test_every_bound(self):
        """Numbers and times: the manual's "1s to 10m" is the reader's."""
        bounds = r"\b(\d+[smhd]? to \d+[smhd]?)\b"
        values, bounded = self.allowed_values(), 0
        for section, text in self.documented.items():
            for key, description in manual.descriptions(text).items():
                with self.subTest(f"[{section}] {key}"):
                    reason = values.get((section, key), "")
                    if not reason.startswith("a count "):  # of a rate, which the manual explains once
                        known = re.findall(bounds, reason)
                        self.assertEqual(re.findall(bounds, description), known)
                        bounded += len(known)
        self.assertGreater(bounded, 12)
        [rate] = {reason for reason in values.values() if reason.startswith("a count ")}
        self.assertRegex(rate, "^a count of 1 to 100000 in a time of up to 30d,")
        self.assertRegex(re.sub(r"\s+", " ", page("sms2fa.conf.5")),
                         "rates as _count_/_time_ .*; 1 to 100000 in at most 30d")


class ProgramsTest(DocsCase):
    def help_of(self, program, *words):
        done = subprocess.run([self.build / program, *words, "--help"], capture_output=True,
                              text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def usage_of(self, command):
        """The synopsis that a command prints, on one line."""
        first = self.help_of("sms2fa", command).split("\n\n", 1)[0]
        return re.sub(r"\s+", " ", first.removeprefix("usage: "))

    def options_of_commands(self):
        """But --help, which all have."""
        return {option for command in manual.command_sources()
                for option in re.findall(r"--([a-z-]+)", self.usage_of(command))}

    def test_every_command(self):
        commands = manual.command_sources()
        self.assertLessEqual({"check", "doctor", "send", "try"}, set(commands))
        documented = re.findall(r"^## (sms2fa .*)$", part(page("sms2fa.8"), "# COMMANDS"), re.M)
        self.assertEqual(sorted(documented), sorted(map(self.usage_of, commands)))
        listed = re.findall(r"^  ([a-z][a-z-]*) ", self.help_of("sms2fa"), re.M)
        self.assertEqual(sorted(listed), sorted(commands))

    def test_every_option_of_a_command(self):
        """A synopsis names what the command takes, and nothing else."""
        options = self.options_of_commands()
        self.assertIn("config", options)
        for command in manual.command_sources():
            takes = set()
            for option in options:
                done = subprocess.run([self.build / "sms2fa", command, f"--{option}=x", "--help"],
                                      capture_output=True, text=True, check=False)
                if "unknown option" not in done.stderr and " is --init now" not in done.stderr:
                    takes.add(option)
            with self.subTest(command):
                self.assertEqual(set(re.findall(r"--([a-z-]+)", self.usage_of(command))), takes)

    def test_every_option_is_explained(self):
        for name, known in (("sms2fa", self.options_of_commands() | {"help", "version"}),
                            ("sms2fad", set(manual.options_of("programs/sms2fad/options.cc")))):
            with self.subTest(name):
                explained = re.findall(r"^\*--([a-z-]+)\*", part(page(f"{name}.8"), "# OPTIONS"), re.M)
                self.assertEqual(sorted(explained), sorted(known))
        said = set(re.findall(r"--([a-z-]+)", self.help_of("sms2fad")))
        self.assertEqual(said | {"help"}, set(manual.options_of("programs/sms2fad/options.cc")))

    def test_every_exit_status(self):
        said = self.help_of("sms2fa").split("Exit codes:", 1)[1]
        self.assertEqual(re.findall(r"^\*(\d+)\*$", part(page("sms2fa.8"), "# EXIT STATUS"), re.M),
                         re.findall(r"\b(\d+)\b", said))

    def test_every_argument_of_the_module(self):
        source = (ROOT / "pam_module/module_args.cc").read_text(encoding="utf-8")
        known = re.search(r"known: ([^)]*)\)", source)[1].split(", ")
        text = page("pam_sms2fa.8")
        explained = re.findall(r"^\*([a-z]+)(=?)\*", part(text, "# OPTIONS"), re.M)
        self.assertEqual([name + equals for name, equals in explained],
                         [re.sub("=.*", "=", word) for word in known])
        synopsis = part(text, "# SYNOPSIS")
        for word in known:
            self.assertIn(word.split("=")[0], synopsis)

    def test_every_word_of_the_log(self):
        source = (ROOT / "lib/audit/event.cc").read_text(encoding="utf-8")
        source = source[source.index("to_string(Reason"):]
        known = sorted(set(re.findall(r'return "([a-z-]+)"', source)))
        self.assertIn("right-code", known)
        said = re.findall(r"\*([a-z-]+)\*", "\n".join(
            re.findall(r"^\*[a-z-]+\*.*$", part(page("sms2fad.8"), "# THE LOG"), re.M)))
        self.assertEqual(sorted(said), known)
        self.explained("# THE LOG", known)

    def test_every_kind_of_notice(self):
        source = (ROOT / "lib/audit/notice.cc").read_text(encoding="utf-8")
        known = sorted(set(re.findall(r'return "([a-z-]+)"', source)) - {"notice"})
        said = re.findall(r"\*([a-z-]+)\*", "\n".join(
            re.findall(r"^\*[a-z-]+\*.*$", part(page("sms2fad.8"), "# NOTICES"), re.M)))
        self.assertEqual(sorted(said), known)
        self.explained("# NOTICES", known)

    def explained(self, heading, words):
        """Each, alone or with its like, by a sentence below it."""
        entries = re.findall(r"^(\*[a-z-]+\*.*)\n((?:\t.*\n)*)", part(page("sms2fad.8"), heading), re.M)
        for word in words:
            with self.subTest(word):
                [below] = [below for names, below in entries if f"*{word}*" in names]
                self.assertRegex(below, r"^\t\S.*\w")


class PagesTest(unittest.TestCase):
    def test_every_page_can_be_made_and_shown(self):
        for source in manual.sources():
            with self.subTest(source.name):
                made = subprocess.run(["scdoc"], input=source.read_bytes(), capture_output=True,
                                      check=False)
                self.assertEqual((made.returncode, made.stderr), (0, b""))
                shown = subprocess.run(["man", "--warnings", "-l", "-"], input=made.stdout,
                                       capture_output=True, check=False,
                                       env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8",
                                            "MANWIDTH": "100"})
                self.assertEqual((shown.returncode, shown.stderr), (0, b""))
                self.assertIn(source.stem.split(".")[0].encode(), shown.stdout)

    def test_pages_point_to_pages_that_exist(self):
        stems = {source.stem for source in manual.sources()}
        for source in manual.sources():
            for name, number in re.findall(r"\*((?:pam_)?sms2fa[a-z.-]*)\*\((\d)\)",
                                           source.read_text(encoding="utf-8")):
                with self.subTest(source.name):
                    self.assertIn(f"{name}.{number}", stems)
