#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A simulated resource manager: it plays the Ansible resource manager of LM 2.0, and makes nothing.

    simulated_manager.py FOLDER [PORT [CERTIFICATE KEY]]

As a module: with Manager(folder) as manager: ... manager.url ...

Its API is that of the published swagger, below /api/v1.0/resource-manager.  Types are the files
FOLDER/types/*.yml, named by the line 'name:' in them; locations the lines 'name type' of FOLDER/locations.
Its address is in FOLDER/url.  As the one that it plays
 - it answers transitions with 202 and an id of its own, and tells by status how far they are;
 - it knows resources by their metric key, and all but an Install fails with 404 where there is none;
 - the properties of an instance are what every request has brought and what its playbook has reported,
   so that inputs come back as echoes.

It writes down what it was asked: FOLDER/asked, a line each; FOLDER/request.<transition>.json, the last.

Faults on demand are files FOLDER/faults/<transition>.<kind>, or any.<kind>; for GETs 'status', 'types',
'locations', 'configuration', 'instance', 'search' stand in place of a transition:
    busy N          503, N times
    refuse TEXT     400 (a transition: with requestState FAILED)
    fail CODE       it is FAILED in the end, with this code
    cancel          it is CANCELLED in the end
    hold            it is IN_PROGRESS until the file has gone
    lose            accepted and begun, but the connection ends without an answer
    strange         200 with something that is no JSON
    forget          a status that nobody knows any more: 404
    wordy           it calls the request by a name that is longer than any
"""
import http.server
import json
import os
import re
import ssl
import sys
import threading
import urllib.parse
import uuid

BASE = "/api/v1.0/resource-manager"


class Manager(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder, port=0, certificate=None, key=None):
        self.folder, self.lock = folder, threading.RLock()
        self.instances, self.requests = {}, {}
        for name in ("faults", "types"):
            os.makedirs(self.path(name), exist_ok=True)
        super().__init__(("127.0.0.1", port), Handler)
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self.socket = context.wrap_socket(self.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self.server_address[1]}{BASE}"
        self.write("url", self.url + "\n")

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, address):
        if not isinstance(sys.exc_info()[1], OSError):  # a client may go when it likes
            super().handle_error(request, address)

    # ---- files ------------------------------------------------------------------------------------

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, text):
        with self.lock:
            with open(self.path(name + ".new"), "w") as f:
                f.write(text)
            os.rename(self.path(name + ".new"), self.path(name))

    def note(self, line):
        with self.lock, open(self.path("asked"), "a") as f:
            f.write(line + "\n")

    def fault(self, action, kind, keep=False):
        with self.lock:
            for name in (action, "any"):
                file = self.path("faults", f"{name}.{kind}")
                if not os.path.exists(file):
                    continue
                with open(file) as f:
                    text = f.read().strip()
                if kind == "busy" and int(text) > 1:
                    self.write(os.path.join("faults", f"{name}.{kind}"), str(int(text) - 1))
                elif not keep:
                    os.unlink(file)
                return text
        return None

    # ---- what it has ------------------------------------------------------------------------------

    def types(self):
        found = {}
        for file in sorted(os.listdir(self.path("types"))):
            with open(self.path("types", file)) as f:
                text = f.read()
            name = re.search(r"^name:\s*(\S+)", text, re.M)
            found[name.group(1) if name else "resource::" + file + "::1.0"] = text
        return found

    def locations(self):
        if not os.path.exists(self.path("locations")):
            return {}
        with open(self.path("locations")) as f:
            return dict(line.split(None, 1) for line in f.read().splitlines())

    # ---- what it does -----------------------------------------------------------------------------

    def begin(self, body):
        """Of a transition: the status and the answer."""
        action, key = body["transitionName"], body["metricKey"]
        request = {"requestId": str(uuid.uuid4()), "requestState": "PENDING", "requestStateReason": "",
                   "requestFailureCode": "", "context": {"AsynchronousTransitionResponse": False}}
        reason = self.fault(action, "refuse")
        if reason is not None:
            return 400, dict(request, requestState="FAILED", requestStateReason=reason)
        if body["resourceType"] not in self.types():
            return 404, dict(request, requestState="FAILED",
                             requestStateReason=f"resource type {body['resourceType']} not found")
        if body["deploymentLocation"] not in self.locations():
            return 404, dict(request, requestState="FAILED", requestStateReason="no such location")
        if action != "Install" and key not in self.instances:
            return 404, dict(request, requestState="FAILED", requestFailureCode="RESOURCE_NOT_FOUND",
                             requestStateReason=f"instance {key} not found")
        if self.fault(action, "wordy") is not None:
            request["requestId"] *= 100
        self.requests[request["requestId"]] = dict(request, body=body, resourceId="", asked=0, ends=(
            self.fault(action, "fail"), self.fault(action, "cancel")))
        return 202, request

    def carry_out(self, request):
        """The playbook: what it reports is 'address', 'ports' and what it was called with."""
        body, (code, cancel) = request["body"], request["ends"]
        action, key = body["transitionName"], body["metricKey"]
        if code is not None:
            request.update(requestState="FAILED", requestFailureCode=code, requestStateReason=f"told to fail with {code}")
            return
        if cancel is not None:
            request.update(requestState="CANCELLED", requestStateReason="told to cancel")
            return
        request.update(requestState="COMPLETED", resourceId=key)
        if action == "Uninstall":
            del self.instances[key]
            return
        there = self.instances.setdefault(key, {
            "resourceId": key, "resourceName": body["resourceName"], "resourceType": body["resourceType"],
            "resourceManagerId": body["resourceManagerId"], "deploymentLocation": body["deploymentLocation"],
            "properties": {}, "createdAt": "2019-01-01T00:00:00Z", "lastModifiedAt": "2019-01-01T00:00:00Z",
            "internalResourceInstances": []})
        properties = there["properties"]
        properties.update({k: str(v) for k, v in (body.get("properties") or {}).items()})
        if action == "Install":
            properties.update(address="10.0.0.9", ports="5060")
        if action == "Start":
            properties.update(started="yes", size="grown")  # a report has the name of an input

    def status(self, request_id):
        request = self.requests.get(request_id)
        if request is None or self.fault("status", "forget") is not None:
            return 404, {"detail": "no such request", "status": 404, "title": "Not Found"}
        action = request["body"]["transitionName"]
        request["asked"] += 1
        if request["requestState"] in ("PENDING", "IN_PROGRESS"):
            if self.fault(action, "hold", keep=True) is not None or request["asked"] == 1:
                request["requestState"] = "IN_PROGRESS"
            else:
                self.carry_out(request)
        return 200, {k: v for k, v in request.items() if k not in ("body", "asked", "ends")}

    def search(self, location, query):
        if location not in self.locations():
            return 404, {"detail": "no such location"}
        wanted = query.get("instanceType", [None])[0]
        if wanted is not None and wanted not in self.types():
            return 404, {"detail": f"resource type {wanted} not found"}
        part = query.get("instanceName", [""])[0]
        return 200, [i for i in self.instances.values() if i["deploymentLocation"] == location
                     and part in i["resourceName"] and wanted in (None, i["resourceType"])]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body):
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def is_faulty(self, what):
        m = self.server
        if m.fault(what, "busy") is not None:
            self.answer(503, {"detail": "too much to do"})
        elif self.command == "GET" and m.fault(what, "refuse") is not None:
            self.answer(400, {"detail": "told to refuse"})
        elif m.fault(what, "strange") is not None:
            self.answer(200, b"<html>")
        else:
            return False
        return True

    def do_GET(self):
        at = urllib.parse.urlsplit(self.path)
        path = urllib.parse.unquote(at.path)
        m = self.server
        for pattern, what, handler in (
                ("/configuration", "configuration", lambda: (200, {
                    "name": "ansible-rm", "version": "1.0", "supportedApiVersions": ["1.0"],
                    "supportedFeatures": {"AsynchronousTransitionResponses": False}, "properties": {}})),
                ("/types", "types", lambda: (200, [
                    {"name": name, "state": "UNPUBLISHED" if "unpublished" in name else "PUBLISHED"}
                    for name in m.types()])),
                ("/types/([^/]*)", "type", lambda name: (200, {
                    "name": name, "state": "PUBLISHED", "descriptor": m.types()[name]})
                    if name in m.types() else (404, {"detail": "not found"})),
                ("/topology/deployment-locations", "locations", lambda: (200, [
                    {"name": name, "type": kind} for name, kind in m.locations().items()])),
                ("/topology/deployment-locations/([^/]*)/instances", "search",
                 lambda name: m.search(name, urllib.parse.parse_qs(at.query))),
                ("/topology/instances/([^/]*)", "instance", lambda key: (200, m.instances[key])
                    if key in m.instances else (404, {"detail": ""})),
                ("/lifecycle/transitions/([^/]*)/status", "status", m.status)):
            match = re.fullmatch(BASE + pattern, path)
            if match:
                m.note(" ".join(("GET", what) + match.groups()))
                if not self.is_faulty(what):
                    with m.lock:
                        self.answer(*handler(*match.groups()))
                return
        self.answer(404, {"detail": "no " + path})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == BASE + "/types":  # a package, by whoever pushes it
            self.answer(200, {})
            return
        if self.path != BASE + "/lifecycle/transitions":
            self.answer(404, {"detail": "no " + self.path})
            return
        body, m = json.loads(body), self.server
        action = body["transitionName"]
        m.note(f"{action} {body['resourceName']} {body['metricKey']}")
        m.write(f"request.{action}.json", json.dumps(dict(
            body, headers={k.lower(): v for k, v in self.headers.items()})))
        if self.is_faulty(action):
            return
        with m.lock:
            status, answer = m.begin(body)
        if m.fault(action, "lose") is not None:
            self.close_connection = True
            return
        self.answer(status, answer)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    Manager(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0, *sys.argv[3:5]).serve_forever()
