# SPDX-License-Identifier: Apache-2.0
"""A certificate authority and server certificates, made with the openssl command, and TLS settings.

The good certificate is valid from 2020 to 2049, so that tests which move the clock keep
working. Elliptic-curve keys: making one takes milliseconds, and so does a handshake.
"""

import os
import ssl
import subprocess
import tempfile
import warnings
from pathlib import Path
from typing import NamedTuple

TLS_VERSIONS = {"1.1": ssl.TLSVersion.TLSv1_1, "1.2": ssl.TLSVersion.TLSv1_2,
                "1.3": ssl.TLSVersion.TLSv1_3}
KINDS = ("good", "expired", "wrong-host", "unknown-ca", "expired-ca")

START, END, LONG_AGO = "20200101000000Z", "20491231235959Z", "20200201000000Z"
LOCAL_NAMES = "DNS:localhost,IP:127.0.0.1"
OTHER_NAMES = "DNS:wrong-host.invalid"

CONFIGURATION = """
[ca]
default_ca = fake
[fake]
database = {scratch}/index.txt
new_certs_dir = {scratch}
default_md = sha256
policy = any_name
rand_serial = yes
unique_subject = no
[any_name]
commonName = supplied
[req]
distinguished_name = from_command_line
[from_command_line]
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = {names}
"""


class Files(NamedTuple):
    """ca: what a client should trust. certificate and key: what the server shows."""

    ca: Path
    certificate: Path
    key: Path


def make(directory: Path, kind: str) -> Files:
    """Makes, or finds from an earlier run, the files of one kind in an existing directory.

    Kept files let a test stop a server and start it again without a new CA for its clients.
    """
    if kind not in KINDS:
        raise ValueError(f"certificate {kind!r} is none of {', '.join(KINDS)}")
    authority = Files(directory / "ca.pem", directory / "ca.pem", directory / "ca.key")
    server = Files(authority.ca, directory / f"{kind}.pem", directory / f"{kind}.key")
    with tempfile.TemporaryDirectory(dir=directory) as name:
        scratch = Path(name)
        if not all(file.exists() for file in authority):
            _make_authority(scratch, authority, "Fake provider test CA")
        if kind == "expired-ca":
            # Of the same key: the one that was renewed is good for the same server.
            server = server._replace(ca=directory / "expired-ca-ca.pem")
            _sign(scratch, authority._replace(certificate=server.ca), "Fake provider test CA", LONG_AGO,
                  "authority", LOCAL_NAMES, ["-selfsign"], kept_key=True)
        if not all(file.exists() for file in server):
            issuer = authority
            if kind == "unknown-ca":
                issuer = Files(scratch / "other.pem", scratch / "other.pem", scratch / "other.key")
                _make_authority(scratch, issuer, "CA that nobody knows")
            names = OTHER_NAMES if kind == "wrong-host" else LOCAL_NAMES
            end = LONG_AGO if kind == "expired" else END
            _sign(scratch, server, names.split(",")[0].removeprefix("DNS:"), end, "server", names,
                  ["-cert", issuer.certificate, "-keyfile", issuer.key])
    return server


def tls_context(files: Files, newest: str) -> ssl.SSLContext:
    """The settings of a server that speaks TLS 1.2 to `newest`, or TLS 1.1 alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = min(TLS_VERSIONS[newest], ssl.TLSVersion.TLSv1_2)
        context.maximum_version = TLS_VERSIONS[newest]
    if newest == "1.1":
        context.set_ciphers("ALL:@SECLEVEL=0")  # OpenSSL 3 offers TLS 1.1 at no other level
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(files.certificate, files.key)
    return context


def _make_authority(scratch: Path, files: Files, name: str) -> None:
    _sign(scratch, files, name, END, "authority", LOCAL_NAMES, ["-selfsign"])


def _sign(scratch: Path, files: Files, name: str, end: str, extensions: str, alternative_names: str,
          issuer: list, kept_key: bool = False) -> None:
    configuration = scratch / "openssl.cnf"
    configuration.write_text(CONFIGURATION.format(scratch=scratch, names=alternative_names))
    (scratch / "index.txt").write_text("")
    key, request, certificate = (scratch / file for file in ("new.key", "new.csr", "new.pem"))
    if kept_key:
        key = files.key
        whose = ["-key", key]
    else:
        whose = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key]
    _openssl("req", "-new", "-config", configuration, *whose, "-subj", f"/CN={name}", "-out", request)
    if issuer == ["-selfsign"]:
        issuer = ["-selfsign", "-keyfile", key]
    _openssl("ca", "-batch", "-notext", "-config", configuration, "-extensions", extensions,
             "-startdate", START, "-enddate", end, "-in", request, "-out", certificate, *issuer)
    os.replace(key, files.key)
    os.replace(certificate, files.certificate)


def _openssl(*arguments) -> None:
    # A clean environment: the tests themselves set OPENSSL_CONF to hostile values.
    done = subprocess.run(["openssl", *map(str, arguments)], stdin=subprocess.DEVNULL, text=True,
                          capture_output=True, env={"PATH": os.environ.get("PATH", os.defpath)})
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]} failed: {done.stderr.strip()}")
