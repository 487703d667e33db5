# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that answers like the Operate API v1 of Camunda 8.6, from rows in memory.

It has more than 10,000 instances, made up as they are asked for; it answers as with Elasticsearch or OpenSearch; it can
be a cluster without API v1; its sessions expire. `fake_camunda8` adds the engine that makes rows.

What it knows of Operate was observed on a running 8.6.0 with OpenSearch 2.19, whose answers to some 180 requests were
compared with those of this server until they agreed; what comes from elsewhere says so. tests/camunda8/facts.py keeps
what was observed as a table, against which this server is tested, and
`test_the_simulator_answers_like_this_cluster` repeats the comparison on a cluster that the user brings. What the server
knows is written down here once more, on purpose: a table shared with the collection would repeat its mistakes.
"""

from __future__ import annotations

import email.policy
import json
import re
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.parser import BytesParser
from functools import total_ordering
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self, overload
from urllib.parse import parse_qs, unquote, urlsplit

Row = dict[str, Any]
Answer = tuple[int, Any]  # status and body

L, N, S, B, D, T = "long", "int", "string", "boolean", "date", "text"
_ID = {"id": S, "key": L, "tenantId": S}
FIELDS: dict[str, dict[str, str]] = {
    "process-definitions": {"key": L, "name": S, "version": N, "bpmnProcessId": S, "versionTag": S, "tenantId": S},
    "process-instances": {
        "key": L, "processVersion": N, "processVersionTag": S, "bpmnProcessId": S, "parentKey": L,
        "parentFlowNodeInstanceKey": L, "startDate": D, "endDate": D, "state": S, "incident": B,
        "processDefinitionKey": L, "tenantId": S,
    },
    "incidents": {
        "key": L, "processDefinitionKey": L, "processInstanceKey": L, "type": S, "message": T, "creationTime": D,
        "state": S, "jobKey": L, "tenantId": S,
    },
    "flownode-instances": {
        "key": L, "processInstanceKey": L, "processDefinitionKey": L, "startDate": D, "endDate": D, "flowNodeId": S,
        "flowNodeName": S, "incidentKey": L, "type": S, "state": S, "incident": B, "tenantId": S,
    },
    "variables": {
        "key": L, "processInstanceKey": L, "scopeKey": L, "name": S, "value": S, "truncated": B, "tenantId": S,
    },
    "decision-definitions": {
        **_ID, "decisionId": S, "name": S, "version": N, "decisionRequirementsId": S, "decisionRequirementsKey": L,
        "decisionRequirementsName": S, "decisionRequirementsVersion": N,
    },
    "drd": {**_ID, "decisionRequirementsId": S, "name": S, "version": N, "resourceName": S},
    "decision-instances": {
        **_ID, "state": S, "evaluationDate": D, "evaluationFailure": S, "processDefinitionKey": L,
        "processInstanceKey": L, "decisionId": S, "decisionDefinitionId": S, "decisionName": S, "decisionVersion": N,
        "decisionType": S, "result": S, "evaluatedInputs": S, "evaluatedOutputs": S,
    },
}  # fmt: skip
UNFILTERED = {("flownode-instances", "flowNodeName"), ("process-definitions", "versionTag")} | {
    ("decision-instances", name) for name in ("result", "evaluatedInputs", "evaluatedOutputs")
}
UNSORTABLE = {
    ("process-instances", "parentKey"),
    ("flownode-instances", "flowNodeName"),
    ("variables", "truncated"),
    *(("decision-instances", name) for name in ("result", "evaluatedInputs", "evaluatedOutputs")),
}
REFUSED_SORT = {
    ("incidents", "message"): "Field 'message' can't be used as sort field",
    **{
        ("decision-definitions", name): f"Field '{name}' cannot be used as sort field"
        for name in ("decisionRequirementsName", "decisionRequirementsVersion")
    },
}
CUT = 8191  # characters of a variable's value in a search
DETAILS = {"decision-instances": ("evaluatedInputs", "evaluatedOutputs")}
COUNTED = 10000
BAD, INVALID, MISSING, BROKEN = (
    "Invalid request",
    "Data invalid",
    "Requested resource not found",
    "API application error",
)


class RefusalError(Exception):
    """An error answer."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"status": status, "message": message, "instance": str(uuid.uuid4()), "type": kind}


def stamp(when: datetime) -> str:
    """A time as Operate writes it."""
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}+0000"


