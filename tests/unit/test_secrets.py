# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets are masked in every form in which they come back."""

from __future__ import annotations

import base64
import html
import json
import re
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils import secret_names
from ansible_collections.bpmops.camunda.plugins.module_utils.secrets import MASK, Redactor, shown_option
from hypothesis import given, settings
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


def special(encode: Callable[[str], str]) -> Callable[[str], str]:
    """Encode all characters but the letters and digits of ASCII."""
    return lambda text: re.sub("[^A-Za-z0-9]", lambda found: encode(found.group()), text)


def lower(text: str) -> str:
    return re.sub("%..", lambda found: found.group().lower(), quote(text, safe=""))


def within_json(text: str) -> str:
    return json.dumps(text)[1:-1]


ENCODERS: dict[str, Callable[[str], str]] = {
    "lower-case percent": lower,
    "some left unencoded": lambda text: quote(text, safe="/':@!$&()*+,;="),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "percent three times": lambda text: quote(lower(quote(text, safe="")), safe=""),
    "plus, lower case": lambda text: re.sub("%..", lambda found: found.group().lower(), quote_plus(text)),
    "HTML": html.escape,
    "HTML twice": lambda text: html.escape(html.escape(text)),
    "XML": lambda text: escape(text, {"'": "&apos;", '"': "&quot;"}),
    "decimal entities": special(lambda char: f"&#{ord(char)};"),
    "padded entities": special(lambda char: f"&#0{ord(char)};"),
    "hexadecimal entities": special(lambda char: f"&#x{ord(char):x};"),
    "upper-case entities": special(lambda char: f"&#x{ord(char):X};"),
    "entities twice": special(lambda char: f"&amp;#{ord(char)};"),
    "JSON in JSON": lambda text: within_json(within_json(text)),
    "JSON in JSON in JSON": lambda text: within_json(within_json(within_json(text))),
    "JSON with escaped slashes": lambda text: within_json(text).replace("/", "\\/"),
    "JSON, some characters as they are": lambda text: json.dumps(json.dumps(text, ensure_ascii=False)[1:-1])[1:-1],
    "JSON, upper case": lambda text: re.sub(
        r"\\u[0-9a-f]{4}", lambda found: "\\u" + found.group()[2:].upper(), within_json(text)
    ),
    "repr in JSON": lambda text: within_json(repr(text)[1:-1]),
    "hexadecimal": lambda text: text.encode().hex(),
    "upper-case hexadecimal": lambda text: text.encode().hex().upper(),
    "UTF-8 as Latin-1": lambda text: text.encode().decode("latin-1"),
    "UTF-8 as Windows-1252": lambda text: text.encode().decode("cp1252", "replace"),
    "Latin-1 percent": special(lambda char: quote(char, encoding="latin-1") if ord(char) < 256 else quote(char)),
    "shell": lambda text: text.replace("'", "'\\''"),
    "shell of Python": lambda text: text.replace("'", "'\"'\"'"),
    "shell in JSON": lambda text: within_json(text.replace("'", "'\\''")),
    "percent in JSON": lambda text: within_json(lower(text)),
    "percent in HTML": lambda text: html.escape(lower(text)),
}


@pytest.mark.parametrize("name", ENCODERS)
@settings(max_examples=40, deadline=None)
@given(secret=secrets | st.text("aZ9\"'/\\&<>%+ \n\xfc\u20ac", min_size=4, max_size=16))
def test_no_encoding_of_a_secret_survives(name: str, secret: str) -> None:
    redactor = Redactor()
    redactor.add(secret)
    assert redactor.text(f"[{ENCODERS[name](secret)}]") == f"[{MASK}]"


@given(st.text(min_size=1, max_size=3), st.text(max_size=20))
def test_short_secrets_mask_the_usual_forms_and_no_more(secret: str, text: str) -> None:
    redactor = Redactor()
    redactor.add(secret)
    usual = text
    for form in redactor.values:
        usual = usual.replace(form, MASK)
    assert redactor.text(text) == usual
    assert len(redactor.values) <= 9


def test_many_secrets_and_long_texts_take_no_time() -> None:
    redactor = Redactor()
    for number in range(500):
        redactor.add(f"pass-{number}-\\'\"/word")
    text = "\\" * 20_000 + "%25" * 20_000 + "&amp;" * 10_000 + "password-499-" * 2_000 + "pass-1-\\" * 2_000
    begun = time.process_time()
    for _number in range(10):
        assert MASK not in redactor.text(text)
    assert time.process_time() - begun < 5
    assert redactor.text(text + "pass-1-%5c%27%22%2fword") == text + MASK


