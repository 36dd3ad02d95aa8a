#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A resource driver in another language, by the published contract, with the standard library alone.

    driver.py FOLDER [PORT [CERTIFICATE KEY]]

What it makes are files: FOLDER/made/<location>/<resource> is there from Install to Uninstall, and says
in words what was done to it.  The port that it has got is in FOLDER/port.  It writes down what it was
asked (FOLDER/asked, a line each; FOLDER/request.<lifecycleName>.json, the last one; its files unpacked
in FOLDER/files) and what the manager said to its answers (FOLDER/answered).

Faults on demand are files in FOLDER/faults, <lifecycleName>.<kind>, or any.<kind>:
    busy N          answers 503, N times
    refuse TEXT     answers 400
    fail CODE       carries it out, then FAILED with this code
    silent          accepts it, carries nothing out and never answers
    hold            carries it out, and answers when the file has gone
    twice           answers twice
    strange         accepts, and answers with something that is no answer
"""
import base64
import http.server
import io
import json
import os
import ssl
import sys
import threading
import time
import urllib.error
import urllib.request
import zipfile

folder = sys.argv[1]
lock = threading.Lock()


def path(*parts):
    return os.path.join(folder, *parts)


def write(name, text):
    with open(name + ".new", "w") as f:
        f.write(text)
    os.rename(name + ".new", name)


def note(name, line):
    with lock, open(path(name), "a") as f:
        f.write(line + "\n")


def fault(action, kind, keep=False):
    """What a fault file says, or None; it is used up unless it shall be kept."""
    for name in (action, "any"):
        file = path("faults", name + "." + kind)
        if os.path.exists(file):
            with open(file) as f:
                text = f.read().strip()
            if not keep:
                os.unlink(file)
            return text
    return None


def is_busy(action):
    with lock:
        for name in (action, "any"):
            left = fault(name, "busy")
            if left is not None:
                if int(left) > 1:
                    write(path("faults", name + ".busy"), str(int(left) - 1))
                return True
    return False


def values(properties):
    return {k: v.get("value", v.get("keyName")) for k, v in (properties or {}).items()}


def carry_out(body):
    """The same request has the effect of one: what was done is written down with its answer."""
    system = values(body["systemProperties"])
    action = body["lifecycleName"]
    done = path("done", system["requestId"].replace("/", "_"))
    if os.path.exists(done):
        with open(done) as f:
            return json.load(f)
    place = path("made", body["deploymentLocation"]["name"])
    os.makedirs(place, exist_ok=True)
    thing = os.path.join(place, system["resourceName"])
    answer = {"requestId": system["requestId"], "status": "COMPLETE", "outputs": {}, "version": "1.0.0"}
    if action == "Install":
        with open(thing, "w") as f:
            json.dump({"id": system["resourceId"], "size": values(body["resourceProperties"]).get("size")}, f)
            f.write("\n")
        answer["outputs"] = {"address": "10.0.0.7", "ticket": "t-" + system["resourceId"], "ports": [5060, 5061]}
        answer["associatedTopology"] = {
            "file": {"id": thing, "type": "File"}, "draft": {"id": "d1", "type": "Draft"}}
    elif action == "Uninstall":
        if os.path.exists(thing):
            os.unlink(thing)
        answer["associatedTopology"] = {"file": None}
    elif os.path.exists(thing):
        with open(thing, "a") as f:
            f.write(action + " " + json.dumps(values(body["requestProperties"]), sort_keys=True) + "\n")
        if action == "Start":
            answer["associatedTopology"] = {"draft": None}
    else:
        answer.update(status="FAILED", failureDetails={
            "failureCode": "RESOURCE_NOT_FOUND", "description": "there is no " + system["resourceName"]})
    code = fault(action, "fail")
    if code is not None:
        answer.update(status="FAILED", outputs={}, failureDetails={
            "failureCode": code, "description": "told to fail with " + code})
    write(done, json.dumps(answer))
    return answer


def send(url, token, answer):
    request = urllib.request.Request(url, json.dumps(answer).encode(), {
        "Content-Type": "application/json", "Authorization": "Bearer " + token})
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    for pause in (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4):
        try:
            with urllib.request.urlopen(request, timeout=10, context=trust) as r:
                said = json.load(r)
                return "200 " + ("taken" if said["taken"] else "late")
        except urllib.error.HTTPError as e:
            return str(e.code)
        except OSError:
            time.sleep(pause)  # the manager is not there for now
    return "nobody there"


def work(body, url, token):
    action = body["lifecycleName"]
    if fault(action, "silent") is not None:
        return
    answer = carry_out(body)
    if fault(action, "hold", keep=True) is not None:
        send(url, token, dict(answer, status="IN_PROGRESS", outputs={}))
        while fault(action, "hold", keep=True) is not None:
            time.sleep(0.02)
    if fault(action, "strange") is not None:
        note("answered", action + " " + send(url, token, {"requestId": answer["requestId"], "status": "WELL"}))
    times = 2 if fault(action, "twice") is not None else 1
    for _ in range(times):
        note("answered", action + " " + send(url, token, answer))


class Driver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        if self.path == "/api/driver/management/health":
            self.answer(200, {"vitals": {"app": {"status": "ok"}}})
        else:
            self.answer(404, {"localizedMessage": "no " + self.path})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/api/driver/lifecycle/execute":
            self.execute(body)
        elif self.path == "/api/driver/references/find":
            self.find(body)
        else:
            self.answer(404, {"localizedMessage": "no " + self.path})

    def execute(self, body):
        action = body["lifecycleName"]
        system = values(body["systemProperties"])
        note("asked", " ".join((action, system["resourceName"], system["requestId"])))
        zipfile.ZipFile(io.BytesIO(base64.b64decode(body.pop("driverFiles")))).extractall(path("files"))
        body["headers"] = {k.lower(): v for k, v in self.headers.items()}
        write(path("request." + action + ".json"), json.dumps(body))
        reason = fault(action, "refuse")
        if is_busy(action):
            self.answer(503, {"localizedMessage": "too much to do"})
        elif reason is not None:
            self.answer(400, {"localizedMessage": reason, "status": 400})
        else:
            self.answer(202, {"requestId": system["requestId"], "version": "1.0.0"})
            threading.Thread(target=work, daemon=True, args=(
                body, self.headers["X-LM-Callback"], self.headers["X-LM-Callback-Token"])).start()

    def find(self, body):
        note("asked", "Find " + body["instanceName"])
        thing = path("made", body["deploymentLocation"]["name"], body["instanceName"])
        found = None
        if os.path.exists(thing):
            with open(thing) as f:
                first = json.loads(f.readline())
            found = {"resourceId": first["id"], "outputs": {"address": "10.0.0.7"},
                     "associatedTopology": {"file": {"id": thing, "type": "File"}}}
        self.answer(200, {"result": found})

    def log_message(self, *args):
        pass


def main():
    for name in ("faults", "done", "made", "files"):
        os.makedirs(path(name), exist_ok=True)
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Driver)
    server.daemon_threads = True
    if len(sys.argv) > 4:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    write(path("port"), str(server.server_address[1]))
    server.serve_forever()


main()
