"""Service Quotas for Transcribe, which moto lacks: the quotas by the names in Amazon's list."""

from aws.access import Caller
from aws.resources import Answer, Request
from aws.settings import Settings


def list_quotas(request: Request, caller: Caller, settings: Settings) -> Answer:
    """ListServiceQuotas, in one page."""
    caller.require("servicequotas:ListServiceQuotas", "*")
    values = {
        "Number of concurrent batch transcription jobs": settings.max_jobs,
        "Transactions per second, StartTranscriptionJob operation": settings.starts_per_second,
        "Number of concurrently training custom language models": settings.max_training,
        "Total number of custom language models per account": settings.max_models,
        "Total number of vocabularies per account": settings.max_vocabularies,
    }
    return {
        "Quotas": [
            {"ServiceCode": request["ServiceCode"], "QuotaName": name, "Value": float(value), "Adjustable": True}
            for name, value in values.items()
        ]
    }
