# SPDX-License-Identifier: Apache-2.0
"""`isthmus keys` by itself: what it prints, what it stores, what it refuses."""

import hashlib
import json
import os
import re
import stat
import subprocess
import time

import pytest
from daemons import BINARY, PATIENCE
from keys import Keys

SECRET = re.compile(r"ist_[A-Za-z0-9_-]{43}\n")
BROUGHT = "sk-brought-along-0123456789"


def test_a_new_keys_secret_is_alone_on_standard_output(keys):
    done = keys.run("keys add", "alice", "--rpm", "600")
    assert done.returncode == 0
    assert SECRET.fullmatch(done.stdout)
    assert done.stderr == 'isthmus keys add: "alice" is there, of tenant "default"\n'
    assert stat.S_IMODE(keys.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((keys.folder / "isthmus.db").stat().st_mode) == 0o600


def test_no_secret_is_stored_or_shown_again(keys):
    made = keys.add("alice")
    keys.ask("keys add", "bob", "--key-file", "-", given=BROUGHT + "\n")
    shown = keys.ask("keys list") + keys.ask("keys show", "alice") + keys.ask("keys export")
    stored = b"".join(path.read_bytes() for path in keys.folder.iterdir())
    for secret in (made, BROUGHT):
        assert secret not in shown
        assert secret.encode() not in stored
        assert hashlib.sha256(secret.encode()).hexdigest() in shown
    assert keys.show("alice")["hint"] == made[:8] + "..."
    assert keys.show("bob")["hint"] == "..."


def test_a_secret_can_be_brought_along_in_a_file_and_is_not_echoed(keys, tmp_path):
    file = tmp_path / "secret"
    file.write_text(BROUGHT + "\n")
    done = keys.run("keys add", "alice", "--key-file", str(file))
    assert (done.returncode, done.stdout) == (0, "")
    assert BROUGHT not in done.stderr
    for wrong in ["tiny", "", "has spaces in between it", "é" * 20, "x" * 513]:
        said = keys.refuse("keys add", "bob", "--key-file", "-", given=wrong, status=2)
        assert "a secret has 16 to 512 visible ASCII characters" in said
        assert not wrong or wrong not in said


def test_what_is_said_of_a_key_is_shown(keys):
    keys.add("alice", "--tenant", "search", "--rpm", "600", "--tpm", "100000", "--concurrency", "8",
             "--budget-usd-day", "0.5", "--budget-usd-month", "50", "--models", "llama-*,qwen",
             "--routes", "/v1/chat/*", "--class", "batch", "--residency", "eu", "--expires",
             "2099-06-30", "--label", "team=search", "--label", "env=prod")
    shown = keys.show("alice")
    del shown["hint"], shown["created"], shown["today"], shown["this_month"]
    assert shown == {
        "name": "alice", "tenant": "search", "state": "live", "rpm": 600, "tpm": 100000,
        "concurrency": 8, "budget_usd_day": 0.5, "budget_usd_month": 50,
        "models": ["llama-*", "qwen"], "routes": ["/v1/chat/*"], "class": "batch",
        "residency": ["eu"], "expires": "2099-07-01T00:00:00Z", "revoked": None,
        "labels": {"team": "search", "env": "prod"}}


def test_set_changes_what_is_named_and_nothing_else(keys):
    keys.add("alice", "--rpm", "600", "--tpm", "5", "--label", "a=b")
    before = keys.show("alice")
    assert keys.ask("keys set", "alice", "--rpm", "none", "--concurrency", "3") == ""
    assert keys.show("alice") == {**before, "rpm": None, "concurrency": 3}


def test_a_tenant_has_limits_of_its_own(keys):
    keys.add("alice", "--tenant", "search")
    keys.ask("keys set", "--tenant", "search", "--rpm", "7", "--budget-usd-month", "9.99")
    tenant = keys.lines("keys show", "--tenant", "search", "--json")[0]
    assert (tenant["tenant"], tenant["rpm"], tenant["budget_usd_month"]) == ("search", 7, 9.99)
    assert keys.show("alice")["rpm"] is None


def test_revoking_is_for_ever_and_may_be_said_twice(keys):
    keys.add("alice")
    assert "within a second" in keys.run("keys revoke", "alice").stderr
    revoked = keys.show("alice")["revoked"]
    assert f"has been revoked since {revoked}" in keys.run("keys revoke", "alice").stderr
    assert keys.show("alice")["state"] == "revoked"
    for change in (["keys set", "alice", "--rpm", "5"], ["keys rotate", "alice"]):
        assert "is revoked, which is for ever" in keys.refuse(*change)
    assert 'there is a key "alice" already' in keys.refuse("keys add", "alice")


def test_a_rotated_key_keeps_all_but_its_secret(keys):
    first = keys.add("alice", "--rpm", "5")
    before = keys.show("alice")
    second = keys.ask("keys rotate", "alice", "--overlap", "10m")
    assert SECRET.fullmatch(second) and second != first + "\n"
    assert keys.show("alice") == {**before, "hint": second[:8] + "..."}
    assert "old secret" in keys.ask("keys show", "alice")


@pytest.mark.parametrize("arguments, status, said", [
    (["add"], 2, "which one?"),
    (["add", "a", "--rmp", "5"], 2, "did you mean --rpm?"),
    (["add", "a", "--rpm", "0"], 2, '--rpm: "0" would let nothing through'),
    (["add", "-- -a", "--rpm", "5"], 2, "there is no option"),
    (["add", " a"], 2, '" a" is no name'),
    (["add", "a\x1b[2J"], 2, "is no name"),
    (["add", "n" * 129], 2, "is no name"),
    (["add", "a", "--expires", "2020-01-01"], 2, "is over"),
    (["add", "a", "--key", "sk-a-secret-in-argv"], 2, "there is no option --key\n"),
    (["add", "a", "sk-a-secret-in-argv"], 2, "more than 1 word"),
    (["set", "--rpm", "5"], 2, "which one?"),
    (["set", "alice"], 2, "nothing to change"),
    (["set", "--tenant", "default", "--models", "x"], 2, "limits and labels only"),
    (["set", "alcie", "--rpm", "5"], 1, 'did you mean "alice"?'),
    (["set", "--tenant", "defualt", "--rpm", "5"], 1, 'did you mean "default"?'),
    (["revoke", "nobody-like-it"], 1, "all keys: isthmus keys list"),
    (["show"], 2, "which one?"),
    (["import", "no/such/file"], 2, "no/such/file cannot be read"),
    (["lsit"], 2, "did you mean isthmus keys list?"),
])
def test_a_mistake_is_told_with_its_remedy(keys, arguments, status, said):
    keys.add("alice")
    told = keys.refuse("keys", *arguments, status=status)
    assert said in told
    assert "sk-a-secret-in-argv" not in told
    assert len(keys.lines("keys list", "--json")) == 1


def test_without_a_directory_it_asks_for_one(tmp_path):
    done = subprocess.run([BINARY, "keys", "list"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "write --data-dir DIRECTORY, or -c FILE" in done.stderr


def test_the_directory_can_be_that_of_a_configuration(keys, tmp_path):
    secret = keys.add("alice")
    file = tmp_path / "isthmus.yaml"
    file.write_text(f"cores: {{one: http://127.0.0.1:8000}}\ndata_dir: {keys.folder}\n")
    done = subprocess.run([BINARY, "keys", "list", "-c", file], capture_output=True, text=True,
                          check=True)
    assert "alice" in done.stdout and secret not in done.stdout


def test_reading_makes_no_store(keys):
    assert "there are no keys in" in keys.refuse("keys list")
    assert not keys.folder.exists()


def test_a_table_fits_80_columns(keys):
    models = ",".join(f"model-{i}" for i in range(99))
    keys.add("a-name-that-is-far-too-long-for-a-table-" + "x" * 80, "--tenant", "t" * 100, "--rpm",
             "1000000", "--tpm", "300000000", "--models", models)
    keys.add("b")
    lines = keys.ask("keys list").splitlines()
    assert len(lines) == 3
    assert max(map(len, lines)) == 80
    assert lines[0].split() == ["NAME", "TENANT", "STATE", "RPM", "TPM", "CONC", "USD/MONTH",
                                "MODELS"]


# ---- import and export ----


def lines_of(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_an_import_takes_secrets_digests_and_neither(keys):
    digest = hashlib.sha256(b"a secret of another gateway").hexdigest()
    made = keys.lines("keys import", "-", given=lines_of(
        {"tenant": "t", "rpm": 1000},
        {"name": "a", "key": BROUGHT, "rpm": 600, "tpm": 100000, "concurrency": 8,
         "budget_usd_month": 50, "models": ["*"], "tenant": "t"},
        {"name": "b", "sha256": digest.upper()},
        {"name": "c"}))
    assert [row["name"] for row in made] == ["c"]
    assert SECRET.fullmatch(made[0]["key"] + "\n")
    exported = {row.get("name"): row for row in keys.lines("keys export", "--tenant", "t")}
    assert exported[None]["rpm"] == 1000
    assert exported["a"]["sha256"] == hashlib.sha256(BROUGHT.encode()).hexdigest()
    exported = {row.get("name"): row for row in keys.lines("keys export")}
    assert exported["b"]["sha256"] == digest
    assert exported["c"]["sha256"] == hashlib.sha256(made[0]["key"].encode()).hexdigest()


def test_what_is_exported_is_imported_unchanged(keys, tmp_path):
    keys.add("alice", "--tenant", "search", "--rpm", "600", "--budget-usd-day", "0.25", "--models",
             "a,b*", "--expires", "90d", "--label", "team=search", "--residency", "eu,us")
    keys.add("'; DROP TABLE key; --", "--class", "batch")
    keys.add("gone")
    keys.ask("keys revoke", "gone")
    keys.ask("keys set", "--tenant", "search", "--tpm", "5", "--label", "cost=9")
    exported = keys.ask("keys export")

    copy = Keys(tmp_path / "copy")
    assert copy.ask("keys import", "-", given=exported) == ""
    assert copy.ask("keys export") == exported
    assert copy.ask("keys import", "-", "--update", given=exported) == ""
    assert copy.ask("keys export") == exported


def test_an_import_is_all_or_nothing_and_tells_each_line(keys, tmp_path):
    file = tmp_path / "keys.jsonl"
    file.write_text('{"name": "a"}\n\n{"name": "b", "rpm": "many"}\n{"name": "c", "rmp": 5}\n'
                    '{"name": "d", "key": "sk-short"}\n{"name": "e"\n')
    told = keys.refuse("keys import", str(file), status=2)
    assert [line for line in told.splitlines() if line.startswith(str(file))] == [
        f'{file}:3: rpm: "many" is no whole number',
        f'{file}:4: there is no member "rmp"',
        f"{file}:5: key: is too short to be secret",
        f"{file}:6:13: it ends too early",
    ]
    assert told.endswith("isthmus keys import: nothing was imported\n")
    assert keys.ask("keys export") == ""


def test_only_twenty_mistakes_are_told(keys):
    told = keys.refuse("keys import", "-", given="{}\n" * 100, status=2)
    assert told.count("says neither name nor tenant") == 20
    assert "and 80 more" in told


@pytest.mark.parametrize("rows, said", [
    ([{"name": "a"}, {"name": "a"}], 'standard input:2: "a" stands in this file twice'),
    ([{"name": "b", "key": BROUGHT}, {"name": "c", "key": BROUGHT}],
     'standard input:2: "c" has a secret that is another key\'s already'),
    ([{"name": "b"}, {"name": "there"}], 'standard input:2: "there" is a key already'),
    ([{"name": "b"}, {"name": "gone", "rpm": 5}], 'standard input:2: "gone" is'),
    ([{"name": "b", "is_admin": True}], 'standard input:1: there is no member "is_admin"'),
    ([{"name": "b", "id": 1}], 'standard input:1: there is no member "id"'),
])
def test_what_cannot_be_imported_leaves_all_as_it_was(keys, rows, said):
    keys.add("there", "--rpm", "5")
    keys.add("gone")
    keys.ask("keys revoke", "gone")
    before = keys.ask("keys export")
    update = ["--update"] if rows[-1].get("name") in ("a", "gone") else []
    assert said in keys.refuse("keys import", "-", *update, given=lines_of(*rows), status=2)
    assert keys.ask("keys export") == before


def test_an_update_changes_what_its_lines_name(keys):
    keys.add("alice", "--rpm", "5", "--tpm", "7")
    before = keys.lines("keys export")[-1]
    update = lines_of({"name": "alice", "rpm": 6})
    assert keys.ask("keys import", "-", "--update", given=update) == ""
    assert keys.lines("keys export")[-1] == {**before, "rpm": 6}


def test_a_dry_run_tells_and_changes_nothing(keys):
    keys.add("alice")
    before = keys.ask("keys export")
    done = keys.run("keys import", "-", "--update", "--dry-run",
                    given=lines_of({"name": "alice", "rpm": 6}, {"name": "b"}))
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 key would be added, 1 would be changed" in done.stderr
    assert keys.ask("keys export") == before


def test_a_hundred_thousand_keys_are_imported_in_seconds(keys):
    rows = lines_of(*({"name": f"key-{i}", "sha256": f"{i:064x}", "tenant": f"t{i % 100}"}
                      for i in range(100_000)))
    began = time.monotonic()
    assert keys.ask("keys import", "-", given=rows) == ""
    assert time.monotonic() - began < 30 * PATIENCE
    assert len(keys.ask("keys list").splitlines()) == 100_001


def test_a_secret_nobody_can_be_shown_is_a_failure(keys):
    with open(os.devnull, "rb") as closed:  # cannot be written
        done = subprocess.run([BINARY, "keys", "add", "alice", "--data-dir", keys.folder],
                              stdout=closed, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert "isthmus keys rotate gives it another one" in done.stderr


# ---- usage ----


def test_nothing_used_is_an_empty_report(keys):
    keys.add("alice")
    assert keys.ask("usage").split() == ["TENANT", "KEY", "REQUESTS", "TOKENS", "IN", "CACHED",
                                         "TOKENS", "OUT", "USD", "SAVED"]
    assert keys.ask("usage", "--json") == ""
    assert keys.ask("usage", "--by", "day", "--csv") == \
        "day,requests,tokens_in,tokens_cached,tokens_out,usd,usd_saved\n"
