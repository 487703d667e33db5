# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules support. Tests check that it is true."""

from __future__ import annotations


class ModuleDocFragment:
    """For all modules. One of which something else is true says that in its own documentation."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and return the changed status prediction without modifying the target.
    details: In check mode the client of this collection refuses to send a write.
    support: full
  diff_mode:
    description: Returns details on what has changed, or possibly needs changing in C(check_mode), when in diff mode.
    support: full
  idempotent:
    description: When run twice in a row outside C(check_mode), with the same arguments, the second run changes nothing.
    support: full
  platform:
    description: Target OS and families that can be operated against.
    details: This is where the task runs. The server may run anywhere.
    platforms: posix
    support: full
"""

    # List it before bpmops.camunda.attributes, over which it takes precedence.
    READ_ONLY = r"""
attributes:
  check_mode:
    support: full
    details: Reads as always. With O(dest) the file is not written.
  diff_mode:
    support: none
    details: Nothing on the server changes.
  idempotent:
    support: full
    details: A file given as O(dest) stays as it is if its content would be the same.
"""
