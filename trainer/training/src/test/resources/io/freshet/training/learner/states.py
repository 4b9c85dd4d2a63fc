"""Computes a model's states in double precision, with Python's standard library alone.

usage: states.py SNAPSHOT < histories

SNAPSHOT is the folder of a snapshot. Each line of the input is a JSON list of item ids, the oldest first, and each line of the
output is the state after them, a JSON list. The score of an item is the inner product of the state and the item's vector.
"""

import array
import cmath
import itertools
import json
import math
import pathlib
import re
import struct
import sys


class Tensors:
    """The tensors of a safetensors file. A matrix is a list of rows."""

    def __init__(self, path):
        content = path.read_bytes()
        (length,) = struct.unpack("<Q", content[:8])
        self.header = json.loads(content[8 : 8 + length])
        self.data = content[8 + length :]

    def vector(self, name):
        entry = self.header[name]
        assert entry["dtype"] == "F32", entry
        begin, end = entry["data_offsets"]
        numbers = array.array("f", self.data[begin:end])
        if sys.byteorder == "big":
            numbers.byteswap()
        assert len(numbers) == math.prod(entry["shape"]), entry
        return list(numbers)

    def matrix(self, name):
        rows, columns = self.header[name]["shape"]
        numbers = self.vector(name)
        return [numbers[row * columns : (row + 1) * columns] for row in range(rows)]


def plus(a, b):
    return [x + y for x, y in zip(a, b, strict=True)]


def times(vector, matrix):
    """The product of a row and a matrix (in, out)."""
    return [math.fsum(x * row[c] for x, row in zip(vector, matrix, strict=True)) for c in range(len(matrix[0]))]


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def gelu(x):
    return x * (1 + math.erf(x / math.sqrt(2))) / 2


class Encoder:
    def __init__(self, settings, weights):
        self.d = settings["dim"]
        self.length = settings["max_length"]
        self.blocks = settings.get("blocks")
        self.heads = settings.get("heads")
        self.weights = weights

    def linear(self, rows, name):
        weight = self.weights.matrix(name + ".weight")
        bias = self.weights.vector(name + ".bias")
        return [plus(times(row, weight), bias) for row in rows]

    def norm(self, rows, name):
        gain = self.weights.vector(name + ".gain")
        bias = self.weights.vector(name + ".bias")
        return [plus([(x - m) / s * g for x, g in zip(row, gain)], bias) for row, m, s in map(self.moments, rows)]

    @staticmethod
    def moments(row):
        mean = math.fsum(row) / len(row)
        return row, mean, math.sqrt(math.fsum((x - mean) ** 2 for x in row) / len(row) + 1e-8)

    def residual(self, x, change, name):
        """A sum and its norm."""
        return self.norm([plus(a, b) for a, b in zip(x, change, strict=True)], name)

    def feed_forward(self, x, block):
        hidden = [[gelu(value) for value in row] for row in self.linear(x, block + "hidden")]
        return self.residual(x, self.linear(hidden, block + "projection"), block + "forward_norm")

    def attention(self, queries, x, block, sees):
        """Attention of each row to those rows of x that sees(row) lists."""
        q = self.linear(queries, block + "query")
        k = self.linear(x, block + "key")
        v = self.linear(x, block + "value")
        width = self.d // self.heads
        result = []
        for i in range(len(x)):
            row = []
            for head in range(self.heads):
                columns = range(head * width, (head + 1) * width)
                e = {j: math.exp(sum(q[i][c] * k[j][c] for c in columns) / math.sqrt(width)) for j in sees(i)}
                row += [sum(p * v[j][c] for j, p in e.items()) / sum(e.values()) for c in columns]
            result.append(row)
        return self.linear(result, block + "output")

    def places(self, x):
        """The rows plus the newest positions."""
        positions = self.weights.matrix("positions")[-len(x) :]
        return [plus(row, position) for row, position in zip(x, positions, strict=True)]

    def padded(self, x):
        pads = [self.weights.vector("pad")] * (self.length - len(x))
        return self.norm(self.places(pads + x), "input_norm")


class SasRec(Encoder):
    def states(self, x):
        x = self.places([[value * math.sqrt(self.d) for value in row] for row in x])
        for b in range(self.blocks):
            block = f"blocks.{b}."
            queries = self.norm(x, block + "attention_norm")
            attended = self.attention(queries, x, block, lambda i: range(i + 1))
            y = self.residual(x, attended, block + "forward_norm")
            hidden = [[max(0, value) for value in row] for row in self.linear(y, block + "hidden")]
            x = [plus(a, b) for a, b in zip(y, self.linear(hidden, block + "projection"))]
        return self.norm(x, "final_norm")


class Gru4Rec(Encoder):
    def states(self, x):
        d = self.d
        inputs = self.weights.matrix("input.weight")
        recurrent = self.weights.matrix("recurrent.weight")
        h = self.weights.vector("initial")
        states = []
        for row in x:
            a = times(row, inputs)
            b = times(h, recurrent)
            r = [sigmoid(a[c] + b[c]) for c in range(d)]
            z = [sigmoid(a[c] + b[c]) for c in range(d, 2 * d)]
            n = [math.tanh(a[2 * d + c] + r[c] * b[2 * d + c]) for c in range(d)]
            h = [(1 - z[c]) * n[c] + z[c] * h[c] for c in range(d)]
            states.append(h)
        return self.linear(states, "output")


