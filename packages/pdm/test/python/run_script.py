"""Runs a script that was written for the original client library, against any server.

    python3 run_script.py SCRIPT ARGUMENT...

`import pdm.cli` and `import ashd.perf` work in it: `pdm.cli.perfclient(SPEC)` with `find`, `lookup` and `dispatch`, its
proxies with `lookup`, `listdir`, `readattr`, `attrinfo`, `invoke`, `subscribe`, `unsubscribe` and `close`, made on `raw_client`
from what the protocol says. Runs on Python 2.7 and 3.
"""

import runpy
import select
import sys

sys.dont_write_bytecode = True  # leave no files beside the tests

import stand_ins
from raw_client import RawClient


class perfclient(object):
    def __init__(self, spec):
        self.raw = RawClient(spec)
        if self.raw.open("perf")[:1] != "+":
            raise ValueError("no perf here")
        self.next_id = 0
        self.found = {}
        self.callbacks = {}

    def lookup(self, module, name):
        return proxy(self, "bind", module, name)

    def find(self, name):
        if name not in self.found:
            if "/" in name:
                parent, _, last = name.rpartition("/")
                self.found[name] = self.find(parent).lookup(last)
            else:
                module, _, last = name.rpartition(".")
                self.found[name] = self.lookup(module, last)
        return self.found[name]

    def dispatch(self, timeout=None):
        """Wait for one event; false where none came in that many seconds."""
        if not self.raw.events and not self.raw.buffer:
            if not select.select([self.raw.sock], [], [], timeout)[0]:
                return False
        id, event = self.raw.event()
        for callback in list(self.callbacks.get(id, [])):
            callback(event)
        return True


class proxy(object):
    def __init__(self, client, request, *arguments):
        self.client = client
        self.id = client.next_id
        client.next_id += 1
        client.raw.call(request, self.id, *arguments)

    def call(self, request, *arguments):
        return self.client.raw.call(request, self.id, *arguments)

    def lookup(self, name):
        return proxy(self.client, "lookup", self.id, name)

    def listdir(self):
        return self.call("ls")

    def readattr(self):
        return self.call("readattr")

    def attrinfo(self):
        return self.call("attrinfo")

    def invoke(self, method, *arguments, **named):
        return self.call("invoke", method, arguments, named)

    def subscribe(self, callback):
        callbacks = self.client.callbacks.setdefault(self.id, [])
        if not callbacks:
            self.call("subs")
        callbacks.append(callback)

    def unsubscribe(self, callback):
        self.client.callbacks[self.id].remove(callback)
        if not self.client.callbacks[self.id]:
            self.call("unsubs")

    def close(self):
        self.call("unbind")


stand_ins.define_module("pdm.cli", []).perfclient = perfclient

if len(sys.argv) < 2:
    sys.exit(__doc__)
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
