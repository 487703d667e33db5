# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine returns for one object beside the object itself (seen on 7.24.0 and Operaton 1.0.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Union

from ..query.entity import View
from ..rest import shapes
from ..rest.response import Response


def document(response: Response) -> Any:
    """Return a JSON document; an answer without a body is an empty text."""
    if response.content and not response.is_json:
        raise response.invalid("a JSON document")
    return response.data if response.content else ""


def text(response: Response) -> str:
    """Return a text; an answer without a body (204) is an empty one."""
    return response.text


def binary(response: Response) -> Union[str, bytes]:
    """Return a file: a text if it is one."""
    try:
        return response.content.decode("utf-8")
    except UnicodeDecodeError:
        return response.content


def bpmn(response: Response) -> str:
    """Return the BPMN model of a process definition."""
    return str(response.object({"bpmn20Xml": shapes.TEXT})["bpmn20Xml"])


def dmn(response: Response) -> str:
    """Return the DMN model of a decision or of a decision requirements definition."""
    return str(response.object({"dmnXml": shapes.TEXT})["dmnXml"])


def without_class(response: Response) -> list[dict[str, Any]]:
    """Return rows without the name of their Java class, which differs between Camunda 7 and its forks."""
    return [{name: value for name, value in row.items() if name != "@class"} for row in response.rows({})]


@dataclass(frozen=True)
class Camunda7View(View):
    """A view with how the engine is asked for it.

    Attributes:
        path: appended to the object's path; without a slash at its front: a path of its own, in which ``{id}`` and,
            as in other paths, ``{name}`` are replaced.
        read: returns the view from the answer.
        in_url: parameters of the request, in which ``{id}`` is replaced too.
    """

    read: Callable[[Response], Any] = document
    in_url: Mapping[str, Any] = field(default_factory=dict)


_RAW_VALUES = {"deserializeValues": False}
_RAW_VALUE = {"deserializeValue": False}
_XML = Camunda7View(path="/xml", document=True, read=bpmn)
_DMN = {
    "xml": Camunda7View(path="/xml", document=True, read=dmn),
    "diagram": Camunda7View(path="/diagram", document=True, read=binary),
}
_VARIABLES = {
    "variables": Camunda7View(path="/variables", in_url=_RAW_VALUES),
    "variable": Camunda7View(path="/variables/{name}", named=True, in_url=_RAW_VALUE),
}
_LOCAL_VARIABLES = {
    "local_variables": Camunda7View(path="/localVariables", in_url=_RAW_VALUES),
    "local_variable": Camunda7View(path="/localVariables/{name}", named=True, in_url=_RAW_VALUE),
}
_DATA = {"data": Camunda7View(path="/data", document=True, read=binary)}
_STACKTRACE = Camunda7View(path="/stacktrace", document=True, read=text)
_COUNTS = {"failedJobs": True, "incidents": True}

VIEWS: Mapping[str, Mapping[str, Camunda7View]] = {
    "process-definition": {
        "xml": _XML,
        "diagram": Camunda7View(path="/diagram", document=True, read=binary),
        "start_form": Camunda7View(path="/startForm"),
        "form_variables": Camunda7View(path="/form-variables"),
        "rendered_form": Camunda7View(path="/rendered-form", document=True, read=text),
        "deployed_form": Camunda7View(path="/deployed-start-form", document=True, read=text),
        "statistics": Camunda7View(path="/statistics", read=without_class, in_url=_COUNTS),
        "history_statistics": Camunda7View(path="history/process-definition/{id}/statistics", read=without_class),
        "called_process_definitions": Camunda7View(path="/static-called-process-definitions"),
    },
    "decision-definition": _DMN,
    "decision-requirements-definition": _DMN,
    "deployment": {
        "resources": Camunda7View(path="/resources"),
        "resource": Camunda7View(path="/resources/{name}/data", document=True, named=True, read=binary),
    },
    "process-instance": {
        **_VARIABLES,
        "activity_instances": Camunda7View(path="/activity-instances"),
        "comments": Camunda7View(path="/comment"),
    },
    "execution": {
        **_LOCAL_VARIABLES,
        "message_subscription": Camunda7View(path="/messageSubscriptions/{name}", named=True),
    },
    "task": {
        **_VARIABLES,
        **_LOCAL_VARIABLES,
        "form": Camunda7View(path="/form"),
        "form_variables": Camunda7View(path="/form-variables"),
        "rendered_form": Camunda7View(path="/rendered-form", document=True, read=text),
        "deployed_form": Camunda7View(path="/deployed-form", document=True, read=text),
        "identity_links": Camunda7View(path="/identity-links"),
        "comments": Camunda7View(path="/comment"),
        "attachments": Camunda7View(path="/attachment"),
    },
    "variable-instance": _DATA,
    "history/variable-instance": _DATA,
    "history/detail": _DATA,
    "job": {"stacktrace": _STACKTRACE},
    "history/job-log": {"stacktrace": _STACKTRACE},
    "external-task": {"error_details": Camunda7View(path="/errorDetails", document=True, read=text)},
    "history/external-task-log": {"error_details": Camunda7View(path="/error-details", document=True, read=text)},
    "user": {"groups": Camunda7View(path="identity/groups", in_url={"userId": "{id}"})},
}
"""The views by entity and name; the names that Camunda's documentation uses, in snake_case."""
