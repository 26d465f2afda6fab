"""Where things are, read from the environment and nowhere else. Secrets never leave SecretStr."""

from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from platformdirs import user_state_dir
from pydantic import AliasChoices, Field, JsonValue, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from schemas.errors import UsageError
from schemas.record import Record

PREFIX: Final = "RS_GPT4V_"


class Endpoint(Record):
    """One server that speaks the OpenAI protocol, with its own key and limits."""

    base_url: str
    api_key: SecretStr | None = None
    model: str | None = Field(None, description="its name for the model; none: as in teacher.model")
    weight: float = Field(1, gt=0)
    requests_per_minute: float | None = Field(None, gt=0)
    tokens_per_minute: float | None = Field(None, gt=0)


class S3Options(Record):
    """How objects of an S3 store are reached; what is None is found as botocore always finds it.

    That is: environment, ``~/.aws``, web identity of a service account (IRSA), instance role.
    """

    endpoint_url: str | None = None
    region: str | None = None
    profile: str | None = None
    access_key_id: SecretStr | None = None
    secret_access_key: SecretStr | None = None
    session_token: SecretStr | None = None
    addressing: Literal["auto", "path", "virtual"] = "auto"
    encryption: Literal["AES256", "aws:kms", "aws:kms:dsse"] | None = None
    kms_key_id: str | None = None
    timeout: float = 60
    attempts: int = 8
    connections: int = 32


class Settings(BaseSettings):
    """Environment variables, prefix ``RS_GPT4V_``; the names of OpenAI and AWS are understood too."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    root: str = Field("rs-gpt4v-root", description="folder or URI that holds stages and releases")
    browse_url: str | None = Field(
        None, description="address at which a browser shows the files of that root, for links"
    )
    notify_url: SecretStr | None = Field(
        None, description="address that takes notifications, as a chat's webhook; for the bootstrap"
    )
    workers: int = Field(2, ge=1, le=256, description="shards worked on at once in one process")
    dask_address: str | None = Field(
        None, description="scheduler of a Dask cluster that stands, such as tcp://10.0.0.1:8786"
    )
    dask_cluster: str | None = Field(
        None,
        description="class of Dask clusters to start, such as dask_kubernetes.operator.KubeCluster",
    )
    dask_options: dict[str, JsonValue] = Field({}, description="its arguments, as a JSON object")
    ray_address: str | None = Field(
        None, description="a Ray cluster that stands, such as ray://10.0.0.1:10001"
    )
    openai_base_url: str | None = Field(
        None, validation_alias=AliasChoices("RS_GPT4V_OPENAI_BASE_URL", "OPENAI_BASE_URL")
    )
    openai_api_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("RS_GPT4V_OPENAI_API_KEY", "OPENAI_API_KEY")
    )
    request_timeout: float = Field(120, gt=0, description="seconds for one answer")
    landing: float = Field(
        3, ge=0, le=600,
        description="seconds for which answers on their way are waited for when a run is cancelled",
    )  # fmt: skip
    share: float = Field(
        1, gt=0, le=1, description="of the key's limits that this process may use, 0 to 1"
    )
    endpoints: tuple[Endpoint, ...] = Field(
        (), description="more endpoints, as a JSON list; asked when those before them fail"
    )
    endpoint_policy: Literal["order", "weight"] = Field(
        "order", description="order: the first that is well; weight: all, by their weight"
    )
    prices: Path | None = Field(None, description="YAML file of prices that win over the built-in")
    metrics_port: int | None = Field(
        None, ge=1, le=65535, description="figures for Prometheus are served there during a build"
    )
    metrics_host: str = Field(
        "127.0.0.1", description="address they are served at; 0.0.0.0 in a pod that is scraped"
    )
    s3_endpoint_url: str | None = Field(
        None,
        validation_alias=AliasChoices(
            "RS_GPT4V_S3_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"
        ),
        description="address of an S3 store other than Amazon's",
    )
    s3_region: str | None = Field(
        None,
        validation_alias=AliasChoices("RS_GPT4V_S3_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"),
    )
    s3_profile: str | None = Field(
        None, validation_alias=AliasChoices("RS_GPT4V_S3_PROFILE", "AWS_PROFILE")
    )
    s3_access_key_id: SecretStr | None = Field(None, description="by default as botocore finds it")
    s3_secret_access_key: SecretStr | None = Field(None, description="likewise")
    s3_session_token: SecretStr | None = Field(None, description="likewise")
    s3_addressing: Literal["auto", "path", "virtual"] = Field(
        "auto", description="where the bucket's name goes: many stores of one's own need path"
    )
    s3_encryption: Literal["AES256", "aws:kms", "aws:kms:dsse"] | None = Field(
        None, description="asked for with every write; by default as the bucket is set up"
    )
    s3_kms_key_id: str | None = Field(None, description="key for the encryption by KMS")
    s3_timeout: float = Field(60, gt=0, description="seconds without a byte, then tried again")
    s3_attempts: int = Field(8, ge=1, le=50, description="of one request, before it is given up")
    s3_connections: int = Field(32, ge=1, le=1000, description="at once in one process")
    conditional_writes: Literal["required", "lease"] = Field(
        "required",
        description="lease: where a store has none, make do with a lock object and waiting",
    )
    settle: float = Field(
        1, ge=0, le=60,
        description="seconds for which answers are gathered before they are written under the "
        "root; 0 where the state folder may be lost with its machine",
    )  # fmt: skip
    state_folder: Path = Field(
        default_factory=lambda: Path(user_state_dir("rs-gpt4v")),
        description="local folder of journals and ledgers; must survive the process",
    )

    @property
    def s3(self) -> S3Options:
        """What concerns S3, together."""
        return S3Options(
            endpoint_url=self.s3_endpoint_url,
            region=self.s3_region,
            profile=self.s3_profile,
            access_key_id=self.s3_access_key_id,
            secret_access_key=self.s3_secret_access_key,
            session_token=self.s3_session_token,
            addressing=self.s3_addressing,
            encryption=self.s3_encryption,
            kms_key_id=self.s3_kms_key_id,
            timeout=self.s3_timeout,
            attempts=self.s3_attempts,
            connections=self.s3_connections,
        )


@lru_cache
def settings() -> Settings:
    """Return the settings of this process. Raises UsageError that names the variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        name = place if place.isupper() else f"{PREFIX}{place.upper()}"
        raise UsageError(f"{name} is wrong: {first['msg']}. Correct it, or unset it.") from None
    except SettingsError as error:
        raise UsageError(
            f"The environment cannot be read: {error}. Write that variable as JSON, or unset it."
        ) from None


def known_variables() -> frozenset[str]:
    """Return the names of all variables that are read."""
    found = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for field in Settings.model_fields.values():
        if isinstance(field.validation_alias, AliasChoices):
            found |= {str(alias) for alias in field.validation_alias.choices}
    return frozenset(found)
