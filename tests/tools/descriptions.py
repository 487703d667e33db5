# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation says of each connection option, in Ansible's markup: one entry a sentence or paragraph.

It stands beside the generator of the fragments, not in the tables of options, so that no module's process compiles it.
"""

from __future__ import annotations

from collections.abc import Mapping

Descriptions = Mapping[str, tuple[str, ...]]

BASE: Descriptions = {
    "url": ("Base URL of the server, with C(http://) or C(https://).",),
    "auth_type": (
        "How to log in.",
        "V(auto) chooses by the credentials that are given: V(oauth2) for O(client_id), V(bearer) for O(token), "
        "V(api_key) for O(api_key), user name and password for O(username), V(none) without any. Credentials of "
        "more than one kind are an error then.",
        "V(none) sends no credentials.",
        "V(basic) sends O(username) and O(password) with every request.",
        "V(bearer) sends O(token).",
        "V(api_key) sends O(api_key) as a header or query parameter.",
        "V(oauth2) fetches a token from O(token_url) with O(client_id) and O(client_secret) (client credentials "
        "grant).",
        "V(cookie) logs in with O(username) and O(password) once and keeps the session.",
        "Upper and lower case are the same, and V(oauth) is accepted for V(oauth2).",
    ),
    "username": ("User name, for O(auth_type=basic) and O(auth_type=cookie).",),
    "password": (
        "Password of O(username).",
        "Servers lock an account after a few failed logins. A task that runs in process therefore sends wrong "
        "credentials once: later items of its loop, and repetitions with C(until), fail without a request. A task"
        " that runs as a process sends them once for each item.",
    ),
    "token": ("A bearer token, for O(auth_type=bearer).",),
    "api_key": ("Key of an API gateway, for O(auth_type=api_key).",),
    "api_key_name": ("Name of the header or query parameter that carries O(api_key).",),
    "api_key_location": ("Where to send O(api_key). Prefer V(header): queries end up in the logs of servers.",),
    "client_id": ("Client ID, for O(auth_type=oauth2).",),
    "client_secret": ("Client secret of O(client_id).",),
    "token_url": ("Token endpoint of the authorization server, for O(auth_type=oauth2). It may have a query.",),
    "audience": ("Audience of the token to request. Omit it if O(scope) is used instead.",),
    "scope": ("Scope of the token to request. Separate several scopes with spaces.",),
    "client_authentication": (
        "How the client logs in at O(token_url).",
        "V(body) sends the credentials as form fields.",
        "V(header) sends them as HTTP basic authentication.",
    ),
    "token_cache": (
        "Directory that keeps tokens between tasks. A play then requests one token instead of one per task.",
        "It must belong to the user that runs the task, with mode V(0700); it is created if missing.",
        "The default is C(bpmops-camunda/tokens) in C($XDG_CACHE_HOME) or C(~/.cache).",
        "V(none) keeps tokens in memory only.",
        "A directory that cannot be used causes a warning.",
        "The client secret is never stored.",
    ),
    "validate_certs": ("Whether to verify the server's TLS certificate. Use V(false) for tests only.",),
    "ca_path": (
        "File with the certificates (PEM) of the authorities to trust, or an OpenSSL directory of them.",
        "If omitted, E(REQUESTS_CA_BUNDLE), E(CURL_CA_BUNDLE) and E(SSL_CERT_FILE) are used, then the "
        "authorities of the Python library C(requests).",
    ),
    "client_cert": ("File with the client certificate (PEM) for mutual TLS. It may contain the key too.",),
    "client_key": ("File with the unencrypted key (PEM) of O(client_cert).",),
    "proxy": (
        "URL of the HTTP proxy. Credentials in it are refused. V(none) connects directly.",
        "If omitted, E(HTTPS_PROXY), E(HTTP_PROXY), E(ALL_PROXY) and E(NO_PROXY) are used. Use these for a "
        "proxy that requires credentials.",
    ),
    "connect_timeout": ("Seconds to wait for a connection to each address of the host. V(0) means no limit.",),
    "read_timeout": ("Seconds to wait for the next bytes of an answer. V(0) means no limit.",),
    "deadline": (
        "Seconds that one request may take in total: connecting, login, all attempts with their complete answers, "
        "and the pauses in between. Only the time to resolve a host name cannot be limited.",
        "It limits each request, not the task. To limit the task use the keyword C(timeout).",
        "V(0) means no limit.",
    ),
    "request_retries": (
        "How often to repeat a request after a temporary failure, with growing random pauses.",
        "A request that may have changed something on the server is not sent twice.",
    ),
    "in_process": (
        "Run the module inside the controller's worker process, which takes milliseconds, instead of starting a "
        "new Python process, which takes a quarter of a second.",
        "The task runs as a process anyway if its connection is not C(local), with C(become), C(async) or "
        "C(environment), and if the controller's Python lacks a library that it needs.",
    ),
}

PRODUCT: Mapping[str, Descriptions] = {
    "camunda7": {
        "url": (
            "Base URL of the REST API, including C(/engine-rest).",
            "It must not contain credentials, a query or a fragment.",
            "Do not use C(/camunda/api) of the web applications: it requires a browser session.",
        ),
        "engine": ("Name of the process engine. If omitted, the server's default engine is used.",),
    },
    "camunda8": {
        "url": (
            "Base URL of the cluster, to which C(/v1) or C(/v2) is appended. A C(/v1), C(/v2) or C(/) at its end is "
            "accepted.",
            "It must not contain credentials, a query or a fragment.",
            "On Camunda 8 SaaS, omit it and give O(region) and O(cluster_id).",
        ),
        "audience": (
            "Audience of the token to request.",
            "The default is C(operate.camunda.io) or C(zeebe.camunda.io) with O(cluster_id), and otherwise, unless "
            "O(scope) is given, C(operate-api) or C(zeebe-api); the first of each pair is for Operate API v1.",
        ),
        "operate_url": ("Base URL of Operate API v1, if it is not O(url).",),
        "operate_audience": ("Audience of tokens for Operate API v1, if it is not O(audience).",),
        "zeebe_url": (
            "Base URL of Orchestration Cluster API v2, if it is not O(url): up to Camunda 8.7 the Zeebe gateway "
            "usually has an address of its own.",
        ),
        "zeebe_audience": ("Audience of tokens for Orchestration Cluster API v2, if it is not O(audience).",),
        "cluster_id": (
            "ID of a cluster in Camunda 8 SaaS. With O(region) it determines O(url), O(token_url) and O(audience), "
            "unless they are given.",
        ),
        "region": ("Region of O(cluster_id), for example C(bru-2).",),
        "saas_address": (
            "Addresses of a cluster in Camunda 8 SaaS. V(component) means a host for each component, such as "
            "C(bru-2.operate.camunda.io): up to Camunda 8.9. V(cluster) means one host for the cluster, such as "
            "C(bru-2.api.camunda.io): Camunda 8.9 and newer.",
            "With V(cluster), O(audience) has no default. Use the one that Console shows for the client.",
        ),
    },
    "rest": {
        "url": (
            "URL of the request, with C(http://) or C(https://). It may have a query, see also O(query).",
            "It must not contain credentials. Write an C(@) in the path as C(%40).",
        ),
        "auth_type": (
            "How to log in.",
            "V(auto) chooses by the credentials that are given: V(oauth2) for O(client_id), V(bearer) for O(token), "
            "V(api_key) for O(api_key), V(basic) for O(username), V(none) without any. Credentials of more than one "
            "kind are an error then.",
            "V(none) sends no credentials.",
            "V(basic) sends O(username) and O(password) with every request.",
            "V(bearer) sends O(token).",
            "V(api_key) sends O(api_key) as a header or query parameter.",
            "V(oauth2) fetches a token from O(token_url) with O(client_id) and O(client_secret) (client credentials "
            "grant).",
            "Upper and lower case are the same, and V(oauth) is accepted for V(oauth2).",
        ),
        "username": ("User name, for O(auth_type=basic).",),
        "api_key": ("API key, for O(auth_type=api_key).",),
        "write_timeout": ("Seconds to wait until the server takes the next part of the request. V(0) means no limit.",),
    },
}
"""What one product says of its own options, and otherwise of those that all have."""
