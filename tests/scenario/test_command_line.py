# SPDX-License-Identifier: Apache-2.0
"""What the program says to whoever types at it."""

import subprocess

import pytest
from daemons import BINARY


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


def test_an_address_in_use_is_told(sim):
    done = isthmus("edge", "--listen", f"127.0.0.1:{sim.port}", "--core", sim.root)
    assert done.returncode == 1
    assert str(sim.port) in done.stderr
