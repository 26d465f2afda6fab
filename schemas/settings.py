"""Where things are, read from the environment and nowhere else. Secrets never leave SecretStr."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from platformdirs import user_state_dir
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.record import Record


class Endpoint(Record):
    """One server that speaks the OpenAI protocol, with its own key and limits."""

    base_url: str
    api_key: SecretStr | None = None
    model: str | None = Field(None, description="its name for the model; none: as in teacher.model")
    weight: float = Field(1, gt=0)
    requests_per_minute: float | None = Field(None, gt=0)
    tokens_per_minute: float | None = Field(None, gt=0)


class Settings(BaseSettings):
    """Environment variables, prefix ``RS_GPT4V_``; OpenAI's own names are understood too."""

    model_config = SettingsConfigDict(env_prefix="RS_GPT4V_", extra="ignore")

    root: str = Field("rs-gpt4v-root", description="folder or URI that holds stages and releases")
    workers: int = Field(2, ge=1, le=256, description="shards worked on at once in one process")
    openai_base_url: str | None = Field(
        None, validation_alias=AliasChoices("RS_GPT4V_OPENAI_BASE_URL", "OPENAI_BASE_URL")
    )
    openai_api_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("RS_GPT4V_OPENAI_API_KEY", "OPENAI_API_KEY")
    )
    request_timeout: float = Field(120, gt=0, description="seconds for one answer")
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
    state_folder: Path = Field(
        default_factory=lambda: Path(user_state_dir("rs-gpt4v")),
        description="local folder of journals and ledgers; must survive the process",
    )


@lru_cache
def settings() -> Settings:
    """Return the settings of this process."""
    return Settings()
