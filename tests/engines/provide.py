#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Gets real inference engines: takes those that are installed, builds others once into a cache.

    tests/engines/provide.py [ENGINE ...]      llama-server ollama vllm

Without a name: llama-server, which takes the least time and disk. An engine that cannot
be had is no failure: why is told here, and again by each test that is skipped for it. Nothing is
written into the tree.
"""

import fcntl
import os
import shutil
import sys
from pathlib import Path

import recipes
from recipes import Missing, say

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "isthmus", "engines")


class Recipe:
    """A program: where it may be found, and how it is got where it is not installed."""

    def __init__(self, program, version, build, is_small=True):
        self.program = program
        self.build = build
        self.is_small = is_small
        self.folder = CACHE / f"{program}-{version}"
        self.reason = CACHE / f"{program}.missing"

    def find(self):
        """The path of what is installed, else of what was built before; or Missing."""
        built = self.folder / self.program
        path = shutil.which(self.program) or (str(built) if built.exists() else None)
        if not path:
            why = (self.reason.read_text() if self.reason.exists() else
                   f"make test-engines ENGINES={self.program} gets it")
            raise Missing(f"no {self.program}: {why}")
        return path

    def provide(self):
        try:
            say(f"{self.program} is {self.find()}")
            return
        except Missing:
            self.reason.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        try:
            self.build(self.folder)
            say(f"{self.program} is {self.find()}")
        except Missing as why:
            self.reason.write_text(str(why))
            say(f"WITHOUT {self.program}: {why}")


RECIPES = {recipe.program: recipe for recipe in (
    Recipe("llama-server", recipes.LLAMA_VERSION, recipes.build_llama_server),
    Recipe("ollama", recipes.OLLAMA_VERSION, recipes.build_ollama, is_small=False),
    Recipe("vllm", recipes.VLLM_VERSION, recipes.build_vllm, is_small=False),
)}


def main(names):
    unknown = set(names) - set(RECIPES)
    if unknown:
        sys.exit(f"engines: no recipe for {' '.join(unknown)}; there are: {' '.join(RECIPES)}")
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of two runs one builds
        for recipe in RECIPES.values():
            if recipe.program in names or (recipe.is_small and not names):
                recipe.provide()


if __name__ == "__main__":
    main(sys.argv[1:])
