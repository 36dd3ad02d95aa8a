# SPDX-License-Identifier: Apache-2.0
"""A receiver of webhooks: checks who has sent what it gets, and writes it down.

    receiver.py PORT-FILE SECRET ORDERS-FILE

Prints a line for each request: the status of its answer, the number and type of the event, and its
body.  The first line of ORDERS-FILE says what the next request is answered, and goes; without one it
is 204 for what is signed as it should be, 401 otherwise.
"""
import hashlib
import hmac
import http.server
import json
import os
import sys
import time

port_file, secret, orders = sys.argv[1:]


def order():
    try:
        with open(orders, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return None
    if not lines:
        return None
    with open(orders, "w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines[1:])
    return int(lines[0])


def is_signed(headers, body):
    stamp = headers["X-LM-Timestamp"]
    proof = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return (
        abs(time.time() - int(stamp)) < 300
        and hmac.compare_digest("sha256=" + proof, headers["X-LM-Signature"])
        and headers["Content-Type"] == "application/json"
        and json.loads(body)["eventId"] == headers["X-LM-Event-Id"]
        and json.loads(body)["eventType"] == headers["X-LM-Event-Type"]
    )


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = order() or (204 if is_signed(self.headers, body) else 401)
        # First it is written down: when the sender hears of it, it is there.
        print(status, self.headers["X-LM-Event-Id"], self.headers["X-LM-Event-Type"],
              body.decode(), flush=True)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(port_file + ".new", "w", encoding="utf-8") as out:
    out.write(str(server.server_port))
os.rename(port_file + ".new", port_file)
server.serve_forever()
