#!/bin/sh
# Flink's own entrypoint writes this container's address into the configuration. The image's is for reading only; a copy in
# memory takes its place. See read_only in docker/compose.yaml.
set -eu
cp -r /opt/craft-stream/conf/. /opt/flink/conf/
exec /docker-entrypoint.sh "$@"
