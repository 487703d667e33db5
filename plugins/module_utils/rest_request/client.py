# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends requests to any host: redirects, and which of them carry credentials."""

from __future__ import annotations

from collections.abc import Container, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Optional

from ..errors import AnswerError, CamundaError, UsageError
from ..rest.client import Client
from ..rest.connection import Connection
from ..secrets import Redactor
from .address import Address
from .answer import Answer, FollowingError, ValueMissingError, decode, explain, failure, with_answer
from .call import Call

if TYPE_CHECKING:
    from ..rest.bodies import Receiver
    from .expressions import Expression

_MOST_REDIRECTS = 10
_SAME_METHOD = (301, 302, 307, 308)
_SEE_OTHER = 303
_ELSEWHERE = ("Accept", "Accept-Language", "Accept-Encoding")
_NO_CREDENTIALS: Mapping[str, Any] = {
    "auth_type": "none",
    "client_cert": None,
    "client_key": None,
}


class Rules:
    """What counts as a success of a task's requests.

    Args:
        expect: the statuses; empty for 2xx.
        error_when: says of an answer whether it is an error, and which.
        follow: follow redirects.
        absent: more statuses that are fine, which say that a resource does not exist.
    """

    def __init__(
        self, expect: Container[int], error_when: Optional[Expression], follow: bool, absent: Container[int] = ()
    ) -> None:
        self._expect = expect
        self._error_when = error_when
        self._follow = follow
        self._absent = absent

    def reading(self, absent: Container[int] = ()) -> Rules:
        """The rules for reading what the task's request is about: ``expect`` is for that request alone."""
        return Rules((), self._error_when, self._follow, absent)

    def expected(self, status: int) -> bool:
        """Whether an answer with this status is a success."""
        return status in self._absent or (status in self._expect if self._expect else 200 <= status < 300)

    def accepts(self, status: int) -> bool:
        """Whether the client has to return an answer with this status instead of an error."""
        return (self._follow and status in (*_SAME_METHOD, _SEE_OTHER)) or self.expected(status)

    def begin(self, _status: int) -> None:
        """Keep all bodies in memory."""

    def check(self, answer: Answer) -> Answer:
        """Return the answer if it is a success.

        Raises:
            AnswerError: it is not.
        """
        found = self.error_in(answer)
        if found is not None:
            raise found
        if not self.expected(answer.status):
            raise failure(f"{_name(answer)} answered {answer.status}, which is not in expect.", answer)
        return answer

    def error_in(self, answer: Answer) -> Optional[AnswerError]:
        """Return the error that ``error_when`` finds in an answer."""
        found = self._error_when(answer) if self._error_when and answer.status not in self._absent else None
        if not found:
            return None
        given: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
        said = given.get("message") if given else found if isinstance(found, str) else None
        said = said or explain(answer.response)[1] or "the API reports an error (option error_when)"
        code = given.get("code")
        return failure(
            f"{_name(answer)}: {answer.status} {said}".rstrip(".") + ".", answer, None if code is None else str(code)
        )


class Rest:
    """Sends the requests of tasks that have the same connection options.

    Attributes:
        rest: the client of the first host, for its warnings.

    Args:
        params: connection options. Without ``url`` they are checked with the first request.
    """

    def __init__(self, params: Mapping[str, Any], redactor: Redactor, read_only: bool) -> None:
        self._params = params
        self._redactor = redactor
        self._read_only = read_only
        self._clients: dict[tuple[str, bool], Client] = {}
        self.rest: Optional[Client] = None

    def client(self, origin: str, *, trusted: bool = True) -> Client:
        """Return the client of a host; only a trusted one gets credentials."""
        if (origin, trusted) not in self._clients:
            connection = Connection.from_parameters({**self._params, "url": origin})
            if connection.auth_type == "cookie":
                raise UsageError(
                    "auth_type: cookie is the login of Operate. Use none, basic, bearer, api_key or oauth2."
                )
            if not trusted:
                connection = replace(connection, **_NO_CREDENTIALS)
            made = Client(connection, read_only=self._read_only, redactor=self._redactor, explain=explain)
            self._clients[origin, trusted] = made
            self.rest = self.rest or made
        return self._clients[origin, trusted]

    def send(self, call: Call, rules: Rules, *, safe: bool, receiver: Optional[Receiver] = None) -> Answer:
        """Send a request, follow redirects, and return the answer if it is a success.

        Args:
            safe: it changes nothing on the server, so that it may be sent in check mode.

        Raises:
            CamundaError: whatever keeps it from success. An error answer has its headers and body in the facts.
        """
        home, trusted, carried_out = call.address.origin, True, False
        for _hop in range(_MOST_REDIRECTS + 1):
            try:
                answer = self._once(call, rules, safe, receiver or rules, trusted=trusted)
                target = _redirect(answer, rules)
                if target is None:
                    return rules.check(answer)
            except CamundaError as error:
                if carried_out:
                    raise FollowingError(error.message, **error.facts) from error
                raise
            trusted = trusted and target.origin == home
            if answer.status == _SEE_OTHER and call.method != "HEAD":
                call, safe, carried_out = (
                    replace(call, method="GET", body=None, data=None),
                    True,
                    not safe or carried_out,
                )
            if not safe or (call.body is not None and not trusted):
                raise failure(
                    f"{call}: {answer.status}: the server redirects to {target.origin}{target.path}. A request that "
                    "may change something, or takes a body to another host, is not redirected: give that address as "
                    "url.",
                    answer,
                )
            call = replace(call, address=target, headers=_carried(call, trusted))
        raise CamundaError(f"{call}: more than {_MOST_REDIRECTS} redirects in a row.")

    def _once(self, call: Call, rules: Rules, safe: bool, receiver: Receiver, *, trusted: bool) -> Answer:
        client = self.client(call.address.origin, trusted=trusted)
        send = client.read if safe else client.write
        headers = call.headers
        if call.body is not None and not isinstance(call.body, bytes):
            headers = {**headers, "Content-Length": str(len(call.body))}
        try:
            response = send(
                call.method,
                call.address.path,
                query=call.address.query,
                body=call.body,
                headers=headers,
                receiver=receiver,
            )
        except AnswerError as error:
            answer = decode(error.response, call.address, strict=False)
            own = None
            with suppress(ValueMissingError):  # the expression may be about successes only
                own = rules.error_in(answer)
            raise own or with_answer(error, answer) from None
        return decode(response, call.address, strict=rules.expected(response.status))


def _redirect(answer: Answer, rules: Rules) -> Optional[Address]:
    """Return where an answer redirects to, if that is to be followed."""
    if rules.expected(answer.status) or not rules.accepts(answer.status) or "location" not in answer.headers:
        return None
    return answer.address.join(answer.headers["location"], f"{_name(answer)}: the Location of a redirect")


def _carried(call: Call, trusted: bool) -> dict[str, str]:
    """The headers that go along with a redirect: to another host none that may identify the user."""
    dropped = () if call.body is not None else ("Content-Type",)
    return {
        name: value for name, value in call.headers.items() if name not in dropped and (trusted or name in _ELSEWHERE)
    }


def _name(answer: Answer) -> str:
    return f"{answer.response.method} {answer.response.path}"
