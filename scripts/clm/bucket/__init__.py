"""Results that are kept in S3."""
