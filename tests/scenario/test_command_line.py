# SPDX-License-Identifier: Apache-2.0
"""What the program says to whoever types at it."""

import json
import stat
import subprocess
import urllib.request
from pathlib import Path

import pytest
from daemons import BINARY, accepts, free_port, wait_until
from questions import chat

ROOT = Path(__file__).resolve().parents[2]


def isthmus(*arguments, environment=None):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=20,
                          stdin=subprocess.DEVNULL, env=environment, check=False)


@pytest.mark.parametrize("arguments", [["help"], ["--help"], ["help", "edge"], ["help", "sim"],
                                       ["help", "check"], ["edge", "--help"], ["--version"]])
def test_help_is_on_standard_output(arguments):
    done = isthmus(*arguments)
    assert done.returncode == 0
    assert "isthmus" in done.stdout or "--listen" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("arguments, remedy", [
    ([], "isthmus help"),
    (["bake"], "isthmus help"),
    (["chekc"], "did you mean check?"),
    (["edge", "-c"], "write one file behind it"),
    (["check", "no/such/file.yaml"], "no/such/file.yaml: cannot be read"),
    (["edge", "--listen", "127.0.0.1:0"], "core"),
    (["edge", "--lisen", "127.0.0.1:0"], "--listen"),
    (["edge", "-c", "/no/such/file.yaml"], "/no/such/file.yaml"),
    (["edge", "--listen", "0.0.0.0:0", "--core", "http://127.0.0.1:1"], "insecure"),
    (["sim", "--listen", "nowhere"], "--listen"),
])
def test_a_mistake_is_told_with_its_remedy_and_status_2(arguments, remedy):
    done = isthmus(*arguments)
    assert done.returncode == 2
    assert remedy in done.stderr
    assert done.stdout == ""


def test_check_points_at_the_mistake(tmp_path):
    config = tmp_path / "isthmus.yaml"
    config.write_text("cores:\n  one: http://127.0.0.1:8000\ntimeouts:\n  total: 10 minuts\n")
    done = isthmus("check", "-c", str(config))
    assert done.returncode == 2
    assert f"{config}:4:10:" in done.stderr
    assert "^" in done.stderr


def test_a_dump_loads_again_and_hides_secrets(tmp_path):
    config = tmp_path / "isthmus.yaml"
    config.write_text("cores:\n  one:\n    url: http://127.0.0.1:8000\n    key: ${KEY}\n")
    dump = isthmus("check", "--dump", "-c", str(config), environment={"KEY": "a-secret"})
    assert dump.returncode == 0
    assert "a-secret" not in dump.stdout and "***" in dump.stdout

    again = tmp_path / "again.yaml"
    again.write_text(dump.stdout)
    assert isthmus("check", "-c", str(again)).returncode == 0


def test_check_takes_the_file_as_it_is_named(tmp_path):
    config = tmp_path / "isthmus.yaml"
    config.write_text("cores: {one: http://127.0.0.1:8000, two: https://127.0.0.1:8001}\n")
    for arguments in [[config], ["-c", config], [f"--config={config}"]]:
        done = isthmus("check", *map(str, arguments))
        assert done.returncode == 0
        assert done.stdout == "fine: listens on 127.0.0.1:8080, 2 cores\n"
        assert done.stderr == ""


def test_a_file_that_is_no_configuration_is_not_read_whole(tmp_path):
    config = tmp_path / "isthmus.yaml"
    config.write_text("# " + "x" * 1024 * 1024)
    done = isthmus("check", str(config))
    assert done.returncode == 2
    assert done.stderr.startswith(f"{config}: larger than 1MiB\n")


def test_the_page_of_options_is_what_the_program_says():
    page = (ROOT / "docs" / "configuration.md").read_text()
    assert isthmus("help", "--markdown").stdout == page


def test_one_line_says_when_the_edge_is_ready(edge, sim):
    assert wait_until(lambda: "\n" in edge.log()) is not None
    first = edge.log().splitlines()[0]
    assert first.startswith(f"isthmus edge: listening on {edge.root}, 1 core, ")


def test_a_data_directory_belongs_to_one_process(start_edge, sim, tmp_path):
    folder = tmp_path / "data"
    holder = start_edge(sim, arguments=("--data-dir", str(folder)))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    second = isthmus("edge", "--listen", "127.0.0.1:0", "--core", sim.root, "--data-dir",
                     str(folder))
    assert second.returncode == 1
    assert f"in use by another process (pid {holder.process.pid})" in second.stderr
    holder.stop()
    assert start_edge(sim, arguments=("--data-dir", str(folder))).process.poll() is None


def test_an_edge_whose_log_nobody_reads_goes_on(sim):
    """Its standard error is a pipe, far too small for what is logged; what it holds is whole."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/v1/models"
    with subprocess.Popen([BINARY, "edge", "--listen", f"127.0.0.1:{port}", "--core", sim.root,
                           "--log-level", "debug"],
                          stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as edge:
        try:
            assert wait_until(lambda: accepts(port)) is not None
            for _ in range(1000):
                with urllib.request.urlopen(url, timeout=5) as answer:
                    assert answer.status == 200
            edge.terminate()
            assert edge.wait(10) == 0
        finally:
            edge.kill()
        lines = edge.stderr.read().splitlines()
    logged = [line for line in lines if not line.startswith(b"isthmus edge: listening")]
    assert 100 < len(logged) < 1000
    assert all(json.loads(line)["event"] for line in logged)


def test_a_log_line_names_the_core_that_answered_and_how_many_were_tried(start_edge, sim):
    edge = start_edge(sim)
    question = urllib.request.Request(edge.url + "/chat/completions",
                                      json.dumps(chat(max_tokens=1)).encode())
    with urllib.request.urlopen(question, timeout=5) as answer:
        assert answer.status == 200
    assert wait_until(lambda: '"exchange"' in edge.log()) is not None
    line = json.loads(next(line for line in edge.log().splitlines() if '"exchange"' in line))
    assert line["core"] != ""
    assert line["attempts"] == 1


def test_an_address_in_use_is_told(sim):
    done = isthmus("edge", "--listen", f"127.0.0.1:{sim.port}", "--core", sim.root)
    assert done.returncode == 1
    assert str(sim.port) in done.stderr
