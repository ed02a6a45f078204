# SPDX-License-Identifier: Apache-2.0
"""Runs every fuzz target for a while.

usage: run.py BUILD SECONDS   (for all of them together)

Each begins with the inputs in tests/fuzz/corpus/TARGET, and with those that earlier runs kept in
BUILD/fuzz/corpus/TARGET. An input that breaks a promise is kept in BUILD/fuzz/broken. The last line is
`N passed, N failed`: a target is one.
"""

import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
# For targets that read files: a disk would set the pace.
MEMORY = "/dev/shm"


def run_target(program, seconds):
    name = program.name.removeprefix("fuzz_")
    kept = program.parent / "corpus" / name
    broken = program.parent / "broken"
    for folder in (kept, broken):
        folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [program, f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=1024", "-max_len=4096",
         "-print_final_stats=1", f"-artifact_prefix={broken}/{name}-", kept, HERE / "corpus" / name],
        env=os.environ | {"TMPDIR": MEMORY}, capture_output=True, text=True, errors="replace",
        check=False)
    inputs = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    coverage = re.findall(r"cov: (\d+)", done.stderr)
    good = done.returncode == 0 and inputs and int(inputs[1]) > 0
    if not good:
        print(done.stderr[-5000:])
    print(f"{name}: {inputs[1] if inputs else 0} inputs, {coverage[-1] if coverage else 0} edges"
          f"{'' if good else ', FAILED'}", flush=True)
    return good


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1]).resolve() / "fuzz"
    programs = sorted(path for path in folder.glob("fuzz_*") if path.is_file())
    if not programs:
        sys.exit(f"no fuzz targets in {folder}")
    seconds = max(1, int(sys.argv[2]) // len(programs))
    results = [run_target(program, seconds) for program in programs]
    print(f"{results.count(True)} passed, {len(results) - results.count(True)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
