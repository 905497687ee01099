# The image of web, worker, beat and migrations. PostgreSQL and Valkey are others' images: see docker-compose.yml.
FROM python:3.11-slim-bookworm AS packages
COPY requirements/service.txt /tmp/service.txt
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r /tmp/service.txt

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 jlis \
 && useradd --uid 10001 --gid 10001 --home-dir /srv/jlis --no-create-home --shell /usr/sbin/nologin jlis \
 && install -d -o jlis -g jlis -m 0700 /var/lib/jlis
COPY --from=packages /venv /venv
COPY . /srv/jlis
WORKDIR /srv/jlis
# The programs belong to root and cannot be changed by what runs; the state has a folder of its own.
USER jlis
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    JLIS_HOME=/var/lib/jlis
VOLUME /var/lib/jlis
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=40s --retries=4 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["python", "-m", "jlis.web_server", "--host=0.0.0.0", "--port=8000", "--workers=4"]
