"""Transcription jobs: started, queued, finished and forgotten as the service's clock goes on."""

import heapq
import json
import time
from collections import deque
from dataclasses import dataclass

from aws import access, media, storage
from aws.access import Caller
from aws.errors import AwsError, bad_request
from aws.media import Media
from aws.models import ACCESS_FILE, LanguageModel, Models
from aws.recognition import RecognitionError, Speech
from aws.resources import Answer, Collection, Request, Resource, World, readable_object, refuse_other_region
from aws.settings import DAY
from aws.shapes import members_of
from aws.transcript import result_json
from aws.vocabularies import Vocabularies, Vocabulary

_LANGUAGE_CHOICES = ("LanguageCode", "IdentifyLanguage", "IdentifyMultipleLanguages")
_TERMINAL = ("COMPLETED", "FAILED")
#: Settings of a job that need each other.
_PAIRS = (("ShowAlternatives", "MaxAlternatives"), ("ShowSpeakerLabels", "MaxSpeakerLabels"))
#: Members that answers leave out: botocore's shapes promise none of them.
HIDDEN: tuple[str, ...] = ()
#: What identification of the language always finds.
_IDENTIFIED = "en-US"
#: Real seconds that one request may spend on recognition; what else is due happens with the next.
#: Decoding must not make a client's read time out.
PATIENCE = 5.0


@dataclass(frozen=True)
class Start:
    """A job that was accepted, and so is paid for; kept when the job is deleted or forgotten."""

    name: str
    media: str
    #: SHA-256 of the audio's bytes: the same recording under two keys is the same audio.
    audio: str
    language: str
    model: str
    vocabulary: str
    #: All else that was asked for, as sorted JSON.
    settings: str
    time: float

    @property
    def work(self) -> tuple[str, str, str, str, str]:
        """What nobody wants to pay for twice: audio, language, model, vocabulary and settings."""
        return self.audio, self.language, self.model, self.vocabulary, self.settings


@dataclass
class Job(Resource):
    """A job; model and vocabulary are those it was started with, even if deleted since."""

    media: Media
    source: tuple[str, str]
    output: tuple[str, str]
    model: LanguageModel | None
    vocabulary: Vocabulary | None
    queued: bool = False
    status: str = "IN_PROGRESS"
    started: float | None = None
    finished: float | None = None
    reason: str | None = None

    @property
    def language(self) -> str:
        """The language spoken, given or identified."""
        return self.request.get("LanguageCode") or _IDENTIFIED

    def describe(self, shape: str = "TranscriptionJob") -> Answer:
        """The job in one of the API's shapes."""
        done = self.status == "COMPLETED"
        bucket, key = self.output
        state = {
            "TranscriptionJobStatus": self.status,
            "LanguageCode": self.language if done else self.request.get("LanguageCode"),
            "MediaFormat": self.request.get("MediaFormat") or (self.media.format if done else None),
            "MediaSampleRateHertz": self.request.get("MediaSampleRateHertz") or (self.media.rate if done else None),
            "CreationTime": self.created,
            "StartTime": self.started,
            "CompletionTime": self.finished,
            "FailureReason": self.reason,
            "Tags": self.tag_list() or None,
            "OutputLocationType": "CUSTOMER_BUCKET",
        }
        if done:
            uri = f"https://s3.{self.region}.amazonaws.com/{bucket}/{key}"
            state["Transcript"] = {"TranscriptFileUri": uri}
        shown = members_of("transcribe", shape, {**self.request, **state})
        return {key: value for key, value in shown.items() if key not in HIDDEN}


