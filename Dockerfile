# One image a subgraph: the chassis and that one subgraph, nothing of the others.
#
#   docker build --build-arg SUBGRAPH=loyalty -t overthere/loyalty .
#   docker run … overthere/loyalty app        its API (the default)
#   docker run … overthere/loyalty worker     its worker
#   docker run … --entrypoint python overthere/loyalty -m chassis.migrations upgrade subgraphs.loyalty

FROM python:3.11-slim AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements.txt .
RUN /opt/venv/bin/pip install --require-hashes -r requirements.txt

FROM python:3.11-slim AS python
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin overthere
# What a service keeps in files; a volume that is mounted here belongs to it too.
RUN install -d -o overthere /var/lib/overthere
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv
COPY chassis chassis
# Compiled once here instead of at each start of a container that may not write.
RUN python -m compileall -q chassis

# What stands in for PortOne where no real money is meant: never part of a subgraph's image.
FROM python AS portone
COPY stack/__init__.py stack/__init__.py
COPY stack/portone stack/portone
USER overthere
ENV PORTONE_SIMULATOR_HOST=0.0.0.0
EXPOSE 4300
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:4300/healthz', timeout=2)"]
CMD ["python", "-m", "stack.portone"]

# The last stage is what a build without --target makes.
FROM python AS subgraph
ARG SUBGRAPH
RUN test -n "$SUBGRAPH" || { echo 'Name the subgraph: --build-arg SUBGRAPH=loyalty' >&2; exit 1; }
COPY subgraphs/__init__.py subgraphs/__init__.py
COPY subgraphs/${SUBGRAPH} subgraphs/${SUBGRAPH}
RUN python -m compileall -q subgraphs
USER overthere
# PORT is the API's, METRICS_PORT the worker's; the health check asks the one that runs here.
ENV SUBGRAPH=${SUBGRAPH} HOST=0.0.0.0 PORT=8000 METRICS_PORT=8000
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
ENTRYPOINT ["sh", "-c", "exec python -m \"subgraphs.$SUBGRAPH.$0\" \"$@\""]
CMD ["app"]
