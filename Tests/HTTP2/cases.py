# SPDX-License-Identifier: Apache-2.0
"""The register of cases: a section of an RFC, what is sent, and a function that judges."""

from typing import Callable, NamedTuple


class Case(NamedTuple):
    section: str
    title: str
    settings: tuple
    handshake: bool
    run: Callable

    @property
    def name(self) -> str:
        return f"{self.section} {self.title}"


class Register(list):
    """Cases of one file, in their order."""

    def __call__(self, section: str, title: str, settings=(), handshake=True):
        def add(run):
            self.append(Case(section, title, tuple(settings), handshake, run))
            return run

        return add
