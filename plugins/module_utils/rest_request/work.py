# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module and the lookup ``rest_request`` do. What only some tasks need is imported with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Optional, Union

from ..desired.plan import Change
from ..errors import CamundaError, InvalidAnswerError, UsageError
from ..task import Context, Outcome
from .address import Address
from .answer import Answer, FollowingError, ValueMissingError
from .call import SAFE_METHODS, Call, build, checked_headers
from .client import Rest, Rules

if TYPE_CHECKING:
    from .expressions import Expression
    from .paging import Paging

_ABSENT = (404, 410)


def request(context: Context[Rest]) -> Outcome:
    """Send the request of a task; see the documentation of the module ``rest_request``."""
    params = context.params
    call = build(params, context.redactor)
    safe = call.method in SAFE_METHODS or params["safe"]
    task = _Task(context, call, safe)
    if params["paginate"]:
        if not safe:
            raise UsageError(f"paginate reads a list. A {call.method} that only reads needs safe: true.")
        from .paging import Paging

        return task.pages(Paging(params["paginate"], call))
    if params["idempotent"] is not None:
        if safe:
            raise UsageError(f"idempotent is for requests that change something, and this {call.method} does not.")
        return task.compared(params["idempotent"])
    if safe:
        return task.read()
    from . import desired

    return task.written(desired.request(call, desired.kind(call, task.perform)))


def _expression(option: str, source: Optional[str]) -> Optional[Expression]:
    """Return the expression of an option, None if it is not given: most tasks have none, and import nothing for it."""
    if source is None:
        return None
    from .expressions import Expression

    return Expression(option, source)


