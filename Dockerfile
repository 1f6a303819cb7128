# The fake in a container: docker build --tag plugproof . && docker run --publish 127.0.0.1:8000:8000 \
#   --env PLUGPROOF_CONTROL_SECRET_FILE=/run/secrets/control --volume "$PWD/control-secret:/run/secrets/control:ro" plugproof

FROM python:3.13-slim AS wheels
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --constraint constraints.txt --build-constraint constraints.txt \
      --wheel-dir /wheels ".[redis,serve]"

FROM python:3.13-slim
# The version is the one that was built above.
# hadolint ignore=DL3013
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-compile --no-index --find-links /wheels "plugproof[redis,serve]" \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin plugproof \
    && install --directory --owner plugproof --mode 0700 /state
USER 10001
WORKDIR /state
ENV PLUGPROOF_HOST=0.0.0.0 PLUGPROOF_PORT=8000 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --start-interval=1s CMD \
    ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/_plugproof/health', timeout=2)"]
ENTRYPOINT ["plugproof"]
CMD ["serve"]