class LruRec(Encoder):
    def states(self, x):
        x = self.norm(x, "input_norm")
        for b in range(self.blocks):
            block = f"blocks.{b}."
            recurrent = self.linear(self.recurrence(self.linear(x, block + "in"), block), block + "out")
            x = self.feed_forward(self.residual(x, recurrent, block + "recurrence_norm"), block)
        return x

    def recurrence(self, inputs, block):
        """Complex numbers as rows of their real parts and then their imaginary parts."""
        n = 2 * self.d
        nu, theta, gamma = (self.weights.vector(block + name) for name in ("nu", "theta", "log_gamma"))
        factors = [cmath.exp(complex(-math.exp(a), math.exp(b))) for a, b in zip(nu, theta)]
        h = [0j] * n
        states = []
        for row in inputs:
            h = [factors[i] * h[i] + math.exp(gamma[i]) * complex(row[i], row[n + i]) for i in range(n)]
            states.append([value.real for value in h] + [value.imag for value in h])
        return states


class FmlpRec(Encoder):
    def states(self, x):
        x = self.padded(x)
        for b in range(self.blocks):
            block = f"blocks.{b}."
            weights = self.weights.matrix(block + "filter")
            frequencies = len(weights) // 2
            weights = [list(map(complex, *pair)) for pair in zip(weights[:frequencies], weights[frequencies:])]
            x = self.feed_forward(self.residual(x, filtered(x, weights), block + "filter_norm"), block)
        return x


class BsaRec(Encoder):
    KEPT = 3
    SHARE_OF_FILTER = 0.7

    def states(self, x):
        pads = self.length - len(x)
        x = self.padded(x)
        for b in range(self.blocks):
            block = f"blocks.{b}."
            beta = self.weights.vector(block + "beta")
            high = [value * value for value in beta]
            weights = [[1] * self.d if f < self.KEPT else high for f in range(self.length // 2 + 1)]
            f = self.residual(x, filtered(x, weights), block + "filter_norm")
            # A pad sees all places, an item sees the items up to itself.
            sees = lambda i: range(self.length) if i < pads else range(pads, i + 1)
            g = self.residual(x, self.attention(x, x, block, sees), block + "attention_norm")
            mixed = [
                [self.SHARE_OF_FILTER * a + (1 - self.SHARE_OF_FILTER) * c for a, c in zip(*rows)] for rows in zip(f, g)
            ]
            x = self.feed_forward(mixed, block)
        return x


class Bert4Rec(Encoder):
    def states(self, x):
        x = self.norm(self.places(x + [self.weights.vector("mask")]), "input_norm")
        for b in range(self.blocks):
            block = f"blocks.{b}."
            attended = self.attention(x, x, block, lambda _: range(len(x)))
            x = self.feed_forward(self.residual(x, attended, block + "attention_norm"), block)
        return x


class Caser(Encoder):
    FILTERS = 16
    VERTICAL_FILTERS = 4

    def states(self, x):
        """The parameters are one flat tensor: the horizontal filters by height, the vertical ones, the last layer."""
        numbers = iter(self.weights.vector("network"))
        take = lambda n: list(itertools.islice(numbers, n))
        window = [[0] * self.d] * (self.length - len(x)) + x
        horizontal = []
        for height in range(1, self.length + 1):
            bias = take(self.FILTERS)
            filters = [take(self.FILTERS) for _ in range(height * self.d)]
            images = [sum(window[t : t + height], []) for t in range(self.length - height + 1)]
            sums = [plus(times(image, filters), bias) for image in images]
            horizontal += [max(0, *over_time) for over_time in zip(*sums)]
        bias = take(self.VERTICAL_FILTERS)
        vertical = []
        for b in bias:
            vertical_filter = take(self.length)
            vertical += [b + sum(w * v for w, v in zip(vertical_filter, column)) for column in zip(*window)]
        features = vertical + horizontal
        columns = [take(len(features)) for _ in range(self.d)]
        state = [sum(f * w for f, w in zip(features, column)) for column in columns]
        return [plus(state, take(self.d))]


def filtered(x, weights):
    """Each column's discrete Fourier transform, multiplied by weights (L / 2 + 1, d) and transformed back to real numbers."""
    length = len(x)
    wave = [cmath.exp(2j * math.pi * t / length) for t in range(length)]
    columns = []
    for c, column in enumerate(zip(*x)):
        spectrum = [
            sum(value * wave[-f * t % length] for t, value in enumerate(column)) * weights[f][c]
            for f in range(length // 2 + 1)
        ]
        # The other frequencies are the conjugates, which real numbers have.
        once = (0, length / 2)
        columns.append(
            [
                sum((1 if f in once else 2) * (s * wave[f * t % length]).real for f, s in enumerate(spectrum)) / length
                for t in range(length)
            ]
        )
    return [list(row) for row in zip(*columns)]


def vocabulary(path):
    """The items in the order of their rows."""
    lines = path.read_bytes().decode().split("\n")[1:-1]
    return [re.sub(r"\\(.)", lambda escaped: {"n": "\n", "r": "\r"}.get(escaped[1], escaped[1]), line) for line in lines]


ENCODERS = {
    "sasrec": SasRec,
    "gru4rec": Gru4Rec,
    "lrurec": LruRec,
    "fmlprec": FmlpRec,
    "bsarec": BsaRec,
    "bert4rec": Bert4Rec,
    "caser": Caser,
}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    snapshot = pathlib.Path(sys.argv[1])
    settings = json.loads((snapshot / "manifest.json").read_text("utf-8"))["encoder"]
    weights = Tensors(snapshot / "weights.safetensors")
    rows = {item: row for row, item in enumerate(vocabulary(snapshot / "vocabulary.txt"))}
    items = [row for file in sorted(snapshot.glob("items-*.safetensors")) for row in Tensors(file).matrix("items")]
    encoder = ENCODERS[settings["type"]](settings, weights)
    for line in sys.stdin:
        history = [items[rows[item]] for item in json.loads(line)]
        print(json.dumps(encoder.states(history[-encoder.length :])[-1]))


if __name__ == "__main__":
    main()