class Jobs:
    """Start, get, list and delete transcription jobs."""

    kind = "transcription-job"

    def __init__(self, world: World, models: Models, vocabularies: Vocabularies) -> None:
        self._world = world
        self._models = models
        self._vocabularies = vocabularies
        self.all: Collection[Job] = Collection("job")
        self.starts: list[Start] = []
        #: The most jobs that ever ran at once.
        self.peak = 0
        self._running: list[tuple[float, int, Job]] = []
        self._queue: deque[Job] = deque()

    def advance(self, now: float) -> None:
        """Let all happen that was due until now, in the order in which it was."""
        deadline = time.monotonic() + PATIENCE
        while self._running and self._running[0][0] <= now:
            if time.monotonic() > deadline:
                return
            moment, _, job = heapq.heappop(self._running)
            self._finish(job, moment)
            self._drain_queue(moment)
        self._drain_queue(now)
        self._forget(now)

    def start(self, request: Request, caller: Caller) -> Answer:
        """StartTranscriptionJob."""
        name = request["TranscriptionJobName"]
        self.all.refuse_taken(name)
        _check_combinations(request)
        source = readable_object(request["Media"].get("MediaFileUri", ""), caller)
        output = self._output(request, caller)
        model_name = request.get("ModelSettings", {}).get("LanguageModelName")
        vocabulary_name = request.get("Settings", {}).get("VocabularyName")
        model = self._models.usable(model_name) if model_name else None
        vocabulary = self._vocabularies.usable(vocabulary_name) if vocabulary_name else None
        self._check_role(request, caller)
        found = media.inspect(storage.read(*source) or b"")
        if (found.seconds or 0.0) > self._world.settings.max_start_seconds:
            raise AwsError("LimitExceededException", "Your input file is too long.")
        queued = self._must_queue(request)
        now, number = self._world.clock.now(), self._world.next_number()
        job = Job(name, request, now, number, caller.region, found, source, output, model, vocabulary, queued)
        self.all[name] = job
        self.starts.append(_start_record(job))
        if queued:
            job.status = "QUEUED"
            self._queue.append(job)
        else:
            self._begin(job, now)
        return {"TranscriptionJob": job.describe()}

    def get(self, request: Request, _: Caller) -> Answer:
        """GetTranscriptionJob."""
        return {"TranscriptionJob": self.all.find(request["TranscriptionJobName"]).describe()}

    def page(self, request: Request, _: Caller) -> Answer:
        """ListTranscriptionJobs."""
        wanted = request.get("Status")
        page, more = self.all.page(request, lambda job: wanted in (None, job.status), "JobNameContains")
        status = {"Status": wanted} if wanted else {}
        return {
            "TranscriptionJobSummaries": [job.describe("TranscriptionJobSummary") for job in page],
            **status,
            **more,
        }

    def delete(self, request: Request, _: Caller) -> Answer:
        """DeleteTranscriptionJob: a missing job is a bad request here, not a NotFoundException."""
        job = self.all.get(request["TranscriptionJobName"])
        if job is None or job.status not in _TERMINAL:
            raise bad_request("The requested job couldn't be found, or it is not finished.")
        del self.all[job.name]
        return {}

    def _output(self, request: Request, caller: Caller) -> tuple[str, str]:
        """Where the result goes; leaves the file by which Transcribe tries that."""
        bucket = request.get("OutputBucketName")
        if not bucket:
            raise bad_request("loopback service: results in Transcribe's own bucket are not modelled, name a bucket")
        refuse_other_region(bucket, caller.region)
        key = request.get("OutputKey", "")
        if not key.endswith(".json"):
            key = f"{key.rstrip('/')}/{request['TranscriptionJobName']}.json".lstrip("/")
        folder, slash, _ = key.rpartition("/")
        probe = f"{folder}{slash}{ACCESS_FILE}"
        if not all(caller.may("s3:PutObject", f"arn:aws:s3:::{bucket}/{written}") for written in (key, probe)):
            raise bad_request(f"The S3 bucket {bucket} can't be accessed. Make sure that you have write permission.")
        if self._world.settings.write_access_file:
            storage.write(bucket, probe, b"")
        return bucket, key

    def _check_role(self, request: Request, caller: Caller) -> None:
        role = request.get("JobExecutionSettings", {}).get("DataAccessRoleArn")
        if not role:
            return
        caller.require("iam:PassRole", role, {"iam:PassedToService": access.SERVICE})
        place = storage.split_uri(request["Media"]["MediaFileUri"])
        if self._world.settings.check_roles and (problem := access.role_problem(role, [place])):
            raise bad_request(problem)

    def _must_queue(self, request: Request) -> bool:
        """Whether the quota is used up, and the job may wait for it."""
        if len(self._running) < self._world.settings.max_jobs:
            return False
        deferred = request.get("JobExecutionSettings", {}).get("AllowDeferredExecution")
        if not deferred or len(self._queue) >= self._world.settings.max_queue:
            raise AwsError("LimitExceededException", "You have reached the limit of concurrent transcription jobs.")
        return True

    def _begin(self, job: Job, moment: float) -> None:
        settings = self._world.settings
        job.status, job.started = "IN_PROGRESS", moment
        latency = settings.job_seconds + settings.job_seconds_per_audio_second * (job.media.seconds or 0.0)
        heapq.heappush(self._running, (moment + latency, job.number, job))
        self.peak = max(self.peak, len(self._running))

    def _drain_queue(self, moment: float) -> None:
        settings = self._world.settings
        share = max(1, int(settings.max_jobs * settings.queue_share))
        while (
            self._queue
            and len(self._running) < settings.max_jobs
            and sum(job.queued for _, _, job in self._running) < share
        ):
            self._begin(self._queue.popleft(), moment)

    def _finish(self, job: Job, moment: float) -> None:
        job.finished = moment
        wanted = job.request.get("MediaFormat"), job.request.get("MediaSampleRateHertz")
        reason = self._world.faults.failure("job", job.name)
        reason = reason or media.problem(job.media, *wanted, self._world.settings) or self._write_result(job)
        job.reason = reason or None
        job.status = "FAILED" if reason else "COMPLETED"

    def _write_result(self, job: Job) -> str:
        """Recognise and write; gives the reason if there is no result."""
        data = storage.read(*job.source)
        if data is None or storage.region_of(job.output[0]) is None:
            return "The media file or the output bucket is gone."
        # Amazon's silent trap: of another language than the job, a model is not applied, and nothing says so.
        helpers = [helper for helper in (job.model, job.vocabulary) if helper]
        corpora = tuple(helper.corpus for helper in helpers if helper.request["LanguageCode"] == job.language)
        try:
            items = self._world.recognizer.recognize(Speech(data, job.media, *job.source, job.language, corpora))
        except RecognitionError as error:
            return str(error)
        alternatives = job.request.get("Settings", {}).get("ShowAlternatives", False)
        channels = job.request.get("Settings", {}).get("ChannelIdentification", False)
        body = result_json(job.name, items, alternatives=alternatives, channels=channels)
        storage.write(*job.output, body, job.request.get("OutputEncryptionKMSKeyId"))
        return ""

    def _forget(self, now: float) -> None:
        """Drop the records that are too old; jobs stand in the order of their creation."""
        limit = now - self._world.settings.keep_days * DAY
        while self.all:
            oldest = next(iter(self.all.values()))
            if oldest.created > limit or oldest.status not in _TERMINAL:
                break
            del self.all[oldest.name]


