# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the error answers of the Camunda 7 REST API mean.

Source of the facts: the sources of Camunda 7.24 and running engines (7.24.0, Operaton 1.0.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from ..rest.response import Response

# ``code`` of an error answer whose transaction was rolled back for a reason outside the request (since 7.16).
_ROLLED_BACK = {1: "optimistic locking", 10000: "deadlock"}

# ``code`` of an error answer with an empty message (since 7.16), and its meaning.
_TOO_LONG = {10002: "A value is too long for the engine's tables: ids have up to 64 characters, other texts up to 255."}

# What to do next, by a part of the server's message. The messages are those of 7.24 and Operaton 1.0.
_ADVICE: tuple[tuple[str, str], ...] = (
    (
        "is read-only",
        "The engine gets its users and groups from a read-only provider such as LDAP: change them there. "
        "Authorizations can be managed here.",
    ),
    ("No process engine available", "Check the option engine; GET /engine lists the engines."),
    ("Process engine", "Check the option engine; GET /engine lists the engines."),
    ("CSRFPreventionFilter", "This is the API of the web applications: use the address that ends with /engine-rest."),
    (
        "is not a valid resource identifier",
        "The engine's whitelist refuses this id: see generalResourceWhitelistPattern in its configuration.",
    ),
    ("Password does not match policy", "Choose a password that the engine's password policy accepts."),
    (
        "authenticated user password is not valid",
        "The engine wants the caller's own password: check the option password.",
    ),
    ("Required admin authenticated", "The caller must be a member of an admin group of the engine."),
    ("is already claimed by someone else", "Use state assigned to take the task over."),
    ("ENGINE-03043", "Activate it first, with state active of c7_process_instance or c7_process_definition."),
    ("Unsupported value type 'Json'", "The engine needs the Spin plugin for values of this type."),
    ("Unsupported value type 'Xml'", "The engine needs the Spin plugin for values of this type."),
    ("Cannot find serializer for value", "The engine has no plugin for this serializationDataFormat."),
)


def explain(response: Response) -> tuple[Optional[str], str]:
    """Return the type and the message of an error answer, with what to do about it where that is known."""
    data = response.data
    if not isinstance(data, dict):
        return None, ""
    message = _text(data.get("message")).strip()
    kind = _text(data.get("type")) or None
    if message == "" and response.status == 400:
        message = "The engine could not read the request (wrong JSON or a value of the wrong type)."
    missing = data.get("missingAuthorizations")
    rows = [row for row in missing if isinstance(row, dict)] if isinstance(missing, list) else []
    if rows:
        needed = ", or ".join(
            f"{row.get('permissionName')} on {row.get('resourceName')} {row.get('resourceId') or '*'}" for row in rows
        )
        return kind, f"{message} The caller {_text(data.get('userId'))} needs {needed}.".replace("  ", " ")
    advice = _by_code(data, _TOO_LONG) or next((text for part, text in _ADVICE if part in message), "")
    return kind, f"{message} {advice}".strip()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _by_code(data: Mapping[str, Any], table: Mapping[int, str]) -> str:
    """Look up the ``code`` of an error body; an empty string if it is unknown or no number."""
    code = data.get("code")
    return table.get(code, "") if isinstance(code, int) else ""


def repeat_answer(response: Response) -> Optional[bool]:
    """True where the engine rolled back and did nothing, so that the same request may be sent again."""
    if response.status != 500:
        return None
    data = response.data
    return isinstance(data, dict) and bool(_by_code(data, _ROLLED_BACK))
