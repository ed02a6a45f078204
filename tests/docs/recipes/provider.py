# SPDX-License-Identifier: Apache-2.0
"""HACKING.md, "a provider", with a toy that sends nothing and says so."""

import pathlib

MOST_FILES = 6
SOURCES = pathlib.Path(__file__).parent / "provider"


def apply(tree):
    tree.add("lib/delivery/toy.h", SOURCES / "gateway.h")
    tree.add("lib/delivery/toy.cc", SOURCES / "gateway.cc")
    tree.insert("lib/delivery/CMakeLists.txt", "  tls_context.cc\n", "  toy.cc\n")
    tree.add("programs/wiring/providers/toy.cc", SOURCES / "type.cc")
    tree.insert("programs/wiring/CMakeLists.txt", " providers/telnyx.cc", " providers/toy.cc")
    tree.insert("programs/wiring/provider_types.cc", "ProviderType http_type();\n", "ProviderType toy_type();\n")
    tree.insert("programs/wiring/provider_types.cc", "http_type(),", " toy_type(),")
