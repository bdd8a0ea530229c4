# Writes test vectors: the pickles that this Python makes, in every protocol that it has, by both of its picklers.
# Usage: python3 make_vectors.py > cpython-3.json     python2.7 make_vectors.py > cpython-2.json
import binascii
import json
import pickle
import sys
import types

IS_PYTHON3 = sys.version_info[0] == 3

shop = types.ModuleType("shop")
sys.modules["shop"] = shop
exec('''
import collections

class Order(object):
    pass

class Slotted(object):
    __slots__ = ("id", "total")

class Fields(dict):
    pass

class Lines(list):
    pass

class Classic:
    pass

class ClassicArgs:
    def __init__(self, id):
        self.id = id
    def __getinitargs__(self):
        return (self.id,)

class Refused(Exception):
    pass

Point = collections.namedtuple("Point", "x y")
Point.__module__ = "shop"

class Outer(object):
    class Inner(object):
        pass

class Keyword(object):
    def __new__(cls, id):
        return object.__new__(cls)
    def __getnewargs_ex__(self):
        return (), {"id": 7}
''', shop.__dict__)


def order(cls=shop.Order, **fields):
    made = cls()
    for name in sorted(fields):
        setattr(made, name, fields[name])
    return made


def cyclic_list():
    made = [1]
    made.append(made)
    return made


def cyclic_dict():
    made = {}
    made[u"self"] = made
    return made


def cyclic_tuple(length):
    inner = []
    made = (inner,) * length
    inner.append(made)
    return made


def cyclic_instance():
    made = shop.Order()
    made.self = made
    return made


def shared():
    inner = [1]
    return [inner, inner, (inner,)]


def subclass(cls, content):
    made = cls(content)
    made.note = u"x"
    return made


def refused():
    made = shop.Refused(u"no", 7)
    made.retry = True
    return made


import collections

VALUES = [
    ("none", None), ("true", True), ("false", False),
    ("int 0", 0), ("int 255", 255), ("int 256", 256), ("int 65535", 65535), ("int 65536", 65536), ("int -1", -1),
    ("int 2**31-1", 2**31 - 1), ("int -2**31", -2**31), ("int 2**31", 2**31), ("int -2**31-1", -2**31 - 1),
    ("int 2**53-1", 2**53 - 1), ("int 2**53", 2**53), ("int -2**53", -2**53), ("int 2**64", 2**64),
    ("int -2**64", -2**64), ("int 255**300", 255**300),
    ("float 1.5", 1.5), ("float -0.0", -0.0), ("float nan", float("nan")), ("float inf", float("inf")),
    ("float -inf", float("-inf")), ("float 1e300", 1e300), ("float 1.0", 1.0),
    ("text empty", u""), ("text abc", u"abc"), ("text latin", u"h\xe9"), ("text euro", u"\u20ac"),
    ("text astral", u"\U0001f600"), ("text surrogate", u"a\ud800b"), ("text escapes", u"a\\b\\u0041\n\r\0'\"\x1a"),
    ("text long", u"x" * 300),
    ("bytes empty", b""), ("bytes ascii", b"abc"), ("bytes binary", b"\x00\xff'\"\\\n"), ("bytes long", b"\xfe" * 300),
    ("bytearray empty", bytearray()), ("bytearray binary", bytearray(b"\x00\xff")),
    ("list empty", []), ("list one", [1]), ("list three", [1, None, u"a"]),
    ("tuple 0", ()), ("tuple 1", (1,)), ("tuple 2", (1, 2)), ("tuple 3", (1, 2, 3)), ("tuple 4", (1, 2, 3, 4)),
    ("dict empty", {}), ("dict one", {u"a": 1}), ("dict none", {None: 1}), ("dict tuple", {(1, 2): [3]}),
    ("dict proto", {u"__proto__": {u"constructor": 1}}),
    ("set empty", set()), ("set one", set([1])), ("frozenset one", frozenset([None])),
    ("nested", [{u"a": (1, [2.5, {u"b": None}])}]),
    ("shared", shared()), ("cyclic list", cyclic_list()), ("cyclic dict", cyclic_dict()),
    ("cyclic tuple 1", cyclic_tuple(1)), ("cyclic tuple 4", cyclic_tuple(4)), ("cyclic instance", cyclic_instance()),
    ("instance", order(id=7)), ("instance empty", order()), ("dict subclass", subclass(shop.Fields, {u"a": 1})),
    ("list subclass", subclass(shop.Lines, [1, 2])), ("namedtuple", shop.Point(1, 2)),
    ("KeyError", KeyError(u"x")), ("exception", refused()),
    ("complex", 1 + 2j), ("defaultdict", collections.defaultdict(int, {1: 2})),
    ("class", shop.Order), ("builtin class", set),
]
if IS_PYTHON3:
    VALUES += [("TimeoutError", TimeoutError(u"late")), ("nested class", shop.Outer.Inner),
               ("range", range(1, 9, 2)), ("keyword", shop.Keyword(id=7))]
else:
    VALUES += [("classic", order(shop.Classic, id=7)), ("classic args", shop.ClassicArgs(7))]
SLOTTED = ("slotted", order(shop.Slotted, id=7, total=1.5))


def picklers():
    if IS_PYTHON3:
        return [("C", pickle.dumps), ("Python", pickle._dumps)]
    import cPickle
    return [("C", cPickle.dumps), ("Python", pickle.dumps)]


def vectors():
    for pickler, dumps in picklers():
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            for name, value in VALUES + ([SLOTTED] if protocol >= 2 else []):
                try:
                    data = dumps(value, protocol)
                except (pickle.PicklingError, ValueError):
                    continue  # Python itself cannot: protocols 0 and 1 have no keyword arguments.
                yield [name, protocol, pickler, binascii.hexlify(data).decode("ascii")]


if __name__ == "__main__":
    # Equal pickles of the two picklers or of two protocols say nothing new.
    seen = set()
    lines = []
    for name, protocol, pickler, data in vectors():
        if (name, data) not in seen:
            seen.add((name, data))
            lines.append(json.dumps([name, protocol, pickler, data]))
    print("[\n" + ",\n".join(lines) + "\n]")
