# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates for TLS servers on loopback: an authority of the test's own, and what it signs."""

from __future__ import annotations

import ssl
from datetime import datetime, timedelta, timezone
from pathlib import Path

import trustme


class Authority:
    """A certificate authority whose files are in ``directory``; ``path`` is its own certificate."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._ca = trustme.CA()
        self.path = directory / "authority.pem"
        self._ca.cert_pem.write_to_path(self.path)

    def issue(self, name: str, *, host: str = "127.0.0.1", days: int = 1) -> tuple[Path, Path]:
        """Sign a certificate for ``host`` (expired with negative ``days``). Returns its file and its key's."""
        issued = self._ca.issue_cert(host, not_after=datetime.now(timezone.utc) + timedelta(days=days))
        files = self._directory / f"{name}.pem", self._directory / f"{name}.key"
        issued.cert_chain_pems[0].write_to_path(files[0])
        issued.private_key_pem.write_to_path(files[1])
        return files

    def server_context(
        self, name: str = "server", *, host: str = "127.0.0.1", days: int = 1, clients: bool = False
    ) -> ssl.SSLContext:
        """Settings of a TLS server; with ``clients`` it wants certificates of this authority from its clients."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.issue(name, host=host, days=days))
        if clients:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.path)
        return context
