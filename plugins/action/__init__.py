# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-core imports this package in its main process when it reads the first task of the collection.

So what is imported here is there in all of its worker processes, which would otherwise import it for every task.
"""

from ..module_utils.camunda7.identity import ensure, reconcile
from ..module_utils.desired import apply
from ..module_utils.query import work
from . import in_process

__all__ = ["apply", "ensure", "in_process", "reconcile", "work"]
