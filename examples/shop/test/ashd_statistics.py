"""Prints how many requests were answered with which status, as one does with ashd-wsgi: SPEC"""

import sys
import pdm.cli

client = pdm.cli.perfclient(sys.argv[1])
counts = client.find("ashd.perf.statistics/req").readattr()
for status in sorted(counts, key=str):
    print("%s %i" % (status, counts[status]))
