# SPDX-License-Identifier: Apache-2.0
"""
A client that asks as lmctl 3 does, in Python's standard library: the same paths, queries, headers and
bodies for each of its commands, and the same reading of the answers.  What lmctl would stumble over,
this stumbles over.
"""

import base64
import http.client
import json
import ssl
import urllib.parse
import uuid


class HttpError(Exception):
    """As lmctl understands a refusal: the status, and the text that it would show."""

    def __init__(self, status, reason, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.detail = reason
        # Compared as it stands: with a charset behind it the client shows the reason alone.
        if headers.get("Content-Type") == "application/json":
            said = json.loads(body)
            self.detail = said.get("localizedMessage", said.get("message", str(said)))
        super().__init__(f"{status}: {self.detail}")


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def id(self):
        """The last segment of where it is; one slash behind it is tolerated."""
        where = self.headers.get("Location")
        assert where is not None, "Failed to find location header in response"
        parts = where.split("/")
        return parts[-1] or parts[-2]


class News:
    """What the manager tells of processes, as it happens."""

    def __init__(self, lm):
        headers = {"Accept": "text/event-stream"}
        if lm.token is not None:
            headers["Authorization"] = "Bearer " + lm.token
        self.connection = lm.connect()
        self.connection.request("GET", "/api/events?type=ProcessStateChangeEvent", headers=headers)
        self.stream = self.connection.getresponse()

    def next(self):
        while not self.stream.readline().startswith(b"data:"):
            pass


class Lmctl:
    """'token': what a login gave; None: secure is false, and no Authorization is sent."""

    def __init__(self, address, prefix="api", token=None):
        self.address = urllib.parse.urlsplit(address)
        self.prefix = prefix  # some versions write "api/v1"
        self.token = token
        self.trace = str(uuid.uuid4())
        self.asked = []
        self.news = None

    # ---- how it asks --------------------------------------------------------------------------------

    def connect(self):
        host, port = self.address.hostname, self.address.port
        if self.address.scheme == "https":
            return http.client.HTTPSConnection(
                host, port, timeout=30, context=ssl._create_unverified_context()
            )
        return http.client.HTTPConnection(host, port, timeout=30)

    def request(self, method, path, query=None, accept="*/*", body=None, kind=None, headers=None):
        target = "/" + path  # names are put there as they are
        if query:
            target += "?" + urllib.parse.urlencode({k: str(v) for k, v in query.items()})
        sent = {
            "User-Agent": "python-requests/2.28.1",
            "Accept-Encoding": "gzip, deflate",
            "Accept": accept,
            "Connection": "keep-alive",
            "x-tracectx-transactionid": self.trace,
        }
        if kind is not None:
            sent["Content-Type"] = kind
        elif method != "GET" and body is None:
            sent["Content-Length"] = "0"
        if self.token is not None:
            sent["Authorization"] = "Bearer " + self.token
        sent.update(headers or {})
        self.asked.append(f"{method} {target}")
        connection = self.connect()
        try:
            connection.request(method, target, body=body, headers=sent)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status >= 400:
            raise HttpError(answer.status, answer.reason, answer.headers, text)
        return Answer(answer.status, answer.headers, text)

    def get(self, path, query=None):
        """Everything that it gets must be JSON."""
        return self.request("GET", f"{self.prefix}/{path}", query, "application/json").json()

    def send(self, method, path, obj, query=None):
        text = json.dumps(obj).encode()
        return self.request(
            method, f"{self.prefix}/{path}", query, body=text, kind="application/json"
        )

    def put_yaml(self, method, path, text):
        return self.request(
            method, f"{self.prefix}/{path}", body=text.encode(), kind="application/yaml"
        )

    def put_file(self, method, path, name, content):
        """A file in a form, as the library that it uses writes one."""
        border = uuid.uuid4().hex
        head = (
            f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        )
        return self.request(
            method,
            f"{self.prefix}/{path}",
            body=head.encode() + content + f"\r\n--{border}--\r\n".encode(),
            kind=f"multipart/form-data; boundary={border}",
        )

    def delete(self, path):
        return self.request("DELETE", f"{self.prefix}/{path}")

    def create(self, path, obj, id_attribute="id"):
        """Its id is where it is."""
        return dict(obj, **{id_attribute: self.send("POST", path, obj).id()})

    def intent(self, name, **body):
        """What each command that changes an assembly does; prints 'Accepted - Process: ID'."""
        return self.send("POST", f"intent/{name}", body).id()

    # ---- its commands -------------------------------------------------------------------------------

    def login_client(self, client, secret, user=None, password=None):
        form = {"grant_type": "client_credentials"}
        if user is not None:
            form = {"username": user, "password": password, "grant_type": "password"}
        basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
        answer = self.request(
            "POST",
            "oauth/token",
            body=urllib.parse.urlencode(form).encode(),
            kind="application/x-www-form-urlencoded",
            headers={"Authorization": "Basic " + basic},
        ).json()
        return self.take_token(answer)

    def login_user(self, user, password):
        body = json.dumps({"username": user, "password": password}).encode()
        for path in ("ui/api/login", "api/login"):
            try:
                answer = self.request("POST", path, body=body, kind="application/json").json()
                return self.take_token(answer)
            except HttpError as e:
                if e.status != 404:
                    raise
        raise AssertionError("there is no login")

    def login_zen(self, user, key):
        """At the address as it is configured."""
        body = json.dumps({"username": user, "api_key": key}).encode()
        path = "icp4d-api/v1/authorize"
        return self.take_token(self.request("POST", path, body=body, kind="application/json").json())

    def take_token(self, answer):
        token = next(answer[k] for k in ("token", "access_token", "accessToken") if k in answer)
        head, claims, _ = token.split(".")
        assert json.loads(base64.urlsafe_b64decode(head + "=="))["alg"] == "HS256"
        claims = json.loads(base64.urlsafe_b64decode(claims + "=="))
        assert isinstance(claims["exp"], (int, float)), "exp is no number"
        self.token = token
        return claims

    def ping_env(self):
        both = "application/yaml,application/json"
        assert isinstance(
            self.request("GET", f"{self.prefix}/catalog/descriptors", accept=both).json(), list
        )
        for path in (
            "deploymentLocations",
            "behaviour/projects",
            "resource-manager/infrastructure-keys/shared",
        ):
            assert isinstance(self.get(path), list), path

    def get_assembly(self, name):
        found = self.get("topology/assemblies", {"name": name})
        assert isinstance(found, list), "it is no list"
        if not found:
            raise LookupError(f'No Assembly found with name matching "{name}"')
        return found[0]

    def get_assemblies_containing(self, part):
        return self.get("topology/assemblies", {"nameContains": part}).get("assemblies", [])

    def get_process(self, process, deep=False):
        return self.get(f"processes/{process}", {"shallow": not deep})

    def get_processes(self, **query):
        return self.get("processes", query)

    def ended(self, process):
        """Its document when it has ended; lmctl itself does not wait."""
        if self.news is None:
            self.news = News(self)
        p = self.get_process(process)
        while p["status"] not in ("Completed", "Failed", "Cancelled"):
            self.news.next()
            p = self.get_process(process)
        return p

    @staticmethod
    def process_row(p):
        """The columns of its table; adding None to a text would end it."""
        return p.get("id"), p.get("startTime"), p.get("intentType"), p.get("status"), (
            p.get("assemblyName") + " (" + p.get("assemblyId") + ")"
        )

    def delete_assembly(self, ignore_missing=False, **which):
        try:
            return self.intent("deleteAssembly", **which)
        except HttpError as e:
            missing = e.status == 400 and (
                "Cannot find assembly instance with name" in e.detail
                or "Cannot find assembly instance with id" in e.detail
            )
            if ignore_missing and missing:
                return None
            raise

    def get_descriptor(self, name):
        return self.request(
            "GET",
            f"{self.prefix}/catalog/descriptors/{name}",
            {"effective": False},
            "application/yaml,application/json",
        )
