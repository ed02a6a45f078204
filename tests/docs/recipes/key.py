# SPDX-License-Identifier: Apache-2.0
"""HACKING.md, "a key", with a toy: [code] toys."""

MOST_FILES = 2


def apply(tree):
    tree.insert("lib/config/configuration.h", "  unsigned tries = 3;\n", "  unsigned toys = 2;\n")
    tree.insert("lib/config/configuration_sections.cc", '"wrong answers before a code is dead, at most 5"},\n',
                '    {"toys", count<&CodeSettings::toys>(1, 5), "2", "how many toys there are"},\n')
