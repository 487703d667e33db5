# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of modules that manage one object, or the members of one object."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..task import C, Context, Outcome, Work
from . import brake
from .plan import CREATE, DELETE, Change, Stages, plan
from .resource import Membership, Resource, Schema, arguments

ObjectStages = Callable[[C, list[Change], Mapping[str, Any]], Stages]
"""Completes the plan for an object, or refuses it: gets the client, the changes of the object, and the parameters."""

MemberStages = Callable[[C, str, list[Change], list[Change], Mapping[str, Any]], Stages]
"""The same for members: gets the client, the container's id, the members to add and to remove, and the parameters."""

EXACT: dict[str, dict[str, Any]] = {
    "exact": {"type": "bool", "default": False},
    "max_deletions": {"type": "str", "default": "100%"},
}
"""Options of modules for members."""


def ensure(resource: Resource[C], stages_of: ObjectStages[C]) -> Work[C]:
    """Return the work of a module that manages one object. The result has the object under the resource's name.

    The module's options are ``object_arguments``, ``state``, and those that ``stages_of`` needs.
    """

    def work(context: Context[C]) -> Outcome:
        client, params = context.client, context.params
        name = params[resource.id.name]
        resource.check_id(name)
        current = resource.find(client, [name])
        resource.check_readable(client, {name} - current.keys())
        if params["state"] == "absent":
            changes = plan(resource.kind, (), current, absent=[name])
        else:
            item = resource.to_write(resource.desired(params, options=True), current, params)
            changes = plan(resource.kind, [item], current)
        after = changes[0].after if changes else current.get(name)
        stages = stages_of(client, changes, params)
        context.apply(stages)
        return Outcome.of(stages, **{resource.name: None if after is None else resource.result(after)})

    return work


def object_arguments(resource: Resource[Any]) -> dict[str, dict[str, Any]]:
    """Return the argument spec of a module that manages one object: its id and its fields."""
    return arguments(object_rules(resource), [resource.id.name])


def object_rules(resource: Resource[Any]) -> dict[str, Schema]:
    """Return the rules for the same options as ``Spec.strings`` takes them."""
    return {field.option or field.name: field.rule for field in (resource.id, *resource.fields)}


def member_arguments(*memberships: Membership[Any]) -> dict[str, dict[str, Any]]:
    """Return the argument spec of a module that manages members of one object: the object's id, and the lists.

    Args:
        memberships: lists of the same container. A single one is required.
    """
    spec: dict[str, dict[str, Any]] = {memberships[0].container.name: {"type": "str", "required": True}}
    for membership in memberships:
        spec[membership.option] = {"type": "list", "elements": "str", "aliases": [membership.alias]}
    if len(memberships) == 1:
        spec[memberships[0].option]["required"] = True
    return spec


def member_rules(*memberships: Membership[Any]) -> dict[str, Schema]:
    """Return the rules for the same options as ``Spec.strings`` takes them."""
    container = memberships[0].container
    return {container.name: container.id.rule, **{each.option: each.member.id.rule for each in memberships}}


def ensure_members(memberships: Sequence[Membership[C]], stages_of: MemberStages[C]) -> Work[C]:
    """Return the work of a module that manages members of one object. The result has counts and changes.

    The module's options are ``member_arguments``, ``EXACT``, ``state``, and those that ``stages_of`` needs.

    Args:
        memberships: lists of the same container. A list that the task omits is not managed.
    """
    container = memberships[0].container

    def work(context: Context[C]) -> Outcome:
        client, params = context.client, context.params
        name, present = params[container.name], params["state"] == "present"
        exact = present and params["exact"]
        managed = {each: params[each.option] for each in memberships if params[each.option] is not None}
        brake.parse(params["max_deletions"])
        container.check_id(name)
        for membership, members in managed.items():
            for member in members:
                membership.member.check_id(member)
        there = 0
        creates: list[Change] = []
        deletes: list[Change] = []
        for membership, members in managed.items():
            kind, named = membership.kind, membership.ids(name, members)
            current = membership.find(client, name, None if exact else members)
            there += len(current)
            if not present:
                deletes += plan(kind, (), current, absent=named)
                membership.member.check_readable(client, {key.member for key in named if key not in current})
                continue
            changes = plan(kind, named, current, surplus=current if exact else ())
            deletes += [change for _key, change in kind.of(changes, DELETE)]
            added = dict(kind.of(changes, CREATE))
            creates += added.values()
            if added:
                _check_exist(context, container, [name])
                _check_exist(context, membership.member, [key.member for key in added])
        if present:
            brake.check(deletes, {"membership": there}, params["max_deletions"])
        stages = stages_of(client, name, creates, deletes, params)
        context.apply(stages)
        return Outcome.summary(stages)

    return work


def _check_exist(context: Context[C], resource: Resource[C], ids: Sequence[str]) -> None:
    absent = set(ids) - resource.find(context.client, ids).keys()
    if absent:
        resource.check_readable(context.client, absent)
        context.missing(f"There is no {resource.name} {', '.join(sorted(absent))}. Create it first.")
