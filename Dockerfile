# The image is the action: /entrypoint.py reports in main, /post.py when the job ends.
#
# Both stages stand on one base, so the build stage can ask its own interpreter where packages belong and lay them out below
# /out exactly as the final image needs them. One COPY then merges them in: no pip, no cache, no compiler, one layer.

FROM python:3.13-slim AS build
# The base's own modules must look here as they do in the final image: the standard library comes without bytecode.
ENV PYTHONDONTWRITEBYTECODE=1
WORKDIR /build

COPY requirements-uv.txt ./
RUN python -m pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
      --require-hashes --only-binary=:all: --requirement requirements-uv.txt

# The system's certificates: a builder behind a company's proxy has its CA there.
COPY pyproject.toml uv.lock ./
RUN uv export --quiet --locked --no-dev --no-emit-project --output-file requirements.txt \
 && uv pip install --quiet --system-certs --no-cache --no-deps --require-hashes --only-binary=:all: \
      --target "/out$(python -IB -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" --requirement requirements.txt

COPY scripts/lay_out_image.py ./
COPY src/deployment_events ./deployment_events
COPY entrypoint.py post.py /out/
RUN python -IB lay_out_image.py /out deployment_events

FROM python:3.13-slim
LABEL org.opencontainers.image.title="deployment-events" \
      org.opencontainers.image.description="Report deployments to LaunchDarkly and Datadog from a GitHub Actions job" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /out/ /
# The runner's files belong to root, so this runs as root (design: facts about the runner). The interpreter is the one
# that the script's first line names, isolated from the workspace and from the job's PATH and PYTHONPATH.
ENTRYPOINT ["/entrypoint.py"]
