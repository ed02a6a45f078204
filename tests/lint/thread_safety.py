# SPDX-License-Identifier: Apache-2.0
"""What a mutex guards is touched only under it, as clang's -Wthread-safety sees it, in all of lib/ and programs/.

thread_safety.py BUILD: takes each source's flags from the compile_commands.json of that directory. To see that the
annotations say enough, each source that takes a lock is also compiled without, which must fail.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Others are waited with, or let go halfway.
LOCK = re.compile(r"^ *const MutexLock lock\(\S+\);", re.MULTILINE)


def commands(build):
    """A compiler's words and the source, for each that is part of a program."""
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        name = os.path.relpath(entry["file"], ROOT)
        if not re.match(r"(lib|programs|build/[^/]*/(lib|programs))/", name) or not name.endswith(".cc"):
            continue
        words = [word for word in shlex.split(entry["command"]) if re.match(r"-[ID]|-std=", word)]
        yield entry["directory"], words, entry["file"]


def compiled(directory, words, source):
    done = subprocess.run(["clang++", "-fsyntax-only", "-Wthread-safety", "-Werror=thread-safety", *words, source],
                          cwd=directory, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stderr


def complaint(directory, words, source):
    good, said = compiled(directory, words, source)
    if not good:
        return said
    text = pathlib.Path(source).read_text(encoding="utf-8")
    if not LOCK.search(text):
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".cc", encoding="utf-8") as unlocked:
        unlocked.write(LOCK.sub("", text))
        unlocked.flush()
        good, said = compiled(directory, words, unlocked.name)
    if good or "-Wthread-safety" not in said:
        return f"{source}:1: without its locks it compiles as well, or not for want of them\n{said}"
    return ""


def main(build):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda command: complaint(*command), commands(pathlib.Path(build))))
    complaints = [each for each in found if each]
    unlocked = sum(each is not None for each in found) - len(complaints)
    for each in complaints:
        print(each)
    print(f"thread safety: {len(found)} sources, {unlocked} of them fail without their locks, {len(complaints)} complaints")
    return 1 if complaints or not unlocked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
