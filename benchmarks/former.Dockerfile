# The kind of image that this action had before: the complete base image and, above it, the action with its dependencies.
# It is built for comparison only. The named context `packages` is the build stage of the Dockerfile.

# hadolint ignore=DL3006
FROM packages AS former
RUN site="/former$(python -IB -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
 && mkdir -p "$site" \
 && cp -R /packages/. "$site" \
 && cp /image/*.py /former

FROM python:3.13-slim
COPY --from=former /former/ /
# Without -B, a start leaves the bytecode of all modules that it loads.
RUN python -I /entrypoint.py
ENTRYPOINT ["/entrypoint.py"]
