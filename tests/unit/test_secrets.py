# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets are masked in every form in which they come back."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

from ansible_collections.bpmops.camunda.plugins.module_utils.secrets import MASK, Redactor
from hypothesis import given
from hypothesis import strategies as st

secrets = st.text(min_size=6, max_size=20).filter(lambda text: not set(text) <= {"*"})


@given(secrets, st.text(), st.text())
def test_no_form_of_a_secret_survives(secret: str, before: str, after: str) -> None:
    redactor = Redactor()
    redactor.add(secret)
    encoded = secret.encode("utf-8", "surrogatepass")
    forms = [secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]]
    forms += [base64.b64encode(encoded).decode(), repr(secret)[1:-1]]
    for quotes in ("", "'", '"', "'\""):
        assert redactor.text(repr(quotes + secret)).endswith((f"{MASK}'", f'{MASK}"'))
    for form in forms:
        assert redactor.text(f"<{form}>") == f"<{MASK}>"
        assert form not in redactor.text(f"{before}{form}{after}")


@given(secrets)
def test_the_basic_header_is_masked(password: str) -> None:
    redactor = Redactor()
    redactor.add_basic("jdoe", password)
    header = base64.b64encode(f"jdoe:{password}".encode()).decode()
    assert redactor.text(f"Basic {header}") == f"Basic {MASK}"


def test_data_is_masked_in_keys_and_values_and_other_types_stay() -> None:
    redactor = Redactor()
    redactor.add("s3cr3t")
    data = {"a s3cr3t": ["s3cr3t", 1, None, True, {"x": ("s3cr3t",)}]}
    assert redactor.data(data) == {f"a {MASK}": [MASK, 1, None, True, {"x": [MASK]}]}


def test_an_empty_secret_masks_nothing() -> None:
    redactor = Redactor()
    redactor.add("")
    redactor.add(None)
    assert redactor.text("abc") == "abc" and redactor.values == ()


def test_a_secret_within_a_secret_leaves_no_rest() -> None:
    redactor = Redactor()
    redactor.add("abc")
    redactor.add("abcdef")
    assert redactor.text("abcdef abc") == f"{MASK} {MASK}"


def test_secrets_of_the_base_are_masked_also_those_that_it_learns_later() -> None:
    base = Redactor()
    redactor = Redactor(base)
    redactor.add("own-secret")
    assert redactor.text("own-secret base-secret") == f"{MASK} base-secret"
    base.add("base-secret")
    assert redactor.text("own-secret base-secret") == f"{MASK} {MASK}"
    assert base.text("own-secret base-secret") == f"own-secret {MASK}"
