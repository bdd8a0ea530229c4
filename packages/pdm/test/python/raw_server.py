"""A PDM server in plain Python: what the clients are tested against.

    python3 raw_server.py SPEC [--edition 0.2|0.3] [--pickle 0..5] [--chunk BYTES]

SPEC is the path of a Unix socket to create, or ADDRESS:PORT (port 0 picks one). Prints one line, `ready SPEC`, once
clients can connect, and ends when its standard input does. Runs on Python 2.7 and 3.

It speaks `repl` and `perf` as the library's releases 0.2 (of 2013) and 0.3 (of 2024) do, their faults included: a
second `subs` on an id answers twice and doubles the events; `unsubs` without a subscription answers and closes; a value
that cannot be pickled, a wrong number of fields, and anything that `ls`, `attrinfo` or `subs` throws close as well.
The editions differ in the classes of some exceptions, and 0.3 closes on an unknown sub-protocol without answering.

    --pickle N     protocol of the pickles sent, by default that of the running Python
    --chunk BYTES  everything goes out in pieces of so many bytes

Objects of the module `shop`, with the interfaces that each speaks:

    statistics (dir)       orders: 3 | ratio: 0.5 | name: unicode text | prices: dict with a None key | log: bytes |
                           described: has an attrinfo | failing: reading throws | unpicklable | plain: speaks no PERF |
                           deep (dir) > deeper (dir) > value: 42
    desk (invoke)          the methods of class Desk below
    bell (event)           rung by desk's `ring`
    broken (event, dir)    whatever is asked of it throws
    everything (dir, attr, invoke, event)
    journal (attr)         list of the requests that arrived so far, from all clients
    plain                  speaks no PERF
"""

import argparse
import os
import pickle
import pprint
import socket
import struct
import sys
import threading
import traceback

sys.dont_write_bytecode = True  # leave no files beside the tests

import stand_ins
from stand_ins import PYTHON2, perf

JOURNAL = []


class Directory(object):
    protos = ["dir"]

    def __init__(self, entries):
        self.entries = entries

    def listdir(self):
        return sorted(self.entries)

    def lookup(self, name):
        return self.entries[name]


class Attribute(object):
    protos = ["attr"]

    def __init__(self, read, info=None):
        self.read = read
        self.info = info

    def readattr(self):
        return self.read()

    def attrinfo(self):
        return self.info


class Bell(object):
    protos = ["event"]

    def __init__(self):
        self.listeners = []
        self.lock = threading.Lock()

    def subscribe(self, listener):
        with self.lock:
            self.listeners.append(listener)

    def unsubscribe(self, listener):
        with self.lock:
            self.listeners.remove(listener)

    def notify(self, event):
        with self.lock:
            listeners = list(self.listeners)
        for listener in listeners:
            listener(event)


class Desk(object):
    """Every public method can be invoked."""

    protos = ["invoke"]

    def __init__(self, bell):
        self.bell = bell
        self.gates = {}
        self.gates_lock = threading.Lock()

    def invoke(self, method, *args, **kwargs):
        if method.startswith("_") or method in ("invoke", "protos"):
            raise AttributeError(method)
        return getattr(self, method)(*args, **kwargs)

    def echo(self, *args, **kwargs):
        return args, kwargs

    def add(self, a, b):
        return a + b

    def fail(self, name, *args):
        """Raise the built-in exception of that name, or a class of `pdm.perf`."""
        kind = getattr(perf, name, None) or getattr(stand_ins.builtins, name)
        raise kind(*args)

    def stumble(self):
        """A fault in a method's own code, which is no unknown method."""
        return None.missing

    def unpicklable(self):
        return lambda: None

    def ring(self, count=1, **fields):
        """Ring the bell so many times: events with `number` counting from 0."""
        for number in range(count):
            self.bell.notify(perf.event(time=0.5, number=number, **fields))
        return count

    def ring_request(self):
        self.bell.notify(stand_ins.ashd_perf.reqstart(time=1.5, id=7, method="GET", uri="/"))

    def ring_announcing(self, lost):
        """Ring once, after saying, as servers for Node.js do, that so many events were lost before it."""
        self.bell.notify(perf.event(time=0.5, pdm_lost=lost))
        self.bell.notify(perf.event(time=0.5, number=-1))

    def ring_value(self, value):
        """Notify of a value that is no instance of an event class."""
        self.bell.notify(value)

    def wait_for(self, gate):
        """Return once someone opened that gate: slow, but never by the clock. On a thread of this client alone."""
        return self._gate(gate).wait(20)

    def open_gate(self, gate):
        self._gate(gate).set()

    def hang_up(self):
        raise HangUp()

    def _gate(self, name):
        with self.gates_lock:
            return self.gates.setdefault(name, threading.Event())


class Broken(object):
    protos = ["event", "dir"]

    def listdir(self):
        raise RuntimeError("cannot list")

    def lookup(self, name):
        raise RuntimeError("cannot look up")

    def subscribe(self, listener):
        raise RuntimeError("cannot subscribe")


