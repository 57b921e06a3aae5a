# Images of ops-server and ops-client: the archives `npm run build` makes, unpacked. docker-compose.yml builds both; alone:
#   docker build --target ops-server -t ops-server .
# No key, secret or user database is in an image: the first start makes them, in a volume.

FROM node:26-bookworm-slim AS build
WORKDIR /build
# A mirror of npm; the lock has the hash of every package.
ARG NPM_CONFIG_REGISTRY
COPY . .
RUN npm ci --no-audit --no-fund
# What `--version` tells; there is no git here.
ARG SOURCE_COMMIT
RUN npm run -s build && for name in ops-server ops-client; do \
      mkdir -p /opt/$name && tar -xzf dist/$name-*-linux-*.tar.gz -C /opt/$name --strip-components=1 --no-same-owner; \
    done

FROM debian:bookworm-slim AS ops-server
COPY --from=build /opt/ops-server /opt/ops-server
COPY deploy/containers/server.toml /etc/ops/server.toml
COPY deploy/containers/make-secrets.sh /opt/ops-server/bin/make-secrets
# /secrets: what is mounted there belongs to whom the directory belongs to.
RUN groupadd -g 10001 ops && useradd -u 10001 -g 10001 -M -d /var/lib/ops -s /usr/sbin/nologin ops \
    && install -d -m 0700 -o ops -g ops /var/lib/ops /etc/ops/secrets /secrets/server /secrets/client
ENV PATH=/opt/ops-server/bin:/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8
USER 10001:10001
WORKDIR /var/lib/ops
VOLUME /var/lib/ops
EXPOSE 3000 12345
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 \
  CMD ["ops-server", "health", "--config", "/etc/ops/server.toml"]
# It ends by itself on SIGTERM and starts no other program: nothing needs to stand before it as process 1.
ENTRYPOINT ["ops-server", "--config", "/etc/ops/server.toml"]

FROM debian:bookworm-slim AS ops-client
# ps, free, top, uptime and ss for the predefined commands; tini to bury what applications leave.
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends procps iproute2 tini \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/ops-client /opt/ops-client
COPY deploy/containers/client.toml /etc/ops/client.toml
RUN groupadd -g 10001 ops-client && useradd -u 10001 -g 10001 -M -d /var/lib/ops-client -s /usr/sbin/nologin ops-client \
    && install -d -m 0700 -o ops-client -g ops-client /var/lib/ops-client /etc/ops/secrets
ENV PATH=/opt/ops-client/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin LANG=C.UTF-8
USER 10001:10001
WORKDIR /var/lib/ops-client
VOLUME /var/lib/ops-client
# No health check: a client that waits for its server is well, and the console tells whether it is there.
ENTRYPOINT ["tini", "--", "ops-client", "--config", "/etc/ops/client.toml"]
