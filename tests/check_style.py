#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails on what docs/STYLE.md forbids and a program can see; one line for each finding.

A rule may be broken where a comment says why: the line, or the one above it, then holds
"style: <rule>". --self-test plants a violation of each rule and fails unless it is found.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ["src", "tests", "bench", "tools"]
C_FILE = {".c", ".h"}
SCRIPT = {".py", ".sh", ".mjs"}
LICENCE = "SPDX-License-Identifier: Apache-2.0"
FILE_LINES, FUNCTION_LINES, PARAMETERS, COLUMNS = 600, 70, 5, 100

BANNED = "strcpy strcat sprintf vsprintf gets atoi atol strtok rand alloca sleep usleep"
# What only src/loop may do: everybody else is told the time and handed bytes.
OF_THE_LOOP = ("time clock_gettime gettimeofday nanosleep socket bind accept accept4 recv "
               "recvfrom recvmsg send sendto sendmsg read write readv writev pread pwrite open "
               "openat fopen poll select getaddrinfo getrandom")
LOOP_PREFIXES = "pthread_ thrd_ mtx_ uv_ epoll_"
# Locks are for everybody, by this one header.
ALSO_OF_THE_LOOP = {"src/base/mutex.h"}

CALL = r"(?<![\w.>])(?:%s)\s*\("
BANNED_CALL = re.compile(CALL % "|".join(BANNED.split()))
LOOP_CALL = re.compile(CALL % "|".join(OF_THE_LOOP.split() +
                                       [prefix + r"\w+" for prefix in LOOP_PREFIXES.split()]))
LEFTOVER = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
NO_CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def code_lines(text):
    """The file's lines with comments and literals blanked, so that lines keep their numbers."""
    def blank(match):
        inside = re.sub(r"[^\n]", " ", match.group(0))
        return '""' + inside[2:] if match.group(0)[0] == '"' else inside
    return NO_CODE.sub(blank, text).split("\n")


def functions(lines):
    """(line, head, line count) of each function; clang-format puts its braces in column 0."""
    head_start = 0
    body_start = None
    for i, line in enumerate(lines):
        if body_start is None and line == "{":
            body_start = i
        elif body_start is not None and line == "}":
            head = " ".join(lines[head_start:body_start])
            yield head_start + 1, head, i + 1 - head_start
            body_start, head_start = None, i + 1
        elif body_start is None and (not line.strip() or line.rstrip()[-1] in ";}\\"
                                     or line.startswith("#")):
            head_start = i + 1


def parameter_count(head):
    """Parameters of the outermost parentheses: commas that no inner pair hides."""
    depth = commas = 0
    for char in head:
        depth += (char == "(") - (char == ")")
        commas += char == "," and depth == 1
    return commas + 1


def check_function(line, head, length):
    name = (re.findall(r"(\w+)\s*\(", head) or ["?"])[0]
    if length > FUNCTION_LINES:
        yield line, "function-lines", f"{name}() has {length} lines, the most is {FUNCTION_LINES}"
    if parameter_count(head) > PARAMETERS:
        yield line, "parameters", f"{name}() takes {parameter_count(head)} parameters"


def guard_of(name):
    """src/base/heap.h -> BASE_HEAP_H, tests/test.h -> TESTS_TEST_H."""
    return re.sub(r"\W", "_", name.removeprefix("src/")).upper()


def check_guard(name, text):
    guard = guard_of(name)
    if f"#ifndef {guard}\n#define {guard}\n" not in text:
        yield 1, "guard", f"the include guard is not {guard}"


def check_c(name, text):
    """Yields (line, rule, sentence)."""
    lines = code_lines(text)
    if not text.startswith("/* " + LICENCE):
        yield 1, "licence", f"the first line does not begin with /* {LICENCE}"
    if name.endswith(".h"):
        yield from check_guard(name, text)
    for function in functions(lines):
        yield from check_function(*function)
    outside_loop = (name.startswith("src/") and not name.startswith("src/loop/") and
                    name not in ALSO_OF_THE_LOOP)
    for i, line in enumerate(lines, 1):
        for call in BANNED_CALL.findall(line):
            yield i, "banned", f"{call}) is banned"
        for call in LOOP_CALL.findall(line) if outside_loop else []:
            yield i, "loop", f"{call}) belongs to src/loop"


def check_script(text):
    if LICENCE not in "\n".join(text.split("\n")[:2]):
        yield 1, "licence", f"the first two lines lack # {LICENCE}"


