"""python3 -m pdm.sshsock PATH: connects its standard streams to the Unix socket PATH.

The first line of output is SSOCK+ or SSOCK-connect: REASON; after SSOCK+ raw bytes go both ways until either side ends.
"""

import os
import socket
import sys
import threading


def copy(read, write):
    while data := read(65536):
        while data:
            data = data[write(data):]


def main(path):
    service = socket.socket(socket.AF_UNIX)
    try:
        service.connect(path)
    except OSError as error:
        os.write(1, f"SSOCK-connect: {error.strerror}\n".encode())
        return
    os.write(1, b"SSOCK+\n")

    def send():
        copy(lambda size: os.read(0, size), service.send)
        service.shutdown(socket.SHUT_WR)

    threading.Thread(target=send, daemon=True).start()
    copy(service.recv, lambda data: os.write(1, data))


main(sys.argv[1])
