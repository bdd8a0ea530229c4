"""A PDM client in plain Python: what the server is tested with.

    python3 raw_client.py SPEC

SPEC is the path of a Unix socket, ADDRESS:PORT, or a port. Nothing is connected yet. Then every line of standard input is Python
source, run with `c` in scope, an unconnected RawClient for SPEC (names assigned in one line are there in the next);
`RawClient(c.spec)` makes another one. The answer is one line of JSON: {"ok": REPR} with the repr of the
expression's value ("None" for a statement), or {"error": REPR} with that of the exception. Ends with its input.
Runs on Python 2.7 and 3. As a library: `from raw_client import RawClient`.

    c.open("perf")                     connects and says hello; returns the answer line, "+PERF1"
    c.call("bind", 1, "shop", "desk")  one perf request, waits for the reply; returns ["dir", ...], or raises what the
                                       server sent; events that come meanwhile are kept in c.events
    c.call("invoke", 1, "add", (1, 2), {})
    c.event()                          the next event as (id, event), waits
    c.drain(count)                     the next `count` events
    c.request("ls", 1); c.reply()      the same in two steps: pipelining; a reply is the tuple as it came
    c.protocol = 0                     protocol of the pickles sent, 2 to begin with
    c.open("repl"); c.repl("1 + 1")    one command; returns ("+OK", ["2"])

Byte by byte:

    c.connect()                        no hello; then c.line() reads a line without its line feed, as text
    c.send(b"perf\\n")                 as it is
    c.read(4); c.frame()               so many bytes; one frame's bytes without the length
    c.rest()                           everything up to the end that the server makes: b"" if it just closed
    c.end(); c.close()                 no more from this side (half-close); closed

Every wait ends with socket.timeout after `c.timeout` seconds (10). Replies are loaded by Python's own `pickle` with
real classes, `pdm.perf` and `ashd.perf` being stand-ins; any other class is refused with UnpicklingError.
"""

import collections
import json
import pickle
import socket
import struct
import sys

sys.dont_write_bytecode = True  # leave no files beside the tests

import stand_ins


class RawClient(object):
    def __init__(self, spec):
        self.spec = spec
        self.timeout = 10
        self.protocol = 2
        self.events = collections.deque()
        self.sock = None
        self.buffer = b""

    def connect(self):
        if "/" in self.spec:
            family, address = socket.AF_UNIX, self.spec
        else:
            host, _, port = self.spec.rpartition(":")
            host = host.strip("[]") or "localhost"
            family, address = (socket.AF_INET6 if ":" in host else socket.AF_INET), (host, int(port))
        self.sock = socket.socket(family)
        self.sock.settimeout(self.timeout)
        self.sock.connect(address)
        self.buffer = b""
        self.events.clear()

    def open(self, name):
        self.connect()
        greeting = self.line()
        if greeting != "+PDM1":
            raise ValueError("greeted with %r" % greeting)
        self.send(name.encode("ascii") + b"\n")
        return self.line()

    def send(self, data):
        self.sock.sendall(data)

    def receive(self):
        data = self.sock.recv(65536)
        if not data:
            raise EOFError("the server closed")
        self.buffer += data

    def read(self, size):
        while len(self.buffer) < size:
            self.receive()
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def line(self):
        while b"\n" not in self.buffer:
            self.receive()
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode("utf-8") if not stand_ins.PYTHON2 else line

    def rest(self):
        while True:
            try:
                self.receive()
            except EOFError:
                rest, self.buffer = self.buffer, b""
                return rest

    def end(self):
        self.sock.shutdown(socket.SHUT_WR)

    def close(self):
        self.sock.close()

    def frame(self):
        (size,) = struct.unpack(">l", self.read(4))
        return self.read(size)

    def pack(self, message):
        data = pickle.dumps(message, self.protocol)
        return struct.pack(">l", len(data)) + data

    def request(self, *request):
        self.send(self.pack(request))

    def message(self):
        return stand_ins.loads(self.frame())

    def reply(self):
        while True:
            message = self.message()
            if message[0] != "*":
                return message
            self.events.append(message[1:])

    def call(self, *request):
        self.request(*request)
        reply = self.reply()
        if reply[0] == "-":
            raise reply[1]
        return reply[1] if len(reply) > 1 else None

    def event(self):
        if self.events:
            return self.events.popleft()
        message = self.message()
        if message[0] != "*":
            raise ValueError("a reply where an event was awaited: %r" % (message,))
        return message[1:]

    def drain(self, count):
        return [self.event() for _ in range(count)]

    def repl(self, source):
        if not isinstance(source, bytes):
            source = source.encode("utf-8")
        self.send(source + b"\n\n")
        output = []
        while True:
            line = self.line()
            if line[:1] != " ":
                return line, output
            output.append(line[1:])


def run_line(source, namespace):
    try:
        code = compile(source, "<line>", "eval")
    except SyntaxError:
        exec(compile(source, "<line>", "exec"), namespace)
        return None
    return eval(code, namespace)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    namespace = {"c": RawClient(sys.argv[1]), "RawClient": RawClient, "stand_ins": stand_ins}
    while True:
        source = sys.stdin.readline()
        if not source:
            return
        try:
            answer = {"ok": repr(run_line(source.strip(), namespace))}
        except Exception as error:
            answer = {"error": repr(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