def check_text(text):
    lines = text.split("\n")
    if len(lines) - 1 > FILE_LINES:
        yield 1, "file-lines", f"{len(lines) - 1} lines, the most is {FILE_LINES}"
    if not text.endswith("\n") or text.endswith("\n\n"):
        yield len(lines), "end", "a file ends with one newline"
    for i, line in enumerate(lines, 1):
        if line != line.rstrip():
            yield i, "trailing-space", "space at the end of the line"
        if len(line) > COLUMNS:
            yield i, "columns", f"{len(line)} columns, the most is {COLUMNS}"
        if LEFTOVER.search(line):
            yield i, "leftover", "unfinished business belongs in an issue"


def check_file(name, text):
    """The findings in a file that no comment excuses, as lines to print."""
    found = list(check_text(text))
    found += check_c(name, text) if Path(name).suffix in C_FILE else check_script(text)
    lines = [""] + text.split("\n")
    return [f"{name}:{line}: {sentence} [{rule}]" for line, rule, sentence in sorted(found)
            if f"style: {rule}" not in lines[line] + lines[line - 1]]


def files_to_check():
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in C_FILE | SCRIPT and "node_modules" not in path.parts:
                yield path


GOOD_HEADER = f"""/* {LICENCE} */
#ifndef BASE_A_H
#define BASE_A_H
int a(int b, struct c *d);
#endif
"""
GOOD_SOURCE = f"""/* {LICENCE} */
struct s {{
    int x;
}};

/* Never strcpy(), and not "read (x)" either. */
static int f(int a, int b, void (*on_x)(int, int), int c, int d)
{{
    s->read(d);
    return stream_write("time(" + x.open(1));
}}
"""
LONG_BODY = "    x();\n" * FUNCTION_LINES

PLANTED = [
    ("licence", "src/base/a.h", GOOD_HEADER.replace("/* SPDX", "/*SPDX")),
    ("licence", "tools/x.py", "print()\n"),
    ("guard", "src/base/a.h", GOOD_HEADER.replace("BASE_A_H", "_A_H")),
    ("function-lines", "src/base/a.c", GOOD_SOURCE.replace("    s->", LONG_BODY + "    s->")),
    ("parameters", "src/base/a.c", GOOD_SOURCE.replace("int c,", "int c,\n    int c2,")),
    ("banned", "tests/unit/a.c", GOOD_SOURCE.replace("s->read", "strcpy")),
    ("loop", "src/base/a.c", GOOD_SOURCE.replace("s->read", "read")),
    ("loop", "src/edge/a.c", GOOD_SOURCE.replace("s->read", "pthread_create")),
    ("loop", "src/limit/a.c", GOOD_SOURCE.replace("s->read", "pthread_mutex_lock")),
    ("loop", "src/http/a.c", GOOD_SOURCE.replace("s->read(d)", "x = time(NULL)")),
    ("file-lines", "src/base/a.c", GOOD_SOURCE + "int x;\n" * FILE_LINES),
    ("trailing-space", "src/base/a.c", GOOD_SOURCE.replace("int x;", "int x; ")),
    ("columns", "src/base/a.c", GOOD_SOURCE.replace("int x;", "int x;" + " /* too long */" * 9)),
    ("leftover", "src/base/a.c", GOOD_SOURCE.replace("Never", "TO" + "DO: never")),
    ("end", "src/base/a.c", GOOD_SOURCE + "\n"),
]

EXCUSED = GOOD_SOURCE.replace("    s->read", "    /* style: loop, because of this */\n    read")


def self_test():
    good = {"src/base/a.h": GOOD_HEADER, "src/base/a.c": GOOD_SOURCE, "src/base/b.c": EXCUSED,
            "src/loop/uv/a.c": GOOD_SOURCE.replace("s->read", "read"),
            "src/base/mutex.h": GOOD_HEADER.replace("BASE_A_H", "BASE_MUTEX_H").replace(
                "int a(int b, struct c *d);", "int a = pthread_mutex_lock(b);")}
    failed = [f"a good file is refused: {line}"
              for name, text in good.items() for line in check_file(name, text)]
    for rule, name, text in PLANTED:
        if not any(line.endswith(f"[{rule}]") for line in check_file(name, text)):
            failed.append(f"not found: {rule} in {name}")
    return failed


def main():
    if "--self-test" in sys.argv:
        wrong = self_test()
    else:
        wrong = [line for path in files_to_check()
                 for line in check_file(path.relative_to(ROOT).as_posix(), path.read_text())]
    print("\n".join(wrong) or "ok")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
