# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures one task and one item of a loop: ``./dev bench tasks [--repetitions N] [--servers fake,slow,camunda7]``.

Three ways to see that a user is as wanted, with one GET each: ``c7_user`` in the process of Ansible, ``c7_user`` as a
process, and ``ansible.builtin.uri``; and ``debug``, which shows what Ansible itself takes. The cost of one is the
difference of two playbooks with few and with many, divided. Ratios matter, seconds do not.
"""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import requests

from ..engines import launch
from . import measure
from .measure import Cost, Server, Task, verdict

# How many more tasks or items the longer one of two playbooks has.
MANY = {"debug": (40, 200), "in process": (40, 200), "process": (6, 10), "uri": (6, 10)}
USERS = 200
RAW = 200


def user(name: str = "bench") -> Task:
    return {"bpmops.camunda.c7_user": {"id": name, "first_name": "Jane", "last_name": "Doe"}}


def uri(server: Server) -> Task:
    login = {"url_username": server.login[0], "url_password": server.login[1]} if server.login else {}
    address = f"{server.url}/user?id=bench"
    return {"ansible.builtin.uri": {"url": address, "force_basic_auth": True, **login}, "register": "found"}


def single(server: Server, way: str, tasks: int, items: int, _repetition: int) -> Cost:
    """A playbook with so many tasks, the last of which has so many items."""
    ways: dict[str, Task] = {"uri": uri(server), "debug": {"ansible.builtin.debug": {"msg": "x"}}}
    one = ways.get(way, user())
    environment = {"BPMOPS_CAMUNDA_IN_PROCESS": "0" if way == "process" else "1"}
    looped = {**one, "loop": list(range(items))}
    return measure.play([*[one] * (tasks - 1), looped if items > 1 else one], server, environment=environment)


def many_users(server: Server, way: str, prefix: str, repetition: int) -> Cost:
    """Create users that are not there yet, or meet them again: prefixes with a number are new each time."""
    names = [f"{prefix.format(repetition)}{number}" for number in range(USERS)]
    profile = {"first_name": "Jane", "last_name": "Doe"}
    if way == "loop":
        tasks = [{"bpmops.camunda.c7_user": {"id": "{{ item }}", **profile}, "loop": names}]
    else:
        tasks = [{"bpmops.camunda.c7_identity": {"users": [{"id": name, **profile} for name in names]}}]
    return measure.play(tasks, server)


def raw(server: Server) -> float:
    """Seconds of one GET over a connection that is there."""
    with requests.Session() as session:
        session.auth = server.login
        session.trust_env = False
        session.get(f"{server.url}/user?id=bench", timeout=60)
        started = time.monotonic()
        for _number in range(RAW):
            session.get(f"{server.url}/user?id=bench", timeout=60)
        return (time.monotonic() - started) / RAW


def report(server: Server, repetitions: int) -> bool:
    """Measure against one server and print it; return whether the targets are met."""
    measure.play([user()], server)
    rows: dict[str, Any] = {}
    for way, (tasks, items) in MANY.items():
        rows[f"{way} 1"] = partial(single, server, way, 1, 1)
        rows[f"{way} tasks"] = partial(single, server, way, 1 + tasks, 1)
        rows[f"{way} items"] = partial(single, server, way, 1, 1 + items)
    run = f"b{time.time_ns():x}"
    for way in ("loop", "bulk"):
        rows[f"{way} create"] = partial(many_users, server, way, f"{run}{way}{{}}x")
        rows[f"{way} again"] = partial(many_users, server, way, f"{run}{way}0x")
    found = measure.in_turns(rows, repetitions)
    request = raw(server) * 1000
    print(f"\n{server.name}: one request {request:.1f} ms\n{'ms (processor)':16}{'task':>16}{'item':>16}")
    cost: dict[str, list[float]] = {}
    for way, numbers in MANY.items():
        texts = []
        for kind, number in zip(("tasks", "items"), numbers):
            one, other = found[f"{way} 1"], found[f"{way} {kind}"]
            wall, cpu = (1000 * (b - a) / number for a, b in ((one.wall, other.wall), (one.cpu, other.cpu)))
            texts.append(f"{wall:.1f} ({cpu:.1f})")
            cost.setdefault(way, []).append(wall)
        print(f"{way:16}" + "".join(f"{text:>16}" for text in texts))
    task, item = cost["in process"]
    return all(
        [
            verdict("ms of an item over its request", item - request, 10),
            verdict("ms of a task", task, 30 + request),
            verdict("items of uri in the time of one", cost["uri"][1] / item, 20, at_least=True),
            *(
                verdict(
                    f"loop over {USERS} users / c7_identity, {what}",
                    found[f"loop {what}"].wall / found[f"bulk {what}"].wall,
                    3,
                )
                for what in ("create", "again")
            ),
        ]
    )


@contextlib.contextmanager
def camunda7() -> Iterator[Server]:
    with launch.start("camunda7") as engine:
        yield Server(
            f"Camunda {engine.version}", {"url": engine.url, "username": engine.user, "password": engine.password}
        )


SERVERS: dict[str, Callable[[], AbstractContextManager[Server]]] = {
    "fake": measure.fake,
    "slow": partial(measure.fake, 5.0),
    "camunda7": camunda7,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench tasks")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--servers", default=",".join(SERVERS), help=f"some of {', '.join(SERVERS)}")
    arguments = parser.parse_args()
    met = []
    for name in arguments.servers.split(","):
        with SERVERS[name]() as server:
            met.append(report(server, arguments.repetitions))
    raise SystemExit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