def millis(text: str) -> int:
    when = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")
    return int((when - datetime(1970, 1, 1, tzinfo=timezone.utc)) / timedelta(milliseconds=1))


class Generated(Sequence[Row]):
    """Process instances that are made when they are looked at. Keys, starts and ends rise together.

    size: how many. finished: how many of them, from the first, have ended. first: the start of the first one; each
    next one starts a second later and takes a minute.
    """

    BASE = 2251799813685249

    def __init__(self, size: int, finished: int | None = None, first: datetime | None = None) -> None:
        self.size = size
        self.finished = size if finished is None else finished
        self.first = first or datetime(2026, 1, 1, tzinfo=timezone.utc)

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(self.size))]
        if not 0 <= index < self.size:
            raise IndexError(index)
        start = self.first + timedelta(seconds=index)
        row = {
            "key": self.BASE + index,
            "processVersion": 1,
            "bpmnProcessId": f"process-{index % 7}",
            "startDate": stamp(start),
            "endDate": stamp(start + timedelta(seconds=60)),
            "state": "COMPLETED",
            "incident": False,
            "processDefinitionKey": 2251799813685000,
            "tenantId": "<default>",
        }
        if index >= self.finished:
            del row["endDate"]
            row["state"] = "ACTIVE"
        return row

    def find(self, key: str) -> Row | None:
        index = int(key) - self.BASE
        return self[index] if 0 <= index < self.size else None

    def ordered(self, sort: Sequence[Row]) -> Sequence[Row] | None:
        """The rows in this order without looking at them all; None when that is not possible."""
        if not sort or (len(sort) == 1 and sort[0]["field"] in ("key", "startDate", "endDate") and _up(sort[0])):
            return self
        if len(sort) == 1 and sort[0]["field"] in ("key", "startDate"):
            return _Picked(self, range(self.size - 1, -1, -1))
        if len(sort) == 1 and sort[0]["field"] == "endDate":
            return _Picked(self, [*range(self.finished - 1, -1, -1), *range(self.finished, self.size)])
        return None


class _Picked(Sequence[Row]):
    """Rows of another sequence, in another order."""

    def __init__(self, rows: Sequence[Row], order: Sequence[int]) -> None:
        self.rows, self.order = rows, order

    def __len__(self) -> int:
        return len(self.order)

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self.rows[each] for each in self.order[index]]
        return self.rows[self.order[index]]


@total_ordering
@dataclass(frozen=True, eq=True)
class _Rank:
    """The place of a value in an order; what is missing comes last in both directions."""

    value: Any
    up: bool

    def __lt__(self, other: _Rank) -> bool:
        if self.value is None or other.value is None:
            return other.value is None and self.value is not None
        return bool(self.value < other.value if self.up else other.value < self.value)


def _up(row: Row) -> bool:
    return bool(row["order"] == "ASC")


