"""Where things are, read from the environment and nowhere else. Secrets never leave SecretStr."""

from functools import lru_cache

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


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


@lru_cache
def settings() -> Settings:
    """Return the settings of this process."""
    return Settings()
