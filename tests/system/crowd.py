#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""crowd.py LM [--tls]: a manager in a crowd of connections that ask nothing, or take for ever to ask it.

Meanwhile an operator, each time on a new connection, has intents done; a gateway reports.  Nobody here is
let in by who he is, so that the crowd can do all that the operator can.  With --tls all of it is HTTPS,
and the crowd never gets to the end of a handshake, or says nothing after it."""
import json
import os
import re
import resource
import selectors
import socket
import ssl
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from manager import Manager  # noqa: E402

PACKAGE = """name: resource::meter::1.0
metrics:
  h_load: {type: 'metric::load', publication-period: 0}
---
name: assembly::meters::1.0
composition:
  meter: {type: 'resource::meter::1.0'}
"""
CROWD = 10000
ENOUGH = 10  # intents of a chapter
PATIENCE_S = 60


TRIES = 20  # to get to the end of a handshake, before which nothing was asked


def ask(manager, method, path, body=None, headers={}):
    """Status and document."""
    for left in reversed(range(TRIES)):
        try:
            status, _, text = manager.ask(method, path, None if body is None else json.dumps(body).encode(),
                                          {"Content-Type": "application/json", **headers}, patience_s=PATIENCE_S)
            return status, json.loads(text or b"null")
        except ssl.SSLError:
            if not left:
                raise


def files(manager):
    return len(os.listdir(f"/proc/{manager.process.pid}/fd"))


def memory_mb(manager):
    with open(f"/proc/{manager.process.pid}/status") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read())[1]) / 1024


class Operator(threading.Thread):
    """Creates assemblies one after the other, and waits for each; ends with the first that fails."""

    def __init__(self, manager):
        super().__init__(daemon=True)
        self.manager, self.done, self.longest_s, self.why = manager, 0, 0.0, None
        self.start()

    def run(self):
        while self.why is None:
            began = time.monotonic()
            try:
                self.create("a%d" % self.done)
            except Exception as e:
                self.why = repr(e)
            self.longest_s = max(self.longest_s, time.monotonic() - began)
            self.done += 1

    def create(self, name):
        status, answer = ask(self.manager, "POST", "/api/intent/createAssembly",
                             {"assemblyName": name, "descriptorName": "assembly::meters::1.0",
                              "intendedState": "Active"})
        assert status == 201, answer
        while answer.get("status") != "Completed":
            status, answer = ask(self.manager, "GET", "/api/processes/" + answer.get("processId", answer.get("id")))
            assert status == 200 and answer["status"] != "Failed", answer


class Crowd:
    """Connections; who is cut off comes again, if he is stubborn."""

    def __init__(self, address, n, says=b"", drip=b"", stubborn=True):
        self.address, self.says, self.drip, self.stubborn = address, says, drip, stubborn
        self.select = selectors.DefaultSelector()
        self.open, self.cut = {}, 0
        for _ in range(n):
            self.join()

    def join(self):
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex(self.address)
        self.open[s] = False  # whether it has said what it says first
        self.select.register(s, selectors.EVENT_READ | selectors.EVENT_WRITE)

    def leave(self, s):
        self.select.unregister(s)
        del self.open[s]
        s.close()

    def turn(self):
        for key, what in self.select.select(0.05):
            s = key.fileobj
            try:
                if what & selectors.EVENT_WRITE:
                    if not self.open[s]:
                        s.send(self.says) if self.says else None
                        self.open[s] = True
                    self.select.modify(s, selectors.EVENT_READ)
                if what & selectors.EVENT_READ and not s.recv(65536):
                    raise ConnectionError
            except (BlockingIOError, InterruptedError):
                pass
            except OSError:
                self.cut += 1
                self.leave(s)
                if self.stubborn:
                    self.join()
        for s, said in list(self.open.items()) if self.drip else ():
            try:
                if said:
                    s.send(self.drip)
            except OSError:
                pass  # it is read as well

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for s in list(self.open):
            self.leave(s)
        self.select.close()


def chapter(title, manager, operator, crowd, also=lambda: True):
    """Turns the crowd until the operator has done enough, and 'also' is so."""
    began, first = time.monotonic(), operator.done
    with crowd:
        while operator.done - first < ENOUGH or not also():
            crowd.turn()
            if operator.why:
                raise SystemExit(f"{title}: the operator's intent fails: {operator.why}")
            if time.monotonic() - began > PATIENCE_S:
                raise SystemExit(f"{title}: nothing moves, after {operator.done - first} intents")
        print(f"{title}: {operator.done - first} intents, {crowd.cut} cut off, "
              f"{memory_mb(manager):.0f} MB, the longest intent so far {operator.longest_s * 1000:.0f} ms",
              flush=True)


def until(what, true):
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > PATIENCE_S:
            raise SystemExit(what)
        time.sleep(0.05)


def tell(manager, operator, n):
    everybody = Crowd(manager.address, n, stubborn=False)
    chapter(f"{n} idle connections", manager, operator, everybody,
            lambda: all(everybody.open.values()) and everybody.cut >= n - 1100)
    chapter("2000 headers, byte by byte", manager, operator,
            Crowd(manager.address, 2000, b"GET /api/status HTTP/1.1\r\nX: ", b"x"))
    chapter("2000 bodies, byte by byte", manager, operator,
            Crowd(manager.address, 2000, b"POST /api/intent/createAssembly HTTP/1.1\r\nHost: h\r\n"
                  b"Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{", b" "))
    chapter("2000 refused bodies, byte by byte", manager, operator,
            Crowd(manager.address, 2000, b"POST /nothing HTTP/1.1\r\nHost: h\r\nContent-Length: 30000\r\n\r\n",
                  b" "))
    chapter("1500 who follow the events", manager, operator,
            Crowd(manager.address, 1500, b"GET /api/events HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream"
                  b"\r\n\r\n"))

    token = subprocess.run([manager.lm, "token", "--state", manager.state, "--writer", "gateway"],
                           check=True, capture_output=True, text=True).stdout.strip()
    taken = []

    def report():
        status, answer = ask(manager, "POST", "/api/metrics", {"metricKey": "nobody"},
                             {"Authorization": "Bearer " + token})
        if status != 503:
            taken.append((status, answer))
        return taken
    chapter("1500 reports, byte by byte, and one of a gateway", manager, operator,
            Crowd(manager.address, 1500, b"POST /api/metrics HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n",
                  b" "), report)


def hello():
    """The first thing that a client of TLS says."""
    inside, outside = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        ssl.create_default_context().wrap_bio(inside, outside, server_hostname="h").do_handshake()
    except ssl.SSLWantReadError:
        return outside.read()


class Silent(Crowd):
    """Those who get to the end of the handshake, and say nothing then."""

    def __init__(self, manager, n):
        super().__init__(manager.address, 0, stubborn=False)
        for _ in range(n):
            s = manager.trust.wrap_socket(socket.create_connection(manager.address, PATIENCE_S),
                                          server_hostname=manager.address[0])
            s.setblocking(False)
            self.open[s] = True
            self.select.register(s, selectors.EVENT_READ)


def tell_tls(manager, operator, n):
    said = hello()
    # Who finds no place in the kernel's line takes himself for connected, and is never cut off.
    everybody = Crowd(manager.address, n, stubborn=False)
    chapter(f"{n} connections without a handshake", manager, operator, everybody,
            lambda: everybody.cut >= n // 2)
    chapter("2000 handshakes, byte by byte", manager, operator,
            Crowd(manager.address, 2000, said[:5], said[5:6]))
    chapter("2000 handshakes that end in their middle", manager, operator, Crowd(manager.address, 2000, said))
    chapter("1200 handshakes, and nothing more", manager, operator, Silent(manager, 1200))


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    n = min(CROWD, hard - 500)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    manager = Manager(sys.argv[1], PACKAGE, *sys.argv[2:])
    try:
        before, memory = files(manager), memory_mb(manager)
        operator = Operator(manager)
        (tell_tls if manager.trust else tell)(manager, operator, n)
        until(f"of {files(manager)} files some stay open", lambda: files(manager) <= before + 10)
        print(f"{memory:.0f} MB before, {memory_mb(manager):.0f} MB after")
        if "asan" not in sys.argv[1] and memory_mb(manager) > memory + 100:
            raise SystemExit("it keeps the memory of those who have gone")
    finally:
        status = manager.end()
    if status != 0:
        raise SystemExit(f"the manager ended with {status}: " + "".join(manager.log[-200:]))


main()
