# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the error answers of Operate mean, and of the API v2 of the same cluster."""

from __future__ import annotations

from typing import Optional

from ..errors import AnswerError, NotFoundError, TransportError
from ..rest.response import Response

# What to do next, by a part of the server's message (8.6).
_ADVICE: tuple[tuple[str, str], ...] = (
    (
        "Couldn't get authentication for user",
        "This server deletes for its own users only, not for tokens: log in with auth_type: cookie, username "
        "and password.",
    ),
    (
        "needs to be in one of the states",
        "It is still active: cancel it first (cancel_first: true), or wait for its end.",
    ),
    (
        "Ambiguous handler methods",
        "This is a defect of Camunda 8.6 with Operate and Tasklist in one process: long values cannot be got there.",
    ),
    ("No secondary storage", "This cluster runs without a database for searches, so that nothing can be searched."),
    (
        "PartitionNotFound",
        "No partition of this cluster has such a key: it belongs to another cluster, or is mistyped.",
    ),
)


def explain(response: Response) -> tuple[Optional[str], str]:
    """Return the type and the message of an error answer, with what to do about it where that is known."""
    data = response.data
    if not isinstance(data, dict):
        return None, ""
    texts = {key: value.strip() for key, value in data.items() if isinstance(value, str)}
    said = " ".join(texts[key] for key in ("message", "detail") if texts.get(key))
    kind = texts.get("title") if texts.get("type") in (None, "about:blank") else texts["type"]
    text = said or texts.get("title") or texts.get("error") or ""
    advice = next((advice for part, advice in _ADVICE if part in f"{text} {kind}"), "")
    if response.status == 403 and not advice:
        advice = (
            "The caller may not do this. Deleting needs the permission write (up to 8.7) or DELETE_PROCESS_INSTANCE on "
            "the process definition * (8.8); with a cookie login also the CSRF token that the server hands out."
            if response.method == "DELETE"
            else "Reading with API v1 on 8.8 and newer needs the read permissions on the resource *."
        )
    return kind, f"{text.rstrip('. ')}. {advice}".strip(" .")


def repeat_answer(response: Response) -> Optional[bool]:
    """True for back-pressure, which did nothing; False for an answer that only looks like it."""
    if response.status != 503:
        return None
    if "PartitionNotFound" in response.text:
        return False
    return True if "RESOURCE_EXHAUSTED" in response.text else None


def may_have_happened(error: Exception) -> bool:
    """Whether the request may have been carried out although it failed."""
    return (isinstance(error, TransportError) and error.sent) or (
        isinstance(error, AnswerError) and error.status in (502, 503, 504)
    )


def check_absent(error: NotFoundError) -> None:
    """Return if Operate itself says that there is no such object.

    Raises:
        NotFoundError: the server has no such path.
    """
    data = error.response.data
    if not (isinstance(data, dict) and "message" in data and data.get("type") not in (None, "about:blank")):
        raise no_such_api(error) from None


def no_such_api(error: NotFoundError) -> NotFoundError:
    """Return the error for a server that does not serve Operate API v1."""
    return NotFoundError(
        f"{error.method} {error.path}: 404. There is no Operate API v1 at this address. Either the option url does not "
        "lead to Operate; or the cluster has none: Camunda 8.9 on a relational database and Camunda 8.10 and newer "
        "serve API v2 only, which a module c8_search of a later version of this collection will read.",
        error.response,
        error.type,
    )
