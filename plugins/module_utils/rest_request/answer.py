# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers: what a task gets of them, and the errors that they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

from ..errors import AnswerError, CamundaError, answer_error
from ..rest.response import Response
from ..secrets import MASK
from .address import Address

_SESSIONS = ("set-cookie", "set-cookie2", "authorization", "proxy-authorization", "authentication-info")
_TEXT = re.compile(r"text/|application/(xml|javascript|x-www-form-urlencoded|x-ndjson|yaml)|.*\+(xml|yaml)$")
_LONGEST = 1 << 16
_MESSAGES = ("message", "detail", "title", "error_description", "error")
_NESTED = ("error", "errors", "fault")
_CODES = ("code", "errorCode", "error_code", "error", "type")


class ValueMissingError(CamundaError):
    """An expression has no value for an answer, which otherwise may be a success."""


class FollowingError(CamundaError):
    """The request was carried out, and its answer, to which the server redirected, could not be had."""


@dataclass(frozen=True)
class Answer:
    """One answer, decoded.

    Attributes:
        address: where it came from, after redirects.
        binary: whether the body is no text, and so is left out.
    """

    response: Response
    address: Address
    status: int
    headers: Mapping[str, str]
    body: Any
    binary: bool = False

    @property
    def variables(self) -> dict[str, Any]:
        """What expressions see."""
        return {"status": self.status, "headers": self.headers, "body": self.body}


def decode(response: Response, address: Address, *, strict: bool = True) -> Answer:
    """Return an answer with its body decoded by its Content-Type.

    Args:
        strict: the body must be what its Content-Type says.

    Raises:
        InvalidAnswerError: it is not.
    """
    headers = {name.lower(): value for name, value in response.headers.items()}
    kind, _semicolon, parameters = headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    binary = False
    body: Any = None
    if not response.content:
        pass
    elif kind == "application/json" or kind.endswith("+json"):
        if response.is_json:
            body = response.data
        elif strict:
            raise response.invalid("JSON, as its Content-Type says")
        else:
            body = response.text
    elif not kind and response.is_json:
        body = response.data
    else:
        body = _text(response.content, parameters, certain=bool(_TEXT.match(kind)))
        binary = body is None
    return Answer(response, address, response.status, _masked(headers), body, binary)


def _masked(headers: Mapping[str, str]) -> dict[str, str]:
    """Leave out what logs in: new sessions and tokens that nobody could know before."""
    return {name: MASK if name in _SESSIONS else value for name, value in headers.items()}


def _text(content: bytes, parameters: str, *, certain: bool) -> Optional[str]:
    """Return the text of a body, None if it is none."""
    found = re.search(r"charset=\"?([\w.:-]+)", parameters, re.IGNORECASE)
    try:
        return content.decode(found.group(1) if found else "utf-8")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace") if certain or found else None


def code_in(body: Any) -> Optional[str]:
    """Return the code of an error in one of the usual shapes: ``code`` or ``error``, at the top or in ``error``."""
    if not isinstance(body, Mapping):
        return None
    inner = code_in(body["error"]) if isinstance(body.get("error"), Mapping) else None
    found = next((body[key] for key in _CODES if isinstance(body.get(key), (str, int)) and body[key] != ""), None)
    return inner or (None if found is None or isinstance(found, bool) else str(found))


def explain(response: Response) -> tuple[Optional[str], str]:
    """Return the code and the message of an error answer in one of the usual shapes, for errors."""
    return code_in(response.data), _message_in(response.data)


def _message_in(body: Any) -> str:
    if isinstance(body, list):
        return next(filter(None, map(_message_in, body)), "")
    if not isinstance(body, Mapping):
        return ""
    texts = (body[key] for key in _MESSAGES if isinstance(body.get(key), str) and body[key])
    return next(texts, "") or next(filter(None, (_message_in(body.get(key)) for key in _NESTED)), "")


def with_answer(error: AnswerError, answer: Answer, code: Optional[str] = None) -> AnswerError:
    """Add to an error what the server answered: its code, headers and body."""
    body = answer.body
    if isinstance(body, str) and len(body) > _LONGEST:
        body = body[:_LONGEST]
    error.facts.update(code=code or code_in(body) or str(answer.status), headers=answer.headers, body=body)
    return error


def failure(message: str, answer: Answer, code: Optional[str] = None) -> AnswerError:
    """Return the error of an answer whose content, not its status, says that the request failed."""
    return with_answer(answer_error(message, answer.response), answer, code)
