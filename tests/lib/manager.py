# SPDX-License-Identifier: Apache-2.0
"""A manager of one's own, for tests in Python: without authentication, on a free port, in a temporary folder."""
import http.client
import os
import re
import shutil
import signal
import ssl
import subprocess
import tempfile
import threading


class Manager:
    """Runs from here to end(); 'log' is what it has said, line by line.  With the option --tls it is asked by HTTPS."""

    def __init__(self, lm, package, *options):
        self.lm, self.folder = lm, tempfile.mkdtemp()
        self.state = self.folder + "/state"
        os.mkdir(self.folder + "/packages")
        with open(self.folder + "/packages/package.yml", "w") as f:
            f.write(package)
        self.process = subprocess.Popen(
            [lm, "serve", "--insecure", "--packages", self.folder + "/packages", "--state", self.state,
             "--listen", "127.0.0.1:0", *options], stderr=subprocess.PIPE, text=True)
        self.log = []
        for line in self.process.stderr:
            self.log.append(line)
            found = re.search(r"manager\.ready address=(\S+):(\d+)", line)
            if found:
                self.address = (found[1], int(found[2]))
                break
        else:
            raise SystemExit("the manager does not start: " + "".join(self.log))
        self.trust = ssl.create_default_context(cafile=self.state + "/tls.crt") if "--tls" in options else None
        threading.Thread(target=lambda: self.log.extend(self.process.stderr), daemon=True).start()

    def ask(self, method, path, body=None, headers={}, length=None, patience_s=30):
        """Status, headers, text, on a connection of its own; 'length' is announced in place of that of the body."""
        if self.trust:
            c = http.client.HTTPSConnection(*self.address, timeout=patience_s, context=self.trust)
        else:
            c = http.client.HTTPConnection(*self.address, timeout=patience_s)
        try:
            c.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers.items():
                c.putheader(name, value)
            if body is not None or length is not None:
                c.putheader("Content-Length", str(len(body) if length is None else length))
            c.endheaders(body)
            answer = c.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            c.close()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)
        return status
