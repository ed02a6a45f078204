# SPDX-License-Identifier: Apache-2.0
"""The house rules that a machine can check: who includes whom, sizes, licences, leftovers.

Prints one `file:line: what is wrong` each and exits 1 when there is any.
"""

import concurrent.futures
import functools
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Folder -> folders of ours it may include. The longest matching prefix counts.
MAY_INCLUDE = {
    "lib/base": {"lib/base"},
    "lib/wire": {"lib/wire", "lib/base"},
    "lib/config": {"lib/config", "lib/base"},
    "lib/directory": {"lib/directory", "lib/base"},
    "lib/otp": {"lib/otp", "lib/base"},
    "lib/delivery": {"lib/delivery", "lib/base"},
    "lib/store": {"lib/store", "lib/base"},
    "lib/audit": {"lib/audit", "lib/base"},
    "lib/rules": {"lib/rules", "lib/config", "lib/base"},
    "lib/session": {"lib/session", "lib/base", "lib/config", "lib/directory", "lib/otp",
                    "lib/delivery", "lib/store", "lib/audit", "lib/rules"},
    "pam_module": {"pam_module", "lib/wire", "lib/base"},
    "programs": {"programs", "lib"},
    "tests": {"tests", "lib", "pam_module", "programs"},
}

# Of these folders, lib/session sees the interface only.
SESSION_SEES_ONLY = {
    "lib/delivery": {"lib/delivery/messenger.h", "lib/delivery/login_message.h",
                     "lib/delivery/send_report.h", "lib/delivery/tracked_message.h"},
    "lib/directory": {"lib/directory/account_lookup.h", "lib/directory/directory.h"},
    "lib/store": {"lib/store/store.h"},
}

# The part of lib/base that allocates nothing and throws nothing.
MODULE_SEES_OF_BASE = {"lib/base/clock.h", "lib/base/escape.h", "lib/base/unique_fd.h"}

# Each C library has one owning folder (files, where a folder would say too little).
OWNERS = {
    r"ini\.h": ("lib/config/",),
    r"curl/": ("lib/delivery/",),
    r"nlohmann/": ("lib/delivery/json", "programs/sms2fa/"),
    r"phonenumbers/": ("lib/directory/number_reader",),
    r"unicode/": ("lib/directory/number_memory",),
    r"sqlite3\.h": ("lib/store/",),
    r"(qrencode|png)\.h": ("programs/sms2fa/output/qr_code",),
    r"crypt\.h": ("lib/otp/backup_code",),
    r"seccomp\.h": ("programs/sms2fad/system_calls", "tests/sandbox/"),
    r"security/": ("pam_module/", "tests/"),
    r"cmocka\.h": ("tests/support/",),
    r"(mutex|condition_variable|shared_mutex)$": ("lib/base/mutex", "tests/"),
}

HEADER_LINES = 150
SOURCE_LINES = 400
LEFTOVERS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')

# Names, and the headers that bring them. Precompiled headers hide that one is missing, and the next compiler shows it.
BROUGHT_BY = {
    re.compile(r"\bu?int(8|16|32|64)_t\b"): {"cstdint", "stdint.h"},
    re.compile(r"\bstd::(min|max|clamp|sort|find_if|any_of|all_of|none_of|copy|count_if)\("): {"algorithm"},
    re.compile(r"\bstd::(next|prev|back_inserter|make_move_iterator)\("): {"iterator"},
    re.compile(r"\bstd::vector<"): {"vector"},
}


def tracked(*patterns):
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "--cached", "--others",
         "--exclude-standard", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [name for name in listed if name and (ROOT / name).exists()]


def folder_rule(name):
    matching = [folder for folder in MAY_INCLUDE if name.startswith(folder + "/")]
    return max(matching, key=len) if matching else None


def own_include_complaint(name, included):
    rule = folder_rule(name)
    if rule is None:
        return None
    allowed = MAY_INCLUDE[rule]
    if not any(included.startswith(folder + "/") for folder in allowed):
        return f"{rule} must not include {included}"
    if rule == "lib/session":
        for folder, interface in SESSION_SEES_ONLY.items():
            if included.startswith(folder + "/") and included not in interface:
                return f"lib/session sees only the interface of {folder}, not {included}"
    if rule == "pam_module" and included.startswith("lib/base/"):
        if included not in MODULE_SEES_OF_BASE:
            return f"the module must not depend on {included}"
    return None


