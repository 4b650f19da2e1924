# SPDX-License-Identifier: Apache-2.0
"""The transcripts' own rules: what is written is sent, and what is different is told."""

import gzip
import re
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER.parent.parent / "docs" / "api.md"
sys.path[:0] = [str(FOLDER)]

from transcript import (  # noqa: E402
    Mistake,
    Pattern,
    Receiving,
    Sending,
    compare_lines,
    fill,
    masked,
    read,
)

ANSWER = b"HTTP/1.1 200 OK\r\nx-request-id: req_0123456789\r\nContent-Length: 2\r\n\r\nhi"


def sent(text):
    return Sending().message(text, {"id": b"known"})


def received(data, size=None):
    receiving = Receiving()
    for at in range(0, len(data), size or len(data)):
        receiving.feed(data[at:at + (size or len(data))])
    return receiving


def test_a_head_ends_its_lines_with_cr_lf_and_a_body_does_not():
    assert sent("POST / HTTP/1.1\nContent-Length: *\n\na\nb<<lf>>") == [
        b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\na\nb\n"]


def test_cuts_are_chunks():
    assert sent("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nab<<cut>>c") == [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", b"1\r\nc\r\n0\r\n\r\n"]


def test_much_of_one_character_is_written_short():
    assert sent("GET / HTTP/1.1\n\na<<1000 x>><<0d>>")[0].endswith(b"\na" + 1000 * b"x" + b"\r")


def test_a_body_may_go_on_in_another_step():
    sending = Sending()
    sending.message("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nab<<more>>", {})
    assert sending.message("c<<c3 a9>>", {}) == [b"3\r\nc\xc3\xa9\r\n0\r\n\r\n"]


def test_what_was_got_may_be_sent_and_bodies_packed():
    assert sent("GET / HTTP/1.1\nx: <<id>>") == [b"GET / HTTP/1.1\r\nx: known\r\n\r\n"]
    packed = sent("POST / HTTP/1.1\nContent-Length: *\n\n<<gzip>>plain")[0]
    assert gzip.decompress(packed.partition(b"\r\n\r\n")[2]) == b"plain"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_messages_are_found_wherever_they_are_cut(size):
    chunked = (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
               b"2\r\nab\r\nA\r\n0123456789\r\n0\r\n\r\nrest")
    receiving = received(chunked, size)
    assert receiving.is_whole
    assert receiving.plain.endswith(b"\r\n\r\nab0123456789")
    assert receiving.raw == b"rest"


def test_an_answer_that_ends_early_is_told_from_a_whole_one():
    receiving = received(ANSWER[:-1])
    receiving.end()
    assert not Pattern("HTTP/1.1 200 OK\nx-request-id: <<id>>\nContent-Length: *\n\nh",
                       {}).regex.fullmatch(receiving.plain)
    assert Pattern("HTTP/1.1 200 OK\nx-request-id: <<id>>\nContent-Length: *\n\nh<<broken off>>",
                   {}).regex.fullmatch(receiving.plain)


@pytest.mark.parametrize("text", [
    "HTTP/1.1 200 OK\nx-request-id: <<id>>\nContent-Length: *\n\nho",
    "HTTP/1.1 200 OK\nx-request-id: <<id>>\nContent-Length: 3\n\nhi",
    "HTTP/1.1 200 OK\nX-Request-Id: <<id>>\nContent-Length: *\n\nhi",
    "HTTP/1.1 200 OK\nContent-Length: *\nx-request-id: <<id>>\n\nhi",
    "HTTP/1.1 200 OK\nx-request-id: <<port>>\nContent-Length: *\n\nhi",
    "HTTP/1.1 200 OK\nx-request-id: <<id>>\nContent-Length: *\n\nhi<<lf>>",
])
def test_every_difference_counts(text):
    assert not Pattern(text, {}).regex.fullmatch(ANSWER)


def test_a_name_means_the_same_everywhere():
    known = {}
    pattern = Pattern("a: <<id>>, <<id>>, <<id 2>>", known)
    assert not pattern.regex.fullmatch(b"a: 12345678, 87654321, 11111111")
    pattern.bind(pattern.regex.fullmatch(b"a: 12345678, 12345678, 11111111"), known)
    assert known == {"id": b"12345678", "id 2": b"11111111"}
    assert not Pattern("<<id>>", known).regex.fullmatch(b"11111111")


def test_a_difference_is_shown_by_lines_that_keep_their_masks():
    wanted, got = compare_lines("HTTP/1.1 200 OK\nx-request-id: <<id>>\n\nho", ANSWER, {})
    assert wanted[1] == got[1] == "x-request-id: <<id>>"
    assert got[-1] == "hi"


def test_what_came_is_filled_in_masked(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("# x\n\nclient gets\n    ?\n\nwait 10ms\n")
    fill(path, {read(path).steps[0].line: ANSWER})
    assert read(path).steps[0].text == masked(ANSWER, {})
    assert Pattern(read(path).steps[0].text, {}).regex.fullmatch(ANSWER)


@pytest.mark.parametrize("text", [
    "client sings\n    x\n",
    "client gets\n",
    "core a leaves\n    x\n",
    "wait long\n",
])
def test_what_is_no_step_is_refused(tmp_path, text):
    path = tmp_path / "x.txt"
    path.write_text(text)
    with pytest.raises(Mistake):
        read(path)


def test_what_is_no_mask_is_refused():
    with pytest.raises(Mistake):
        Pattern("<<anything>>", {})
    with pytest.raises(Mistake):
        sent("GET / HTTP/1.1\nx: <<date>>")


def page_rows():
    """Rule number -> patterns of its transcripts, from the table of docs/api.md."""
    rows = re.findall(r"^\| (\d\d?) \|.*\| ([^|]*) \|$", PAGE.read_text(), re.MULTILINE)
    return {int(number): re.findall(r"`([^`]+)`", patterns) for number, patterns in rows}


def test_the_page_names_transcripts_for_each_of_the_21_rules():
    rows = page_rows()
    assert list(rows) == list(range(1, 22))
    for number, patterns in rows.items():
        assert patterns, f"rule {number}"
        for pattern in patterns:
            assert list(FOLDER.glob(pattern + ".txt")), f"rule {number}: no {pattern}"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_a_transcript_says_which_rule_it_shows(path):
    number = int(path.name[:2])
    assert path.read_text().startswith(f"# Rule {number}: ")
    assert any(path.match(pattern + ".txt") for pattern in page_rows()[number])
