# Answers questions about pickles, one JSON object a line; for Python 2.7 and 3.
#   {"op": "dump", "source", "protocol"}        -> {"hex"}: the pickle of what the source evaluates to
#   {"op": "same", "source", "hex"}             -> {}: what the pickle loads as is what the source evaluates to
#   {"op": "true", "source", "hex"}             -> {}: the source, of what the pickle loads as, called v, gives True
# An error: {"error": text}.
import binascii
import collections
import datetime
import decimal
import fractions
import json
import pickle
import sys
import types
import uuid

shop = types.ModuleType("shop")
sys.modules["shop"] = shop
exec('''
import collections

class Order(object):
    def __init__(self, **fields):
        self.__dict__.update(fields)
    def __eq__(self, other):
        return type(self) is type(other) and self.__dict__ == other.__dict__
    def __hash__(self):
        return 1

class Classic:
    def __init__(self):
        self.id = 7
    def __eq__(self, other):
        return self.__class__ is other.__class__ and self.__dict__ == other.__dict__

class Slotted(object):
    __slots__ = ("id",)
    def __init__(self, id=0):
        self.id = id
    def __eq__(self, other):
        return self.id == other.id

class Fields(dict):
    pass

class Lines(list):
    pass

class Outer(object):
    class Inner(object):
        def __eq__(self, other):
            return type(self) is type(other)

class Keyword(object):
    def __new__(cls, id):
        made = object.__new__(cls)
        made.id = id
        return made
    def __getnewargs_ex__(self):
        return (), {"id": self.id}
    def __eq__(self, other):
        return self.id == other.id

Point = collections.namedtuple("Point", "x y")
Point.__module__ = "shop"

def cycle(made, add):
    add(made)
    return made
''', shop.__dict__)

NAMES = dict(
    shop=shop, collections=collections, datetime=datetime, decimal=decimal, fractions=fractions, uuid=uuid
)


def evaluate(source):
    return eval(source, dict(NAMES))


def kind(value):
    # Python 2 has two kinds of int, which pickles do not keep apart.
    return int if type(value).__name__ == "long" else type(value)


def same(one, other):
    if kind(one) is not kind(other):
        return False
    if isinstance(one, BaseException):
        return same(one.args, other.args) and same(one.__dict__, other.__dict__)
    if isinstance(one, float):
        return repr(one) == repr(other)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(same(left, right) for left, right in zip(one, other))
    if isinstance(one, dict):
        return len(one) == len(other) and all(key in other and same(one[key], other[key]) for key in one)
    return one == other


def answer(question):
    op = question["op"]
    if op == "dump":
        data = pickle.dumps(evaluate(question["source"]), question["protocol"])
        return {"hex": binascii.hexlify(data).decode("ascii")}
    loaded = pickle.loads(binascii.unhexlify(question["hex"]))
    if op == "same":
        expected = evaluate(question["source"])
        return {} if same(expected, loaded) else {"error": "%r is not %r" % (loaded, expected)}
    is_true = eval(question["source"], dict(NAMES, v=loaded)) is True
    return {} if is_true else {"error": "not true of %r" % (loaded,)}


while True:
    line = sys.stdin.readline()
    if not line:
        break
    try:
        reply = answer(json.loads(line))
    except Exception as error:
        reply = {"error": "%s: %s" % (type(error).__name__, error)}
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()
