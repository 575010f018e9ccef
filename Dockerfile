# The image is the action: /entrypoint.py runs the main stage, /post.py the post stage.
#
# A job waits until the image is pulled, so the image contains only what the two stages execute. The build stage copies
# that from the base image to /image (scripts/lay_out_image.py), and the final stage starts from nothing.

FROM python:3.13-slim AS base

FROM base AS tools
ENV PYTHONDONTWRITEBYTECODE=1
WORKDIR /build
COPY requirements-uv.txt ./
RUN python -m pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
      --require-hashes --only-binary=:all: --requirement requirements-uv.txt

FROM tools AS build
COPY pyproject.toml uv.lock ./
# The system's certificates include those of a company's proxy.
RUN uv export --quiet --locked --no-dev --no-emit-project --output-file requirements.txt \
 && uv pip install --quiet --system-certs --no-cache --no-deps --require-hashes --only-binary=:all: \
      --python /usr/local/bin/python --requirement requirements.txt --target /packages

COPY scripts/lay_out_image.py ./
COPY src/deployment_events /packages/deployment_events
COPY entrypoint.py post.py /image/
# A build fails if the action does not start in its image: without inputs it warns and succeeds.
RUN python -IB lay_out_image.py /packages /image \
 && chroot /image /entrypoint.py

FROM scratch
ARG SOURCE="" REVISION="" VERSION=""
LABEL org.opencontainers.image.title="deployment-events" \
      org.opencontainers.image.description="Report deployments to LaunchDarkly and Datadog from a GitHub Actions job" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.version="${VERSION}"
ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin \
    LANG=C.UTF-8
COPY --from=build /image/ /
# The user is root, because the files that the runner mounts belong to root. The first line of each script names the
# interpreter and isolates it (-I) from the workspace and from the job's PATH and PYTHONPATH.
ENTRYPOINT ["/entrypoint.py"]
