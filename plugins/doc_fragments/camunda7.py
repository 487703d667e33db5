# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated from plugins/module_utils/camunda7/product.py by tests/tools/doc_fragments.py."""

from __future__ import annotations


class ModuleDocFragment:
    """The connection options of Camunda 7 and its forks; for lookups ``bpmops.camunda.camunda7.lookup``."""

    DOCUMENTATION = r"""
options:
  url:
    description:
      - >-
        Base URL of the REST API, including C(/engine-rest).
      - >-
        It must not contain credentials, a query or a fragment.
      - >-
        Do not use C(/camunda/api) of the web applications: it requires a browser session.
      - >-
        If it is not given, E(CAMUNDA7_URL) is used from the environment.
    type: str
  auth_type:
    description:
      - >-
        How to log in.
      - >-
        V(auto) chooses by the credentials that are given: V(oauth2) for O(client_id), V(bearer) for O(token),
        V(api_key) for O(api_key), user name and password for O(username), V(none) without any. Credentials of
        more than one kind are an error then.
      - >-
        V(none) sends no credentials.
      - >-
        V(basic) sends O(username) and O(password) with every request.
      - >-
        V(bearer) sends O(token).
      - >-
        V(api_key) sends O(api_key) as a header or query parameter.
      - >-
        V(oauth2) fetches a token from O(token_url) with O(client_id) and O(client_secret) (client credentials
        grant).
      - >-
        V(cookie) logs in with O(username) and O(password) once and keeps the session.
      - >-
        Upper and lower case are the same, and V(oauth) is accepted for V(oauth2).
    type: str
    default: auto
  username:
    description:
      - >-
        User name, for O(auth_type=basic) and O(auth_type=cookie).
      - >-
        If it is not given, E(CAMUNDA7_USERNAME) is used from the environment.
    type: str
  password:
    description:
      - >-
        Password of O(username).
      - >-
        Servers lock an account after a few failed logins. A task that runs in process therefore sends wrong
        credentials once: later items of its loop, and repetitions with C(until), fail without a request. A
        task that runs as a process sends them once for each item.
      - >-
        If it is not given, E(CAMUNDA7_PASSWORD) is used from the environment.
    type: str
  token:
    description:
      - >-
        A bearer token, for O(auth_type=bearer).
    type: str
  api_key:
    description:
      - >-
        Key of an API gateway, for O(auth_type=api_key).
    type: str
  api_key_name:
    description:
      - >-
        Name of the header or query parameter that carries O(api_key).
    type: str
    default: X-API-Key
  api_key_location:
    description:
      - >-
        Where to send O(api_key). Prefer V(header): queries end up in the logs of servers.
    type: str
    default: header
    choices:
      - header
      - query
  client_id:
    description:
      - >-
        Client ID, for O(auth_type=oauth2).
    type: str
  client_secret:
    description:
      - >-
        Client secret of O(client_id).
    type: str
  token_url:
    description:
      - >-
        Token endpoint of the authorization server, for O(auth_type=oauth2). It may have a query.
    type: str
  audience:
    description:
      - >-
        Audience of the token to request. Omit it if O(scope) is used instead.
    type: str
  scope:
    description:
      - >-
        Scope of the token to request. Separate several scopes with spaces.
    type: str
  client_authentication:
    description:
      - >-
        How the client logs in at O(token_url).
      - >-
        V(body) sends the credentials as form fields.
      - >-
        V(header) sends them as HTTP basic authentication.
    type: str
    default: body
    choices:
      - body
      - header
  token_cache:
    description:
      - >-
        Directory that keeps tokens between tasks. A play then requests one token instead of one per task.
      - >-
        It must belong to the user that runs the task, with mode V(0700); it is created if missing.
      - >-
        The default is C(bpmops-camunda/tokens) in C($XDG_CACHE_HOME) or C(~/.cache).
      - >-
        V(none) keeps tokens in memory only.
      - >-
        A directory that cannot be used causes a warning.
      - >-
        The client secret is never stored.
      - >-
        If it is not given, E(CAMUNDA_TOKEN_CACHE_DIR) is used from the environment.
    type: str
  validate_certs:
    description:
      - >-
        Whether to verify the server's TLS certificate. Use V(false) for tests only.
    type: bool
    default: true
  ca_path:
    description:
      - >-
        File with the certificates (PEM) of the authorities to trust, or an OpenSSL directory of them.
      - >-
        If omitted, E(REQUESTS_CA_BUNDLE), E(CURL_CA_BUNDLE) and E(SSL_CERT_FILE) are used, then the
        authorities of the Python library C(requests).
      - >-
        If it is not given, E(CAMUNDA_MTLS_CA_PATH) is used from the environment.
    type: path
  client_cert:
    description:
      - >-
        File with the client certificate (PEM) for mutual TLS. It may contain the key too.
      - >-
        If it is not given, E(CAMUNDA_MTLS_CERT_PATH) is used from the environment.
    type: path
  client_key:
    description:
      - >-
        File with the unencrypted key (PEM) of O(client_cert).
      - >-
        If it is not given, E(CAMUNDA_MTLS_KEY_PATH) is used from the environment.
    type: path
  proxy:
    description:
      - >-
        URL of the HTTP proxy. Credentials in it are refused. V(none) connects directly.
      - >-
        If omitted, E(HTTPS_PROXY), E(HTTP_PROXY), E(ALL_PROXY) and E(NO_PROXY) are used. Use these for a
        proxy that requires credentials.
    type: str
  connect_timeout:
    description:
      - >-
        Seconds to wait for a connection to each address of the host. V(0) means no limit.
    type: float
    default: 20
  read_timeout:
    description:
      - >-
        Seconds to wait for the next bytes of an answer. V(0) means no limit.
    type: float
    default: 60
  deadline:
    description:
      - >-
        Seconds that one request may take in total: connecting, login, all attempts with their complete
        answers, and the pauses in between. Only the time to resolve a host name cannot be limited.
      - >-
        It limits each request, not the task. To limit the task use the keyword C(timeout).
      - >-
        V(0) means no limit.
    type: float
    default: 300
  retries:
    description:
      - >-
        How often to repeat a request after a temporary failure, with growing random pauses.
      - >-
        A request that may have changed something on the server is not sent twice.
    type: int
    default: 4
  engine:
    description:
      - >-
        Name of the process engine. If omitted, the server's default engine is used.
      - >-
        If it is not given, E(CAMUNDA7_ENGINE) is used from the environment.
    type: str
  in_process:
    description:
      - >-
        Run the module inside the controller's worker process, which takes milliseconds, instead of starting a
        new Python process, which takes a quarter of a second.
      - >-
        The task runs as a process anyway if its connection is not C(local), with C(become), C(async) or
        C(environment), and if the controller's Python lacks a library that it needs.
      - >-
        If it is not given, E(BPMOPS_CAMUNDA_IN_PROCESS) is used from the environment.
    type: bool
    default: true
requirements:
  - requests >= 2.31
"""

    LOOKUP = r"""
options:
  url:
    description:
      - >-
        Base URL of the REST API, including C(/engine-rest).
      - >-
        It must not contain credentials, a query or a fragment.
      - >-
        Do not use C(/camunda/api) of the web applications: it requires a browser session.
    type: str
    env:
      - name: CAMUNDA7_URL
    ini:
      - section: bpmops_camunda_c7
        key: url
    vars:
      - name: bpmops_camunda_c7_url
  auth_type:
    description:
      - >-
        How to log in.
      - >-
        V(auto) chooses by the credentials that are given: V(oauth2) for O(client_id), V(bearer) for O(token),
        V(api_key) for O(api_key), user name and password for O(username), V(none) without any. Credentials of
        more than one kind are an error then.
      - >-
        V(none) sends no credentials.
      - >-
        V(basic) sends O(username) and O(password) with every request.
      - >-
        V(bearer) sends O(token).
      - >-
        V(api_key) sends O(api_key) as a header or query parameter.
      - >-
        V(oauth2) fetches a token from O(token_url) with O(client_id) and O(client_secret) (client credentials
        grant).
      - >-
        V(cookie) logs in with O(username) and O(password) once and keeps the session.
      - >-
        Upper and lower case are the same, and V(oauth) is accepted for V(oauth2).
    type: str
    default: auto
    ini:
      - section: bpmops_camunda_c7
        key: auth_type
    vars:
      - name: bpmops_camunda_c7_auth_type
  username:
    description:
      - >-
        User name, for O(auth_type=basic) and O(auth_type=cookie).
    type: str
    env:
      - name: CAMUNDA7_USERNAME
    ini:
      - section: bpmops_camunda_c7
        key: username
    vars:
      - name: bpmops_camunda_c7_username
  password:
    description:
      - >-
        Password of O(username).
      - >-
        Servers lock an account after a few failed logins. A task that runs in process therefore sends wrong
        credentials once: later items of its loop, and repetitions with C(until), fail without a request. A
        task that runs as a process sends them once for each item.
    type: str
    env:
      - name: CAMUNDA7_PASSWORD
    vars:
      - name: bpmops_camunda_c7_password
  token:
    description:
      - >-
        A bearer token, for O(auth_type=bearer).
    type: str
    vars:
      - name: bpmops_camunda_c7_token
  api_key:
    description:
      - >-
        Key of an API gateway, for O(auth_type=api_key).
    type: str
    vars:
      - name: bpmops_camunda_c7_api_key
  api_key_name:
    description:
      - >-
        Name of the header or query parameter that carries O(api_key).
    type: str
    default: X-API-Key
    ini:
      - section: bpmops_camunda_c7
        key: api_key_name
    vars:
      - name: bpmops_camunda_c7_api_key_name
  api_key_location:
    description:
      - >-
        Where to send O(api_key). Prefer V(header): queries end up in the logs of servers.
    type: str
    default: header
    choices:
      - header
      - query
    ini:
      - section: bpmops_camunda_c7
        key: api_key_location
    vars:
      - name: bpmops_camunda_c7_api_key_location
  client_id:
    description:
      - >-
        Client ID, for O(auth_type=oauth2).
    type: str
    ini:
      - section: bpmops_camunda_c7
        key: client_id
    vars:
      - name: bpmops_camunda_c7_client_id
  client_secret:
    description:
      - >-
        Client secret of O(client_id).
    type: str
    vars:
      - name: bpmops_camunda_c7_client_secret
  token_url:
    description:
      - >-
        Token endpoint of the authorization server, for O(auth_type=oauth2). It may have a query.
    type: str
    ini:
      - section: bpmops_camunda_c7
        key: token_url
    vars:
      - name: bpmops_camunda_c7_token_url
  audience:
    description:
      - >-
        Audience of the token to request. Omit it if O(scope) is used instead.
    type: str
    ini:
      - section: bpmops_camunda_c7
        key: audience
    vars:
      - name: bpmops_camunda_c7_audience
  scope:
    description:
      - >-
        Scope of the token to request. Separate several scopes with spaces.
    type: str
    ini:
      - section: bpmops_camunda_c7
        key: scope
    vars:
      - name: bpmops_camunda_c7_scope
  client_authentication:
    description:
      - >-
        How the client logs in at O(token_url).
      - >-
        V(body) sends the credentials as form fields.
      - >-
        V(header) sends them as HTTP basic authentication.
    type: str
    default: body
    choices:
      - body
      - header
    ini:
      - section: bpmops_camunda_c7
        key: client_authentication
    vars:
      - name: bpmops_camunda_c7_client_authentication
  token_cache:
    description:
      - >-
        Directory that keeps tokens between tasks. A play then requests one token instead of one per task.
      - >-
        It must belong to the user that runs the task, with mode V(0700); it is created if missing.
      - >-
        The default is C(bpmops-camunda/tokens) in C($XDG_CACHE_HOME) or C(~/.cache).
      - >-
        V(none) keeps tokens in memory only.
      - >-
        A directory that cannot be used causes a warning.
      - >-
        The client secret is never stored.
    type: str
    env:
      - name: CAMUNDA_TOKEN_CACHE_DIR
    ini:
      - section: bpmops_camunda_c7
        key: token_cache
    vars:
      - name: bpmops_camunda_c7_token_cache
  validate_certs:
    description:
      - >-
        Whether to verify the server's TLS certificate. Use V(false) for tests only.
    type: bool
    default: true
    ini:
      - section: bpmops_camunda_c7
        key: validate_certs
    vars:
      - name: bpmops_camunda_c7_validate_certs
  ca_path:
    description:
      - >-
        File with the certificates (PEM) of the authorities to trust, or an OpenSSL directory of them.
      - >-
        If omitted, E(REQUESTS_CA_BUNDLE), E(CURL_CA_BUNDLE) and E(SSL_CERT_FILE) are used, then the
        authorities of the Python library C(requests).
    type: path
    env:
      - name: CAMUNDA_MTLS_CA_PATH
    ini:
      - section: bpmops_camunda_c7
        key: ca_path
    vars:
      - name: bpmops_camunda_c7_ca_path
  client_cert:
    description:
      - >-
        File with the client certificate (PEM) for mutual TLS. It may contain the key too.
    type: path
    env:
      - name: CAMUNDA_MTLS_CERT_PATH
    ini:
      - section: bpmops_camunda_c7
        key: client_cert
    vars:
      - name: bpmops_camunda_c7_client_cert
  client_key:
    description:
      - >-
        File with the unencrypted key (PEM) of O(client_cert).
    type: path
    env:
      - name: CAMUNDA_MTLS_KEY_PATH
    ini:
      - section: bpmops_camunda_c7
        key: client_key
    vars:
      - name: bpmops_camunda_c7_client_key
  proxy:
    description:
      - >-
        URL of the HTTP proxy. Credentials in it are refused. V(none) connects directly.
      - >-
        If omitted, E(HTTPS_PROXY), E(HTTP_PROXY), E(ALL_PROXY) and E(NO_PROXY) are used. Use these for a
        proxy that requires credentials.
    type: str
    ini:
      - section: bpmops_camunda_c7
        key: proxy
    vars:
      - name: bpmops_camunda_c7_proxy
  connect_timeout:
    description:
      - >-
        Seconds to wait for a connection to each address of the host. V(0) means no limit.
    type: float
    default: 20
    ini:
      - section: bpmops_camunda_c7
        key: connect_timeout
    vars:
      - name: bpmops_camunda_c7_connect_timeout
  read_timeout:
    description:
      - >-
        Seconds to wait for the next bytes of an answer. V(0) means no limit.
    type: float
    default: 60
    ini:
      - section: bpmops_camunda_c7
        key: read_timeout
    vars:
      - name: bpmops_camunda_c7_read_timeout
  deadline:
    description:
      - >-
        Seconds that one request may take in total: connecting, login, all attempts with their complete
        answers, and the pauses in between. Only the time to resolve a host name cannot be limited.
      - >-
        It limits each request, not the task. To limit the task use the keyword C(timeout).
      - >-
        V(0) means no limit.
    type: float
    default: 300
    ini:
      - section: bpmops_camunda_c7
        key: deadline
    vars:
      - name: bpmops_camunda_c7_deadline
  retries:
    description:
      - >-
        How often to repeat a request after a temporary failure, with growing random pauses.
      - >-
        A request that may have changed something on the server is not sent twice.
    type: int
    default: 4
    ini:
      - section: bpmops_camunda_c7
        key: retries
    vars:
      - name: bpmops_camunda_c7_retries
  engine:
    description:
      - >-
        Name of the process engine. If omitted, the server's default engine is used.
    type: str
    env:
      - name: CAMUNDA7_ENGINE
    ini:
      - section: bpmops_camunda_c7
        key: engine
    vars:
      - name: bpmops_camunda_c7_engine
requirements:
  - requests >= 2.31
"""
