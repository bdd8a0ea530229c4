"""A client of the protocol rpc (docs/rpc.md). As a program, python3 pdm_rpc.py SOCKET NAME..., it reads attributes."""
import datetime, itertools, json, socket, sys
FORMS = {"$bigint": int, "$date": lambda text: text and datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")}
def read_form(form):  # of the values that JSON lacks, these two; the others stay as they come (docs/json-values.md)
    name = next(iter(form), None)
    return FORMS[name](form[name]) if name in FORMS else form

class RpcError(Exception):
    def __init__(self, error):
        super().__init__(error["message"])
        self.code = error["data"]["code"]  # such as ERR_PDM_NO_SUCH_NAME

class Client:
    def __init__(self, path):
        self.socket, self.ids, self.early = socket.socket(socket.AF_UNIX), itertools.count(1), []
        self.socket.connect(path)
        self.socket.sendall(b"rpc\n")
        lines = self.socket.makefile("rb")
        answer = lines.readline() + lines.readline()
        if answer != b"+PDM1\n+RPC1\n":
            raise ConnectionError("%s does not speak rpc, but says %r" % (path, answer))
        self.messages = (json.loads(line.decode(), object_hook=read_form) for line in lines)
    def request(self, method, **params):  # the result; what the server says meanwhile waits for events()
        request = {"jsonrpc": "2.0", "id": next(self.ids), "method": method, "params": params}
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        for message in self.messages:
            if "error" in message:
                raise RpcError(message["error"])
            if "result" in message:
                return message["result"]
            self.early.append(message)
        raise ConnectionError("the server ended the connection")
    def events(self):  # all that the server says of its own accord, the greeting first: its name and its params
        for message in iter(lambda: self.early.pop(0) if self.early else next(self.messages, None), None):
            yield message["method"], message["params"]

if __name__ == "__main__":
    client = Client(sys.argv[1])
    for name in sys.argv[2:]:
        print(name, client.request("read", name=name)["value"])
