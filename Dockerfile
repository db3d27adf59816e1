# The image holds one static binary, runs as a user without rights, and needs no
# writable root: all it writes is below /data.

FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download && go mod verify
COPY . .
ARG VERSION=dev
# The flags stand in the Makefile alone, so that CI builds the same binary.
RUN make build-image-binary VERSION="${VERSION}" && mkdir -p /empty/keys

FROM gcr.io/distroless/static-debian12:nonroot
LABEL org.opencontainers.image.title="takeback" \
      org.opencontainers.image.description="Watches group chats for sensitive data and takes messages back" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /src/LICENSE /src/NOTICE /
COPY --from=build /src/dist/takeback-static /takeback
# A volume takes the owner and mode of the folder it is mounted over: /data is the
# node's own, /data/keys may be shared by nodes.
COPY --from=build --chown=65532:65532 --chmod=0700 /empty /data
USER 65532:65532
WORKDIR /data
VOLUME /data
# 8080: webhooks, API and console. 9464: metrics.
EXPOSE 8080 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=4s --start-period=10s --retries=3 \
  CMD ["/takeback", "health", "--url", "http://127.0.0.1:8080"]
ENTRYPOINT ["/takeback"]
CMD ["serve", "--config", "/etc/takeback/takeback.yaml"]
