# SPDX-License-Identifier: Apache-2.0
"""Golden transcripts: what goes over the wires of an edge, in the order in which it goes.

A transcript says what a client and scripted cores send, and what each of them must get, byte for
byte. A step begins in the first column; the bytes that belong to it are indented by four blanks.

    # Rule 2: a failure behind the head is an error event, and nothing follows it.

    edge: --timeouts.token-idle 1s

    client sends
        POST /v1/chat/completions HTTP/1.1
        Host: edge
        Content-Length: *

        {"model":"tiny","messages":[{"role":"user","content":"Hi"}]}

    core a gets
        ...

- "#" in the first column begins a comment.
- "edge: ..." gives the edge further arguments, "config:" a file, in which ${CORE_A} is core a's
  url. Without "config:" each core that the steps name is passed as --core.
- "keys:" gives the edge keys, as `isthmus keys import` reads them, and it asks for one.
- Steps: "client sends | gets | gets so far | leaves | is left", "core NAME sends | gets | hears
  nothing | leaves | is left", "wait 100ms". "client 2" is another client. A message that is got is
  compared whole, "gets so far" compares what comes next of one that has more.
- Of a message the lines up to the first empty one end with CR LF; those behind it are the body,
  where a line ends with LF, the last one without. "Content-Length: *" stands for the length of
  what follows. With "Transfer-Encoding: chunked" the body is written without its framing: what is
  sent has a chunk for each part between cuts, and of what is got the chunks are joined.
- Bytes that are no text, or are not seen: <<c3 a9>>; the line end that the last line lacks: <<lf>>;
  a thousand times x: <<1000 x>>.
- In what is sent <<cut>> lets what stands before it arrive before the rest is sent, <<more>> at
  the end says that another step goes on with this body, <<gzip>> at a body's start packs it.
- In what is got <<name>> stands for what no two runs have in common, as MASKS says; an "id" for
  the same bytes everywhere in a transcript, also where it is sent. <<broken off>> at the end says
  that the connection ended before the message did.

Whoever writes a transcript may leave "?" for what is to be got: GOLDEN_FILL=1 writes what came into
the file, masked. Then read it: is it what should have come?
"""

import gzip
import re
from dataclasses import dataclass, field
from pathlib import Path

# What a mask stands for. "id 2" is another thing of the kind "id".
MASKS = {
    "id": rb"[0-9A-Za-z_-]{8,64}",  # what the edge calls a request
    "date": rb"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT",
    "ms": rb"[1-9][0-9]{0,9}",  # time that is left
    "time": rb"(?=[0-9])(?:[0-9]+h)?(?:[0-9]+m)?(?:[0-9.]+m?s)?",  # the same, as 6m0s
    "seconds": rb"[1-9][0-9]{0,6}",
    "tokens": rb"[0-9]{1,9}",  # more of them every moment
    "port": rb"[0-9]{1,5}",
    "text": rb'[^"\r\n]+',  # a sentence for people, which may be put better one day
}
BOUND = {"id"}  # the same everywhere

BROKEN_OFF = b"<<broken off>>"
MARK = re.compile(r"<<([^<>]*)>>")
TIMES = re.compile(r"(\d{3,}) (\S)")
HEX = re.compile(r"[0-9a-f]{2}(?: [0-9a-f]{2})*")
STEP = re.compile(r"(client(?: \d+)?|core \w+) "
                  r"(sends|gets so far|gets|leaves|is left|hears nothing)")
WITH_BYTES = {"sends", "gets", "gets so far"}
START_LINE = re.compile(r"HTTP/\d|[A-Za-z]+ \S+ HTTP/")


class Mistake(Exception):
    """The transcript itself cannot be read."""


@dataclass(frozen=True)
class Step:
    line: int
    who: str  # "client", "client 2", "core a", "wait"
    what: str  # "sends", ...; with "wait" how many seconds
    text: str = ""


@dataclass
class Transcript:
    path: Path
    arguments: list = field(default_factory=list)
    config: str = ""
    keys: str = ""
    steps: list = field(default_factory=list)

    @property
    def cores(self):
        named = {step.who.split()[1] for step in self.steps if step.who.startswith("core")}
        written = {name.lower() for name in re.findall(r"\$\{CORE_(\w+)\}", self.config)}
        return sorted(named | written)


def blocks(text):
    """(line number, first line, indented lines) of each block."""
    block = None
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("#") or (not line and block is None):
            continue
        if line and not line.startswith("    "):
            if block:
                yield block
            block = (number, line, [])
        else:
            block[2].append(line[4:])
    if block:
        yield block


def step_of(number, head, body):
    if match := re.fullmatch(r"wait (\d+)ms", head):
        return Step(number, "wait", int(match[1]) / 1000)
    match = STEP.fullmatch(head)
    if not match or bool(body) != (match[2] in WITH_BYTES):
        raise Mistake(f"line {number}: no step: {head}")
    return Step(number, match[1], match[2], body)


