# SPDX-License-Identifier: Apache-2.0
"""Real inference engines as processes of a test: start, ask how busy, freeze, kill, start again."""

import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import provide
import tiny_gguf
import tiny_hf
from daemons import free_port, wait_until

SEED = 7
SLOTS = 4
MODEL = "tiny"
READY_SECONDS = 180
BUSY_TICKS = 3  # of ten in a tenth of a second


class Engine:
    """What all have in common. A subclass says how its engine is started and asked."""

    program = None
    model = MODEL
    lacks = {}  # what this engine cannot do, with the reason: a test that needs it is skipped

    def __init__(self, folder):
        self.folder = Path(folder)
        self.name = self.folder.name.rstrip("0123456789")
        self.path = provide.RECIPES[self.program].find()
        self.port = free_port()
        self.root = f"http://127.0.0.1:{self.port}"
        self.url = self.root + "/v1"
        self.log_path = self.folder / f"{self.program}.log"
        self.process = None
        self.prepare()
        self.start()

    def prepare(self):
        """Makes the model's files."""

    def command(self):
        raise NotImplementedError

    def environment(self):
        return {}

    def start(self):
        """In a session of its own, since some engines are several processes."""
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [self.path, *map(str, self.command())], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True, env={**os.environ, **self.environment()})
        wait_until(lambda: self.process.poll() is not None or self.is_ready(), READY_SECONDS, 0.1)
        if self.process.poll() is not None or not self.is_ready():
            self.kill()
            raise AssertionError(f"{self.program} did not start:\n{self.log()}")

    def log(self):
        return self.log_path.read_text(errors="replace")[-8000:]

    def page(self, path):
        with urllib.request.urlopen(self.root + path, timeout=10) as answer:
            return answer.read().decode()

    def post(self, path, document):
        request = urllib.request.Request(self.root + path, json.dumps(document).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()

    def answers(self, path):
        try:
            self.page(path)
            return True
        except (urllib.error.URLError, ConnectionError):
            return False

    def is_ready(self):
        return self.answers("/health")

    def cpu_ticks(self):
        """What its processes, which share a session, have computed."""
        ticks = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it ended while we looked
            if int(fields[3]) == self.process.pid:
                ticks += int(fields[11]) + int(fields[12])
        return ticks

    def metric(self, name):
        found = re.search(rf"^{name}(?:{{[^}}]*}})? ([\d.]+)", self.page("/metrics"), re.MULTILINE)
        assert found, f"no metric {name}"
        return int(float(found[1]))

    def open_requests(self):
        """How many requests it works on or keeps waiting."""
        raise NotImplementedError

    def signal(self, number):
        os.killpg(self.process.pid, number)

    def kill(self):
        """Ends it, and all that it started, without a word."""
        try:
            self.signal(signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def revive(self):
        """Makes sure that it runs, whatever a test did to it."""
        if self.process.poll() is None:
            self.signal(signal.SIGCONT)
        else:
            self.start()


class LlamaServer(Engine):
    """llama.cpp's own server."""

    program = "llama-server"
    lacks = {"embeddings": "a server that generates gives none; see llama-server-embeddings",
             "a queue that sees who leaves": "while others get tokens it does not look whether the "
                                             "client of a waiting request is still there"}

    def prepare(self):
        self.model_path = self.folder / "tiny.gguf"
        tiny_gguf.make(self.model_path, SEED)

    def command(self):
        # Without its cache of prompts an answer does not depend on what was asked before.
        return ["--host", "127.0.0.1", "--port", self.port, "--model", self.model_path,
                "--alias", MODEL, "--ctx-size", SLOTS * tiny_gguf.CONTEXT, "--parallel", SLOTS,
                "--batch-size", 256, "--threads", 1, "--metrics", "--no-webui", "--offline",
                "--no-cache-prompt"]

    def open_requests(self):
        return (self.metric("llamacpp:requests_processing")
                + self.metric("llamacpp:requests_deferred"))


class LlamaServerEmbeddings(LlamaServer):
    """The same server, started for embeddings."""

    lacks = {"answers": "it was started for embeddings alone"}

    def command(self):
        return [*super().command(), "--embeddings", "--pooling", "mean"]


class Ollama(Engine):
    """Ollama: a server that starts a runner for each model."""

    program = "ollama"
    model = f"{MODEL}:latest"
    lacks = {"a count of requests": "it tells nobody how many requests it works on",
             "prompts that can be left": "it reads a prompt to its end, whoever has left",
             "context errors": "it shortens a prompt that is too long",
             "a queue that sees who leaves": "it tells nobody how long its queue is"}

    def prepare(self):
        self.has_model = False
        tiny_gguf.make(self.folder / "tiny.gguf", SEED)
        # Threads that spin for each other crawl where others compute as well.
        (self.folder / "Modelfile").write_text(f"FROM {self.folder}/tiny.gguf\n"
                                               "PARAMETER num_thread 1\nPARAMETER num_batch 64\n")

    def command(self):
        return ["serve"]

    def environment(self):
        return {"HOME": str(self.folder), "OLLAMA_HOST": f"127.0.0.1:{self.port}",
                "OLLAMA_MODELS": str(self.folder / "models"), "OLLAMA_KEEP_ALIVE": "-1",
                "OLLAMA_CONTEXT_LENGTH": str(tiny_gguf.CONTEXT), "OLLAMA_NUM_PARALLEL": str(SLOTS)}

    def start(self):
        super().start()
        if not self.has_model:
            subprocess.run([self.path, "create", MODEL, "-f", self.folder / "Modelfile"],
                           check=True, stdin=subprocess.DEVNULL, capture_output=True,
                           env={**os.environ, **self.environment()})
            self.has_model = True
        self.post("/api/generate", {"model": MODEL, "prompt": "a", "options": {"num_predict": 1}})

    def is_ready(self):
        return self.answers("/")

    def open_requests(self):
        """There is no count: 1 while it computes, 0 while it rests."""
        before = self.cpu_ticks()
        time.sleep(0.1)
        return int(self.cpu_ticks() - before >= BUSY_TICKS)


class Vllm(Engine):
    """vLLM, on a CPU."""

    program = "vllm"
    lacks = {"embeddings": "a vLLM that generates gives none",
             "one event a token": "it joins tokens that are ready at the same moment"}

    def prepare(self):
        self.model_path = self.folder / "tiny"
        tiny_hf.make(self.model_path, SEED)

    def command(self):
        return ["serve", self.model_path, "--served-model-name", MODEL, "--host", "127.0.0.1",
                "--port", self.port, "--max-model-len", tiny_gguf.CONTEXT, "--max-num-seqs", SLOTS,
                "--max-num-batched-tokens", 256,
                "--dtype", "float32", "--enforce-eager", "--no-enable-prefix-caching"]

    def environment(self):
        return {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1",
                "HF_HOME": str(self.folder), "VLLM_CPU_KVCACHE_SPACE": "1",
                "VLLM_CPU_OMP_THREADS_BIND": "nobind", "OMP_NUM_THREADS": "1"}

    def open_requests(self):
        return self.metric("vllm:num_requests_running") + self.metric("vllm:num_requests_waiting")


ENGINES = {"llama-server": LlamaServer, "llama-server-embeddings": LlamaServerEmbeddings,
           "ollama": Ollama, "vllm": Vllm}
