"""Runs a program on a pseudo-terminal, and is told over standard input what to type and what to wait for.

    python3 ptydriver.py PROGRAM [ARGUMENT]...

One JSON object a line, one JSON object a line back, in the same order:

    {"send": TEXT}      types TEXT                                  {"screen": TEXT}
    {"expect": REGEX}   waits until the screen's text has a match   {"screen": TEXT}
    {"end": true}       waits until the program has ended           {"status": N, "screen": TEXT}

What cannot be done is answered by {"error": WHY, "screen": TEXT}.

The screen is what a terminal of 80 columns would show, with everything that scrolled out; lines are without trailing blanks. N is the exit
status, or minus the signal's number. A prompt such as `shop[1234] admin> ` is shown as `% `, since its process differs each time, with what stands below it moved
to the left likewise, and what stands above the first of them is left out. Waiting for more than 20 seconds is an error. The program is killed when the input ends.
"""

import codecs
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

COLUMNS, ROWS = 80, 24
PATIENCE = 20
PROMPT = re.compile(r"[^\s\[]+\[\d+\]\S* \w+>( |$)")
SEQUENCE = re.compile(r"\x1b\[([?0-9;]*)([A-Za-z])|\x1b[=>78]")


class Screen:
    """As much of a terminal as a line editor uses."""

    def __init__(self):
        self.rows, self.row, self.column, self.rest = [[]], 0, 0, ""
        self.decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def write(self, data):
        text, at = self.rest + self.decode(data), 0
        while at < len(text):
            if text[at] == "\x1b":
                found = SEQUENCE.match(text, at)
                if not found and len(text) - at < 16:
                    break
                if found and found.group(2):
                    self.obey(found.group(2), int(found.group(1).strip("?") or 0) if ";" not in found.group(1) else 0)
                at = found.end() if found else at + 1
            else:
                self.show(text[at])
                at += 1
        self.rest = text[at:]

    def show(self, character):
        if character == "\r":
            self.column = 0
        elif character == "\n":
            self.move_to_row(self.row + 1)
        elif character == "\b":
            self.column = max(0, self.column - 1)
        elif character >= " ":
            if self.column == COLUMNS:
                self.move_to_row(self.row + 1)
                self.column = 0
            line = self.rows[self.row]
            line.extend(" " * (self.column + 1 - len(line)))
            line[self.column] = character
            self.column += 1

    def move_to_row(self, row):
        self.row = max(0, row)
        while len(self.rows) <= self.row:
            self.rows.append([])

    def obey(self, command, number):
        if command == "A":
            self.move_to_row(self.row - (number or 1))
        elif command == "B":
            self.move_to_row(self.row + (number or 1))
        elif command == "C":
            self.column = min(COLUMNS, self.column + (number or 1))
        elif command == "D":
            self.column = max(0, self.column - (number or 1))
        elif command == "G":
            self.column = (number or 1) - 1
        elif command in "JK" and number == 0:
            del self.rows[self.row][self.column :]
            if command == "J":
                del self.rows[self.row + 1 :]

    def text(self):
        lines, indent, seen = [], None, False
        for row in self.rows:
            line = "".join(row).rstrip()
            found = PROMPT.match(line)
            if found:
                if not seen:
                    lines, seen = [], True
                indent = " " * len(found.group(0).rstrip() + " ")
                line = ("% " + line[found.end() :]).rstrip()
            elif indent and (line + " ").startswith(indent):
                line = "  " + line[len(indent) :]
            else:
                indent = None
            lines.append(line.rstrip())
        return "\n".join(lines)


class Program:
    def __init__(self, argv):
        self.screen, self.status = Screen(), None
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            # Here rather than in the parent, so that the program never sees another size.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
            os.execvp(argv[0], argv)

    def read(self):
        """Shows what has come within a short time; notices the end."""
        if self.terminal is not None and select.select([self.terminal], [], [], 0.02)[0]:
            try:
                data = os.read(self.terminal, 65536)
            except OSError:
                data = b""
            if data:
                self.screen.write(data)
                return
            os.close(self.terminal)
            self.terminal = None
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)

    def wait_for(self, condition):
        """The error, if there is one."""
        deadline = time.time() + PATIENCE
        while not condition():
            if time.time() > deadline:
                return "nothing came"
            if self.terminal is None and self.status is not None:
                return "the program has ended"
            self.read()
        return None

    def answer(self, request):
        error = None
        if "send" in request and self.terminal is None:
            error = "the program has ended"
        elif "send" in request:
            os.write(self.terminal, request["send"].encode("utf-8"))
        elif "expect" in request:
            pattern = re.compile(request["expect"], re.M)
            error = self.wait_for(lambda: pattern.search(self.screen.text()))
        elif "end" in request:
            error = self.wait_for(lambda: self.terminal is None and self.status is not None)
            if not error:
                return {"status": self.status, "screen": self.screen.text()}
        return {"error": error, "screen": self.screen.text()} if error else {"screen": self.screen.text()}

    def kill(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


def main():
    program = Program(sys.argv[1:])
    try:
        for line in iter(sys.stdin.readline, ""):
            print(json.dumps(program.answer(json.loads(line))), flush=True)
    finally:
        program.kill()


main()
