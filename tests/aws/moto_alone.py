"""A second opinion on Amazon: moto's own Transcribe, S3, IAM, STS and Comprehend, which know nothing of this project.

Two things moto lacks. It never writes a transcript: one is put where OutputBucketName and OutputKey say, when
the job is first asked about and is COMPLETED. And it has no operations for language models: these are answered from
botocore's output shapes alone, with no more members than were asked for.
"""

import io
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.transcribe.models import transcribe_backends
from werkzeug.serving import make_server

from aws import storage
from aws.server import REGION, Loopback, _QuietHandler
from aws.service import Service
from aws.shapes import check_request, members_of, service_model
from aws.transcript import result_json

#: What is said in a recording that a job of this request is about.
Speaker = Callable[[dict[str, Any]], str]
_MODELS = ("CreateLanguageModel", "DescribeLanguageModel", "ListLanguageModels")


class MotoAlone:
    """A WSGI application; `speak` gives the words of a job by the arguments that started it."""

    def __init__(self, speak: Speaker) -> None:
        self.calls: Counter[str] = Counter()
        self.requests: list[dict[str, Any]] = []
        self.models: dict[str, dict[str, Any]] = {}
        #: Requests to S3 by method and path.
        self.s3: Counter[str] = Counter()
        #: Owners of buckets that requests to S3 expected; moto does not compare them.
        self.owners: Counter[str] = Counter()
        self._speak = speak
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        service, _, operation = target.partition(".")
        if service != "Transcribe":
            self.s3[f"{environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '/')}"] += 1
            self.owners[environ.get("HTTP_X_AMZ_EXPECTED_BUCKET_OWNER", "")] += 1
            return self._moto(environ, start_response)
        self.calls[operation] += 1
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        request = json.loads(body)
        environ["wsgi.input"] = io.BytesIO(body)
        check_request("transcribe", operation, request)
        if operation in _MODELS:
            return self._answer(*self._from_shapes(operation, request), start_response)
        if operation == "StartTranscriptionJob":
            self.requests.append(request)
        answer = list(self._moto(environ, start_response))
        if operation == "GetTranscriptionJob":
            self._write_transcript(request["TranscriptionJobName"])
        return answer

    def _write_transcript(self, name: str) -> None:
        """Where Amazon would put it, as soon as moto says that the job is COMPLETED."""
        for backend in transcribe_backends[storage.ACCOUNT].values():
            job = backend.transcriptions.get(name)
            if job is not None and job.status == "COMPLETED":
                request = next(item for item in self.requests if item["TranscriptionJobName"] == name)
                items = [
                    {
                        "type": "pronunciation",
                        "start_time": f"{at / 4:.3f}",
                        "end_time": f"{at / 4 + 0.2:.3f}",
                        "alternatives": [{"confidence": "0.9", "content": word}],
                    }
                    for at, word in enumerate(self._speak(request).split())
                ]
                storage.write(request["OutputBucketName"], request["OutputKey"], result_json(name, items))

    def _from_shapes(self, operation: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        output = service_model("transcribe").operation_model(operation).output_shape.name
        name = request.get("ModelName")
        if operation == "CreateLanguageModel":
            if name in self.models:
                return 409, {"__type": "ConflictException", "Message": "taken"}
            self.models[name] = request
            return 200, members_of("transcribe", output, {**request, "ModelStatus": "IN_PROGRESS"})
        if operation == "ListLanguageModels":
            return 200, {"Models": [self._describe(model) for model in self.models.values()]}
        if name not in self.models:
            return 404, {"__type": "NotFoundException", "Message": "none"}
        return 200, {"LanguageModel": self._describe(self.models[name])}

    @staticmethod
    def _describe(request: dict[str, Any]) -> dict[str, Any]:
        """What botocore calls a LanguageModel, without the members that nobody promises."""
        known = {key: request[key] for key in ("ModelName", "LanguageCode", "BaseModelName")}
        return {**known, "ModelStatus": "COMPLETED", "CreateTime": time.time()}

    @staticmethod
    def _answer(status: int, answer: dict[str, Any], start_response: Any) -> list[bytes]:
        body = json.dumps(answer).encode()
        headers = [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", str(len(body)))]
        start_response(f"{status} -", headers)
        return [body]


@contextmanager
def serving_moto(speak: Speaker) -> Iterator[tuple[Loopback, MotoAlone]]:
    """Serve an empty account of moto's on a free port of loopback."""
    moto_api_backend.reset()
    app = MotoAlone(speak)
    handler = type("Handler", (_QuietHandler,), {"service": Service()})
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Loopback(f"http://127.0.0.1:{server.server_port}", Service()), app
    finally:
        server.shutdown()
        server.server_close()


__all__ = ["REGION", "MotoAlone", "serving_moto"]
