"""The classes that a peer of `perf` knows by name, and a `loads` that finds these and nothing dangerous.

Importing this file makes the modules `pdm.perf` and `ashd.perf` exist in this process, holding classes without
behaviour: enough for real `pickle` to load and dump instances of them. Runs on Python 2.7 and 3.
"""

import io
import pickle
import sys
import types

try:
    import builtins
except ImportError:
    import __builtin__ as builtins

PYTHON2 = sys.version_info[0] == 2

SAFE_BUILTINS = ("set", "frozenset", "bytearray", "bytes", "complex", "object", "list", "dict", "tuple", "int", "str")
SAFE_OTHERS = {
    ("_codecs", "encode"),
    ("copy_reg", "_reconstructor"),
    ("copyreg", "_reconstructor"),
    ("copy_reg", "__newobj__"),
    ("copyreg", "__newobj__"),
    ("collections", "OrderedDict"),
    ("resource", "struct_rusage"),
    ("posix", "uname_result"),
}


class Record(object):
    """What all stand-ins are: named fields, equal when class and fields are, and shown as `module.class(a=1, b=2)`."""

    def __init__(self, **fields):
        self.__dict__.update(fields)

    def __eq__(self, other):
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __ne__(self, other):
        return not self == other

    __hash__ = None

    def __repr__(self):
        fields = ", ".join("%s=%r" % field for field in sorted(self.__dict__.items()))
        return "%s.%s(%s)" % (type(self).__module__, type(self).__name__, fields)


def define_module(name, classes):
    """Make module `name` exist, with one class for each (class name, bases)."""
    module = types.ModuleType(name)
    for class_name, bases in classes:
        bases = tuple(getattr(module, base) if isinstance(base, str) else base for base in bases)
        setattr(module, class_name, type(class_name, bases, {"__module__": name}))
    package, _, last = name.rpartition(".")
    if package:
        if package not in sys.modules:
            define_module(package, [])
        setattr(sys.modules[package], last, module)
    sys.modules[name] = module
    return module


perf = define_module(
    "pdm.perf",
    [
        ("attrinfo", (Record,)),
        ("event", (Record,)),
        ("procevent", ("event",)),
        ("startevent", ("procevent",)),
        ("finishevent", ("procevent",)),
        ("nosuchname", (LookupError,)),
        ("nosuchproto", (Exception,)),
    ],
)
ashd_perf = define_module(
    "ashd.perf", [("reqstart", (perf.startevent,)), ("reqfinish", (perf.finishevent,))]
)


def is_safe(module, name):
    if module in ("builtins", "__builtin__", "exceptions"):
        found = getattr(builtins, name, None)
        return name in SAFE_BUILTINS or (isinstance(found, type) and issubclass(found, BaseException))
    if module in ("pdm.perf", "ashd.perf"):
        return isinstance(getattr(sys.modules[module], name, None), type)
    return (module, name) in SAFE_OTHERS


class SafeUnpickler(pickle.Unpickler):
    """Python's own unpickler, asked for safe names only."""

    def find_class(self, module, name):
        if not is_safe(module, name):
            raise pickle.UnpicklingError("refused to load %s.%s" % (module, name))
        return pickle.Unpickler.find_class(self, module, name)


def loads(data):
    return SafeUnpickler(io.BytesIO(data)).load()
