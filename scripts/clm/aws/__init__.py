"""Amazon Web Services, for any service: clients, objects in S3, policies."""
