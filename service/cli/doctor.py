"""``pinakes doctor``: is everything here, is it what it should be, and does nothing leave?"""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from pinakes.service.cli.options import (
    BackendOption,
    CollectionOption,
    DataOption,
    JsonOption,
    command_settings,
    print_json,
)

__all__ = ["doctor"]


def doctor(
    prove_offline: Annotated[
        bool,
        typer.Option(
            "--prove-offline",
            help="Build, search, ask and serve the sample, watched by strace or without a network.",
        ),
    ] = False,
    generator: BackendOption = None,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is wrong here and the way out; or prove that nothing leaves this machine."""
    if prove_offline:
        _prove(as_json=as_json)
        return
    from pinakes.service.doctor.examination import examine
    from pinakes.service.terminal.doctor_report import finding_json, print_finding, print_summary

    findings = []
    for finding in examine(command_settings(data, collection, backend=generator)):
        findings.append(finding)
        if not as_json:
            print_finding(finding)
    healthy = all(finding.state != "wrong" for finding in findings)
    if as_json:
        print_json({"ok": healthy, "findings": [finding_json(finding) for finding in findings]})
    else:
        print_summary(findings)
    raise typer.Exit(0 if healthy else 1)


def _prove(*, as_json: bool) -> None:
    from pinakes.service.doctor.proof import prove_offline
    from pinakes.service.terminal.console import err
    from pinakes.service.terminal.doctor_report import print_proof, print_step, proof_json

    err.print("Building the sample, searching it, asking it, serving a page: about a minute …")
    with tempfile.TemporaryDirectory(prefix="pinakes-proof-") as directory:
        proof = prove_offline(Path(directory), (lambda _: None) if as_json else print_step)
    if as_json:
        print_json(proof_json(proof))
    else:
        print_proof(proof)
    raise typer.Exit(0 if proof.holds else 1)
