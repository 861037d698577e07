"""Amazon on loopback: Transcribe and Comprehend of ours, S3, IAM and STS of moto."""
