# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the retries of failed jobs: ``./dev bench c7_jobs [REPETITIONS [LOOPED]]``.

A real Camunda 7 with 2,000 failed jobs of five different messages. The jobs of one message get retries: by one task of
c7_job, one by one and in a batch of the engine, and by hand with a loop of ``ansible.builtin.uri``, which is measured
once because it takes minutes, over LOOPED of the jobs (all 400 of the message). Ratios are those of the seconds for a
job, without the empty play. Requests are counted by a proxy in front of the engine. The process definition is
suspended, so that the job executor, which the batch needs, does not execute the jobs that got retries.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..engines import launch
from ..support.camunda7 import Camunda7
from ..support.camunda7_processes import deploy, start
from ..support.camunda7_work import MODEL, post
from ..support.proxy import Proxy
from .measure import Cost, Server, Task, in_turns, play, verdict

JOBS, MESSAGES = 2000, 5
EACH = JOBS // MESSAGES
PROPERTIES = {"bpm.job-execution.enabled": True, "bpm.job-execution.wait-time-in-millis": 500}


def fail_all(api: Camunda7) -> str:
    """Make the failed jobs; return one of the messages."""
    deploy(api, MODEL, deployment_name="bench")
    texts = [f"service {number % MESSAGES}" for number in range(JOBS)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda text: start(api, "failing", text, text=text, good=False), texts))
    while api.get("/job/count", noRetriesLeft="true")["count"] < JOBS:
        time.sleep(1)
    suspended = {"processDefinitionKey": "failing", "suspended": True, "includeProcessInstances": True}
    api.send("PUT", "/process-definition/suspended", suspended)
    (job,) = post(api, "/job?maxResults=1", {"processDefinitionKey": "failing"})
    return str(job["exceptionMessage"])


def exhaust(api: Camunda7) -> int:
    """Take the retries away again; return how many jobs had some."""
    jobs = post(api, "/job", {"processDefinitionKey": "failing", "withRetriesLeft": True})
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda job: api.send("PUT", f"/job/{job['id']}/retries", {"retries": 0}), jobs))
    return len(jobs)


def by_module(message: str, **options: Any) -> list[Task]:
    where = {"exceptionMessage": message, "noRetriesLeft": True}
    options = {"filter": where, "retries": 3, "max_objects": JOBS, **options}
    return [{"bpmops.camunda.c7_job": options, "register": "retried"}]


def by_hand(server: Server, message: str, looped: int) -> list[Task]:
    """What people write today, for the first ``looped`` jobs."""
    user, password = server.login or ("", "")
    login = {"force_basic_auth": True, "url_username": user, "url_password": password, "body_format": "json"}
    search = {"exceptionMessage": message, "noRetriesLeft": True}
    return [
        {
            "ansible.builtin.uri": {**login, "url": f"{server.url}/job", "method": "POST", "body": search},
            "register": "found",
        },
        {
            "ansible.builtin.uri": {
                **login,
                "url": f"{server.url}/job/{{{{ item.id }}}}/retries",
                "method": "PUT",
                "body": {"retries": 3},
                "status_code": 204,
            },
            "loop": f"{{{{ found.json[:{looped}] }}}}",
            "loop_control": {"label": "{{ item.id }}"},
        },
    ]


def main() -> int:
    repetitions, looped, *_rest = [*map(int, sys.argv[1:]), *(3, EACH)[len(sys.argv) - 1 :]]
    requests: dict[str, int] = {}
    with launch.start("camunda7", properties=PROPERTIES) as engine, Proxy(engine.url) as proxy:
        api = Camunda7(engine.url, engine.user, engine.password)
        server = Server("camunda7", {"url": proxy.url, "username": engine.user, "password": engine.password})
        message = fail_all(api)
        print(f"{EACH} of {JOBS} failed jobs\n{'':34}{'seconds':>9}{'CPU':>9}{'requests':>10}", flush=True)

        def measured(name: str, tasks: list[Task], changes: int = EACH) -> Callable[[int], Cost]:
            def run(_repetition: int) -> Cost:
                proxy.reset()
                cost = play(tasks, server)
                requests[name] = len(proxy.requests)
                print(f"{name:34}{cost.wall:9.2f}{cost.cpu:9.2f}{requests[name]:10}", flush=True)
                retried = exhaust(api)
                if retried != changes:
                    raise SystemExit(f"{name}: {retried} jobs got retries, and not {changes}")
                return cost

            return run

        rows = {
            "empty play": [{"ansible.builtin.meta": "noop"}],
            "one task": by_module(message),
            "one task, concurrency 8": by_module(message, concurrency=8),
            "one task, via batch": by_module(message, via="batch", wait_timeout=300, wait_interval=0.2),
        }
        costs = in_turns(
            {name: measured(name, tasks, 0 if name == "empty play" else EACH) for name, tasks in rows.items()},
            repetitions,
        )
        costs["loop of uri"] = measured("loop of uri", by_hand(server, message, looped), looped)(0)
    empty = costs["empty play"].wall
    by_task, by_loop = (costs["one task"].wall - empty) / EACH, (costs["loop of uri"].wall - empty) / looped
    by_batch = (costs["one task, via batch"].wall - empty) / EACH
    print(f"milliseconds for a job: task {by_task * 1e3:.1f}, batch {by_batch * 1e3:.1f}, loop {by_loop * 1e3:.1f}")
    kept = [
        verdict("loop of uri beside one task", by_loop / by_task, 20, at_least=True),
        verdict("requests of one task for each job", requests["one task"] / EACH, 1.05),
    ]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
