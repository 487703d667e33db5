# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of all property-based tests; the figures of the structure at the end."""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings

# How long an example takes says something about the load of the machine, and nothing about the code.
settings.register_profile("collection", deadline=None)
# For ./dev mutate: every mutant meets the same few examples, and a failure is not made smaller.
settings.register_profile(
    "mutation", deadline=None, max_examples=40, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("collection")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests recorded by ``record_property``."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    figures = [figure for report in reports if report.when == "call" for figure in report.user_properties]
    if figures:
        terminalreporter.section("figures")
    for name, value in figures:
        terminalreporter.write_line(f"{name}: {value}")