@dataclass
class FakeOperate:
    """The server. Use it as a context manager; it listens on a free port of 127.0.0.1.

    rows: objects by entity, as the real server returns them for a single object; lists, or Generated.
    xml: documents by key. statistics, sequence_flows: answers by key.
    native_sort_values: numbers in sortValues, as with Elasticsearch; else texts, as with OpenSearch.
    lag: seconds after which a deletion or cancellation is seen.
    v1: whether the cluster has the API at all.
    shared_process: whether Tasklist runs in the same process, which takes GET of variables away.
    csrf: whether writes in a session need the token.
    ignored: fields of filters that it does not know. forbidden: keys that may not be deleted.
    tokens: bearer tokens that it takes. accepts: whether it takes another one.
    requests: what came in: method, path, parsed body.
    before_page: called before each search is answered; for data that change meanwhile.
    """

    rows: dict[str, Any] = field(default_factory=dict)
    xml: dict[str, str] = field(default_factory=dict)
    statistics: dict[str, list[Row]] = field(default_factory=dict)
    sequence_flows: dict[str, list[str]] = field(default_factory=dict)
    native_sort_values: bool = False
    lag: float = 0.2
    v1: bool = True
    shared_process: bool = False
    csrf: bool = False
    ignored: set[str] = field(default_factory=set)
    forbidden: set[str] = field(default_factory=set)
    before_page: Callable[[], Any] | None = None
    username: str = "operator"
    password: str = field(default_factory=lambda: "Aa1" + secrets.token_hex(8), repr=False)
    tokens: set[str] = field(default_factory=set, repr=False)
    accepts: Callable[[str], bool] = field(default=lambda _token: False, repr=False)
    requests: list[tuple[str, str, Any]] = field(default_factory=list)
    logins: int = 0
    gone: dict[int, float] = field(default_factory=dict)
    canceled: dict[int, float] = field(default_factory=dict)
    _totals: dict[str, int] = field(default_factory=dict)
    _sessions: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"fake": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def parameters(self) -> dict[str, Any]:
        """Connection options for a task."""
        return {"url": self.url, "username": self.username, "password": self.password}

    def expire_sessions(self) -> None:
        self._sessions.clear()

    def sent(self, method: str) -> list[str]:
        """The paths of the requests with this method."""
        return [path for each, path, _body in self.requests if each == method]

    # What the API does

    def search(self, entity: str, body: Row) -> Row:
        if self.before_page:
            self.before_page()
        fields = FIELDS[entity]
        size, sort, after = _checked(entity, body)
        tie = "id" if "id" in fields else "key"
        order = [*sort, {"field": tie, "order": "ASC"}]
        given = {name: value for name, value in (body.get("filter") or {}).items() if name not in self.ignored}
        matches = _filter(entity, given)
        rows, start = self._from(entity, sort, order, fields, after)
        items: list[Row] = []
        for index in range(start, len(rows)):
            row = self._now(rows[index])
            if row is not None and all(match(row) for match in matches):
                items.append(row)
                if len(items) == size:
                    break
        shown = [_in_search(entity, row) for row in items]
        values = (
            [self._sort_value(fields[row["field"]], items[-1].get(row["field"]), _up(row)) for row in order]
            if items
            else []
        )
        return {"items": shown, "sortValues": values, "total": self._total(entity, given, matches)}

    def _from(
        self, entity: str, sort: list[Row], order: list[Row], fields: dict[str, str], after: list[Any] | None
    ) -> tuple[Sequence[Row], int]:
        store = self.rows.get(entity, [])
        ranks = _ranks(order, fields)
        rows = store.ordered(sort) if isinstance(store, Generated) else None
        if rows is None:
            rows = sorted(store, key=ranks)
        if after is None:
            return rows, 0
        sparse = [fields[row["field"]] for row, value in zip(order, after) if value in (None, str(-(2**63)))]
        if not self.native_sort_values and set(sparse) & {S, D}:
            raise RefusalError(500, BROKEN, "Error in reading incidents")
        try:
            target = [_Rank(_parsed(fields[row["field"]], value), _up(row)) for row, value in zip(order, after)]
        except ValueError:
            raise RefusalError(500, BROKEN, "Error in reading incidents") from None
        return rows, _after(rows, target, ranks)

    def _total(self, entity: str, given: Row, matches: list[Callable[[Row], bool]]) -> int:
        """The number of matches up to 10,000, counted once while nothing changes."""
        key = json.dumps([entity, given, len(self.gone), len(self.canceled)], sort_keys=True)
        rows = self.rows.get(entity, [])
        changing = any(time.monotonic() < when for when in (*self.gone.values(), *self.canceled.values()))
        if key in self._totals and isinstance(rows, Generated) and not changing:
            return self._totals[key]
        total = 0
        if not given and isinstance(rows, Generated):
            total = min(COUNTED, len(rows) - len(self.gone))
        else:
            for row in rows:
                current = self._now(row)
                total += current is not None and all(match(current) for match in matches)
                if total == COUNTED:
                    break
        self._totals[key] = total
        return total

    def _sort_value(self, kind: str, value: Any, up: bool) -> Any:
        if value is None and kind in (L, N, D):
            value = 2**63 - 1 if up else -(2**63)
        elif value is not None and kind == D:
            value = millis(value)
        if kind == B:
            value = int(value)
        return value if self.native_sort_values or value is None else str(value)

    def _now(self, row: Row) -> Row | None:
        """The row as it is seen now: None when deleted, canceled when that was seen."""
        # What belongs to an instance goes with it: source of Operate 8.6, ProcessInstanceWriter.
        gone = self.gone.get(row.get("processInstanceKey", row["key"]))
        if gone is not None and time.monotonic() >= gone:
            return None
        if row.get("state") == "ACTIVE" and "bpmnProcessId" in row and self._canceled(row):
            return {**row, "state": "CANCELED", "endDate": stamp(datetime.now(timezone.utc))}
        return row

    def _canceled(self, row: Row) -> bool:
        own: int = row["key"]
        seen = self.canceled.get(own, self.canceled.get(row.get("parentKey", own)))
        return seen is not None and time.monotonic() >= seen

    def get(self, entity: str, key: str) -> Row:
        if entity != "decision-instances" and not key.isdigit():
            raise RefusalError(400, BAD, f"Failed to convert value of type 'String' to required type 'Long'; \"{key}\"")
        if entity == "variables" and self.shared_process:
            raise RefusalError(500, "about:blank", f"Ambiguous handler methods mapped for '/v1/variables/{key}'")
        store = self.rows.get(entity, [])
        tie = "id" if entity == "decision-instances" else "key"
        found = (
            store.find(key) if isinstance(store, Generated) else next((r for r in store if str(r[tie]) == key), None)
        )
        row = self._now(found) if found else None
        if row is None:
            raise RefusalError(404, MISSING, f"No {entity.replace('-', ' ')} found for {tie} {key} ")
        # The whole value, and a word about it: documentation of the Operate API v1.
        return {**row, "truncated": False} if entity == "variables" else row

    def delete(self, key: str) -> Row:
        row = self.get("process-instances", key)
        if key in self.forbidden:
            raise RefusalError(403, "Access denied", "No write permission for process instances.")
        if row["state"] == "ACTIVE":
            raise RefusalError(400, BAD, "Process instances needs to be in one of the states [COMPLETED, CANCELED]")
        self.gone[int(key)] = time.monotonic() + self.lag
        return {"message": f"Process instance and dependant data deleted for key '{key}'", "deleted": 1}

    def cancel(self, key: str) -> None:
        """Cancel an instance: the engine knows at once, Operate after a while."""
        self.cancelable(key)
        self.canceled[int(key)] = time.monotonic() + self.lag

    def cancelable(self, key: str) -> Row:
        """The instance with this key; LookupError when it is not active, or was called by another."""
        store = self.rows.get("process-instances", [])
        row: Row | None = (
            store.find(key) if isinstance(store, Generated) else next((r for r in store if str(r["key"]) == key), None)
        )
        if row is None or row["state"] != "ACTIVE" or int(key) in self.canceled or row.get("parentKey"):
            raise LookupError(key)
        return row

    def command(self, method: str, path: str, body: Any) -> Answer | None:
        """Answer a request of API v2, whose path is given without /v2; None: there is no such path."""
        match = re.fullmatch(r"/process-instances/(\d+)/cancellation", path)
        if not match or method != "POST":
            return None
        try:
            self.cancel(match.group(1))
        except LookupError:
            return rejection("CANCEL", f"no process with key '{match.group(1)}'", path)
        return 204, None

    def statistics_of(self, key: str) -> list[Row]:
        """How often an instance was in each of its flow nodes, and how it left them."""
        if key in self.statistics:
            return self.statistics[key]
        counts: dict[str, Row] = {}
        for row in self.rows.get("flownode-instances", []):
            if str(row["processInstanceKey"]) == key:
                zero = dict.fromkeys(("active", "canceled", "incidents", "completed"), 0)
                count = counts.setdefault(row["flowNodeId"], {"activityId": row["flowNodeId"], **zero})
                state = {"ACTIVE": "active", "TERMINATED": "canceled", "COMPLETED": "completed"}[row["state"]]
                count["incidents" if row["incident"] else state] += 1
        return list(counts.values())


