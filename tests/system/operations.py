#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""operations.py LM: a real manager against its own OpenAPI document.

What the document says of every operation is tried: other methods, other types, bodies that are too large or
broken, things that there are not; and what is answered has the shape that the document says."""
import io
import json
import os
import re
import subprocess
import sys
import time
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from manager import Manager  # noqa: E402
from openapi import Document  # noqa: E402
import simulated_manager  # noqa: E402

PACKAGE = """name: resource::meter::1.0
properties:
  size: {default: '1'}
metrics:
  h_load: {type: 'metric::load', publication-period: 0}
  h_integrity: {type: 'metric::integrity', publication-period: 0}
policies:
  heal: {type: 'policy::heal', metric: h_integrity, properties: {smoothing: {value: 1}}}
---
name: assembly::meters::1.0
description: meters
properties:
  site: {default: here}
composition:
  meter: {type: 'resource::meter::1.0', cluster: {initial-quantity: 2, maximum-nodes: 4}}
"""
TRACE = "X-TraceCtx-TransactionId"
ENDLESS = ["/api/events"]
OWN_ERRORS = ["/oauth/token", "/oauth2/{key}/v1/token"]  # has more fields than others, by its own standard
wrong = []


def complain(text):
    wrong.append(text)
    print(text, flush=True)


def is_error(manager, document, title, status, wanted, answer, path):
    got, headers, text = answer
    if got not in wanted:
        return complain(f"{title}: {got}, not {wanted}: {text[:200]}")
    if headers["Content-Type"] != "application/json":
        return complain(f"{title}: the error's Content-Type is {headers['Content-Type']}")
    if headers[TRACE] != status:
        complain(f"{title}: the error's trace is {headers[TRACE]}")
    body = json.loads(text)
    if path not in OWN_ERRORS and sorted(body) != ["details", "localizedMessage", "url"]:
        complain(f"{title}: the error has the fields {sorted(body)}")
    why = document.differs({"$ref": "#/components/schemas/Error"}, body)
    if why:
        complain(f"{title}: the error's {why}")


def refusals(manager, document):
    """What every operation refuses, before it looks at anything else."""
    for path, item in document.all["paths"].items():
        at = path.replace("{key}", "nobody")
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
            if method.lower() in item:
                continue
            answer = manager.ask(method, at, headers={TRACE: "T-1", "Content-Length": "0"})
            others = [p for p in document.all["paths"] if method.lower() in document.all["paths"][p] and
                      re.fullmatch(re.escape(p).replace(r"\{key\}", "[^/]+"), at)]
            if not others:
                is_error(manager, document, f"{method} {path}", "T-1", (405,), answer, path)
                if answer[0] == 405 and not {m.upper() for m in item} <= set(answer[1]["Allow"].split(", ")):
                    complain(f"{method} {path}: allowed are {answer[1]['Allow']}")
    for method, path, operation in document.operations():
        at, title = path.replace("{key}", "nobody"), f"{method} {path}"
        if "requestBody" not in operation:
            continue
        takes = operation["requestBody"]["content"]
        if operation["x-privilege"] != "report":
            is_error(manager, document, title + " as text", "T-2", (415,),
                     manager.ask(method, at, b"x", {"Content-Type": "text/plain", TRACE: "T-2"}), path)
            is_error(manager, document, title + " from a page", "T-2", (403,),
                     manager.ask(method, at, b"x", {"Origin": "http://elsewhere", TRACE: "T-2"}), path)
        kind = next(iter(takes))
        boundary = "; boundary=x" if kind.startswith("multipart") else ""
        is_error(manager, document, title + " of 100 GB", "T-3", (413, 503),
                 manager.ask(method, at, None, {"Content-Type": kind + boundary, TRACE: "T-3"}, 10 ** 11), path)
        for kind in takes:
            broken = {"application/json": b'{\n  "a": }', "application/yaml": b"a: [\n"}.get(kind, b"\x00\xff%zz")
            if title in ("PUT /api/catalog/descriptors/{key}",) or "resource-packages" in path:
                continue
            headers = {"Content-Type": kind, TRACE: "T-4"}
            got = manager.ask(method, at, broken, headers)
            if operation["x-privilege"] == "report":
                if got[0] not in (400, 401, 403):
                    complain(f"{title} with a broken body: {got[0]}")
                continue
            is_error(manager, document, title + " broken", "T-4", (400, 401, 404), got, path)
            if kind == "application/json" and got[0] == 400 and not re.search(
                    rb"line \d+,? col(umn)? \d+|:\d+:\d+|\"line\"", got[2]):
                complain(f"{title}: no position is told of a broken body: {got[2][:200]}")


def vague(document):
    """What the document leaves open: a body or an answer of which it says nothing."""
    for method, path, operation in document.operations():
        bodies = [operation.get("requestBody", {})] + list(operation["responses"].values())
        for kind, content in (item for body in bodies for item in body.get("content", {}).items()):
            shape = content["schema"]
            if shape == {} or (kind == "application/json" and shape.get("type") == "string"):
                complain(f"{method} {path}: what it takes or answers as {kind} has no shape")


def fits(manager, document, method, path, at=None, body=None, kind="application/json", token=None):
    """Asks, and holds the answer against the document; the answer's document."""
    operation = document.all["paths"][path][method.lower()]
    if isinstance(body, (dict, list)):
        why = document.differs(operation["requestBody"]["content"][kind]["schema"], body)
        if why:
            complain(f"{method} {path}, what is sent: {why}")
    text = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
    headers = {"Content-Type": kind} | ({"Authorization": "Bearer " + token} if token else {})
    got, headers, text = manager.ask(method, at or path, text, headers)
    title = f"{method} {at or path}"
    if str(got) not in operation["responses"]:
        return complain(f"{title}: {got}, the document says {sorted(operation['responses'])}: {text[:300]}")
    content = operation["responses"][str(got)].get("content", {})
    if not content:
        return None
    wanted = headers["Content-Type"]
    if wanted not in content:
        return complain(f"{title}: the answer is {wanted}, the document says {sorted(content)}")
    shape = content[wanted]
    if wanted != "application/json":
        return text
    value = json.loads(text)
    why = document.differs(shape["schema"], value)
    if why:
        complain(f"{title}: {why}")
    return value


