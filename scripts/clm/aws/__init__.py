"""Amazon Web Services, whichever service: clients, objects in S3, policies."""