def rejection(command: str, reason: str, path: str) -> Answer:
    """How API v2 says that there is no such object."""
    detail = f"Command '{command}' rejected with code 'NOT_FOUND': {reason}"
    return 404, {"type": "about:blank", "title": "NOT_FOUND", "status": 404, "detail": detail, "instance": f"/v2{path}"}


def _files(content_type: str, content: bytes) -> list[tuple[str, bytes]]:
    """The files of a multipart form, each with its name."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = BytesParser(policy=email.policy.HTTP).parsebytes(head + content)
    return [(part.get_filename() or "", part.get_payload(decode=True)) for part in message.iter_parts()]


def _in_search(entity: str, row: Row) -> Row:
    """A row as searches show it: without details, and values of variables cut off without a word."""
    shown = {name: value for name, value in row.items() if name not in DETAILS.get(entity, ())}
    return shown if entity != "variables" else {**shown, "value": row["value"][:CUT]}


def _checked(entity: str, body: Row) -> tuple[int, list[Row], list[Any] | None]:
    """Size, order and start of a search; refused where Operate refuses them."""
    fields = FIELDS[entity]
    size = body.get("size", 10)
    if not isinstance(size, int) or not 1 <= size <= 1000:
        raise RefusalError(400, BAD, "size should be greater than zero and equal or less than 1000")
    sort = body.get("sort") or []
    for row in sort:
        if row.get("order", "ASC") not in ("ASC", "DESC"):
            raise RefusalError(400, BAD, "JSON parse error: not one of the values accepted for Enum class: [DESC, ASC]")
        if row.get("field") not in fields:
            raise RefusalError(400, INVALID, f"Sort has invalid field(s): {row.get('field')}")
        if (entity, row["field"]) in REFUSED_SORT:
            raise RefusalError(400, INVALID, REFUSED_SORT[entity, row["field"]])
        row.setdefault("order", "ASC")
    after = body.get("searchAfter")
    if after == []:
        raise RefusalError(400, INVALID, "searchAfter should have a least 1 value")
    if after is not None and sort and len(after) != len(sort) + 1:
        raise RefusalError(400, INVALID, f"searchAfter should have a {len(sort) + 1} values")
    if after is not None and len(after) != len(sort) + 1:
        raise RefusalError(500, BROKEN, "Error in reading incidents")
    if any((entity, row["field"]) in UNSORTABLE for row in sort):
        raise RefusalError(500, BROKEN, "Error in reading incidents")
    return size, sort, after


def _ranks(order: list[Row], fields: dict[str, str]) -> Callable[[Row], list[_Rank]]:
    plan = [(row["field"], fields[row["field"]], _up(row)) for row in order]

    def ranks(row: Row) -> list[_Rank]:
        return [_Rank(_comparable(kind, row.get(name)), up) for name, kind, up in plan]

    return ranks


def _after(rows: Sequence[Row], target: list[_Rank], ranks: Callable[[Row], list[_Rank]]) -> int:
    """The position of the first row behind ``target``."""
    low, high = 0, len(rows)
    while low < high:
        middle = (low + high) // 2
        if target < ranks(rows[middle]):
            high = middle
        else:
            low = middle + 1
    return low


def _comparable(kind: str, value: Any) -> Any:
    return millis(value) if kind == D and value is not None else value


def _parsed(kind: str, value: Any) -> Any:
    """A value of searchAfter."""
    if value is None:
        return None
    if kind in (L, N, D):
        number = int(value)
        return None if number in (2**63 - 1, -(2**63)) else number  # stands for a missing value
    return bool(int(value)) if kind == B else str(value)


def _filter(entity: str, given: Row) -> list[Callable[[Row], bool]]:
    given = {("parentKey" if name == "parentProcessInstanceKey" else name): value for name, value in given.items()}
    fields = FIELDS[entity]
    return [
        _match(name, fields[name], value)
        for name, value in given.items()
        # Empty strings are ignored: buildTermQuery in the sources of Operate 8.6 looks whether a string is empty.
        if name in fields and (entity, name) not in UNFILTERED and value not in (None, "")
    ]


def _match(name: str, kind: str, value: Any) -> Callable[[Row], bool]:
    if kind in (L, N):
        try:
            number = int(value)
        except ValueError:
            raise RefusalError(
                400, BAD, f'JSON parse error: Cannot deserialize value of type `long` from String "{value}"'
            ) from None
        return lambda row: bool(row.get(name) == number)
    if kind == D:
        low, high = _span(value)
        return lambda row: name in row and low <= millis(row[name]) <= high
    if name == "truncated":
        return lambda row: bool((len(row["value"]) > CUT) == value)
    if kind == T:
        words = set(re.findall(r"\w+", value.lower()))
        return lambda row: words <= set(re.findall(r"\w+", str(row.get(name, "")).lower()))
    return lambda row: bool(row.get(name) == value)


def _span(text: str) -> tuple[int, int]:
    """The first and the last millisecond that a date filter matches."""
    moment, _bars, unit = text.partition("||/")
    try:
        when = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(timezone.utc)
    except ValueError:
        raise RefusalError(500, BROKEN, "Error in reading incidents") from None
    if not unit:
        return millis(stamp(when)), millis(stamp(when))
    day = when.replace(hour=0, minute=0, second=0, microsecond=0)
    month = day.replace(day=1)
    low, high = {
        "s": (second := when.replace(microsecond=0), second + timedelta(seconds=1)),
        "m": (minute := when.replace(second=0, microsecond=0), minute + timedelta(minutes=1)),
        "h": (hour := when.replace(minute=0, second=0, microsecond=0), hour + timedelta(hours=1)),
        "d": (day, day + timedelta(days=1)),
        "w": (week := day - timedelta(days=day.weekday()), week + timedelta(weeks=1)),
        "M": (month, (month + timedelta(days=32)).replace(day=1)),
        "y": (month.replace(month=1), month.replace(year=month.year + 1, month=1)),
    }[unit]
    return millis(stamp(low)), millis(stamp(high)) - 1


class _Handler(BaseHTTPRequestHandler):
    fake: FakeOperate
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: tests look at ``requests``."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        kind = self.headers.get("Content-Type", "")
        try:
            body = json.loads(content) if content and "json" in kind else None
        except ValueError:
            self._answer(400, RefusalError(400, BAD, "JSON parse error").body)
            return
        if path in ("/api/login", "/login"):
            self._login(path, content.decode())
            return
        if kind.startswith("multipart/"):
            body = _files(kind, content)
        self.fake.requests.append((self.command, path, body))
        if not self._known():
            self._answer(401, {"message": "JWT payload validation failed" if self._token() else ""})
        elif self.command not in ("GET", "HEAD") and not self._trusted():
            self._answer(
                403, {"timestamp": stamp(datetime.now(timezone.utc)), "status": 403, "error": "Forbidden", "path": path}
            )
        else:
            try:
                self._route(path, body)
            except RefusalError as refusal:
                self._answer(refusal.status, refusal.body)

    def _login(self, path: str, form: str) -> None:
        fields = {name: values[0] for name, values in parse_qs(form or urlsplit(self.path).query).items()}
        self.fake.logins += 1
        if path == "/login" or (fields.get("username"), fields.get("password")) != (
            self.fake.username,
            self.fake.password,
        ):
            self._answer(404 if path == "/login" else 401, {"message": ""})
            return
        session, token = secrets.token_hex(16), secrets.token_hex(16)
        self.fake._sessions[session] = token
        headers = {"Set-Cookie": f"OPERATE-SESSION={session}; Path=/; HttpOnly; SameSite=Lax"}
        if self.fake.csrf:
            headers["X-CSRF-TOKEN"] = token
        self._answer(204, None, headers)

    def _session(self) -> str | None:
        match = re.search(r"OPERATE-SESSION=(\w+)", self.headers.get("Cookie", ""))
        return self.fake._sessions.get(match.group(1)) if match else None

    def _token(self) -> str:
        kind, _space, token = self.headers.get("Authorization", "").partition(" ")
        return token if kind == "Bearer" else ""

    def _bearer(self) -> bool:
        token = self._token()
        return bool(token) and (token in self.fake.tokens or self.fake.accepts(token))

    def _known(self) -> bool:
        return self._session() is not None or self._bearer()

    def _trusted(self) -> bool:
        return not self.fake.csrf or self._bearer() or self.headers.get("X-CSRF-TOKEN") == self._session()

    def _route(self, path: str, body: Any) -> None:
        fake = self.fake
        answer = fake.command(self.command, path[3:], body) if path.startswith("/v2/") else None
        if answer:
            self._answer(*answer)
            return
        match = re.fullmatch(r"/v1/([a-z-]+)/([^/]+)(?:/([a-z-]+))?", path)
        if not fake.v1:
            # A newer version answers an unknown path so.
            detail = f"No static resource {path[1:]}."
            self._answer(404, {"type": "about:blank", "title": "Not Found", "status": 404, "detail": detail})
            return
        if not match or match.group(1) not in FIELDS:
            self._answer(404, {"timestamp": "...", "status": 404, "error": "Not Found", "path": path})
            return
        entity, key, view = match.group(1), unquote(match.group(2)), match.group(3)
        if self.command == "POST" and key == "search":
            self._answer(200, fake.search(entity, body or {}))
        elif self.command == "DELETE" and entity == "process-instances":
            if self._session() is None:
                raise RefusalError(400, BAD, "Couldn't get authentication for user.")
            self._answer(200, fake.delete(key))
        elif self.command == "GET":
            row = fake.get(entity, key)
            views: dict[str | None, Any] = {
                None: row,
                "statistics": fake.statistics_of(key),
                "sequence-flows": fake.sequence_flows.get(key, []),
                "xml": fake.xml.get(key, "<definitions/>"),
            }
            self._answer(200, views[view], {"Content-Type": "text/xml"} if view == "xml" else None)
        else:
            self._answer(405, {"status": 405, "error": "Method Not Allowed", "path": path})

    def _answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        content = b"" if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        kind = "application/json" if status < 400 else "application/problem+json"
        for name, value in {"Content-Type": kind, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()
