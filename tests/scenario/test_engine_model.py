# SPDX-License-Identifier: Apache-2.0
"""The simulated GPU as its user meets it: the table, the profiles, the scale."""

import subprocess
import time
from pathlib import Path

import pytest
from daemons import BINARY

PAGE = Path(__file__).resolve().parents[2] / "docs" / "engine-model.md"


def sim(*arguments):
    return subprocess.run([BINARY, "sim", *arguments], capture_output=True, text=True, timeout=100,
                          stdin=subprocess.DEVNULL, check=False)


def test_the_tables_of_the_page_are_what_the_command_prints():
    done = sim("--table")
    assert done.returncode == 0
    assert done.stdout in PAGE.read_text()


def test_the_page_names_every_profile():
    profiles = sim("--help").stdout.split("Profiles:")[1].splitlines()[0].split()
    assert "h100-8b" in profiles
    for profile in profiles:
        assert f"`{profile}`" in PAGE.read_text()


@pytest.mark.parametrize("arguments", [
    ["--profile", "h100"], ["--scale", "0"], ["--scale", "fast"], ["--scale", "0.0000001"],
    ["--scale", "1e3"], ["--profile", "h100-8b", "--itl", "5ms"], ["--noise", "5"],
    ["--profile", "h100-8b", "--noise", "100"], ["--profile", "h100-8b", "--max-num-seqs", "0"],
])
def test_a_mistake_names_its_option(arguments):
    done = sim(*arguments)
    assert done.returncode == 2
    assert arguments[-2] in done.stderr


def test_scale_makes_the_gpu_faster(start_sim, client_of):
    slow = start_sim("--profile", "h100-70b-tp2", "--scale", "1.5")
    fast = start_sim("--profile", "h100-70b-tp2", "--scale", "0.1")
    begin = time.monotonic()
    client_of(slow).completions.create(model="sim", prompt="a", max_tokens=50)
    slowly = time.monotonic() - begin
    client_of(fast).completions.create(model="sim", prompt="a", max_tokens=50)
    quickly = time.monotonic() - begin - slowly
    assert slowly > 1.5 * 50 * 0.014 * 0.9
    assert quickly < slowly / 2


def test_one_slot_serves_one_after_the_other(start_sim, client_of):
    one = start_sim("--profile", "h100-8b", "--max-num-seqs", "1", "--noise", "0")
    begin = time.monotonic()
    client_of(one).completions.create(model="sim", prompt="a", max_tokens=20, n=4)
    assert time.monotonic() - begin > 4 * 20 * 0.005


def own_profile_of_the_page(folder):
    """The example of the page, as a file."""
    lines = PAGE.read_text().split("Profiles of one's own")[1].split("    isthmus sim")[0]
    file = folder / "gpus.yaml"
    file.write_text("\n".join(line[4:] for line in lines.splitlines() if line.startswith("    ")))
    return file


def test_profiles_of_ones_own_come_from_a_file(start_sim, client_of, tmp_path):
    file = own_profile_of_the_page(tmp_path)
    for arguments in [[], ["--profile", "my-gpu"]]:
        mine = start_sim("--profile-file", str(file), *arguments)
        answer = client_of(mine).completions.create(model="sim", prompt="a", max_tokens=3)
        assert answer.usage.completion_tokens == 3


@pytest.mark.parametrize("text, says", [
    ("profiles:\n  mine:\n    floor_ns: 5ms\n", ":3:15: profiles.mine.floor_ns: \"5ms\" is no"),
    ("profiles:\n  mine:\n    floors_ns: 1\n", "did you mean floor_ns?"),
    ("", "--profile-file takes FILE"),
])
def test_a_mistake_in_the_file_is_shown(tmp_path, text, says):
    file = tmp_path / "gpus.yaml"
    file.write_text(text)
    done = sim("--profile-file", str(file))
    assert done.returncode == 2
    assert says in done.stderr


def test_a_file_that_is_not_there_is_named():
    done = sim("--profile-file", "no/such/file.yaml")
    assert done.returncode == 2
    assert "no/such/file.yaml: cannot be read" in done.stderr
