# SPDX-License-Identifier: Apache-2.0
"""Every command of the README, of the manual, of --help and of the other documents is run, and every example parsed.

A line that nothing here knows is a failure: whoever writes a command says what becomes of it.
"""

import pathlib
import re
import shlex
import shutil

import commands
import manual
from docs_case import DocsCase
from manual import ROOT
from trial_machine import ETC, OUTBOX, STATE, UNITS, Machine

README = "README.md"
# What an example of RPM systems includes.
AUTHSELECT = ["auth sufficient pam_unix.so", "auth required pam_deny.so"]
OTHERS = ("HACKING.md", "NEWS", "SECURITY.md", "docs/ARCHITECTURE.md", "docs/COMPARISON.md", "docs/PROTOCOL.md",
          "docs/LIMITS.md", "docs/PROVIDERS.md", "docs/RECIPES.md", "docs/SAFETY.md", "docs/STORE.md",
          "docs/THREATS.md", "docs/bench/README.md")

# What is run by another part of the tests: where, and the words that run it there.
ELSEWHERE = {
    "./dev demo --auto": ("dev", 'suite "demo" run_step demo --auto'),
    "./dev test": ("dev", "test) test_all"),
    "./dev build": ("dev", "compile release"),
    "./dev deb": ("dev", 'suite "lintian" run_step check_packages'),
    "sudo apt-get install ./build/deb/{libpam-sms2fa,sms2fad}_*.deb": ("tests/packaging/packages_test.py",
                                                                      'inside("apt-get", "install"'),
    "systemd-analyze security sms2fad": ("tests/install/install_test.py", '"systemd-analyze", "security"'),
    "systemd-analyze verify": ("tests/install/install_test.py", '"systemd-analyze", "verify"'),
    "cmake --install": ("tests/install/install_test.py", '"cmake", "--install"'),
}

# What can't be run here, and why.
NOT_RUN = {
    "authselect create-profile sms2fa --base-on sssd": "Debian has no authselect",
    "authselect select custom/sms2fa": "Debian has no authselect",
    "systemctl edit sms2fad": "an editor; e2e credentials_test and install_test look at what is written with it",
}

# What is shown and not typed.
SHOWN = (
    r"\$ ssh alice@web01", r"Code sent by SMS to \*{8}\d\d \(ref [A-Z]\d\)\.", r"Enter one time PIN \(r = resend\):",
    r"PerSourcePenaltyExemptList .*", r"# .*", r"\[(provider twilio|store)\]", r"(auth_token|key)_file = /run/credentials/\S+",
)


