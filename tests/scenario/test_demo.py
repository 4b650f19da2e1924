# SPDX-License-Identifier: Apache-2.0
"""`isthmus demo` as a newcomer meets it: in a terminal, in a pipe, in a hurry."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pyte
import pytest
from daemons import BINARY, PATIENCE, SANITIZER, free_port

SHORT = ["--seconds", "5"]
ESCAPE = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")
ENTER, LEAVE = b"\x1b[?1049h\x1b[?25l", b"\x1b[?25h\x1b[?1049l"
SCENES = ["A quiet start", "Busy", "Core west dies", "One core carries all",
          "Core west comes back", "Closing time"]
ROWS = ["answered", "refused", "clients left", "cut and told", "cut off", "cut in silence",
        "failed", "still open"]


class Terminal:
    """A terminal of this size with `isthmus demo` in it; `screen` is what a person sees."""

    def __init__(self, *arguments, columns=80, rows=24, **environment):
        self.raw = b""
        self.status = None
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        base = {name: value for name, value in os.environ.items()
                if not name.startswith("LC_") and name not in ("LANG", "NO_COLOR")}
        base |= {"TERM": "xterm-256color", "LANG": "C.UTF-8"} | environment
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(BINARY, [BINARY, "demo", *arguments], base)

    def resize(self, columns, rows):
        self.screen.resize(rows, columns)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys):
        os.write(self.master, keys)

    def read(self, seconds):
        """False: it has closed the terminal."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            piece = os.read(self.master, 65536)
        except OSError:
            piece = b""
        self.raw += piece
        self.stream.feed(piece)
        return piece != b""

    def until(self, is_true, seconds=30):
        limit = time.monotonic() + seconds * PATIENCE
        while not is_true():
            assert time.monotonic() < limit, f"waited in vain; the screen:\n{self.text()}"
            assert self.read(0.05), f"it has ended; the screen:\n{self.text()}"

    def until_shown(self, text, seconds=30):
        self.until(lambda: text in self.text(), seconds)

    def until_end(self, seconds=30):
        limit = time.monotonic() + seconds * PATIENCE
        while self.read(0.05):
            assert time.monotonic() < limit, f"it does not end; the screen:\n{self.text()}"
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status

    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    def is_restored(self):
        """Each time that it left the first screen it came back, and nothing is drawn behind."""
        return (self.raw.count(ENTER) == self.raw.count(LEAVE) > 0 and
                b"\x1b[H" not in self.raw.rpartition(LEAVE)[2])

    def close(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.master)
        assert not SANITIZER.search(self.raw.decode(errors="replace")), self.raw