class _Task:
    """One task: its request, and what to do with the answer. All expressions are compiled before the first request."""

    def __init__(self, context: Context[Rest], call: Call, safe: bool) -> None:
        params = context.params
        self._context = context
        self._call = call
        self._safe = safe
        error_when = _expression("error_when", params["error_when"])
        self._rules = Rules(params["expect"] or (), error_when, params["follow_redirects"])
        self._result = _expression("result", params["result"])
        until = params["until"] or {}
        self._condition = _expression("until.condition", until.get("condition"))
        self._poll = _expression("until.url", until.get("url"))
        self._until: Mapping[str, Any] = until
        for name in ("interval", "timeout"):
            if until and not until[name] >= (0.01 if name == "interval" else 0):
                raise UsageError(f"until.{name}: {until[name]:g} is too small.")
        self._dest: Optional[str] = params["dest"]
        if self._dest is not None:
            from ..files import check_dest

            check_dest(self._dest)

    def read(self) -> Outcome:
        """Send a request that changes nothing."""
        if self._condition:
            if self._poll:
                raise UsageError(f"until.url: a {self._call.method} is itself repeated. Give its address as url.")
            answer = self._wait(self._call, self._rules)
            return self._outcome(answer, changed=self._has_changed(answer))
        return self._finished(*self._sent(self._context.client))

    def written(self, changes: list[Change]) -> Outcome:
        """Send the request, unless in check mode, and wait for what it started."""
        returned = self._context.apply([changes])
        if not returned:
            return Outcome(True, {"sent": False}, changes)
        if isinstance(returned[0], CamundaError):
            raise returned[0]
        outcome = self._finished(*returned[0])
        return replace(outcome, changes=changes if outcome.changed else ())

    def perform(self, client: Rest, _change: Change) -> Union[CamundaError, tuple[Answer, dict[str, Any]]]:
        """Send a request that may change something. If only its answer cannot be used, return the error."""
        try:
            return self._sent(client)
        except (InvalidAnswerError, ValueMissingError, FollowingError) as error:
            return error

    def _sent(self, client: Rest) -> tuple[Answer, dict[str, Any]]:
        """Return the answer, and facts about the file that it was written to."""
        if self._dest is None:
            return client.send(self._call, self._rules, safe=self._safe), {}
        from .download import Download

        with Download(self._dest, self._rules, write=not self._context.check_mode) as file:
            answer = client.send(self._call, self._rules, safe=self._safe, receiver=file)
            return answer, {"dest": self._dest, "wrote": file.finish(), "size": file.size}

    def _finished(self, answer: Answer, file: Mapping[str, Any]) -> Outcome:
        changed = self._has_changed(answer) or file.get("wrote", False)
        if self._condition:
            answer = self._wait(self._following(answer), self._rules.reading())
        return self._outcome(answer, changed=changed, **{name: file[name] for name in file if name != "wrote"})

    def _has_changed(self, answer: Answer) -> bool:
        statuses = self._context.params["changed_when_status"]
        return answer.status in statuses if statuses is not None else not self._safe

    def compared(self, options: Mapping[str, Any]) -> Outcome:
        """Read the resource, and send the request only if it differs from what is declared."""
        from . import desired

        wanted = self._call.data if options["subset"] is None else options["subset"]
        if wanted is None and self._call.method != "DELETE":
            raise UsageError("idempotent: give subset, what to compare, if the body is no JSON of the option body.")
        view = _expression("idempotent.result", options["result"])
        reading = self._reading(options["read"])
        answer = self._context.client.send(reading, self._rules.reading(_ABSENT), safe=True)
        absent = answer.status in _ABSENT
        current = None if absent else view(answer) if view else answer.body
        kind = desired.kind(self._call, self.perform)
        changes = desired.changes(self._call, kind, wanted, current)
        if changes:
            return self.written(changes)
        outcome = self._outcome(answer, changed=False)
        return replace(outcome, result={**outcome.result, "sent": False})

    def _reading(self, read: Any) -> Call:
        """Return the request that reads the resource: by default a GET of its URL."""
        given: Any = {"url": read} if isinstance(read, str) else read if read is not None else {}
        if not isinstance(given, Mapping) or set(given) - {"url", "query", "headers"}:
            raise UsageError("idempotent.read is a URL, or a mapping with url, query and headers.")
        where = self._call.address
        if given.get("url"):
            where = where.join(str(given["url"]), "idempotent.read: the URL")
        call = self._get(where, "idempotent.read")
        headers = checked_headers(given.get("headers") or {}, self._context.params)
        return replace(call, headers={**call.headers, **headers}).with_query(given.get("query") or {})

    def pages(self, paging: Paging) -> Outcome:
        """Read all pages of a list."""

        def send(call: Call) -> Answer:
            return self._context.client.send(call, self._rules, safe=True)

        objects, truncated, answer = paging.read(self._call, send)
        outcome = self._outcome(answer, changed=False)
        result = {name: value for name, value in outcome.result.items() if name not in ("body", "result")}
        shown = self._context.redactor.data(objects)
        return replace(outcome, result={**result, "objects": shown, "truncated": truncated})

    def _following(self, first: Answer) -> Call:
        """Return the request that shows how far the work is that a request started."""
        found = self._poll(first) if self._poll else first.headers.get("location")
        if not isinstance(found, str) or not found:
            raise CamundaError(
                f"until: {self._call} was answered with {first.status}, but neither until.url nor the header Location "
                "says where to look. Nothing was waited for."
            )
        return self._get(first.address.join(found, "until: the address to look at"), "until")

    def _get(self, where: Address, option: str) -> Call:
        """Return a GET of another address on the same host, with the headers of the task."""
        if where.origin != self._call.address.origin:
            raise CamundaError(f"{option}: the address is on another host ({where.origin}); credentials stay here.")
        return Call("GET", where, {name: text for name, text in self._call.headers.items() if name != "Content-Type"})

    def _wait(self, call: Call, rules: Rules) -> Answer:
        """Send a request until the condition is true, and return the answer for which it is."""
        from ..waiting import wait_until

        def look() -> Optional[Answer]:
            answer = self._context.client.send(call, rules, safe=True)
            return answer if self._condition and self._condition(answer) else None

        return wait_until(
            look,
            timeout=self._until["timeout"],
            interval=self._until["interval"],
            what=f"until.condition on {call}",
            option="until.timeout",
        )

    def _outcome(self, answer: Answer, *, changed: bool, **more: Any) -> Outcome:
        """Return what the task gets of an answer, without secrets."""
        found: dict[str, Any] = {"status": answer.status, "headers": answer.headers, "sent": True, **more}
        if self._result:
            found["result"] = self._result(answer)
        elif "dest" not in more:
            found["body"] = answer.body
        if answer.binary:
            self._context.warn(
                f"{self._call}: the body has {len(answer.response.content)} bytes and is no text, so it is not "
                "returned. Write it to a file with dest."
            )
        return Outcome(changed, self._context.redactor.data(found))
