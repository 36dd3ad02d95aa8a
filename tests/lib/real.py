# SPDX-License-Identifier: Apache-2.0
"""
lmctl itself, from a checkout of it: its commands are run as a user would run them, in this folder, with an
environment 'here' in its configuration.
"""

import json
import os
import subprocess


class Failed(Exception):
    pass


class Real:
    """'folder': the checkout.  'tnco': what stands in the configuration about the manager."""

    def __init__(self, folder, **tnco):
        self.env = dict(
            os.environ,
            PYTHONPATH=folder,
            LMCTL_ALLOW_ALL_SCHEMES="true",
            LMCONFIG=os.path.abspath("lmctl.yaml"),
            HOME=os.getcwd(),
        )
        self.environments = {}
        self.asked = []
        self.add("here", **tnco)

    def add(self, name, **tnco):
        """Another environment."""
        self.environments[name] = {"tnco": tnco}
        with open(self.env["LMCONFIG"], "w") as f:
            # JSON is YAML, too.
            json.dump({"active_environment": "here", "environments": self.environments}, f)

    def run(self, *words):
        """What it prints; a failure is raised with what it complains of."""
        self.asked.append("lmctl " + " ".join(words))
        # The packages that it needs belong to this python.
        told = subprocess.run(
            ["/usr/bin/python3", "-c", "from lmctl.cli.entry import init_cli; init_cli()", *words],
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if told.returncode != 0:
            raise Failed(told.stderr.strip() or told.stdout.strip())
        return told.stdout.strip()

    def refused(self, says, *words):
        try:
            self.run(*words)
        except Failed as e:
            assert says in str(e), f"{str(e)!r} does not say {says!r}"
            return
        raise AssertionError("it is not refused")

    def get(self, *words):
        """What it gets, as it read it."""
        return json.loads(self.run("get", *words, "-o", "json"))

    def accepted(self, *words):
        """The process of an intent."""
        said = self.run(*words)
        assert said.startswith("Accepted - Process: "), said
        return said.split()[-1]
