# SPDX-License-Identifier: Apache-2.0
"""A network of namespaces, one a node, on a bridge; and what can be done to it."""

import os
import re
import socket
import subprocess

NETWORK = "10.77.0."
UPLINK = "uplink"


class Unable(Exception):
    """This kernel, or what we may do here, does not allow it."""


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unable(f"`{' '.join(command)}`: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


class Network:
    """Namespaces with the addresses 10.77.0.1, ... The clients are where this process is, at
    10.77.0.254. Rules stand where packets arrive, so that the sender learns of them as it would of
    a broken line: by silence."""

    def __init__(self, ids=("a", "b", "c")):
        self.ids = ids
        self.addresses = {one: NETWORK + str(number + 1) for number, one in enumerate(ids)}
        self.clients = NETWORK + "254"
        self.iptables = "iptables"
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "hub", "type", "bridge")
        run("ip", "addr", "add", self.clients + "/24", "dev", "hub")
        run("ip", "link", "set", "hub", "up")
        for one in ids:
            self._add(one)

    def _add(self, one: str) -> None:
        run("ip", "netns", "add", self.space(one))
        run("ip", "link", "add", f"to-{one}", "type", "veth", "peer", "name", UPLINK,
            "netns", self.space(one))
        run("ip", "link", "set", f"to-{one}", "master", "hub", "up")
        self.inside(one, "ip", "addr", "add", self.addresses[one] + "/24", "dev", UPLINK)
        self.inside(one, "ip", "link", "set", UPLINK, "up")
        self.inside(one, "ip", "link", "set", "lo", "up")

    @staticmethod
    def space(node_id: str) -> str:
        return f"tributary-{os.getpid()}-{node_id}"

    def inside(self, node_id: str, *command: str) -> str:
        return run("ip", "netns", "exec", self.space(node_id), *command)

    def prove(self) -> None:
        """Raises `Unable` unless all that the tests do can be done: with iptables over nftables,
        or else with the older one."""
        for choice in ("iptables", "iptables-legacy"):
            self.iptables = choice
            try:
                self.drop("a", "b")
                self.lose("a", "b", 0.05)
                self.reset("a", "b")
                break
            except Unable as problem:
                reason = problem
        else:
            raise reason
        self.narrow("b", "1mbit")
        self.heal()
        with socket.create_server((self.clients, 0)):
            pass

    def close(self) -> None:
        for one in self.ids:
            run("ip", "netns", "del", self.space(one))
        run("ip", "link", "del", "hub")

    # MARK: Faults

    def rule(self, source: str, target: str, *words: str) -> None:
        """What happens to packets of one node that arrive at another."""
        self.inside(target, self.iptables, "-w", "-A", "INPUT", "-s", self.addresses[source],
                    *words)

    def drop(self, source: str, target: str) -> None:
        self.rule(source, target, "-j", "DROP")

    def lose(self, source: str, target: str, probability: float) -> None:
        self.rule(source, target, "-m", "statistic", "--mode", "random", "--probability",
                  str(probability), "-j", "DROP")

    def reset(self, source: str, target: str) -> None:
        self.rule(source, target, "-p", "tcp", "-j", "REJECT", "--reject-with", "tcp-reset")

    def isolate(self, node_id: str) -> None:
        """Nothing comes in and nothing gets out, of anyone."""
        for chain, direction in (("INPUT", "-i"), ("OUTPUT", "-o")):
            self.inside(node_id, self.iptables, "-w", "-A", chain, direction, UPLINK, "-j", "DROP")

    def narrow(self, node_id: str, rate: str) -> None:
        """Either way goes no faster than that."""
        shape = ("root", "tbf", "rate", rate, "burst", "4kb", "latency", "400ms")
        self.inside(node_id, "tc", "qdisc", "add", "dev", UPLINK, *shape)
        run("tc", "qdisc", "add", "dev", f"to-{node_id}", *shape)

    def hit(self) -> int:
        """How many packets the rules have met since they stand."""
        tables = [self.inside(one, self.iptables, "-w", "-nvxL") for one in self.ids]
        rules = re.findall(r"^\s*(\d+)\s+\d+\s+(?:DROP|REJECT)\s", "".join(tables), re.MULTILINE)
        return sum(map(int, rules))

    def heal(self) -> None:
        """Takes all faults back."""
        for one in self.ids:
            self.inside(one, self.iptables, "-w", "-F")
            for place in (("ip", "netns", "exec", self.space(one), "tc"), ("tc",)):
                device = UPLINK if place != ("tc",) else f"to-{one}"
                if " tbf " in run(*place, "qdisc", "show", "dev", device):
                    run(*place, "qdisc", "del", "dev", device, "root")
