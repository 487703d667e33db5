# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is not found is only taken for absent where the caller may see it."""

from __future__ import annotations

import json
from typing import Any, Optional

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.client import Camunda7
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.objects import USER
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.permissions import SECURABLES
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.visibility import (
    check_readable,
    is_authorized,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import (
    AuthenticationError,
    HiddenError,
    answer_error,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.response import Response

USERS = SECURABLES["user"]


class Checks:
    """Stands for the REST client: answers whether the caller is authorized, or with an error."""

    def __init__(self, authorized: bool = True, refusal: str = "") -> None:
        self.authorized, self.refusal = authorized, refusal
        self.asked: list[str] = []

    def read(self, method: str, path: str, *, query: Any = None, body: Any = None) -> Response:
        assert (method, path, body) == ("GET", "/authorization/check", None)
        assert (query["permissionName"], query["resourceName"], query["resourceType"]) == ("READ", "user", 1)
        self.asked.append(query["resourceId"])
        if self.refusal:
            raise answer_error(self.refusal, Response("GET", path, 401, {}, b""))
        return Response("GET", path, 200, {}, json.dumps({"authorized": self.authorized}).encode())


def client(checks: Any, authenticated: bool = True, caller: Optional[str] = "bot") -> Camunda7:
    return Camunda7(checks, authenticated=authenticated, caller=caller)


@pytest.mark.parametrize(
    ("unseen", "everything", "asked"),
    [((), False, []), (("a",), False, ["a"]), (("a", "b"), False, ["*"]), ((), True, ["*"]), (("a",), True, ["*"])],
)
def test_one_object_is_asked_for_by_its_id_and_more_as_all(unseen: Any, everything: bool, asked: list[str]) -> None:
    checks = Checks()
    check_readable(client(checks), USERS, unseen, everything=everything)
    USER.check_readable(client(checks), unseen, everything=everything)
    assert checks.asked == asked * 2
    checks = Checks(authorized=False)
    if asked:
        with pytest.raises(HiddenError) as caught:
            USER.check_readable(client(checks), unseen, everything=everything)
        assert caught.value.message == (
            f"The caller bot may not read user {asked[0]}, and the engine hides what a caller may not read. So it "
            "cannot be told whether it exists. Grant READ on the resource user, id *, to the caller."
        )
    else:
        USER.check_readable(client(checks), unseen, everything=everything)


def test_an_engine_that_knows_no_caller_hides_nothing() -> None:
    checks = Checks(authorized=False)
    assert is_authorized(client(checks, authenticated=False), "READ", USERS) is None
    assert checks.asked == []
    unknown = Checks(refusal="The user must be authenticated to check authorizations")
    assert is_authorized(client(unknown), "READ", USERS) is None
    check_readable(client(unknown), USERS, everything=True)


def test_a_refused_login_is_an_error() -> None:
    with pytest.raises(AuthenticationError):
        is_authorized(client(Checks(refusal="wrong password")), "READ", USERS)


@pytest.mark.parametrize("authorized", [True, False])
def test_the_engine_decides(authorized: bool) -> None:
    assert is_authorized(client(Checks(authorized)), "READ", USERS, "x") is authorized
