"""Write random expressions of Assay's formula language, and their exact values.

    python make_expressions.py [--out DIR]

Needs nothing but Python.  It writes expressions.json: for each expression its
text, the values of its symbols, and what it gives as a fraction, `true` or
`false`, or nothing where it has no value.

The evaluator here shares nothing with Assay's: it works on text, by precedence
climbing instead of recursive descent, computes with Python's fractions, and
takes square roots only where they are rational.
"""

import argparse
import json
import math
import random
import re
from fractions import Fraction
from pathlib import Path

SYMBOLS = ["b", "s", "h", "a", "l", "V", "bytes_each", "_x1"]
FUNCTIONS = ["sqrt", "ceil", "floor", "min", "max", "abs"]
COMPARISONS = ["<", "<=", ">", ">=", "="]
WORD = re.compile(r"\s*(?:([0-9][0-9_]*(?:\.[0-9_]+)?(?:[eE][+-]?[0-9]+)?)"
                  r"|([A-Za-z_]\w*)|(<=|>=|[-+*/^(),<>=]))")
# How tightly an operator binds, and how tightly what stands right of it must.
BINDING = {"+": (1, 2), "-": (1, 2), "*": (2, 3), "/": (2, 3), "^": (4, 3)}
SIGN = 3
# Bits of a number: far fewer than the 4096 that Assay bears, as it reduces fractions elsewhere.
LONGEST = 1000


class NoValue(Exception):
    """Divided by zero, a root of a negative number, a power that is no integer."""


class NotHere(Exception):
    """A value that fractions cannot have, or that is longer than Assay computes."""


# --------------------------------------------------------------------------
# Evaluating text
# --------------------------------------------------------------------------

def words(text):
    """The words of an expression, and None behind them."""
    place, found = 0, []
    while text[place:].strip():
        match = WORD.match(text, place)
        found.append(match.group(match.lastindex))
        place = match.end()
    return found + [None]


class Evaluator:
    def __init__(self, text, values):
        self.words, self.values, self.place = words(text), values, 0

    def take(self):
        self.place += 1
        return self.words[self.place - 1]

    def result(self):
        left = self.climb(0)
        word = self.take()
        if word is None:
            return left
        right = self.climb(0)
        return {"<": left < right, "<=": left <= right, ">": left > right,
                ">=": left >= right, "=": left == right}[word]

    def climb(self, least):
        value = self.operand()
        while self.words[self.place] in BINDING and BINDING[self.words[self.place]][0] >= least:
            operator = self.take()
            value = self.apply(operator, value, self.climb(BINDING[operator][1]))
            if max(abs(value.numerator), value.denominator).bit_length() > LONGEST:
                raise NotHere
        return value

    def operand(self):
        word = self.take()
        if word == "-":
            return -self.climb(SIGN)
        if word == "(":
            return self.closed()
        if word in FUNCTIONS:
            assert self.take() == "("
            arguments = [self.climb(0)]
            while self.words[self.place] == ",":
                self.take()
                arguments.append(self.climb(0))
            assert self.take() == ")"
            return self.call(word, arguments)
        if word[0].isdigit():
            return Fraction(word.replace("_", ""))
        return self.values[word]

    def closed(self):
        value = self.climb(0)
        assert self.take() == ")"
        return value

    @staticmethod
    def apply(operator, left, right):
        if operator == "+":
            return left + right
        if operator == "-":
            return left - right
        if operator == "*":
            return left * right
        if operator == "/":
            if right == 0:
                raise NoValue
            return left / right
        if right.denominator != 1:
            raise NoValue
        if abs(right) > 1000:
            raise NotHere
        if left == 0 and right < 0:
            raise NoValue
        return left ** int(right)

    @staticmethod
    def call(name, arguments):
        first = arguments[0]
        if name == "sqrt":
            if first < 0:
                raise NoValue
            root = Fraction(math.isqrt(first.numerator), math.isqrt(first.denominator))
            if root * root != first:
                raise NotHere
            return root
        return {"ceil": lambda: Fraction(math.ceil(first)),
                "floor": lambda: Fraction(math.floor(first)),
                "abs": lambda: abs(first),
                "min": lambda: min(arguments), "max": lambda: max(arguments)}[name]()


# --------------------------------------------------------------------------
# Making text
# --------------------------------------------------------------------------

def number(draw):
    kind = draw.randrange(5)
    if kind == 0:
        return f"{draw.randrange(1000)}.{draw.randrange(1000):03}"
    if kind == 1:
        return f"{draw.randrange(1, 100)}e{draw.choice(['', '+', '-'])}{draw.randrange(13)}"
    if kind == 2:
        return f"{draw.randrange(1, 1000):,}_{draw.randrange(1000):03}".replace(",", "_")
    return str(draw.randrange(20))


def expression(draw, depth):
    """Text by the grammar, with white space and parentheses strewn in."""
    space = lambda: draw.choice(["", "", " ", "  "])
    if depth == 0:
        return number(draw) if draw.random() < 0.5 else draw.choice(SYMBOLS)
    inner = lambda: expression(draw, depth - draw.randrange(1, depth + 1))
    kind = draw.randrange(10)
    if kind == 0:
        return "-" + space() + inner()
    if kind == 1:
        return "(" + inner() + space() + ")"
    if kind == 2:
        name = draw.choice(FUNCTIONS)
        count = draw.randrange(2, 5) if name in ("min", "max") else 1
        argument = inner
        if name == "sqrt":
            argument = lambda: "(" + inner() + ")^" + draw.choice("2224")
        return name + space() + "(" + ("," + space()).join(argument() for _ in range(count)) + ")"
    if kind == 3:
        return f"({inner()})^{draw.choice(['', '-'])}{draw.randrange(5)}"
    operator = draw.choice("+-*/*+^" if depth < 3 else "+-*/*+")
    return inner() + space() + operator + space() + inner()


def value(draw):
    return Fraction(draw.randrange(1, 4000), draw.choice([1, 1, 1, 1, 2, 3, 8]))


def case(draw):
    text = expression(draw, draw.randrange(1, 7))
    if draw.random() < 0.15:
        text += draw.choice(COMPARISONS) + " " + expression(draw, 2)
    values = {symbol: value(draw) for symbol in SYMBOLS if re.search(rf"\b{symbol}\b", text)}
    try:
        result = Evaluator(text, values).result()
    except NoValue:
        result = None
    except NotHere:
        return None
    return {"text": text, "values": {s: str(v) for s, v in values.items()},
            "result": None if result is None else str(result).lower()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    out = parser.parse_args().out
    for text, expected in [("-2^2", -4), ("2^3^2", 512), ("2^-1*2", 1), ("24/4*2", 12),
                           ("2*-3^2 - 1", -19), ("5 - 3 - 1", 1), ("--2", 2)]:
        assert Evaluator(text, {}).result() == expected, text
    draw = random.Random(2205_05198)
    cases = []
    while len(cases) < 300:
        made = case(draw)
        # Long enough to have something to get wrong, and short enough to be read.
        if made and 8 <= len(made["text"]) <= 100:
            cases.append(made)
    lines = ",\n".join(json.dumps(c) for c in cases)
    (out / "expressions.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
