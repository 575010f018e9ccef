# The image is the action: /entrypoint.py reports in main, /post.py when the job ends.
#
# Both stages stand on one base, so the build stage asks its own interpreter where packages belong and lays them out below
# /out as the final image needs them. One COPY merges them in: one layer that adds no installer, no cache, no compiler to
# the base (which has pip). In the interpreter's own site-packages a module is found without a .pth file or an environment
# variable, at no cost to the start.

FROM python:3.13-slim AS build
# What the base lacks, it must go on lacking here: lay_out_image.py looks whether the standard library has bytecode.
ENV PYTHONDONTWRITEBYTECODE=1
WORKDIR /build

COPY requirements-uv.txt ./
RUN python -m pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
      --require-hashes --only-binary=:all: --requirement requirements-uv.txt

COPY pyproject.toml uv.lock ./
# With the system's certificates: where a company's proxy stands in between, they know it.
RUN uv export --quiet --locked --no-dev --no-emit-project --output-file requirements.txt \
 && uv pip install --quiet --system-certs --no-cache --no-deps --require-hashes --only-binary=:all: \
      --python /usr/local/bin/python --requirement requirements.txt \
      --target "/out$(python -IB -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"

COPY scripts/lay_out_image.py ./
COPY src/deployment_events ./deployment_events
COPY entrypoint.py post.py /out/
RUN python -IB lay_out_image.py /out deployment_events

FROM python:3.13-slim
LABEL org.opencontainers.image.title="deployment-events" \
      org.opencontainers.image.description="Report deployments to LaunchDarkly and Datadog from a GitHub Actions job" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /out/ /
# As root, because the files that the runner mounts are root's. The interpreter is the one that the script's first line
# names, isolated (-I) from the workspace and from the job's PATH and PYTHONPATH.
ENTRYPOINT ["/entrypoint.py"]
