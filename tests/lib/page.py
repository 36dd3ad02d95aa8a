#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""page.py FILE: does what a page of instructions says, in the present folder.

Blocks of code whose first line names a file after the language ("```yaml a/b.yml") are written to it, with " +" behind
the name added to it.  The others are run, in one bash for all of them:

"```sh": each line is a command that has to succeed, whatever it prints.

"```console": a line with "$ " in front is a command, the lines below are what it prints.  Of these, "..." stands for
any lines, numbers for any numbers, and blanks count as one.  An id stands for any id: once it was printed, the page's
own stands for it in commands, too.  A command may fail where the page shows what it says then.

The first that differs, or a command that fails, ends it.
"""
import pathlib
import re
import subprocess
import sys

MARK = "--- page: "
ID = re.compile(r"\b([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|lm[a-z]\d?[0-9a-f]{8})\b")


def blocks(page):
    """The blocks of a page: line number, words behind the fence, text."""
    info, start, lines = None, 0, []
    for number, line in enumerate(page.splitlines(), 1):
        if info is None and line.startswith("```"):
            info, start, lines = line[3:].split(), number, []
        elif line == "```":
            yield start, info, lines
            info = None
        elif info is not None:
            lines.append(line)


def commands(info, start, lines):
    """The commands of a block, each with what it is to print."""
    i = 0
    while i < len(lines):
        number, line = start + 1 + i, lines[i]
        i += 1
        if info == ["console"] and not line.startswith("$ "):
            continue
        while line.endswith("\\"):
            line = line[:-1] + lines[i].strip()
            i += 1
        if info == ["sh"]:
            yield number, line, ["..."]
        else:
            yield number, line[2:], list(expected(lines[i:]))


def expected(rest):
    for line in rest:
        if line.startswith("$ "):
            return
        yield line


def plain(line):
    line = ID.sub("ID", line.rstrip())
    line = re.sub(r"\d+(\.\d+)?( ms| s| min|Z)?\b", "N", line)
    return re.sub(r"\s+", " ", line)


def fits(want, got, ids):
    """Whether the lines that came are those that were wanted; what their ids stand for comes into ids."""
    if not want:
        return not got
    if want[0] == "...":
        return any(fits(want[1:], got[i:], ids) for i in range(len(got) + 1))
    if not got:
        return False
    pattern = r"\s*.*".join(re.escape(part.rstrip()) for part in plain(want[0]).split("..."))
    if re.fullmatch(pattern, plain(got[0])) is None or not fits(want[1:], got[1:], ids):
        return False
    ids.update(zip(ID.findall(want[0]), ID.findall(got[0])))
    return True


def shows_failure(want):
    return any(line != "..." for line in want)


class Shell:
    def __init__(self):
        self.bash = subprocess.Popen(
            ["bash", "--norc", "--noprofile"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)

    def run(self, command):
        """What it prints, and its status."""
        self.bash.stdin.write(f"{command}\nprintf '\\n{MARK}%s\\n' $?\n")
        self.bash.stdin.flush()
        text = []
        for line in self.bash.stdout:
            if line.startswith(MARK):
                if text and text[-1] == "":
                    text.pop()
                return text, int(line[len(MARK):])
            text.append(line.rstrip("\n"))
        sys.exit("the shell has ended")


def write(info, lines):
    path = pathlib.Path(info[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a" if info[2:] == ["+"] else "w") as file:
        file.write("\n".join(lines) + "\n")


def main():
    page = pathlib.Path(sys.argv[1])
    shell, done, ids = Shell(), 0, {}
    for start, info, lines in blocks(page.read_text()):
        if len(info) > 1:
            write(info, lines)
            continue
        if info not in (["console"], ["sh"]):
            continue
        for number, command, want in commands(info, start, lines):
            command = ID.sub(lambda match: ids.get(match[0], match[0]), command)
            got, status = shell.run(command)
            if (status != 0 and not shows_failure(want)) or not fits(want, got, ids):
                print(f"{page.name}:{number}: $ {command}\nstatus {status}, and it prints")
                print("\n".join("    " + line for line in got))
                print("where the page says")
                print("\n".join("    " + line for line in want))
                sys.exit(1)
            done += 1
            print(f"ok: line {number}: {command}")
    shell.bash.stdin.close()
    shell.bash.wait(30)
    if done == 0:
        sys.exit("there is no command on this page")


main()
