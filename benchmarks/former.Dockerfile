# The kind of image that this action had before: the base image and, above it, the action with its dependencies. It is
# built for comparison only. The named contexts `base` and `packages` are the stages base and build of the Dockerfile.

# hadolint ignore=DL3006
FROM packages AS former
RUN site="/former$(python -IB -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
 && mkdir -p "$site" \
 && cp -R /packages/. "$site" \
 && cp /image/*.py /former

# hadolint ignore=DL3006
FROM base
COPY --from=former /former/ /
# Without -B, a start leaves the bytecode of all modules that it loads.
RUN ["python", "-I", "/entrypoint.py"]
ENTRYPOINT ["/entrypoint.py"]
