"""What of the service can be set, by name; the defaults are Amazon's documented quotas, and no waiting."""

import dataclasses
from dataclasses import dataclass
from typing import Any

DAY = 86_400.0


@dataclass
class Settings:
    """All can be changed while the service runs, in process or by POST /_settings.

    A job takes `job_seconds` and `job_seconds_per_audio_second` for each second of its audio, on the service's clock.
    """

    job_seconds: float = 0.0
    job_seconds_per_audio_second: float = 0.0
    model_seconds: float = 0.0
    vocabulary_seconds: float = 0.0
    max_jobs: int = 250
    #: Only told by Service Quotas; order faults to have starts refused.
    starts_per_second: float = 25.0
    max_queue: int = 10_000
    #: The share of `max_jobs` that jobs out of the queue may use.
    queue_share: float = 0.9
    max_models: int = 10
    max_training: int = 3
    max_vocabularies: int = 100
    min_audio_seconds: float = 0.5
    max_audio_seconds: float = 4 * 3600.0
    max_audio_bytes: int = 2 << 30
    #: Longer ones are refused with LimitExceededException, whose text in botocore's model names this as a reason.
    max_start_seconds: float = float("inf")
    max_training_bytes: int = 2 << 30
    max_tuning_bytes: int = 200 << 20
    keep_days: float = 90.0
    #: botocore's model says 429, the API reference 400 for JSON; the retry modes tell them apart.
    limit_status: int = 429
    #: Percent of the distinct words of more than three letters that the text mode `reference` gets wrong.
    error_rate: float = 15.0
    #: Models whose name matches have a newer base model (UpgradeAvailability).
    upgradable: str = "(?!)"
    #: Roles must exist in IAM, trust Transcribe and be allowed to read the training text.
    check_roles: bool = True
    #: Leave the file by which Transcribe tries whether it may write.
    write_access_file: bool = True

    def update(self, values: dict[str, Any]) -> None:
        """Change settings by name.

        Raises:
            ValueError: there is no such setting.

        """
        unknown = set(values) - {field.name for field in dataclasses.fields(self)}
        if unknown:
            raise ValueError(f"no such setting: {', '.join(sorted(unknown))}")
        for name, value in values.items():
            setattr(self, name, value)
