"""What the drawing module makes of `spec` and `frames`, written a second time with NumPy."""

import math
import zlib

import numpy as np

MINUS = "\N{MINUS SIGN}"


def js_round(number):
    """Math.round: halves go up."""
    whole = math.floor(number)
    return whole + (number - whole >= 0.5)


def js_print(value, options):
    """A number as the page prints it."""
    scale = 10 ** options["decimals"]
    rounded = js_round((value * 100 if options["percent"] else value) * scale)
    digits = f"{abs(rounded) / scale:{',' * options['comma']}.{options['decimals']}f}"
    sign = MINUS if rounded < 0 else "+" * options["sign"]
    return sign + digits + "\N{NO-BREAK SPACE}%" * options["percent"]


def unpack(data, shape, width, axes):
    """Integers from their packed bytes: planes joined, zigzag and differences undone."""
    count = math.prod(shape)
    planes = np.frombuffer(data, np.uint8, count * width).reshape(width, count).astype(np.int64)
    zigzag = sum(plane * 256**power for power, plane in enumerate(planes))
    signed = np.where(zigzag % 2 == 0, zigzag // 2, -(zigzag + 1) // 2).reshape(shape)
    for axis in axes:
        signed = np.cumsum(signed, axis=axis) % 256**width
    return signed % 256**width


class Decoded:
    """An explorable as the page knows it."""

    def __init__(self, spec, frames):
        self.spec = spec
        self.controls = {control["name"]: control for control in spec["controls"]}
        self.bytes = zlib.decompress(frames)
        self.used = 0
        self.tables = [self._table(function) for function in spec["functions"]]

    def _table(self, function):
        grid = [self._count(self.controls[name]) for name in function["controls"]]
        shape = (*grid, *function["shape"])
        self.used += math.prod(shape) * function["width"]
        return unpack(self.bytes[function["offset"] :], shape, function["width"], function["axes"])

    @staticmethod
    def _count(control):
        return {"slider": lambda: len(control["nodes"]), "choice": lambda: len(control["options"])}.get(
            control["kind"], lambda: 2
        )()

    def position(self, name, value):
        """The reachable position next to a value, in units of nodes."""
        control = self.controls[name]
        if control["kind"] == "choice":
            return control["options"].index(value)
        if control["kind"] == "toggle":
            return int(value)
        scale = math.log if control["log"] else float
        places = [scale(node) for node in control["nodes"]]
        exact = np.interp(scale(value), places, np.arange(len(places)))
        return js_round(float(exact) * control["between"]) / control["between"]

    def at_nodes(self, state, names=None):
        """Whether sliders stand at nodes, all of them unless names are given."""
        positions = [self.position(name, state[name]) for name in (state if names is None else names)]
        return all(position == int(position) for position in positions)

    def value(self, index, state):
        """A function's value: an array, or its text."""
        function, table = self.spec["functions"][index], self.tables[index]
        positions = [self.position(name, state[name]) for name in function["controls"]]
        if function["table"] is not None or not function["interpolate"]:
            integers = table[tuple(js_round(position) for position in positions)]
        else:
            integers = self._interpolated(table, positions)
        if function["table"] is not None:
            return function["table"][int(integers)]
        return function["low"] + function["step"] * integers

    @staticmethod
    def _interpolated(table, positions):
        """The value between the nodes: straight along one control after the other."""
        for position in positions:
            lower = math.floor(position)
            part = position - lower
            table = table[lower] * (1 - part) + table[lower + 1] * part if part else table[lower]
        return table

    def source(self, source, state):
        """The values of a mark's source: a sum of functions, or where a control puts a handle."""
        if isinstance(source, dict):
            return self.control_value(source["control"], state)
        return sum(self.value(index, state) for index in source)

    def control_value(self, name, state):
        control = self.controls[name]
        position = self.position(name, state[name])
        if control["kind"] == "choice":
            return control["options"][position]
        if control["kind"] == "toggle":
            return bool(position)
        nodes = np.log(control["nodes"]) if control["log"] else control["nodes"]
        value = np.interp(position, np.arange(len(nodes)), nodes)
        return float(f"{np.exp(value) if control['log'] else value:.12g}")

    def field(self, part, state):
        """A field as it is printed."""
        value = (
            self.value(part["function"], state) if "function" in part else self.control_value(part["control"], state)
        )
        return value if isinstance(value, str) else js_print(float(value), part)

    def line(self, parts, state):
        """A readout as it is printed."""
        return "".join(
            part
            if isinstance(part, str)
            else self.field(part, state)
            if "decimals" in part
            else next(iter(part.values()))
            for part in parts
        )

    def printed(self, state):
        return [self.line(readout["parts"], state) for readout in self.spec["readouts"]]