def _check_combinations(request: Request) -> None:
    """Rules that the model's shapes cannot express."""
    if sum(bool(request.get(choice)) for choice in _LANGUAGE_CHOICES) != 1:
        raise bad_request(f"Specify exactly one of {', '.join(_LANGUAGE_CHOICES)}.")
    settings = request.get("Settings", {})
    for switch, number in _PAIRS:
        if bool(settings.get(switch)) != (number in settings):
            raise bad_request(f"{switch} and {number} require each other.")
    execution = request.get("JobExecutionSettings", {})
    if bool(execution.get("AllowDeferredExecution")) != ("DataAccessRoleArn" in execution):
        raise bad_request("AllowDeferredExecution and DataAccessRoleArn require each other.")
    if request.get("ModelSettings") and not request.get("LanguageCode"):
        raise bad_request("ModelSettings need a LanguageCode.")
    if request.get("OutputKey") and not request.get("OutputBucketName"):
        raise bad_request("OutputKey needs an OutputBucketName.")


def _start_record(job: Job) -> Start:
    settings = {key: value for key, value in job.request.get("Settings", {}).items() if key != "VocabularyName"}
    for key in ("MediaFormat", "MediaSampleRateHertz", "ContentRedaction", "Subtitles", "ToxicityDetection"):
        if job.request.get(key) is not None:
            settings[key] = job.request[key]
    return Start(
        name=job.name,
        media=job.request["Media"]["MediaFileUri"],
        audio=job.media.sha256,
        language=job.language,
        model=job.model.name if job.model else "",
        vocabulary=job.vocabulary.name if job.vocabulary else "",
        settings=json.dumps(settings, sort_keys=True),
        time=job.created,
    )
