# The service in a container: the API by default, the scheduler with the word `worker`, migrations with `migrate`.
# The demo county, replays and the fakes (app/simulation) stay outside: see .dockerignore. Needs DATABASE_URL and the
# secrets named in compose.yaml; production is the default mode and refuses to start without them.
FROM debian:12-slim

WORKDIR /srv/zhifang

# What the package lists say changes seldom, the code often: so the packages come first.
COPY requirements/ requirements/
COPY scripts/ scripts/
ENV DATA_DIR=/var/lib/zhifang
RUN scripts/install image && rm -rf /var/lib/apt/lists/* /root/.cache

COPY alembic.ini ./
COPY migrations/ migrations/
COPY app/ app/
RUN .venv/bin/python -m compileall -q app \
    && useradd --uid 10001 --no-create-home --home-dir /srv/zhifang --shell /usr/sbin/nologin zhifang \
    && mkdir -p "$DATA_DIR/files" \
    && chown -R zhifang:zhifang "$DATA_DIR"

USER 10001
ENV PYTHONUNBUFFERED=1
EXPOSE 8000
ENTRYPOINT ["/srv/zhifang/.venv/bin/python", "-m", "app.cli"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
