# chengwen 成文 as an image: the release archive (.ci/release), unpacked on a bare Debian.
#   docker build -t chengwen .
#   docker run --rm -v chengwen:/data chengwen keys create --role admin --name 管理员
#   docker run -d --read-only --cap-drop ALL --security-opt no-new-privileges --memory 8g -p 127.0.0.1:8080:8080 -v chengwen:/data chengwen
# The first needs the network (crates); what runs asks nothing of it.

FROM rust:1.95.0-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends git jq python3 unzip && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
RUN .ci/release && mkdir /release && tar -xzf target/release-files/chengwen-*.tar.gz -C /release --strip-components=1

# glibc is all that the program needs of it, and /tmp is not written to.
FROM debian:12.15-slim
LABEL org.opencontainers.image.title="chengwen 成文" \
    org.opencontainers.image.description="Fills typeset official forms and notices from JSON and gives print-ready, double-sided A4 PDFs" \
    org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /release /opt/chengwen
# A number, so that whoever runs it can see that it is not root; a new volume takes owner and mode of this directory.
RUN install -d -m 0700 -o 10001 -g 10001 /data
USER 10001:10001
# It answers nobody but itself until there is a key; then it listens to whatever the container's network lets in.
ENV CHENGWEN_DATA=/data CHENGWEN_SERVER_LISTEN=0.0.0.0:8080
VOLUME /data
WORKDIR /data
EXPOSE 8080
STOPSIGNAL SIGTERM
# No HEALTHCHECK: nothing in here could ask; GET /healthz and /readyz are for whoever runs it.
ENTRYPOINT ["/opt/chengwen/bin/chengwen"]
CMD ["serve"]
