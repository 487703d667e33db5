# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error tree.

Everything below the runner raises one of these. The runner alone turns them into a failed task,
lookups and the action plugin into their own kind of error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from .rest.response import Response


class CamundaError(Exception):
    """Base of all errors that this collection raises on purpose.

    Args:
        message: one text for people: what was attempted, on which object, what the server said, what to do next.
        facts: machine-readable details; they become the key ``error`` of a failed task's result.
    """

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.facts: dict[str, Any] = facts


class UsageError(CamundaError):
    """The input is wrong; found before the first request."""


class MissingLibraryError(UsageError):
    """A Python library that the work needs is not installed for the running interpreter."""


class RefusedError(CamundaError):
    """A guard refused a dangerous change; the message names the override."""


class HiddenError(CamundaError):
    """The caller may not read objects that the task is about, so that nobody can tell whether they exist."""


class ReadOnlyError(CamundaError):
    """A write was attempted in check mode or by a read-only plugin. That is a defect of the collection."""


class TransportError(CamundaError):
    """There was no usable answer.

    Args:
        sent: whether the request may have reached the server, so that its effect is unknown.

    Attributes:
        final: sending the request again cannot help.
    """

    final = False

    def __init__(self, message: str, *, sent: bool = False, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.sent = sent


class TlsError(TransportError):
    """There is no secure connection."""

    final = True


class TooLargeError(TransportError):
    """An answer is larger than any that makes sense."""

    final = True


class DeadlineError(TransportError):
    """The time allowed for one request with its repetitions (option ``deadline``) is used up."""


class WaitTimeoutError(CamundaError):
    """An awaited state was not reached in time (option ``wait_timeout``)."""


class ApplyError(CamundaError):
    """Some changes of a plan failed. The facts report what was done, what failed and what was not attempted."""


class AnswerError(CamundaError):
    """The server answered with an error status (or a redirect, which is never followed)."""

    def __init__(self, message: str, response: Response, type: Optional[str] = None) -> None:
        super().__init__(
            message,
            status=response.status,
            type=type,
            method=response.method,
            path=response.path,
            instance=response.instance,
        )
        self.response = response
        self.status = response.status
        self.type = type
        self.method = response.method
        self.path = response.path


class InvalidAnswerError(AnswerError):
    """A success whose body is not what the API promises: a proxy, a cache or another application answered."""


class AuthenticationError(AnswerError):
    """The credentials were not accepted: 401, or a login that was refused with another status."""


class ForbiddenError(AnswerError):
    """403: the caller lacks a permission, or the server refuses the operation altogether."""


class NotFoundError(AnswerError):
    """404: the object or the address does not exist, or the caller may not see it."""


_BY_STATUS: dict[int, type[AnswerError]] = {
    401: AuthenticationError,
    403: ForbiddenError,
    404: NotFoundError,
}


def answer_error(message: str, response: Response, type: Optional[str] = None) -> AnswerError:
    """Return the error that fits the status of ``response``."""
    return _BY_STATUS.get(response.status, AnswerError)(message, response, type)
