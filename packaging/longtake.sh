#!/bin/sh
# Longtake as it is started on Linux: with a command, without a display; else the window.
program=$(readlink -f -- "$0")
program=${program%/*}/longtake-studio
case ${1-} in
analyse | completion | cut | devices | drill | export | import | record | rescan | serve | serve-sessions | sessions | \
  settings | sources | status | verify | help | --help | -h | --list-devices | --profile | --profile=* | --version | -V) ;;
# Nothing, an option of the window, an address, a path.
'' | -* | *:* | */*) exec "$program" "$@" ;;
# A file where this was started; else a word that is no command, which is told.
*) [ ! -e "$1" ] || exec "$program" "$@" ;;
esac
# No page is ever loaded: nothing for a sandbox to hold. What follows -- is none of Chromium's business.
exec "$program" --no-sandbox --no-zygote --ozone-platform=headless --disable-gpu --in-process-gpu \
  --enable-features=NetworkServiceInProcess2 --disable-breakpad --log-level=3 --longtake-command -- "$@"
