"""What an S3 store or the way to it refuses, as a sentence that says what to do."""

from typing import Any, Final, cast

from botocore.exceptions import (
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)

from schemas.errors import StorageError
from schemas.settings import S3Options

_KEYS: Final = (
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, RS_GPT4V_S3_PROFILE, or give this machine a "
    "role"
)
_MEANING: Final = {
    "InvalidAccessKeyId": f"the store does not know the access key. {_KEYS}",
    "SignatureDoesNotMatch": f"the store does not accept the secret key. {_KEYS}",
    "ExpiredToken": f"the session token has expired. {_KEYS}",
    "InvalidToken": f"the store does not accept the session token. {_KEYS}",
    "NoSuchBucket": "there is no such bucket. Make it, or name another --root",
    "AccessDenied": "access denied. Allow s3:GetObject, PutObject, DeleteObject, ListBucket and "
    "AbortMultipartUpload below this root, or name another --root",
    "MethodNotAllowed": "the store does not allow it. Name a --root that may be written to",
    "RequestTimeTooSkewed": "the clocks of this machine and of the store differ too much. Set the "
    "clock of this machine",
    "PermanentRedirect": "the bucket is in another region. Set RS_GPT4V_S3_REGION",
    "AuthorizationHeaderMalformed": "the bucket is in another region. Set RS_GPT4V_S3_REGION",
    "KMS.NotFoundException": "there is no such KMS key. Set RS_GPT4V_S3_KMS_KEY_ID",
    "EntityTooLarge": "the file is too large for the store",
    "QuotaExceeded": "the quota is used up. Free some room or name another --root",
    "InsufficientStorage": "the store is full. Free some room or name another --root",
    "XMinioStorageFull": "the store is full. Free some room or name another --root",
}


def refused(error: Exception, what: str, options: S3Options, attempts: int) -> Exception:
    """Return what to raise for ``error``, met when ``what`` was tried ``attempts`` times.

    FileNotFoundError for a missing key; a failed condition as it is; else a StorageError.
    """
    if isinstance(error, ClientError):
        return _of_client(error, what, attempts)
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return StorageError(f"Cannot {what}: no access key was found. {_KEYS}.")
    if isinstance(error, ProfileNotFound):
        return StorageError(f"Cannot {what}: {error}. Set RS_GPT4V_S3_PROFILE to one that exists.")
    if isinstance(error, FileNotFoundError | StorageError):
        return error
    where = options.endpoint_url or "Amazon S3"
    return StorageError(
        f"Cannot {what}: {where} did not answer in {_times(attempts)} "
        f"({type(error).__name__}: {error}). See that it can be reached (RS_GPT4V_S3_ENDPOINT_URL)."
    )


def _of_client(error: Any, what: str, attempts: int) -> Exception:
    answer: dict[str, dict[str, Any]] = error.response
    status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    code = str(answer.get("Error", {}).get("Code", ""))
    if status == 412:
        return cast("Exception", error)
    if code in {"404", "NoSuchKey"}:
        return FileNotFoundError(what)
    if code == "403":  # the answer to a HEAD has no body that would say more
        code = "AccessDenied"
    said = str(answer.get("Error", {}).get("Message", "")).strip().rstrip(".")
    known = _MEANING.get(code)
    found = known or f"the store answered {status} {code}" + (f" ({said})" if said else "")
    tried = f" It was tried {_times(attempts)}." if attempts > 1 else ""
    return StorageError(f"Cannot {what}: {found}.{tried}")


def _times(count: int) -> str:
    return "1 attempt" if count == 1 else f"{count} attempts"
