"""Errors that never reached Amazon: credentials, region, certificates, the AWS configuration of this machine."""

from __future__ import annotations

import os
from collections.abc import Callable

_RENEW = "renew your credentials (aws configure, aws sso login), then run again: nothing is paid twice"


def _sso() -> str:
    profile = os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE")
    return f"aws sso login{f' --profile {profile}' if profile else ''}, then run again: nothing is paid twice"


#: Classes of botocore by name, since older versions lack some: what is wrong, what to do. The first that fits counts.
_RULES: tuple[tuple[tuple[str, ...], str, str | Callable[[], str]], ...] = (
    (("NoCredentialsError", "PartialCredentialsError"), "no AWS credentials were found",
     "aws configure makes some; or set AWS_PROFILE"),
    (("NoRegionError",), "no AWS region is set", "set transcribe.region, or AWS_DEFAULT_REGION"),
    (("ProfileNotFound",), "{text}", "correct AWS_PROFILE, or make the profile: aws configure --profile NAME"),
    (("TokenRetrievalError", "SSOError", "UnknownTokenProviderError", "NoAuthTokenError"),
     "the AWS credentials have expired, or there was no SSO login yet", _sso),
    (("LoginError",), "the AWS login has expired ({text})", "aws login, then run again: nothing is paid twice"),
    (("RefreshWithMFAUnsupportedError",), "the profile asks for an MFA code, which a workflow cannot type",
     "get credentials that last first (aws sts get-session-token, or aws sso login), and set AWS_PROFILE to them"),
    (("CredentialRetrievalError",), "the program named by credential_process gave no credentials ({text})",
     "run it by hand: it stands in ~/.aws/config of the profile"),
    (("MetadataRetrievalError",), "this machine's role gave no credentials ({text})", _RENEW),
    (("SSLError",), "the certificate of Amazon's address is not accepted ({text})",
     "behind a proxy that inspects traffic set AWS_CA_BUNDLE to its certificates"),
    (("ProxyConnectionError",), "the proxy does not answer ({text})", "correct HTTPS_PROXY and NO_PROXY"),
    (("InvalidRegionError", "UnknownRegionError", "UnknownEndpointError", "ServiceNotInRegionError",
      "EndpointResolutionError", "EndpointProviderError"),
     "the region cannot be right ({text})", "correct transcribe.region, or AWS_DEFAULT_REGION (such as us-east-1)"),
    (("ConfigParseError", "ConfigNotFound", "InvalidConfigError", "UnknownCredentialError", "InvalidDefaultsMode",
      "InvalidRetryConfigurationError", "InvalidRetryModeError", "InvalidEndpointConfigurationError",
      "InvalidProxiesConfigError", "InvalidS3AddressingStyleError", "MissingDependencyException",
      "InvalidS3UsEast1RegionalEndpointConfigError", "InvalidSTSRegionalEndpointsConfigError",
      "InvalidChecksumConfigError", "InvalidIMDSEndpointError", "InvalidIMDSEndpointModeError",
      "InvalidEndpointDiscoveryConfigurationError", "UnknownSignatureVersionError",
      "UnsupportedSignatureVersionError", "EndpointVariantError", "UnknownFIPSEndpointError",
      "UnsupportedS3ConfigurationError", "UnsupportedS3AccesspointConfigurationError",
      "UnsupportedS3ControlConfigurationError", "UnsupportedServiceProtocolsError", "MD5UnavailableError"),
     "the AWS configuration of this machine is not valid ({text})", "correct ~/.aws/config (aws configure list)"),
    (("InvalidDNSNameError", "InvalidHostLabelError", "UnsupportedS3ArnError", "UnsupportedS3ControlArnError",
      "UnsupportedOutpostResourceError"),
     "the name of the bucket cannot be right ({text})", "correct transcribe.bucket, or the address of the input"),
    (("DataNotFoundError", "UnknownServiceError", "ApiVersionNotFoundError", "UnknownClientMethodError"),
     "the installed boto3 does not know this service ({text})", "make setup installs one that does"),
)  # fmt: skip


def of_setup(error: Exception) -> tuple[str, str] | None:
    """Problem and hint for an error in the user's AWS setup; None for any other error."""
    if isinstance(error, EOFError):  # botocore asked for an MFA code
        return _RULES[5][1], str(_RULES[5][2])
    names = {kind.__name__ for kind in type(error).__mro__}
    for classes, what, hint in _RULES:
        if names & set(classes):
            return what, hint if isinstance(hint, str) else hint()
    if "EndpointConnectionError" in names and (region := _unknown_region(error)):
        return f"there is no region {region}", "correct transcribe.region, or AWS_DEFAULT_REGION (such as us-east-1)"
    if isinstance(error, FileNotFoundError | PermissionError):
        return (
            "a program or file of the AWS configuration cannot be used ({text})",
            "correct credential_process in ~/.aws/config",
        )
    return None


def _unknown_region(error: Exception) -> str:
    """The region in the address that could not be reached, if boto3 knows none such; "" for any other address."""
    import re

    import boto3

    address = str(getattr(error, "kwargs", {}).get("endpoint_url", ""))
    found = re.search(r"//(?:[\w.-]+\.)?(?:s3|sts|transcribe|comprehend)[.-]([a-z0-9-]+)\.amazonaws\.", address)
    if not found:
        return ""
    session = boto3.session.Session()
    known = {
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("s3", partition_name=partition)
    }
    return "" if found[1] in known else found[1]
