"""Custom language models: trained on the service's clock from text in S3."""

import re
from dataclasses import dataclass

from aws import access, storage
from aws.access import Caller
from aws.errors import AwsError, bad_request
from aws.recognition import Corpus
from aws.resources import Answer, Collection, Request, Resource, World, refuse_other_region
from aws.shapes import members_of

_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|<!--|<\?xml")
#: Left behind by Transcribe itself; not training text.
ACCESS_FILE = ".write_access_check_file.temp"


@dataclass
class LanguageModel(Resource):
    """A model; `corpus` is its text as it was on creation, `flaw` why that cannot be used."""

    corpus: Corpus
    flaw: str
    finish: float
    status: str = "IN_PROGRESS"
    reason: str | None = None

    def describe(self, upgradable: str) -> Answer:
        """The model in the API's shape, which has no tags: those are for ListTagsForResource."""
        state = {
            "ModelStatus": self.status,
            "CreateTime": self.created,
            "LastModifiedTime": self.created if self.status == "IN_PROGRESS" else self.finish,
            "UpgradeAvailability": bool(re.search(upgradable, self.name)),
            "FailureReason": self.reason,
        }
        return members_of("transcribe", "LanguageModel", {**self.request, **state})


class Models:
    """Create, describe, list and delete language models."""

    kind = "language-model"

    def __init__(self, world: World) -> None:
        self._world = world
        self.all: Collection[LanguageModel] = Collection("language model")

    def advance(self, now: float) -> None:
        """Finish the trainings that are due."""
        for model in self.all.values():
            if model.status == "IN_PROGRESS" and model.finish <= now:
                reason = self._world.faults.failure("model", model.name) or model.flaw
                model.reason = reason or self._world.recognizer.train(model.corpus) or None
                model.status = "FAILED" if model.reason else "COMPLETED"

    def create(self, request: Request, caller: Caller) -> Answer:
        """CreateLanguageModel: role and buckets are looked at here, the text fails the model later."""
        name, settings = request["ModelName"], self._world.settings
        self.all.refuse_taken(name)
        data = request["InputDataConfig"]
        uris = [data[key] for key in ("S3Uri", "TuningDataS3Uri") if data.get(key)]
        self._check_access(data["DataAccessRoleArn"], uris, caller)
        if len(self.all) >= settings.max_models:
            raise AwsError("LimitExceededException", "You have reached the limit of custom language models.")
        training = [model for model in self.all.values() if model.status == "IN_PROGRESS"]
        if len(training) >= settings.max_training:
            raise AwsError("LimitExceededException", "You have reached the limit of models trained at the same time.")
        text, flaw = _read_text(data["S3Uri"], settings.max_training_bytes)
        tuning = ""
        if data.get("TuningDataS3Uri"):
            tuning, tuning_flaw = _read_text(data["TuningDataS3Uri"], settings.max_tuning_bytes)
            flaw = flaw or tuning_flaw
        now = self._world.clock.now()
        self.all[name] = LanguageModel(
            name,
            request,
            now,
            self._world.next_number(),
            caller.region,
            Corpus(text, tuning),
            flaw,
            now + settings.model_seconds,
        )
        echoed = ("LanguageCode", "BaseModelName", "ModelName", "InputDataConfig")
        return {**{key: request[key] for key in echoed}, "ModelStatus": "IN_PROGRESS"}

    def describe(self, request: Request, _: Caller) -> Answer:
        """DescribeLanguageModel."""
        return {"LanguageModel": self.all.find(request["ModelName"]).describe(self._world.settings.upgradable)}

    def page(self, request: Request, _: Caller) -> Answer:
        """ListLanguageModels."""
        wanted = request.get("StatusEquals")
        page, more = self.all.page(request, lambda model: wanted in (None, model.status), "NameContains")
        return {"Models": [model.describe(self._world.settings.upgradable) for model in page], **more}

    def delete(self, request: Request, _: Caller) -> Answer:
        """DeleteLanguageModel: a missing model is a bad request here, not a NotFoundException."""
        model = self.all.get(request["ModelName"])
        if model is None or model.status == "IN_PROGRESS":
            raise bad_request("The model couldn't be found, or it is still in training.")
        del self.all[model.name]
        return {}

    def usable(self, name: str) -> LanguageModel:
        """The finished model of this name.

        Raises:
            AwsError: there is none, or it is not COMPLETED.

        """
        model = self.all.get(name)
        if model is None or model.status != "COMPLETED":
            raise bad_request("The requested language model couldn't be found or isn't ready.")
        return model

    def _check_access(self, role: str, uris: list[str], caller: Caller) -> None:
        caller.require("iam:PassRole", role, {"iam:PassedToService": access.SERVICE})
        places = [storage.split_uri(uri) for uri in uris]
        for bucket, _ in places:
            refuse_other_region(bucket, caller.region)
        if self._world.settings.check_roles and (problem := access.role_problem(role, places)):
            raise bad_request(problem)


def _read_text(uri: str, limit: int) -> tuple[str, str]:
    """The text of all files below a prefix, and what is wrong with it; "" if nothing is."""
    bucket, prefix = storage.split_uri(uri)
    files = {key: storage.read(bucket, key) or b"" for key in storage.keys(bucket, prefix)}
    files = {key: data for key, data in files.items() if data and not key.endswith(ACCESS_FILE)}
    if not files:
        return "", f"No training data was found at {uri}."
    if sum(map(len, files.values())) > limit:
        return "", f"The data at {uri} is larger than {limit} bytes."
    texts = []
    for key, data in files.items():
        try:
            texts.append(data.decode("utf-8"))
        except UnicodeDecodeError:
            return "", f"The file {key} is not encoded in UTF-8."
        if _MARKUP.search(texts[-1]):
            return "", f"The file {key} contains markup; plain text is needed."
    return "\n".join(texts), ""