def archive():
    """A form with a package."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as z:
        z.writestr("handed/assembly.yml", "name: assembly::handed::1.0\n"
                   "composition:\n  meter: {type: 'resource::meter::1.0', quantity: 1}\n")
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="p.zip"\r\n'
    return head + b"Content-Type: application/zip\r\n\r\n" + packed.getvalue() + b"\r\n--x--\r\n"


def reports(manager, document):
    """What those who report are told."""
    token = subprocess.run([manager.lm, "token", "--writer", "test", "--state", manager.folder + "/state"],
                           stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    fits(manager, document, "POST", "/api/metrics", None,
         [{"metricKey": "site__meter__1", "metricName": "h_load", "load": 4},
          {"metricKey": "site__meter__1", "metricName": "h_load", "values": {"calls": 7}},
          {"metricId": "nobody.h_load", "integrity": "OK", "time": time.time()}], token=token)
    fits(manager, document, "POST", "/api/metrics/collectd", None,
         [{"host": "site__meter__1", "plugin": "h_load", "type": "gauge", "values": [4], "dsnames": ["value"],
           "dstypes": ["gauge"], "time": time.time(), "interval": 10}], token=token)
    fits(manager, document, "POST", "/api/alerts", None, {"alerts": [
        {"status": "firing", "startsAt": "2026-01-01T00:00:00Z",
         "labels": {"lm_intent": "heal", "assembly": "site", "component": "nobody"}, "annotations": {}},
        {"status": "firing", "startsAt": "2026-01-01T00:00:00Z",
         "labels": {"lm_intent": "scaleOut", "assembly": "site", "cluster": "meter"}}]}, token=token)


def answers(manager, document):
    """Real answers: of a manager that has something to tell, and of every collection."""
    accepted = fits(manager, document, "POST", "/api/intent/createAssembly", None,
                    {"assemblyName": "site", "descriptorName": "assembly::meters::1.0", "intendedState": "Active"})
    process = "/api/processes/" + accepted["processId"]
    for _ in range(300):
        if fits(manager, document, "GET", "/api/processes/{key}", process)["status"] == "Completed":
            break
        time.sleep(0.05)
    found = fits(manager, document, "GET", "/api/topology/assemblies", "/api/topology/assemblies?name=site")
    if len(found) != 1:
        complain(f"of one assembly there are {len(found)}")
    ids = {"/api/processes/{key}": accepted["processId"], "/api/topology/assemblies/{key}": found[0]["id"],
           "/api/catalog/descriptors/{key}": "assembly::meters::1.0", "/api/resource-managers/{key}": "lm",
           "/api/deploymentLocations/{key}": "local", "/api/deploymentLocation/{key}": "local",
           "/api/webhooks/{key}": "hook", "/api/object-groups/{key}": "default", "/api/metrics/{key}": "site", "/api/policies/{key}": "site", "/api/logs/{key}": "site"}
    fits(manager, document, "GET", "/api/topology/assemblies", "/api/topology/assemblies?nameContains=s")
    fits(manager, document, "POST", "/api/deploymentLocations", None,
         {"name": "north", "resourceManager": "lm", "infrastructureType": "local"})
    fits(manager, document, "PUT", "/api/deploymentLocations/{key}", "/api/deploymentLocations/north",
         {"name": "north", "description": "the north", "resourceManager": "lm", "infrastructureType": "local"})
    fits(manager, document, "POST", "/api/resource-manager/infrastructure-keys/shared", None,
         {"name": "k", "publicKey": "p", "privateKey": "q"})
    fits(manager, document, "GET", "/api/resource-manager/infrastructure-keys/shared/{key}",
         "/api/resource-manager/infrastructure-keys/shared/k")
    fits(manager, document, "POST", "/api/resource-manager/resource-drivers", None,
         {"type": "ansible", "baseUri": "http://127.0.0.1:9"})
    drivers = "/api/resource-manager/resource-drivers"
    found = fits(manager, document, "GET", drivers, drivers + "?type=ansible")
    fits(manager, document, "GET", drivers + "/{key}/health", f"{drivers}/{found['id']}/health")
    reports(manager, document)
    with simulated_manager.Manager(manager.folder + "/rm") as other:
        with open(other.path("locations"), "w") as f:
            f.write("there Openstack\n")
        rm = {"name": "rm", "url": other.url, "type": "x"}
        fits(manager, document, "POST", "/api/resource-managers", None, rm)
        fits(manager, document, "PUT", "/api/resource-managers/{key}", "/api/resource-managers/rm", rm)
    fits(manager, document, "POST", "/api/catalog/descriptors", None,
         b"name: assembly::more::1.0\ncomposition:\n  meter: {type: 'resource::meter::1.0'}\n", "application/yaml")
    fits(manager, document, "POST", "/api/webhooks", None,
         {"name": "hook", "url": "http://127.0.0.1:9/", "secret": "a secret of some length, for a signature"})
    fits(manager, document, "POST", "/api/plan/{key}", "/api/plan/deleteAssembly", {"assemblyName": "site"})
    fits(manager, document, "POST", "/api/plan/{key}", "/api/plan/deleteAssembly?format=dot", {"assemblyName": "site"})
    fits(manager, document, "POST", "/api/doctor/repair", None, {"subjects": ["site"]})
    package = "/api/resource-manager/resource-packages"
    fits(manager, document, "POST", package, None, archive(), "multipart/form-data; boundary=x")
    fits(manager, document, "GET", package + "/{key}", package + "/assembly::handed::1.0")
    fits(manager, document, "GET", package + "/{key}/content", package + "/assembly::handed::1.0/content")
    for method, path, operation in document.operations():
        if method != "GET" or path in ENDLESS or path.startswith("/api/send/"):
            continue
        if "{key}" not in path:
            fits(manager, document, method, path)
        elif path in ids:
            fits(manager, document, method, path, path.replace("{key}", ids[path]))
        else:
            is_error(manager, document, f"{method} {path} of nobody", "T-5", (404,),
                     manager.ask(method, path.replace("{key}", "nobody"), headers={TRACE: "T-5"}), path)
    fits(manager, document, "DELETE", "/api/deploymentLocations/{key}", "/api/deploymentLocations/north")


def main():
    manager = Manager(sys.argv[1], PACKAGE)
    try:
        document = Document(manager.ask("GET", "/api/openapi.json")[2])
        print(len(list(document.operations())), "operations")
        vague(document)
        refusals(manager, document)
        answers(manager, document)
    finally:
        status = manager.end()
    if status != 0:
        complain(f"the manager ended with {status}: " + "".join(manager.log[-200:]))
    raise SystemExit(f"{len(wrong)} things are wrong" if wrong else 0)


main()
