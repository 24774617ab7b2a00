"""``python -m bench._ehr``: an EHR that costs next to nothing, so that what stands before it is measured.

It answers each search with one prepared page of Observations: 18 kB, or 1 MB where ``code=large`` is asked for.
Prints its port.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from bench._gateway_clinic import PATIENT

SIZES = {b"code=large": 1 << 20, b"": 18_000}


def page(size: int, base: str) -> bytes:
    """A searchset of about so many bytes, as a server writes it."""
    entries: list[dict[str, Any]] = []
    length = 300
    while length < size:
        entries.append(_entry(len(entries), base))
        length += len(json.dumps(entries[-1], separators=(",", ":"))) + 1
    links = [{"relation": "self", "url": f"{base}/Observation?patient={PATIENT}"}]
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "link": links, "entry": entries}
    return json.dumps(bundle, separators=(",", ":")).encode()


def _entry(number: int, base: str) -> dict[str, Any]:
    resource = {
        "resourceType": "Observation", "id": f"o-{number}", "meta": {"lastUpdated": "2026-03-02T09:00:00.000Z"},
        "status": "final",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category",
                                  "code": "laboratory", "display": "Laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4",
                             "display": "Hemoglobin A1c/Hemoglobin.total in Blood"}], "text": "HbA1c"},
        "subject": {"reference": f"Patient/{PATIENT}"}, "encounter": {"reference": "Encounter/e1"},
        "effectiveDateTime": "2026-03-01T08:30:00-06:00",
        "valueQuantity": {"value": 5.9, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"},
        "referenceRange": [{"low": {"value": 4.0, "unit": "%"}, "high": {"value": 5.6, "unit": "%"}}],
    }  # fmt: skip
    return {"fullUrl": f"{base}/Observation/o-{number}", "resource": resource, "search": {"mode": "match"}}


class Ehr(asyncio.Protocol):
    """One connection, kept alive."""

    answers: dict[bytes, bytes] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        self._transport: Any = transport
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        *whole, self._rest = (self._rest + data).split(b"\r\n\r\n")
        for request in whole:
            line = request.partition(b"\r\n")[0]
            self._transport.write(next(answer for mark, answer in self.answers.items() if mark in line))


async def main() -> None:
    """Serve until it is ended."""
    server = await asyncio.get_running_loop().create_server(Ehr, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for mark, size in SIZES.items():
        body = page(size, f"http://127.0.0.1:{port}/fhir")
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json; charset=utf-8\r\nContent-Length: {len(body)}"
        Ehr.answers[mark] = head.encode() + b"\r\n\r\n" + body
    print(port, flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
