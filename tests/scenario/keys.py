# SPDX-License-Identifier: Apache-2.0
"""`isthmus keys` and `isthmus usage` on one data directory, as an operator types them."""

import json
import subprocess

from daemons import BINARY


class Keys:
    """Whether an edge runs on the directory or not."""

    def __init__(self, folder):
        self.folder = folder

    def run(self, command, *arguments, given=None):
        return subprocess.run([BINARY, *command.split(), *arguments, "--data-dir", self.folder],
                              capture_output=True, text=True, timeout=100, check=False,
                              stdin=subprocess.DEVNULL if given is None else None, input=given)

    def ask(self, command, *arguments, given=None):
        """What it prints; fails unless it worked."""
        done = self.run(command, *arguments, given=given)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def lines(self, command, *arguments, given=None):
        printed = self.ask(command, *arguments, given=given)
        return [json.loads(line) for line in printed.splitlines()]

    def refuse(self, command, *arguments, given=None, status=1):
        """What it says to a mistake, with nothing on standard output."""
        done = self.run(command, *arguments, given=given)
        assert (done.returncode, done.stdout) == (status, ""), done
        return done.stderr

    def add(self, name, *arguments):
        """The secret of a new key."""
        return self.ask("keys add", name, *arguments).strip()

    def show(self, name):
        return self.lines("keys show", name, "--json")[0]
