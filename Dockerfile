# One image for the command line, for Prefect workers and for the runs that they start: no ENTRYPOINT,
# so that any command runs. It runs as uid 1000 on a read-only root; what it writes goes to /tmp
# (Prefect's profile, caches), /state (journals, ledgers) and /data (roots that are no bucket).
#   docker build -t rs-gpt4v .
#   docker run --rm --read-only --tmpfs /tmp --tmpfs /state -v "$PWD/out:/data" rs-gpt4v rs-gpt4v demo --root demo
ARG BASE_IMAGE=python:3.11-slim-bookworm

FROM ${BASE_IMAGE} AS build
WORKDIR /src
COPY requirements.lock pyproject.toml ./
RUN python3 -m venv /opt/uv \
    && python3 -m venv --without-pip /opt/rs-gpt4v \
    && sed -n '/^uv==/,/[^\\]$/p' requirements.lock > /tmp/uv.txt \
    && /opt/uv/bin/pip install --no-cache-dir --require-hashes -r /tmp/uv.txt
# Bytecode is compiled here, for a read-only root keeps none; not by time, which a layer may change.
ENV VIRTUAL_ENV=/opt/rs-gpt4v UV_NO_CACHE=1 UV_SYSTEM_CERTS=1 \
    UV_COMPILE_BYTECODE=1 PYC_INVALIDATION_MODE=UNCHECKED_HASH
RUN /opt/uv/bin/uv pip install --require-hashes --constraint requirements.lock \
    --requirement pyproject.toml --extra s3 --extra geo --extra kubernetes
COPY README.md LICENSE ./
COPY schemas ./schemas
COPY prompts ./prompts
COPY tasks ./tasks
COPY flows ./flows
COPY deployments ./deployments
RUN /opt/uv/bin/uv build --wheel --out-dir /tmp/wheel --build-constraint requirements.lock \
    && /opt/uv/bin/uv pip install --no-deps /tmp/wheel/*.whl

FROM ${BASE_IMAGE}
RUN useradd --uid 1000 --no-create-home --home-dir /tmp rs-gpt4v \
    && install --directory --owner=1000 --group=1000 --mode=1777 /data /state
COPY --from=build /opt/rs-gpt4v /opt/rs-gpt4v
ENV PATH=/opt/rs-gpt4v/bin:$PATH \
    HOME=/tmp \
    PREFECT_HOME=/tmp/.prefect \
    RS_GPT4V_STATE_FOLDER=/state \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DO_NOT_TRACK=1 \
    PREFECT_SERVER_ANALYTICS_ENABLED=false \
    GX_ANALYTICS_ENABLED=false
USER 1000:1000
WORKDIR /data
CMD ["rs-gpt4v", "--help"]
