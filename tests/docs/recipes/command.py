# SPDX-License-Identifier: Apache-2.0
"""HACKING.md, "a command", with a toy that says a sentence."""

import pathlib

MOST_FILES = 3
SOURCES = pathlib.Path(__file__).parent / "command"


def apply(tree):
    tree.add("programs/sms2fa/state/toy.cc", SOURCES / "toy.cc")
    tree.insert("programs/sms2fa/commands.cc", "Command restore_command();\n", "Command toy_command();\n")
    tree.insert("programs/sms2fa/commands.cc", "restore_command(),", " toy_command(),")
    tree.insert("programs/sms2fa/CMakeLists.txt", " state/status.cc", " state/toy.cc")
