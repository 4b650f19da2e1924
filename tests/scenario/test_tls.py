# SPDX-License-Identifier: Apache-2.0
"""TLS between client and edge: the official client, and what must be refused."""

import ssl
import subprocess

import httpx
import openai
import pytest
from questions import chat, text_of


def make_certificate(folder, name):
    """A self-signed certificate for 127.0.0.1, and its key."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def certificate(tmp_path):
    return make_certificate(tmp_path, "edge")


@pytest.fixture
def tls_edge(start_edge, sim, certificate):
    return start_edge(sim, arguments=["--tls.certificate-file", str(certificate[0]),
                                      "--tls.key-file", str(certificate[1])])


def ask(edge, context):
    with httpx.Client(verify=context, timeout=20) as http:
        client = openai.OpenAI(base_url=edge.url.replace("http:", "https:"), api_key="any",
                               max_retries=0, http_client=http)
        return text_of(client.chat.completions.create(**chat(max_tokens=20, stream=True)))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_stream_over_tls_is_the_plain_one(sim, tls_edge, certificate, client_of, version):
    context = ssl.create_default_context(cafile=certificate[0])
    context.minimum_version = context.maximum_version = version
    plain = client_of(sim).chat.completions.create(**chat(max_tokens=20))
    assert ask(tls_edge, context) == plain.choices[0].message.content


def test_a_client_that_does_not_know_the_certificate_stays_away(tls_edge):
    with pytest.raises(openai.APIConnectionError):
        ask(tls_edge, ssl.create_default_context())


def test_a_client_that_speaks_plain_http_gets_no_answer(tls_edge):
    with pytest.raises(httpx.TransportError):
        httpx.get(tls_edge.root + "/v1/models", timeout=5)


def test_a_key_that_does_not_fit_is_told_at_the_start(start_edge, sim, certificate, tmp_path):
    _, other_key = make_certificate(tmp_path, "other")
    with pytest.raises(AssertionError, match="key"):
        start_edge(sim, arguments=["--tls.certificate-file", str(certificate[0]),
                                   "--tls.key-file", str(other_key)])