class Everything(Directory, Attribute, Bell):
    protos = ["dir", "attr", "invoke", "event"]

    def __init__(self):
        Bell.__init__(self)
        self.entries = {"self": self}
        self.info = None

    def readattr(self):
        return len(self.listeners)

    def invoke(self, method, *args, **kwargs):
        if method != "ring":
            raise AttributeError(method)
        self.notify(perf.event(time=0.5, args=args))


def refuse_to_read():
    raise RuntimeError("the sensor is unplugged")


def build_modules():
    bell = Bell()
    statistics = Directory(
        {
            "orders": Attribute(lambda: 3),
            "ratio": Attribute(lambda: 0.5),
            "name": Attribute(lambda: u"caf\u00e9 \U0001f375"),
            "prices": Attribute(lambda: {u"tea": 2.5, None: 1}),
            "log": Attribute(lambda: b"\x00\xff"),
            "described": Attribute(lambda: 1, perf.attrinfo(desc=u"Orders taken")),
            "failing": Attribute(refuse_to_read),
            "unpicklable": Attribute(lambda: lambda: None),
            "plain": object(),
            "deep": Directory({"deeper": Directory({"value": Attribute(lambda: 42)})}),
        }
    )
    return {
        "shop": {
            "statistics": statistics,
            "desk": Desk(bell),
            "bell": bell,
            "broken": Broken(),
            "everything": Everything(),
            "journal": Attribute(lambda: list(JOURNAL)),
            "plain": object(),
        },
        "shop.cellar": {"wine": Attribute(lambda: "red")},
    }


class HangUp(Exception):
    """Ends one client's connection at once."""


class Connection(object):
    """One client: its socket, read by one thread and written by any."""

    def __init__(self, sock, options):
        self.sock = sock
        self.input = sock.makefile("rb")
        self.options = options
        self.write_lock = threading.Lock()

    def write(self, data):
        size = self.options.chunk or len(data)
        with self.write_lock:
            for start in range(0, len(data), size):
                self.sock.sendall(data[start : start + size])

    def serve(self):
        try:
            self.write(b"+PDM1\n")
            name = self.input.readline(65)
            if name == b"repl\n":
                self.write(b"+REPL\n")
                Repl(self).serve()
            elif name == b"perf\n":
                self.write(b"+PERF1\n")
                Perf(self).serve()
            elif self.options.edition == "0.2":
                self.write(b"-ERR Unknown protocol: " + name.rstrip(b"\n") + b"\n")
        except (HangUp, EOFError, socket.error):
            pass
        finally:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except socket.error:
                pass
            self.input.close()
            self.sock.close()


class Repl(object):
    def __init__(self, connection):
        self.connection = connection
        self.namespace = {"echo": self.echo, "hang_up": self.hang_up, "raw": connection.write}

    def serve(self):
        lines = []
        while True:
            line = self.connection.input.readline()
            if not line.endswith(b"\n"):
                return
            if line != b"\n":
                lines.append(line)
            else:
                self.run(b"".join(lines))
                lines = []

    def run(self, block):
        try:
            source = block.decode("utf-8")
        except UnicodeDecodeError:
            self.connection.write(b"-not UTF-8\n")
            raise HangUp()
        try:
            code = self.compile_expression(source)
            if code is None:
                exec(compile(source, "<repl>", "exec"), self.namespace)
            else:
                self.echo(eval(code, self.namespace))
            self.connection.write(b"+OK\n")
        except HangUp:
            raise
        except BaseException:
            self.print_text(traceback.format_exc())
            self.connection.write(b"+EXC\n")

    def compile_expression(self, source):
        try:
            return compile(source, "<repl>", "eval")
        except SyntaxError:
            return None

    def echo(self, value):
        self.print_text(pprint.pformat(value))

    def print_text(self, text):
        if isinstance(text, bytes):
            text = text.decode("utf-8", "replace")
        for line in text.rstrip("\n").split("\n"):
            self.connection.write((u" %s\n" % line).encode("utf-8", "replace"))

    def hang_up(self):
        raise HangUp()


