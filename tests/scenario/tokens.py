# SPDX-License-Identifier: Apache-2.0
"""An issuer of tokens (EdDSA), with the openssl that is installed."""

import base64
import json
import subprocess
import time


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*arguments):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout


class Issuer:
    """Signs with one key, which its set of public keys has under this id."""

    NAME = "https://issuer.example"

    def __init__(self, folder, key_id="k1"):
        self.key_id = key_id
        self.folder = folder
        self.key = folder / f"{key_id}.pem"
        openssl("genpkey", "-algorithm", "ed25519", "-out", str(self.key))

    def public(self):
        der = openssl("pkey", "-in", str(self.key), "-pubout", "-outform", "DER")
        return {"kty": "OKP", "crv": "Ed25519", "kid": self.key_id, "alg": "EdDSA", "use": "sig",
                "x": base64url(der[-32:])}

    def token(self, seconds=600, **claims):
        head = {"alg": "EdDSA", "kid": self.key_id, "typ": "JWT"}
        body = {"iss": self.NAME, "aud": "edge", "sub": "ann", "exp": int(time.time()) + seconds,
                **claims}
        signed = ".".join(base64url(json.dumps(part).encode()) for part in (head, body))
        text = self.folder / "to-sign"
        text.write_text(signed)
        signature = openssl("pkeyutl", "-sign", "-inkey", str(self.key), "-rawin", "-in", str(text))
        return f"{signed}.{base64url(signature)}"


def write_keys(path, *issuers):
    path.write_text(json.dumps({"keys": [issuer.public() for issuer in issuers]}))
