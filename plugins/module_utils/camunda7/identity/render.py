# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents as files."""

from __future__ import annotations

import json
import re
from typing import Any

from ...libraries import load

_BREAKS = re.compile("[\x85\u2028\u2029\ufeff]")


def render(dest: str, document: Any) -> str:
    """Return the document as the text of a file with this name: JSON or YAML."""
    if dest.endswith(".json"):
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    yaml = load("yaml", "PyYAML", "writing YAML")

    def scalar(dumper: Any, value: str) -> Any:
        # PyYAML escapes other line breaks than \n only in double quotes; read back they would be blanks.
        style = '"' if _BREAKS.search(value) else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    dumper: Any = type("Dumper", (yaml.SafeDumper,), {})
    dumper.add_representer(str, scalar)
    written: str = yaml.dump(
        document, Dumper=dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=120
    )
    return "---\n" + written