def read(path):
    transcript = Transcript(path)
    for number, head, lines in blocks(path.read_text()):
        body = "\n".join(lines).rstrip("\n")
        if head.startswith("edge: "):
            transcript.arguments = head.removeprefix("edge: ").split()
        elif head == "config:":
            transcript.config = body + "\n"
        elif head == "keys:":
            transcript.keys = body + "\n"
        else:
            transcript.steps.append(step_of(number, head, body))
    return transcript


# --- what is sent ---------------------------------------------------------------------------------

def literal(mark, known):
    """The bytes that a mark stands for, or None."""
    if mark == "lf":
        return b"\n"
    if mark == "broken off":
        return BROKEN_OFF
    if match := TIMES.fullmatch(mark):
        return int(match[1]) * match[2].encode()
    return bytes.fromhex(mark) if HEX.fullmatch(mark) else known.get(mark)


def pieces_of(text, known):
    """The bytes of a text, in pieces where it is cut."""
    pieces = [b""]
    for i, part in enumerate(MARK.split(text)):
        if i % 2 == 0:
            pieces[-1] += part.encode()
        elif part == "cut":
            pieces.append(b"")
        elif (found := literal(part, known)) is not None:
            pieces[-1] += found
        else:
            raise Mistake(f"<<{part}>> stands for nothing that was got before")
    return pieces


def body_pieces(text, known):
    if not text.startswith("<<gzip>>"):
        return pieces_of(text, known)
    packed = gzip.compress(b"".join(pieces_of(text.removeprefix("<<gzip>>"), known)), mtime=0)
    return [packed]


def field_value(lines, name):
    """Of the last field of this name, in lower case; None: there is none."""
    value = None
    for line in lines[1:]:
        if line.lower().startswith(name + ":"):
            value = line[len(name) + 1:].strip().lower()
    return value


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data) if data else b""


class Sending:
    """Makes the bytes of one side's messages; remembers how the body that goes on is framed."""

    def __init__(self):
        self.is_chunked = False

    def body(self, text, known):
        has_more = text.endswith("<<more>>")
        pieces = body_pieces(text.removesuffix("<<more>>"), known)
        if self.is_chunked:
            pieces = [chunk(piece) for piece in pieces]
            pieces[-1] += b"" if has_more else b"0\r\n\r\n"
        return pieces

    def message(self, text, known):
        if not START_LINE.match(text):
            return self.body(text, known)
        head, _, body = text.partition("\n\n")
        lines = head.split("\n")
        self.is_chunked = field_value(lines, "transfer-encoding") == "chunked"
        pieces = self.body(body, known)
        length = str(sum(map(len, pieces)))
        lines = [re.sub(r"(?i)^(content-length: )\*$", rf"\g<1>{length}", line) for line in lines]
        return [pieces_of("\r\n".join(lines), known)[0] + b"\r\n\r\n" + pieces[0], *pieces[1:]]


# --- what is got ----------------------------------------------------------------------------------

class Pattern:
    """What must be got. Masks become groups, so that a mask met twice must mean the same."""

    def __init__(self, text, known):
        self.names = {}
        head, separator, body = text.partition("\n\n")
        if START_LINE.match(text):
            head = head.replace("\n", "\r\n")
            separator = "\r\n\r\n"
        regex = self.compile(head + separator + body, known)
        self.regex = re.compile(re.sub(rb"(?i)(content\\-length:\\ )\\\*", rb"\1[0-9]+", regex))

    def compile(self, text, known):
        out = b""
        for i, part in enumerate(MARK.split(text)):
            if i % 2 == 0:
                out += re.escape(part.encode())
            elif (found := literal(part, known)) is not None:
                out += re.escape(found)
            else:
                out += self.mask(part)
        return out

    def mask(self, name):
        kind = name.split()[0] if name else ""
        if kind not in MASKS:
            raise Mistake(f"<<{name}>> is no mask: {', '.join(MASKS)}")
        if kind not in BOUND:
            return MASKS[kind]
        if name in self.names:
            return b"(?P=%s)" % self.names[name].encode()
        self.names[name] = f"name{len(self.names)}"
        return b"(?P<%s>%s)" % (self.names[name].encode(), MASKS[kind])

    def bind(self, match, known):
        known.update({name: match[group] for name, group in self.names.items()})


