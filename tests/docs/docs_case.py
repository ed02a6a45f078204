# SPDX-License-Identifier: Apache-2.0
"""The base of the tests that hold the documentation against the programs."""

import pathlib
import unittest


class DocsCase(unittest.TestCase):
    build: pathlib.Path = None  # where the programs are
