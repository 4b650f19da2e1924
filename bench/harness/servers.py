# SPDX-License-Identifier: Apache-2.0
"""The servers under test, the backend behind them and the load before them, each on its
processor: the server alone on one, backend and load on the other."""

import contextlib
import socket
import subprocess
import time

SERVER_CPU, LOAD_CPU = 0, 1
CONNECTIONS = 9000  # that a server must bear; each may cost two descriptors, of 20000 at least

NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log crit;
events {{ worker_connections {connections}; }}
http {{
    access_log off;
    tcp_nodelay on;
    keepalive_timeout 3600s;
    keepalive_requests 1000000000;
    client_max_body_size 64m;
    client_body_buffer_size 1m;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream backend {{
        server 127.0.0.1:{backend};
        keepalive 1024;
        keepalive_requests 1000000000;
        keepalive_timeout 3600s;
    }}
    server {{
        listen 127.0.0.1:{port} {tls} backlog=4096;
        {tls_lines}
        location / {{
            proxy_pass http://backend;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
            proxy_read_timeout 3600s;
        }}
    }}
}}
"""

NGINX_TLS = """ssl_certificate {folder}/certificate.pem;
        ssl_certificate_key {folder}/key.pem;
        ssl_protocols TLSv1.3;"""

HAPROXY = """
global
    nbthread 1
    maxconn {connections}
defaults
    mode http
    option http-no-delay
    http-reuse always
    maxconn {connections}
    timeout connect 5s
    timeout client 1h
    timeout server 1h
frontend clients
    bind 127.0.0.1:{port} {tls}
    default_backend engines
backend engines
    server engine 127.0.0.1:{backend}
"""


class BenchError(Exception):
    pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_listening(process, port, log):
    for _ in range(500):
        if process.poll() is not None:
            raise BenchError(f"{process.args} ended:\n{log.read_text()}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise BenchError(f"{process.args} does not listen")


def certificate_make(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=bench.local", "-keyout", folder / "key.pem",
         "-out", folder / "certificate.pem"], check=True, capture_output=True)
    both = (folder / "certificate.pem").read_text() + (folder / "key.pem").read_text()
    (folder / "both.pem").write_text(both)


class Bench:
    """Starts what a row needs and runs the load against it."""

    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.folder = folder
        self.servers = arguments.servers
        self.running = []
        certificate_make(folder)

    def pids(self):
        return [process.pid for process in self.running]

    @contextlib.contextmanager
    def process(self, cpu, command, port):
        command = ["taskset", "-c", str(cpu), *map(str, command)]
        log = self.folder / "output.log"
        with open(log, "wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output)
        self.running.append(process)
        try:
            wait_until_listening(process, port, log)
            yield process
        finally:
            self.running.remove(process)
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @contextlib.contextmanager
    def backend(self, *options):
        """A simulated engine; yields its port and process."""
        port = free_port()
        program = self.arguments.backend or f"{self.arguments.build}/isthmus sim"
        command = [*program.split(), "--listen", f"127.0.0.1:{port}", *options]
        with self.process(LOAD_CPU, command, port) as process:
            yield port, process

    @contextlib.contextmanager
    def server(self, name, backend, tls=False, workers=1):
        """One server before the backend's port; yields its port and process."""
        port = free_port()
        command = getattr(self, name)(port, backend, tls, workers)
        with self.process(SERVER_CPU, command, port) as process:
            yield port, process

    def nginx(self, port, backend, tls, _workers):
        lines = NGINX_TLS.format(folder=self.folder) if tls else ""
        path = self.folder / f"nginx-{port}.conf"
        path.write_text(NGINX.format(folder=self.folder, port=port, backend=backend,
                                     connections=CONNECTIONS, tls="ssl" if tls else "",
                                     tls_lines=lines))
        return ["nginx", "-p", self.folder, "-c", path, "-e", self.folder / "nginx.log"]

    def haproxy(self, port, backend, tls, _workers):
        path = self.folder / f"haproxy-{port}.cfg"
        path.write_text(HAPROXY.format(port=port, backend=backend, connections=CONNECTIONS,
                                       tls=f"ssl crt {self.folder}/both.pem" if tls else ""))
        return ["haproxy", "-db", "-f", path]

    def isthmus(self, port, backend, tls, workers):
        command = [self.arguments.build / "isthmus", "edge", "--listen", f"127.0.0.1:{port}",
                   "--core", f"http://127.0.0.1:{backend}", "--workers", workers,
                   "--log-level", "warn", "--limits-connections", CONNECTIONS,
                   "--core-keep-idle", "1024", "--timeouts-idle", "1h"]
        if tls:
            command += ["--tls-certificate-file", self.folder / "certificate.pem",
                        "--tls-key-file", self.folder / "key.pem"]
        return command

    def load_command(self, port, options):
        command = ["taskset", "-c", str(LOAD_CPU), str(self.arguments.build / "bench/load"),
                   "--connect", f"127.0.0.1:{port}"]
        for name, value in options.items():
            command += ["--" + name.replace("_", "-"), str(value)]
        return command

    def load(self, port, **options):
        """Runs the load to its end; its figures by name."""
        done = subprocess.run(self.load_command(port, options), capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            raise BenchError(f"{options}: {done.stderr.strip()}")
        return {line.split()[0]: float(line.split()[1]) for line in done.stdout.splitlines()}

    def load_begin(self, port, **options):
        """Starts the load and leaves it running."""
        return subprocess.Popen(self.load_command(port, options), stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE)