class CommandsTest(DocsCase):
    machine: Machine = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.machine = Machine(cls.build)

    def typed(self, line):
        """What becomes of a command, as (exit status, output)."""
        machine = self.machine
        bare = line.removeprefix("sudo ")
        if line in ELSEWHERE:
            file, words = ELSEWHERE[line]
            return (0 if words in (ROOT / file).read_text(encoding="utf-8") else 1), file
        if line in NOT_RUN:
            return 0, ""
        for pattern, way in (
                (r"\./dev demo", machine.demo_by_hand),
                (r"sms2fad", machine.in_background),
                (r"systemctl .*", self.asked_of_systemd),
                (r"sms2fa try \w+|.*pamtester.*", machine.with_code),
                (r"install .* /dev/stdin \S+", machine.pasted),
                (r"sms2fa enroll", machine.enrolls),
                (r"sms2fa invite .*", machine.invites),
                (r"sms2fa backup .*", machine.backs_up),
                (r"sms2fa restore .*", machine.restores),
                (r"sms2fa pam (enable|disable) .*", machine.switches),
                (r"chfn .*", self.office_phone)):
            if re.fullmatch(pattern, bare):
                return way(line if way == machine.with_code else bare)
        if bare == "sms2fa check":
            machine.configure()
        if bare.startswith("sms2fa unlock"):
            machine.lock_alice()
        if "--output /var/lib/prometheus" in bare:
            pathlib.Path("/var/lib/prometheus/node-exporter").mkdir(parents=True, exist_ok=True)
        if bare.startswith("sms2fa doctor"):
            machine.open_stack()
        return machine.shell(line)

    def asked_of_systemd(self, command):
        """What systemd would do, where none runs; its units are those that were installed."""
        verb, *units = shlex.split(command.removeprefix("systemctl ").replace("--now ", ""))
        for unit in units:
            name = unit if "." in unit else unit + ".service"
            self.assertTrue(list(UNITS.glob(name)), name)
        if verb == "reload":
            return self.machine.reload()
        if verb == "stop":
            return self.machine.end_daemon(), "did not end well"
        if verb == "enable" and units == ["sms2fa-metrics.timer"]:
            return self.machine.shell(f"systemctl --root=/ enable {units[0]}")
        self.assertIn(verb, ("enable", "start", "restart"))
        return self.machine.enable("sms2fad.socket")

    def office_phone(self, command):
        """The number counts, once the source is named and the daemon has read it."""
        number = re.search(r"-w '.*(\d\d)' (\w+)", command)
        done = self.machine.shell(command)
        self.machine.configure("[directory]\nsources = gecos\ndefault_country = IE\n")
        self.machine.reload()
        said = self.machine.shell(f"sms2fa status {number[2]}")
        self.machine.configure()
        self.machine.reload()
        self.assertEqual(said[0], 0, said)
        self.assertIn("********" + number[1], said[1])
        return done

    def assert_works(self, line):
        status, said = self.typed(line)
        self.assertEqual(status, 0, said)

    def test_1_the_readme_from_top_to_bottom(self):
        ran = 0
        for line in (line for block in commands.blocks_of(README) for line in block):
            with self.subTest(line):
                if commands.is_command(line):
                    self.assert_works(line)
                    ran += 1
                else:
                    self.assertTrue(self.is_shown(line), "neither a command nor known to be shown")
        self.assertGreater(ran, 10)

    def is_shown(self, line):
        return any(re.fullmatch(pattern, line) for pattern in SHOWN)

    def test_2_commands_within_sentences(self):
        for line in commands.within_sentences(README):
            with self.subTest(line):
                self.assert_works(line)

    def test_3_the_manual(self):
        for page, blocks in commands.pages().items():
            for block in blocks:
                with self.subTest(page=page, block=block):
                    self.example(page, block)

    def example(self, page, block):
        if block.startswith("["):
            name = "users.conf" if page == "sms2fa-users.conf.5" else "sms2fa.conf"
            self.machine.private.write_trusted(ETC / "twilio.token", "b" * 32)
            self.machine.private.write_trusted(ETC / "telnyx.key", "KEY" + "b" * 32)
            self.machine.private.write_trusted(ETC / name, block + "\n")
            made = STATE / "outbox"  # by a package, or a start as root
            made.mkdir(mode=0o700, exist_ok=True)
            shutil.chown(made, "_sms2fa")
            said = self.machine.shell("sms2fad --check")
            self.machine.configure()
            self.assertEqual(said, (0, ""))
        elif commands.PAM.match(block):
            self.machine.private.pam_service("password-auth", AUTHSELECT)
            self.machine.private.pam_service("case", block.splitlines())
            status, said = self.machine.shell("sms2fa check")
            for name in ("case", "password-auth"):
                pathlib.Path("/etc/pam.d", name).unlink()
            self.assertEqual(status, 0, said)
            self.assertNotIn("error: ", said)
        else:
            for line in block.splitlines():
                self.assertTrue(commands.is_command(line), line)
                self.assert_works(line)

    def test_4_what_help_shows(self):
        """The example of the program's help and of each command's, while the daemon runs."""
        for words in ([], *([command] for command in sorted(manual.command_sources()))):
            status, said = self.machine.shell(" ".join(["sms2fa", *words, "--help"]))
            self.assertEqual(status, 0, said)
            examples = re.findall(r"^example: (.*)$", said, re.MULTILINE)
            self.assertEqual(len(examples), 1, said)
            with self.subTest(examples[0]):
                self.assertRegex(examples[0], "^(sudo )?" + " ".join(["sms2fa", *words]))
                self.assert_works(examples[0])

    def test_5_the_run_book(self):
        for block in commands.blocks_of("docs/RUNBOOK.md"):
            with self.subTest(block=block):
                if block[0] == "#!/bin/sh":
                    self.run_script(block)
                elif commands.PAM.match(block[0]):
                    self.example("RUNBOOK", "\n".join(block))
                elif block[0].startswith("useradd"):
                    self.by_hand(block)
                else:
                    self.lines(block)
        self.sentences("docs/RUNBOOK.md")

    def lines(self, block):
        for line in block:
            if commands.is_command(line):
                self.assert_works(line)
            else:
                self.assertTrue(self.is_shown(line), line)

    def sentences(self, document):
        for line in commands.within_sentences(document):
            with self.subTest(line):
                if "…" not in line:
                    self.assert_works(line)

    def by_hand(self, block):
        """On a machine with nothing but the programs and the two files, as an administrator left them."""
        machine = self.machine
        machine.end_daemon()
        machine.shell("userdel _sms2fa")
        shutil.rmtree(STATE)
        (ETC / "store.key").unlink()
        for path in (ETC, *ETC.iterdir()):
            shutil.chown(path, "root", "root")
        self.assertEqual(machine.shell("\n".join(["set -e", *block]))[0], 0)
        shutil.chown(OUTBOX, "_sms2fa")
        status, said = machine.shell("sms2fad --check && sms2fa check")
        self.assertEqual((status, re.findall("^(?:error|warning): .*outbox.*", said)), (0, []), said)

    def run_script(self, block):
        """As a supervisor would run it."""
        machine = self.machine
        script = pathlib.Path("/etc/sv/sms2fad/run")
        script.parent.mkdir(parents=True)
        script.write_text("\n".join(block) + "\n", encoding="utf-8")
        script.chmod(0o755)
        self.assertEqual(machine.in_background(str(script))[0], 0)
        self.assertIn("ok: sms2fad answers, version ", machine.shell("sms2fa doctor")[1])
        self.assertEqual(machine.reload()[0], 0)
        self.assertEqual(machine.with_code("sms2fa try alice")[0], 0)
        self.assertEqual(machine.end_daemon(), 0)

    def test_6_the_store_by_hand(self):
        self.machine.in_background("sms2fad")
        self.machine.lock_alice()
        [look, begin_again] = commands.blocks_of("docs/STORE.md")
        with self.subTest(look):
            self.assertIn("alice|01|10|", self.said(look[0]))
            self.assertIn("|alice|accepted|right-code", self.said(look[1]))
        with self.subTest(begin_again):
            self.lines(begin_again)
            self.assertEqual(self.said("sms2fa log"), "Nothing yet.\n")
            self.said("sms2fa status alice")

    def said(self, line):
        status, said = self.machine.shell(line)
        self.assertEqual(status, 0, said)
        return said

    def test_7_commands_named_in_passing(self):
        """That there is such a command; what it needs behind it, a sentence leaves out."""
        dev = (ROOT / "dev").read_text(encoding="utf-8")
        named = [(document, line) for document in OTHERS for line in commands.within_sentences(document)]
        self.assertIn(("sms2fad.8.scd", "sms2fa bypass"), commands.within_pages())
        for document, line in named + commands.within_pages():
            with self.subTest(document=document, line=line):
                program, word, *_ = [*line.removeprefix("sudo ").split(), ""]
                if program == "sms2fa":
                    self.said(line if word == "help" else f"{line} --help")
                elif program == "./dev":
                    self.assertRegex(dev, rf"(?m)^  {word}\)")
