# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failed jobs, external tasks and batches on an engine without a job executor: everything happens when a test says so.

The model is tests/integration/models/work.bpmn.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .camunda7 import Camunda7
from .camunda7_processes import deploy, start
from .engines import Engine
from .proxy import Proxy

MODEL = "work.bpmn"
Row = dict[str, Any]
Run = Callable[..., Row]


def runner(module: str, engine: Engine, proxy: Proxy) -> Run:
    """What runs a module as the administrator and returns its result; the proxy then has the requests of this run."""
    from .tasks import run_module  # benchmarks use this file without the collection on their path

    def run(*, check: bool = False, diff: bool = False, **options: Any) -> Row:
        proxy.reset()
        return run_module(module, engine.connection(proxy.url), options, check=check, diff=diff)

    return run


def refusals(run: Run, proxy: Proxy, options: Row, message: str) -> None:
    """Bad input is an error that begins with this message, before the first request."""
    failed = run(**options)
    assert failed["failed"] and not failed["changed"]
    assert failed["msg"].startswith(message), failed["msg"]
    assert not proxy.requests


@contextlib.contextmanager
def deployed(api: Camunda7) -> Iterator[Camunda7]:
    """The API of an engine that has the model, until all that came of it is removed."""
    deployment = deploy(api, MODEL, deployment_name="work")
    try:
        yield api
    finally:
        for batch in api.rows("/batch"):
            api.send("DELETE", f"/batch/{batch['id']}?cascade=true")
        api.send("DELETE", f"/deployment/{deployment['id']}?cascade=true")


def new_job(api: Camunda7, text: str, process: str = "failing", *, good: bool = False) -> Row:
    """Start an instance and return its job, or that of the instance that it calls."""
    start(api, process, text, text=text, good=good)
    return job_of(api, text)


def job_of(api: Camunda7, text: str) -> Row:
    """The newest job of an instance with this text."""
    found = post(api, "/process-instance", {"variables": [{"name": "text", "operator": "eq", "value": text}]})
    jobs: list[Row] = post(api, "/job", {"processInstanceIds": [each["id"] for each in found]})
    return max(jobs, key=lambda job: str(job["createTime"]))


def fail(api: Camunda7, job: Row) -> Row:
    """Execute a job that fails, and return it."""
    answer = api.call("POST", f"/job/{job['id']}/execute")
    assert answer.status_code in (404, 500), answer.text
    failed: Row = api.get(f"/job/{job['id']}")
    assert failed["retries"] == 0
    return failed


def failed_job(api: Camunda7, text: str, process: str = "failing") -> Row:
    """A job that has failed for good."""
    return fail(api, new_job(api, text, process))


def failed_jobs(api: Camunda7, texts: Sequence[str]) -> list[Row]:
    """A failed job for each text, some at a time."""

    def one(text: str) -> Row:
        instance = start(api, "failing", text, text=text, good=False)
        (job,) = api.rows("/job", processInstanceId=instance)
        assert api.call("POST", f"/job/{job['id']}/execute").status_code in (404, 500)
        failed: Row = api.get(f"/job/{job['id']}")
        return failed

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(one, texts))


def mend(api: Camunda7, job: Row) -> None:
    """Let a failed job succeed when it is executed again."""
    api.send("PUT", f"/process-instance/{job['processInstanceId']}/variables/good", {"value": True})


def external_task(api: Camunda7, business_key: str, *, error: str = "") -> Row:
    """A new external task; with an error it has failed for good."""
    start(api, "printing", business_key)
    if error:
        fetch = {"workerId": "w1", "maxTasks": 100, "topics": [{"topicName": "work-print", "lockDuration": 1000}]}
        for task in post(api, "/external-task/fetchAndLock", fetch):
            failure = {"workerId": "w1", "errorMessage": error, "retries": 0}
            api.send("POST", f"/external-task/{task['id']}/failure", failure)
    found: list[Row] = post(api, "/external-task", {"topicName": "work-print"})
    instances = {each["id"]: each["businessKey"] for each in api.get("/process-instance")}
    return next(each for each in found if instances[each["processInstanceId"]] == business_key)


@contextlib.contextmanager
def just_before(proxy: Proxy, path: str, happens: Callable[[], None], *, writes_only: bool = False) -> Iterator[None]:
    """Lets something happen when a request to this path has been sent, and has not yet reached the engine."""
    held = proxy.fail(path=path, delay=0.4, writes_only=writes_only)

    def wait() -> None:
        _until(lambda: bool(held.hits))
        happens()

    thread = threading.Thread(target=wait)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end, "it did not become true"
        time.sleep(0.01)


def post(api: Camunda7, path: str, body: Any) -> Any:
    """The answer to a POST."""
    answer = api.call("POST", path, body)
    assert answer.ok, f"POST {path}: {answer.status_code} {answer.text[:500]}"
    return answer.json() if answer.content else None


def work_off(api: Camunda7, batch: Row) -> None:
    """Execute the jobs of a batch, but not the monitor job that ends it; those that fail are executed once."""
    for kind in ("seed", "batch"):
        for job in api.rows("/job", jobDefinitionId=batch[f"{kind}JobDefinitionId"]):
            if job["retries"]:
                api.call("POST", f"/job/{job['id']}/execute")


@contextlib.contextmanager
def working(api: Camunda7) -> Iterator[None]:
    """Works off all batches as they come, in place of the job executor."""
    stopped = threading.Event()

    def work() -> None:
        while not stopped.is_set():
            for batch in api.rows("/batch"):
                work_off(api, batch)
            time.sleep(0.05)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
