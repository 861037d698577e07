"""A team as policies/README.md sets it up: a bucket, the role for training, and users with our own policies."""

import json
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config

from aws.server import Loopback
from aws.storage import ACCOUNT
from clm.aws import policies

BUCKET = "team-talks"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/clm-training"
_ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1})


@dataclass
class User:
    """Somebody with an access key."""

    loopback: Loopback
    keys: dict[str, str]

    def client(self, service: str) -> Any:
        """A client with this user's key that tries once."""
        return self.loopback.client(service, config=_ONCE, **self.keys)

    @property
    def environment(self) -> dict[str, str]:
        """Variables for a program that this user runs."""
        return {**self.loopback.environment, **{key.upper(): value for key, value in self.keys.items()}}


@dataclass
class Team:
    """The account; `values` is what the policies are filled in with."""

    loopback: Loopback
    values: policies.Values = field(default_factory=lambda: policies.check(BUCKET, "clm", ROLE))
    trust: str = ""

    def __post_init__(self) -> None:
        self.loopback.client("s3").create_bucket(Bucket=self.values.bucket)
        iam = self.loopback.client("iam")
        iam.create_role(
            RoleName=self.values.role_name,
            Path=self.values.role_path,
            AssumeRolePolicyDocument=self.trust or self.document("role-trust"),
        )
        iam.put_role_policy(
            RoleName=self.values.role_name, PolicyName="role-s3", PolicyDocument=self.document("role-s3")
        )

    def document(self, name: str, lacking: str = "") -> str:
        """One of our policies, filled in; without an action."""
        filled = policies.fill(policies.read()[name], self.values)
        statements = []
        for statement in filled["Statement"]:
            actions = [action for action in policies.actions_of(statement) if action != lacking]
            if actions:
                statements.append({**statement, "Action": actions})
        return json.dumps({**filled, "Statement": statements})

    def user(self, name: str = "ann", *, lacking: str = "") -> User:
        """A user with all our policies but for one action."""
        iam = self.loopback.client("iam")
        iam.create_user(UserName=name)
        for policy in policies.USER:
            iam.put_user_policy(UserName=name, PolicyName=policy, PolicyDocument=self.document(policy, lacking))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
        return User(self.loopback, keys)
