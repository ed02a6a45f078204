# SPDX-License-Identifier: Apache-2.0
"""A strict reader of OpenMetrics text 1.0, as far as sms2fa uses it: counters, gauges, histograms."""

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?[0-9]+(?:\.[0-9]+)?)")
SUFFIXES = {"counter": {"_total"}, "gauge": {""}, "histogram": {"_bucket", "_count", "_sum"}}


class Broken(Exception):
    """The text is not OpenMetrics, and why."""


def need(condition, why):
    if not condition:
        raise Broken(why)


class Family:
    def __init__(self, name, kind):
        self.name, self.kind = name, kind
        self.help = self.unit = None
        self.samples = {}  # (suffix, labels) -> value, in their order

    def add(self, line):
        found = SAMPLE.fullmatch(line)
        need(found, f"no sample: {line!r}")
        name, text, value = found[1], found[2] or "", found[found.re.groups]
        need(name.startswith(self.name), f"{name} stands in the family {self.name}")
        suffix = name.removeprefix(self.name)
        need(suffix in SUFFIXES[self.kind], f"{name} is no name in a {self.kind}")
        pairs = re.findall(LABEL, text)
        labels = dict(pairs)
        need(len(labels) == len(pairs), f"a label twice: {line!r}")
        need(("le" in labels) == (suffix == "_bucket"), f"le in the wrong place: {line!r}")
        key = suffix, tuple(sorted(labels.items()))
        need(key not in self.samples, f"a sample twice: {line!r}")
        self.samples[key] = float(value)
        need(self.kind == "gauge" or float(value) >= 0, f"counts below nothing: {line!r}")

    def close(self):
        need(self.help, f"{self.name} has no help")
        if self.kind == "histogram":
            self.check_histogram()

    def check_histogram(self):
        series = {}
        for (suffix, labels), value in self.samples.items():
            rest = tuple(pair for pair in labels if pair[0] != "le")
            one = series.setdefault(rest, {"buckets": []})
            if suffix == "_bucket":
                need("_count" not in one, "a bucket behind the count")
                one["buckets"].append((float(dict(labels)["le"]), value))
            else:
                one[suffix] = value
        for labels, one in series.items():
            bounds = [bound for bound, _ in one["buckets"]]
            counts = [count for _, count in one["buckets"]]
            need(bounds == sorted(set(bounds)), f"bounds out of order: {labels}")
            need(bounds and bounds[-1] == float("inf"), f"no +Inf: {labels}")
            need(counts == sorted(counts), f"not cumulative: {labels}")
            need(one.get("_count") == counts[-1], f"count is not +Inf's: {labels}")
            need("_sum" in one, f"no sum: {labels}")


def parse(text):
    """{family: Family}; raises Broken."""
    need(text.endswith("\n# EOF\n"), "no # EOF at the end")
    families, current = {}, None
    for line in text.removesuffix("# EOF\n").splitlines():
        words = line.split(" ", 3)
        if not line.startswith("#"):
            need(current, f"a sample without a family: {line!r}")
            current.add(line)
            continue
        need(words[0] == "#" and words[1] in ("TYPE", "HELP", "UNIT") and len(words) == 4,
             f"no metadata: {line!r}")
        if current is None or words[2] != current.name:
            if current:
                current.close()
            need(words[1] == "TYPE" and words[3] in SUFFIXES, f"a family begins with {line!r}")
            need(words[2] not in families, f"a family twice: {words[2]}")
            current = families[words[2]] = Family(words[2], words[3])
            continue
        need(not current.samples, f"metadata behind samples: {line!r}")
        if words[1] == "HELP":
            current.help = words[3]
        if words[1] == "UNIT":
            need(current.name.endswith("_" + words[3]), f"a unit that the name lacks: {line!r}")
            current.unit = words[3]
    if current:
        current.close()
    return families