def library_complaint(name, included):
    for library, owners in OWNERS.items():
        if re.match(library, included) and not name.startswith(owners):
            return f"<{included}> belongs to {' and '.join(owners)}"
    return None


def check_source(name):
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    most = HEADER_LINES if name.endswith(".h") else SOURCE_LINES
    if len(lines) > most:
        yield f"{name}:{most}: {len(lines)} lines, more than {most}: it wants to be two"
    for number, line in enumerate(lines, 1):
        if found := INCLUDE.match(line):
            quoted, included = found.group(1) == '"', found.group(2)
            complaint = (own_include_complaint if quoted else library_complaint)(name, included)
            if complaint:
                yield f"{name}:{number}: {complaint}"


@functools.cache
def brought_to(name):
    """What of the system's a source includes, by way of our headers or not. They include each other in no circle."""
    found = [INCLUDE.match(line) for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    brought = {match.group(2) for match in found if match and match.group(1) == "<"}
    ours = {match.group(2) for match in found if match and match.group(1) == '"'}
    return brought.union(*(brought_to(header) for header in ours if (ROOT / header).exists()))


def check_brought(name):
    code = re.sub(r"//.*", "", (ROOT / name).read_text(encoding="utf-8"))
    for names, headers in BROUGHT_BY.items():
        if (found := names.search(code)) and not headers & brought_to(name):
            yield f"{name}:1: {found[0]} without <{min(headers)}>"


def check_guarded(name):
    """Every mutex guards something, and says what."""
    text = (ROOT / name).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        if (found := re.match(r"\s*(?:mutable )?Mutex (\w+);", line)) and f"GUARDED_BY({found[1]})" not in text:
            yield f"{name}:{number}: nothing is GUARDED_BY({found[1]})"


def check_licence(name):
    """Every file says its licence, but for prose, forms without comments, and data beside a README."""
    if name.endswith((".md", ".json", ".pam", ".csv", ".png")) or name in ("LICENSE", "NEWS", ".gitignore"):
        return
    if name.startswith("debian/"):  # in debian/copyright, as Debian wants it
        return
    if name.startswith("tests/fuzz/corpus/"):  # every byte of these is input
        return
    beginning = (ROOT / name).read_text(encoding="utf-8", errors="replace")[:400]
    if "SPDX-License-Identifier: Apache-2.0" not in beginning:
        yield f"{name}:1: no SPDX line"


def check_text(name):
    text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        if LEFTOVERS.search(line) and not name.startswith("tests/lint/"):
            yield f"{name}:{number}: left behind: {line.strip()[:60]}"


def first_include(name):
    """The header of ours that a source begins with."""
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line.lstrip().startswith("#"):
            found = INCLUDE.match(line)
            return found.group(2) if found else None
    return None


def check_header_alone(name):
    """Every header compiles by itself; of those that a source begins with, the build has shown it."""
    done = subprocess.run(
        ["g++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
         "-Wno-pragma-once-outside-header", "-Wno-error=pragmas", f"-I{ROOT}", "-include", name,
         "-x", "c++", "/dev/null"],
        cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        first = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr)
        yield f"{name}:1: does not compile alone: {first.strip()[:120]}"


def main():
    sources = tracked("*.cc", "*.h")
    texts = sources + tracked("*.py", "*.sh", "*CMakeLists.txt", "*.scd", "*.scd.in", "conf/completions/*", "dev",
                              ".ci/run")
    complaints = [c for name in sources for check in (check_source, check_brought, check_guarded) for c in check(name)]
    complaints += [c for name in texts for c in check_text(name)]
    complaints += [c for name in tracked() for c in check_licence(name)]
    begun_with = {first_include(name) for name in sources if name.endswith(".cc")}
    headers = [name for name in sources if name.endswith(".h") and name not in begun_with]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(lambda name: list(check_header_alone(name)), headers):
            complaints += found
    for complaint in complaints:
        print(complaint)
    print(f"lint: {len(sources)} sources, {len(headers)} headers alone, "
          f"{len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
