# One image for the command line and for Prefect workers: no ENTRYPOINT, so that any command runs.
#   docker build -t rs-gpt4v .
#   docker run --rm -v "$PWD/out:/data" rs-gpt4v rs-gpt4v demo --root /data/demo
ARG BASE_IMAGE=python:3.11-slim-bookworm

FROM ${BASE_IMAGE} AS build
WORKDIR /src
COPY requirements.lock pyproject.toml ./
RUN python3 -m venv /opt/uv /opt/rs-gpt4v \
    && sed -n '/^uv==/,/[^\\]$/p' requirements.lock > /tmp/uv.txt \
    && /opt/uv/bin/pip install --no-cache-dir --require-hashes -r /tmp/uv.txt
ENV VIRTUAL_ENV=/opt/rs-gpt4v UV_NO_CACHE=1 UV_SYSTEM_CERTS=1
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
RUN useradd --uid 1000 --create-home --home-dir /data rs-gpt4v
COPY --from=build /opt/rs-gpt4v /opt/rs-gpt4v
ENV PATH=/opt/rs-gpt4v/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PREFECT_SERVER_ANALYTICS_ENABLED=false \
    GX_ANALYTICS_ENABLED=false
USER 1000
WORKDIR /data
CMD ["rs-gpt4v", "--help"]