class Receiving:
    """Takes one side's messages off the wire: the head as it is, the body without its chunks."""

    def __init__(self):
        self.raw = b""
        self.method = ""  # of the request that is answered
        self.begin()

    def begin(self):
        self.plain = b""  # of the message that is coming
        self.taken = 0  # of it, by "gets so far"
        self.left = None  # of the body or chunk; None: the head is not whole
        self.framing = ""
        self.is_whole = False

    def feed(self, data):
        self.raw += data
        while not self.is_whole and self.step():
            pass

    def end(self):
        """The connection has ended."""
        if self.framing == "end":
            self.is_whole = True
        elif not self.is_whole and self.plain + self.raw:
            self.plain += self.raw + BROKEN_OFF
            self.raw = b""
            self.is_whole = True

    def step(self):
        """False: more bytes are needed."""
        if self.left is None:
            return self.take_head()
        if self.framing == "chunks" and self.left == 0:
            return self.take_chunk_line()
        part, self.raw = self.raw[:self.left], self.raw[self.left:]
        self.plain += part
        self.left -= len(part)
        self.is_whole = self.framing == "length" and self.left == 0
        return bool(part)

    def take_head(self):
        head, separator, rest = self.raw.partition(b"\r\n\r\n")
        if not separator:
            return False
        self.plain, self.raw = head + separator, rest
        lines = head.decode("latin-1").split("\r\n")
        self.framing, self.left = self.framing_of(lines)
        self.is_whole = self.framing == "length" and self.left == 0
        return True

    def framing_of(self, lines):
        is_answer = lines[0].startswith("HTTP/")
        if is_answer and (self.method == "HEAD" or re.match(r"\S+ (1..|204|304)", lines[0])):
            return "length", 0
        if field_value(lines, "transfer-encoding") == "chunked":
            return "chunks", 0
        length = field_value(lines, "content-length")
        if length is None and is_answer:
            return "end", 1 << 62
        return "length", int(length or 0)

    def take_chunk_line(self):
        """Between chunks: the line end of the one before, the next one's size."""
        match = re.match(rb"(?:\r\n)?([0-9A-Fa-f]+)\r\n", self.raw)
        if not match:
            return False
        size = int(match[1], 16)
        if size > 0:
            self.left, self.raw = size, self.raw[match.end():]
            return True
        if not self.raw.startswith(b"\r\n", match.end()):
            return False
        self.raw = self.raw[match.end() + 2:]
        self.is_whole = True
        return True


# --- what is told of what came --------------------------------------------------------------------

def show_bytes(data):
    """Text as it is, and what is no text as a transcript writes it."""
    text = data.decode(errors="surrogateescape")
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f\udc80-\udcff]",
                  lambda match: f"<<{ord(match[0]) & 0xff:02x}>>", text)


def readable(data):
    head, separator, body = data.partition(b"\r\n\r\n")
    if not separator or not START_LINE.match(show_bytes(head)):
        return show_bytes(data)
    return show_bytes(head.replace(b"\r\n", b"\n")) + "\n\n" + show_bytes(body)


def compare_lines(expected, data, known):
    """The lines of both, those alike as they are expected."""
    wanted, got = expected.split("\n"), readable(data).rstrip("\n").split("\n")
    for i, line in enumerate(wanted[:len(got)]):
        if Pattern(line, known).regex.fullmatch(got[i].encode()):
            got[i] = line
    return wanted, got


# What differs each time, in messages as the edge makes them.
DIFFERENT = [
    (re.compile(r"(?im)^(date: ).*$"), "<<date>>"),
    (re.compile(r"(?im)^(host: 127\.0\.0\.1:)\d+$"), "<<port>>"),
    (re.compile(r"(?im)^(isthmus-deadline: )\d+$"), "<<ms>>"),
    (re.compile(r"(?im)^(content-length: )\d+$"), "*"),
    (re.compile(r"(?im)^(x-ratelimit-reset-\w+: )(?!0ms$).*$"), "<<time>>"),
    (re.compile(r"(?im)^(x-ratelimit-remaining-tokens: )\d+$"), "<<tokens>>"),
    (re.compile(r"(?im)^(retry-after-ms: )\d+$"), "<<ms>>"),
    (re.compile(r"(?im)^(retry-after: )\d+$"), "<<seconds>>"),
    (re.compile(r'("reset_ms":)[1-9]\d*'), "<<ms>>"),
]
OWN_ID = re.compile(r"(?<=x-request-id: )req_\w+")


def masked(data, ids):
    """What came, as a transcript writes it; `ids` are those that came before."""
    text = readable(data).removesuffix("\n\n" if data.endswith(b"\r\n\r\n") else "")
    for different, mask in DIFFERENT:
        text = different.sub(lambda match, mask=mask: match[1] + mask, text)
    for found in OWN_ID.findall(text):
        ids.setdefault(found, f"<<id {len(ids) + 1}>>" if ids else "<<id>>")
    text = OWN_ID.sub(lambda match: ids[match[0]], text)
    text = re.sub(r" $", "<<20>>", text, flags=re.MULTILINE)
    return text.removesuffix("\n") + "<<lf>>" * text.endswith("\n")


def fill(path, found):
    """Puts what came in the place of the "?" of the step in each of these lines."""
    lines, ids = path.read_text().split("\n"), {}
    texts = {number: masked(data, ids) for number, data in sorted(found.items())}
    for number, text in sorted(texts.items(), reverse=True):
        assert lines[number] == "    ?"
        lines[number:number + 1] = [("    " + line).rstrip() for line in text.split("\n")]
    path.write_text("\n".join(lines))
