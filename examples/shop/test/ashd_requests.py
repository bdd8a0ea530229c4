"""Prints requests as they finish, as one does with ashd-wsgi: SPEC COUNT"""

import sys
import pdm.cli
import ashd.perf

running = {}
finished = []


def note(event):
    if isinstance(event, ashd.perf.reqstart):
        running[event.id] = event
    elif isinstance(event, ashd.perf.reqfinish) and event.id in running:
        start = running.pop(event.id)
        finished.append(event)
        took = "aborted" if event.aborted else "took time" if event.time >= start.time else "ended before it began"
        print("%s %s://%s%s %s %s" % (start.method, start.scheme, start.host, start.uri, event.status, took))
        sys.stdout.flush()


client = pdm.cli.perfclient(sys.argv[1])
client.find("ashd.perf.requests").subscribe(note)
print("ready")
sys.stdout.flush()
while len(finished) < int(sys.argv[2]):
    client.dispatch()
