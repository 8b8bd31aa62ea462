#!/bin/sh
# Starts Flink with the configuration that fits where the container runs.
#
# Where conf/ can be written (a tmpfs, see docker/compose.yaml), the image's configuration is copied there, since Flink's own
# entrypoint writes the job manager's address into it. Where it cannot (Kubernetes mounts it), it is used as it is.
#
# CRAFT_LOG_FORMAT=json: the console gets a JSON object a line.
set -eu

image=$(dirname "$0")
conf=${FLINK_HOME:-/opt/flink}/conf

say() {
  echo "entrypoint: $1" >&2
}

case ${CRAFT_LOG_FORMAT:-text} in
  text | json) ;;
  *)
    say "CRAFT_LOG_FORMAT is text or json, not $CRAFT_LOG_FORMAT."
    exit 1
    ;;
esac

if (: >"$conf/.writable") 2>/dev/null; then
  rm "$conf/.writable"
  cp -r "$image/conf/." "$conf/"
  if [ "${CRAFT_LOG_FORMAT:-text}" = json ]; then
    cat "$image/log4j-json.properties" >>"$conf/log4j-console.properties"
  fi
elif [ ! -e "$conf/config.yaml" ]; then
  say "$conf cannot be written and has no config.yaml: mount it with one, or as a tmpfs with uid=9999,gid=9999."
  exit 1
else
  say "$conf cannot be written; its configuration is used as it is, and the next line may complain of that."
  for variable in CRAFT_LOG_FORMAT FLINK_PROPERTIES JOB_MANAGER_RPC_ADDRESS TASK_MANAGER_NUMBER_OF_TASK_SLOTS; do
    eval "value=\${$variable:-}"
    [ -z "$value" ] || say "$variable is set and changes nothing: say it in config.yaml or log4j-console.properties."
  done
fi

exec /docker-entrypoint.sh "$@"