@pytest.fixture
def terminal():
    """Makes terminals, and closes them behind the test."""
    made = []

    def make(*arguments, **options):
        made.append(Terminal(*arguments, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def frames_of(raw):
    """The pictures, each as its lines without what moves and colours."""
    pictures = raw.partition(LEAVE)[0].split(b"\x1b[H")[1:]
    return [ESCAPE.sub(b"", picture).decode().replace("\r", "").split("\n")
            for picture in pictures]


def count_of(summary, name):
    found = re.search(rf"^  *{name} +(\d+)\b", summary, re.MULTILINE)
    return int(found[1]) if found else 0


def assert_is_true(summary):
    """The numbers say the same thing twice, and no answer was cut without a word."""
    assert count_of(summary, "requests") > 20
    assert count_of(summary, "requests") == sum(count_of(summary, name) for name in ROWS)
    assert count_of(summary, "cut in silence") == 0
    assert count_of(summary, "failed") == 0
    answered = re.search(r"answered +(\d+)  east (\d+), west (\d+), the edge itself (\d+)", summary)
    assert int(answered[1]) == sum(map(int, answered.groups()[1:])) > 0


def run_piped(*arguments, **environment):
    return subprocess.run([BINARY, "demo", *arguments], capture_output=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=30 * PATIENCE,
                          env={**os.environ, "TERM": "xterm", "LANG": "C.UTF-8"} | environment)


def test_in_a_pipe_it_tells_the_story_in_plain_lines():
    done = run_piped(*SHORT)
    text = done.stdout.decode("ascii")
    assert done.returncode == 0
    assert done.stderr == b""
    assert "\x1b" not in text and "\r" not in text
    story = text.partition("\nNext:")[0].splitlines()
    assert max(map(len, story)) < 80
    assert all(line == line.rstrip() for line in story)
    places = [text.index(f"{i}/6  {scene}") for i, scene in enumerate(SCENES, 1)]
    assert places == sorted(places)
    assert "core west is killed" in text and "core west is up again" in text
    assert_is_true(text.partition("The end,")[2])


def test_a_reader_that_leaves_ends_it():
    with subprocess.Popen([BINARY, "demo"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL) as demo:
        demo.stdout.readline()
        demo.stdout.close()
        assert demo.wait(10 * PATIENCE) == 1
        assert demo.stderr.read() == b""


def test_in_a_terminal_of_80_columns_all_is_on_one_screen(terminal):
    demo = terminal(*SHORT)
    for scene in SCENES:
        demo.until_shown(scene)
    assert demo.until_end() == 0
    assert demo.is_restored()
    for frame in frames_of(demo.raw):
        assert len(frame) <= 24
        assert max(map(len, frame)) < 80
    story = "\n".join("\n".join(frame) for frame in frames_of(demo.raw))
    assert "dead, avoided" in story and "\u2588" in story
    text = ESCAPE.sub(b"", demo.raw.rpartition(LEAVE)[2]).decode()
    assert "core west is killed" in text
    assert_is_true(text)


def test_a_window_may_be_small_and_change(terminal):
    demo = terminal(columns=40, rows=12)
    demo.until(lambda: len(frames_of(demo.raw)) > 5)
    small = demo.raw
    demo.resize(100, 40)
    demo.until_shown("Ctrl-C ends it")
    demo.until_shown("answered after", 10)
    demo.resize(20, 5)
    demo.raw = b""
    demo.until(lambda: len(frames_of(demo.raw)) > 5)
    for raw, columns, rows in [(small, 40, 12), (demo.raw, 20, 5)]:
        for frame in frames_of(raw)[2:-1]:
            assert len(frame) <= rows
            assert max(map(len, frame)) < columns


@pytest.mark.parametrize("environment, wrong", [
    ({"NO_COLOR": "1"}, rb"\x1b\[[0-9;]*m"),
    ({"LANG": "C"}, rb"[\x80-\xff]"),
    ({"LC_ALL": "POSIX"}, rb"[\x80-\xff]"),
])
def test_a_picture_has_only_what_the_environment_allows(terminal, environment, wrong):
    demo = terminal(**environment)
    demo.until_shown("tokens/s")
    demo.until(lambda: len(frames_of(demo.raw)) > 12)
    assert not re.search(wrong, demo.raw)


@pytest.mark.parametrize("arguments, environment", [
    ([], {"TERM": "dumb"}), ([], {"TERM": ""}), (["--plain"], {"NO_COLOR": "1"})])
def test_a_terminal_that_cannot_draw_gets_plain_lines(terminal, arguments, environment):
    demo = terminal(*arguments, **environment)
    demo.until_shown("asked,")
    assert b"\x1b" not in demo.raw


def test_one_interrupt_lets_answers_end_and_sums_up(terminal):
    demo = terminal()
    demo.until(lambda: re.search(r"requests +\d\d", demo.text()))
    demo.type(b"\x03")
    assert demo.until_end(10) == 0
    assert demo.is_restored()
    text = ESCAPE.sub(b"", demo.raw.rpartition(LEAVE)[2]).decode()
    assert "Ended by you after" in text
    assert count_of(text, "requests") == sum(count_of(text, name) for name in ROWS)
    assert count_of(text, "still open") == count_of(text, "failed") == 0


def test_a_second_interrupt_ends_it_now(terminal):
    demo = terminal()
    demo.until(lambda: re.search(r"requests +\d\d", demo.text()))
    began = time.monotonic()
    demo.type(b"\x03")
    demo.until_shown("Ctrl-C: at once")
    demo.type(b"\x03")
    assert demo.until_end(10) == 130
    assert time.monotonic() - began < 2 * PATIENCE
    assert demo.is_restored()


@pytest.mark.parametrize("number, status", [(signal.SIGTERM, 0), (signal.SIGHUP, 0),
                                            (signal.SIGQUIT, 130)])
def test_other_signals_bring_the_screen_back_as_well(terminal, number, status):
    demo = terminal()
    demo.until_shown("tokens/s")
    os.kill(demo.pid, number)
    assert demo.until_end(10) == status
    assert demo.is_restored()


def test_stopped_it_gives_the_screen_back_and_goes_on_when_continued(terminal):
    demo = terminal()
    demo.until_shown("tokens/s")
    demo.type(b"\x1a")
    demo.until(lambda: LEAVE in demo.raw)
    _, status = os.waitpid(demo.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    os.kill(demo.pid, signal.SIGCONT)
    demo.until(lambda: b"tokens/s" in demo.raw.rpartition(LEAVE)[2])
    demo.type(b"\x03")
    assert demo.until_end(10) == 0
    assert demo.is_restored()


def test_an_address_in_use_is_told_on_the_first_screen(terminal, sim):
    demo = terminal("--listen", f"127.0.0.1:{sim.port}")
    assert demo.until_end(10) == 1
    assert ENTER not in demo.raw
    assert f"127.0.0.1:{sim.port}" in demo.text() and "leave --listen out" in demo.text()


@pytest.mark.parametrize("arguments, remedy", [
    (["--lisen", "x"], "isthmus demo --help"),
    (["--listen", "0.0.0.0:8080"], "loopback"),
    (["--listen", "unix:/tmp/x"], "loopback"),
    (["--seconds", "1"], "5 to 3600"),
    (["--seed"], "--seed takes N"),
])
def test_a_mistake_is_told_with_its_remedy_and_status_2(arguments, remedy):
    done = run_piped(*arguments)
    assert done.returncode == 2
    assert remedy in done.stderr.decode()
    assert done.stdout == b""


def paste(lines):
    """Into a shell whose python3 has the official client."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(["bash", "-c", lines], capture_output=True, text=True, check=False,
                          timeout=20 * PATIENCE, env={**os.environ, "PATH": path})


def test_what_it_shows_to_paste_works(terminal):
    port = free_port()
    demo = terminal(*SHORT, "--stay", "--listen", f"127.0.0.1:{port}", columns=70)
    demo.until(lambda: b"told below" in demo.raw)
    text = ESCAPE.sub(b"", demo.raw.rpartition(LEAVE)[2]).decode().replace("\r\n", "\n")
    assert_is_true(text.partition("The edge stays")[0])
    plain, streamed = re.findall(r"^curl .*?}'$", text, re.MULTILINE | re.DOTALL)[:2]
    python = re.search(r"^python3 .*?^END$", text, re.MULTILINE | re.DOTALL)[0]
    faults = "\n".join(re.findall(r"^curl \S*/sim/faults.*?}'$", text, re.MULTILINE | re.DOTALL))

    assert '"finish_reason"' in paste(plain).stdout
    assert "data: [DONE]" in paste(streamed).stdout
    answer = paste(python)
    assert answer.returncode == 0, answer.stderr
    assert len(answer.stdout.split()) >= 12
    paste(faults)
    broken = paste(streamed).stdout
    assert '"error"' in broken and "[DONE]" not in broken
    demo.until(lambda: demo.raw.count(b"yours: chat, core") == 4)
    assert b"200 core_cut" in demo.raw

    demo.type(b"\x03")
    assert demo.until_end(10) == 0
