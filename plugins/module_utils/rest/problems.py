# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn answers that are of no use into errors that say what the server answered and what to do. Imported only then."""

from __future__ import annotations

import http.client
import json
from typing import Any, Optional
from urllib.parse import urljoin, urlsplit

from ..errors import AnswerError, InvalidAnswerError, answer_error
from . import shapes
from .connection import Connection
from .response import Explain, Response

_KEYS = ("message", "detail", "title", "error_description", "error")
_LONGEST = 2000
PROXY_LOGIN = (
    "The proxy requires a login or refused the given one: set it in the environment variable HTTPS_PROXY or "
    "HTTP_PROXY (http://user:password@proxy:port). The server itself was not reached."
)


def explain(response: Response) -> tuple[Optional[str], str]:
    """Return the message of an error body in one of the usual shapes, without a type; see ``response.Explain``."""
    data: Any = response.data
    if isinstance(data, dict):
        return None, next((data[key] for key in _KEYS if isinstance(data.get(key), str) and data[key]), "")
    return None, ""


def status_error(
    response: Response, connection: Connection, explain: Explain, advice: str, attempts: int
) -> AnswerError:
    """Return the error for ``response``.

    Args:
        explain: reads the product's error bodies.
        advice: what to do about a 401.
        attempts: how often the request was sent.
    """
    kind, said = explain(response) if response.status >= 400 and response.is_json else (None, "")
    said = said.strip() or http.client.responses.get(response.status, "")
    hint = _hint(response, connection, advice)
    tried = f" Sent {attempts} times." if attempts > 1 else ""
    message = f"{response.method} {response.path}: {response.status} {said[:_LONGEST]}".rstrip(" .")
    return answer_error(f"{message}.{hint}{tried}", response, kind)


def _hint(response: Response, connection: Connection, advice: str) -> str:
    status, url = response.status, connection.url
    if 300 <= status < 400 and "Location" not in response.headers:
        return " The API does not answer like this: a proxy, gateway or cache in between did."
    if 300 <= status < 400:
        return _redirect(_location(response, url), url)
    if status < 300:
        return (
            f" This is a web page, not the API. Check url ({url}): it may be the address of a web application, "
            "or a proxy asks for a login."
        )
    # Operate checks the CSRF token before the login, so a missing login is answered with 403.
    if status == 401 or (status == 403 and connection.auth_type == "none"):
        return f" {advice}."
    if status == 407:
        return f" {PROXY_LOGIN}"
    if status == 400 and url.startswith("http://") and any(word in response.text for word in ("HTTPS", "TLS", "SSL")):
        return f" The server seems to speak TLS on this port: try https:// in url (now {url})."
    if response.is_html and status in (400, 404, 405):
        return f" The answer is a web page, not the API's. Check url ({url}), especially its path."
    if response.is_html:
        return " The answer is a web page: a proxy or gateway in between sent it, not the API."
    if status in (502, 503, 504):
        return " The server is starting, overloaded or down; try again later."
    return ""


def _redirect(location: str, url: str) -> str:
    here, there = url.partition("://"), location.partition("://")
    if there[0] != here[0] and there[2].startswith(here[2] + "/"):
        return f" The server redirects to another scheme: use {location.partition(':')[0]}:// in url (now {url})."
    return (
        f" The server redirects to {location}; redirects are not followed. "
        f"If that is a login page, check auth_type and credentials, otherwise give that address as url (now {url})."
    )


def _location(response: Response, url: str) -> str:
    """Name where a redirect leads: never its query or credentials, which may hold secrets."""
    try:
        parts = urlsplit(urljoin(url + response.path, response.headers.get("Location", "")))
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.partition(';')[0]}"
    except ValueError:
        return "an invalid address"


def body_error(response: Response, expected: str, mismatch: str) -> InvalidAnswerError:
    """Return the error for a success with an unusable body, see ``Response.invalid``. The body is never quoted."""
    return InvalidAnswerError(
        f"{response.method} {response.path} answered {response.status}, but not with {expected}: "
        f"{mismatch or _body_in_words(response)}. "
        "Check the option url, and any proxy, gateway or cache in between.",
        response,
    )


def _body_in_words(response: Response) -> str:
    """Say what the body is."""
    size = len(response.content)
    if size == 0:
        return "the body is empty"
    if response.is_json:
        return f"the body is {shapes.name(response.data)}"
    if response.is_html:
        return "the body is a web page"
    if response.is_excessive:
        return "the body has too many objects or values"
    try:
        json.loads(response.content)
    except UnicodeDecodeError:
        return f"the body ({size} bytes) is not UTF-8"
    except RecursionError:
        return "the body is nested too deeply"
    except json.JSONDecodeError as error:
        truncated = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")
        return f"the body ({size} bytes) is {'truncated JSON' if truncated else 'not JSON'}"
    except ValueError:
        pass
    return "the body has a number that is too long"