def test_what_a_server_says_is_one_line_and_steers_no_terminal() -> None:
    redactor = Redactor()
    redactor.add("a\nsecret")
    said = "no\r\n\x1b[2JPLAY RECAP \x9b31m\u202egpj\u2066 \u2028\x00\ud800 a\nsecret \u00fc\t\U0001f600"
    assert (
        redactor.line(said) == f"no \ufffd[2JPLAY RECAP \ufffd31m\ufffdgpj\ufffd  \ufffd\ufffd {MASK} \u00fc \U0001f600"
    )
    assert redactor.data({"x\n": ["a\n\nb"]}, redactor.line) == {"x ": ["a b"]}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("https://h:8443/engine-rest", "https://h:8443/engine-rest"),
        (" https://h/e ", "https://h/e"),
        ("none", "none"),
        ("http://[::1]:8080/e", "http://[::1]:8080/e"),
        ("https://h/t?p=PW", f"https://h/t?{MASK}"),
        ("https://h/t;x=PW", f"https://h/t;{MASK}"),
        ("https://h/t#PW", f"https://h/t#{MASK}"),
        ("http://adm:PW@h/e", MASK),
        (" http://adm:PW@h/e", MASK),
        ("adm:PW@h/e", MASK),
        ("https:/adm:PW@h", MASK),
        ("adm:PW@h:1", MASK),
        ("http://adm:P?W@h/e", f"http://adm:P?{MASK}"),
    ],
)
def test_of_an_address_only_what_holds_no_secret_is_shown(value: str, shown: str) -> None:
    assert shown_option("token_url", value) == shown_option("proxy", value) == shown
    assert shown_option("email", value) == value


@pytest.mark.parametrize(
    "value",
    ["http://adm:P@W%21@h/e", " http://adm:P@W%21@h/e", "adm:P@W%21@h/e", "https:/adm:P@W%21@h", "//adm:P@W%21@h:1"],
)
def test_a_login_in_a_value_meant_as_a_url_is_a_secret_in_any_spelling(value: str) -> None:
    redactor = Redactor()
    redactor.add_url(value, meant=True)
    assert redactor.text("wrong password P@W! of adm:P@W%21") == f"wrong password {MASK} of {MASK}"


def test_long_parameters_of_a_url_are_secrets() -> None:
    redactor = Redactor()
    redactor.add_url("https://h/t;key=abc%2Fdefgh?v=v1&token=0123456789#fragment", meant=True)
    assert redactor.text("abc/defgh abc%2Fdefgh v1 0123456789 fragment") == f"{MASK} {MASK} v1 {MASK} {MASK}"
    other = Redactor()
    other.add_url("mary@example.com?subject=0123456789")
    assert other.values == ()


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        *((name, True) for name in ("access_token", "api_key", "apikey", "X-Api-Key", "key", "client_secret", "sig")),
        *((name, True) for name in ("Authorization", "X-Auth", "auth", "Cookie", "password", "userPassword", "passwd")),
        *((name, False) for name in ("processDefinitionKey", "businessKey", "author", "status", "monkey", "design")),
    ],
)
def test_names_tell_which_parameters_and_fields_are_secret(name: str, secret: bool) -> None:
    text = "the value 0123456789"
    redactor = Redactor()
    redactor.add_url(f"https://h/t?x=1&{name}=0123456789", meant=True)
    assert (MASK in redactor.text(text)) is secret
    redactor = Redactor()
    secret_names.register([{"a": [{name: "0123456789"}]}, None], redactor)
    assert (MASK in redactor.text(text)) is secret
    redactor = Redactor()
    secret_names.register({name: "0123"}, redactor)  # a word that may occur everywhere
    assert redactor.text(text) == text


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


def test_a_task_has_secrets_in_its_options_and_logins_in_its_urls() -> None:
    params = {
        "url": "adm:in-the-url@host",
        "id": "http://adm:in-the-id@host",
        "name": "adm:no-secret@host",
        "password": "in-the-password",
        "names": ["a"],
    }
    redactor = Redactor.for_task(params, ["in-the-password"])
    shown = redactor.text("in-the-url in-the-id no-secret in-the-password")
    assert shown == f"{MASK} {MASK} no-secret {MASK}"
    assert Redactor.for_task({}, [], base=redactor).text("in-the-url") == MASK