class Perf(object):
    def __init__(self, connection):
        self.connection = connection
        self.edition3 = connection.options.edition == "0.3"
        self.bound = {}
        self.subscribed = {}

    def serve(self):
        try:
            while True:
                (size,) = struct.unpack(">l", self.read(4))
                request = stand_ins.loads(self.read(size))
                JOURNAL.append(list(request))
                self.answer(request)
        except (pickle.PicklingError, pickle.UnpicklingError, AttributeError, TypeError, ValueError, RuntimeError):
            pass  # as the original: what it did not foresee ends the connection
        finally:
            for oid in list(self.subscribed):
                self.end_subscription(oid)

    def read(self, size):
        data = self.connection.input.read(size)
        if len(data) < size:
            raise EOFError()
        return data

    def send(self, message):
        data = pickle.dumps(message, self.connection.options.pickle)
        self.connection.write(struct.pack(">l", len(data)) + data)

    def answer(self, request):
        kind = request[0]
        handler = getattr(self, "on_" + kind, None) if kind in KINDS else None
        if handler is None:
            return self.send(("-", Exception("Unknown request: %s" % (kind,))))
        try:
            reply = handler(*request[1:])
        except Refusal as refusal:
            return self.send(("-", refusal.exception))
        if reply is not None:
            self.send(reply)

    def no_name(self, kind, *args):
        return Refusal(perf.nosuchname(*args) if self.edition3 else kind(*args))

    def require(self, oid, proto):
        if oid not in self.bound:
            raise Refusal(ValueError("No such bound ID: %r" % (oid,)))
        if proto not in self.bound[oid].protos:
            kind = perf.nosuchproto if self.edition3 else ValueError
            raise Refusal(kind("Object does not support: " + proto))
        return self.bound[oid]

    def bind(self, oid, found):
        if not hasattr(found, "protos"):
            raise self.no_name(ValueError, "Object speaks no PERF interface")
        self.bound[oid] = found
        return ("+", list(found.protos))

    def on_bind(self, oid, module, name):
        if module not in MODULES:
            raise self.no_name(ImportError, "No module named " + module)
        if name not in MODULES[module]:
            raise self.no_name(AttributeError, name)
        return self.bind(oid, MODULES[module][name])

    def on_lookup(self, new, oid, name):
        directory = self.require(oid, "dir")
        try:
            found = directory.lookup(name)
        except KeyError:
            raise self.no_name(KeyError, name)
        except Exception as error:
            raise Refusal(error)
        return self.bind(new, found)

    def on_unbind(self, oid):
        if oid not in self.bound:
            raise Refusal(KeyError(oid))
        if oid in self.subscribed:
            self.end_subscription(oid)
        del self.bound[oid]
        return ("+",)

    def on_ls(self, oid):
        return ("+", self.require(oid, "dir").listdir())

    def on_readattr(self, oid):
        attribute = self.require(oid, "attr")
        try:
            value = attribute.readattr()
        except Exception:
            raise Refusal(Exception("Could not read attribute"))
        return ("+", value)

    def on_attrinfo(self, oid):
        return ("+", self.require(oid, "attr").attrinfo())

    def on_invoke(self, oid, method, args, kwargs):
        target = self.require(oid, "invoke")
        if PYTHON2:
            kwargs = dict((str(key), value) for key, value in kwargs.items())
        try:
            result = target.invoke(method, *args, **kwargs)
        except HangUp:
            raise
        except Exception as error:
            raise Refusal(error)
        return ("+", result)

    def on_subs(self, oid):
        source = self.require(oid, "event")
        if oid in self.subscribed:
            self.send(("-", ValueError("Already subscribed")))
        listener = lambda event: self.forward(oid, event)
        source.subscribe(listener)
        self.subscribed.setdefault(oid, []).append((source, listener))
        return ("+",)

    def on_unsubs(self, oid):
        self.require(oid, "event")
        if oid not in self.subscribed:
            self.send(("-", ValueError("Not subscribed")))
            raise HangUp()
        self.end_subscription(oid)
        return ("+",)

    def end_subscription(self, oid):
        for source, listener in self.subscribed.pop(oid):
            source.unsubscribe(listener)

    def forward(self, oid, event):
        try:
            self.send(("*", oid, event))
        except socket.error:
            pass  # the client has gone; its own thread notices


class Refusal(Exception):
    """Carries the exception that the client gets."""

    def __init__(self, exception):
        Exception.__init__(self)
        self.exception = exception


KINDS = ("bind", "lookup", "unbind", "ls", "readattr", "attrinfo", "invoke", "subs", "unsubs")
MODULES = build_modules()


def open_listener(spec):
    if "/" in spec:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(spec)
    else:
        host, _, port = spec.rpartition(":")
        listener = socket.socket()
        listener.bind((host, int(port)))
        spec = "%s:%d" % listener.getsockname()
    listener.listen(16)
    return listener, spec


def end_with_stdin():
    while sys.stdin.read(1):
        pass
    os._exit(0)


def start_thread(target):
    thread = threading.Thread(target=target)
    thread.daemon = True
    thread.start()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("spec")
    parser.add_argument("--edition", choices=("0.2", "0.3"), default="0.3")
    parser.add_argument("--pickle", type=int, default=pickle.HIGHEST_PROTOCOL if not PYTHON2 else 0)
    parser.add_argument("--chunk", type=int, default=0)
    options = parser.parse_args()
    listener, spec = open_listener(options.spec)
    start_thread(end_with_stdin)
    sys.stdout.write("ready %s\n" % spec)
    sys.stdout.flush()
    while True:
        sock, _ = listener.accept()
        start_thread(Connection(sock, options).serve)


if __name__ == "__main__":
    main()
