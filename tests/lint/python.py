#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Lints our Python with nothing but the standard library: python.py FILE..."""

import ast
import sys

MAX_LINE = 110
MAX_FUNCTION = 60


def imported(tree):
    """(name, line) of every top-level import."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from ((a.asname or a.name.split(".")[0], node.lineno) for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((a.asname or a.name, node.lineno) for a in node.names)


def check(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    tree = ast.parse(text, path)
    if not ast.get_docstring(tree):
        yield 1, "no sentence at the top that says what the file is"
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    yield from ((line, f"import {name} is not used") for name, line in imported(tree)
                if name not in used)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = node.end_lineno - node.lineno + 1
            if length > MAX_FUNCTION:
                yield node.lineno, f"{node.name}() has {length} lines"
        elif isinstance(node, ast.ExceptHandler) and node.type is None:
            yield node.lineno, "a bare except hides everything"
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_LINE:
            yield number, f"{len(line)} columns"
        if line != line.rstrip():
            yield number, "white space at the end"
        if "\t" in line:
            yield number, "a tab"


def main(paths):
    bad = 0
    for path in paths:
        for line, what in check(path):
            print(f"{path}:{line}: {what}")
            bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
