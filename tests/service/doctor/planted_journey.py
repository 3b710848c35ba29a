"""A journey that works, and calls out on its way."""

import json

from tests.service.doctor.planted import connect

if __name__ == "__main__":
    connect()
    print(json.dumps({"name": "build", "worked": True, "detail": "1 article"}))
