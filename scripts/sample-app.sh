# shellcheck shell=bash
# The two functions of the sample applications that `npm start` lays out, for deploy/scripts/app-template.sh.
# Any version can be had. One with -missing in its name cannot be fetched; one with -broken starts and ends 5 s later.
# What stands in quotes is for the program that is written.
# shellcheck disable=SC2016

run_service() {
  exec "./bin/$APP_NAME"
}

fetch_version() {
  local version=$1 into=$2 last='while :; do sleep 10 & wait "$!"; echo "$(date +%T) still here"; done'
  case $version in
    *-missing*)
      echo "there is no $version"
      return 1
      ;;
    *-broken*) last='sleep 5 & wait "$!"; echo "$(date +%T) out of order, giving up"; exit 1' ;;
  esac
  mkdir "$into/bin"
  cat >"$into/bin/$APP_NAME" <<PROGRAM
#!/bin/bash
trap 'exit 0' TERM
echo "\$(date +%T) $APP_NAME $version is up"
$last
PROGRAM
  chmod 755 "$into/bin/$APP_NAME"
  echo main >"$into/BRANCH"
  printf '%s' "$APP_NAME $version" | sha1sum | cut -c 1-12 >"$into/COMMIT"
}
