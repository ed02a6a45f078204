# SPDX-License-Identifier: Apache-2.0
"""HACKING.md, "a factor", with a toy that counts: HOTP, kept beside the apps."""

import pathlib
import re

MOST_FILES = 12
SOURCES = pathlib.Path(__file__).parent / "factor"


def apply(tree):
    tree.insert("lib/base/method.h", "enum class Method { sms, voice, totp,", " toy,")
    tree.insert("lib/base/method.h", '      return "totp";\n', '    case Method::toy:\n      return "toy";\n')
    tree.insert("lib/base/method.h", "{Method::sms, Method::voice, Method::totp,", " Method::toy,")
    tree.insert("lib/store/enrolment.h", "  TotpParameters parameters;\n  WallTime since;\n", "  bool counts = false;\n")
    tree.add("lib/store/schema/99_toys.sql", SOURCES / "schema.sql")
    cmake = (tree.place / "lib/store/CMakeLists.txt").read_text(encoding="utf-8")
    tree.insert("lib/store/CMakeLists.txt", re.search(r"set\(migrations [^)]*", cmake)[0], " 99_toys")
    tree.insert("lib/store/enrolment_tables.cc", ".since = WallTime(Milliseconds(row.integer(4)))",
                ",\n          .counts = row.integer(5) != 0")
    tree.insert("lib/store/enrolment_tables.cc", "SELECT label, sealed, algorithm, digits, since_ms", ", counts")
    tree.insert("lib/store/enrolment_tables.cc", "(user, label, sealed, algorithm, digits, since_ms", ", counts")
    tree.insert("lib/store/enrolment_tables.cc", '" VALUES (?, ?, ?, ?, ?, ?', ", ?")
    tree.insert("lib/store/enrolment_tables.cc", "(app.since.time_since_epoch()).count()}", ", int64_t{app.counts}")
    tree.insert("lib/session/factor.h", "FactorKind totp_kind();\n", "FactorKind toy_kind();\n")
    tree.insert("lib/session/factors.cc", "{totp_kind(),", " toy_kind(),")
    tree.insert("lib/session/totp_factor.cc", "for (const EnrolledApp& app : apps) {\n",
                "      if (app.counts) continue;\n")
    tree.add("lib/session/toy_factor.cc", SOURCES / "kind.cc")
    tree.insert("lib/session/CMakeLists.txt", " totp_factor.cc", " toy_factor.cc")
