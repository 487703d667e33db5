# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be got of one object of Camunda 7; the views are those of camunda7/views.py."""

from __future__ import annotations


class ModuleDocFragment:
    """For the module and the lookup ``c7_get``."""

    DOCUMENTATION = r"""
options:
  view:
    description:
      - V(object) is the object itself.
      - V(xml) and V(diagram) are the model of a process definition, decision definition or decision
        requirements definition, and its image if one was deployed.
      - V(start_form), V(form_variables), V(rendered_form) and V(deployed_form) are the start form of a process
        definition, and V(form), V(form_variables), V(rendered_form) and V(deployed_form) the form of a task.
      - V(statistics) are the numbers of instances, failed jobs and incidents by activity of a process
        definition, V(history_statistics) the numbers from history, and V(called_process_definitions) what its
        call activities call.
      - V(variables) are all variables of a process instance or task, and V(variable) is the one that O(name)
        names. V(local_variables) and V(local_variable) are those of the scope of a task or execution alone.
      - V(activity_instances) is the tree of active activities of a process instance.
      - V(message_subscription) is the subscription of an execution to the message that O(name) names.
      - V(stacktrace) is that of the last exception of a job, or of a job log entry. V(error_details) are those
        of an external task, or of an external task log entry. An empty string if there was none.
      - V(comments), V(attachments) and V(identity_links) belong to a task, V(comments) also to a process
        instance.
      - V(resources) are the files of a deployment, and V(resource) is the content of the one whose id is
        O(name).
      - V(data) is the content of a variable that holds a file or bytes.
      - V(groups) are the groups of a user.
    type: str
    choices:
      - object
      - activity_instances
      - attachments
      - called_process_definitions
      - comments
      - data
      - deployed_form
      - diagram
      - error_details
      - form
      - form_variables
      - groups
      - history_statistics
      - identity_links
      - local_variable
      - local_variables
      - message_subscription
      - rendered_form
      - resource
      - resources
      - stacktrace
      - start_form
      - statistics
      - variable
      - variables
      - xml
    default: object
  name:
    description:
      - The name of the variable or message, or the id of the resource, for the views of which an object has several.
    type: str
"""
