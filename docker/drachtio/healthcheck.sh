#!/bin/bash
# Healthy: the server has a secret of somebody's own, and takes applications. Bash alone, since the image has little else.
case "$DRACHTIO_SECRET" in
  '' | admin | cymru) echo 'DRACHTIO_SECRET is a default that anyone knows: set one of your own' && exit 1 ;;
esac
exec 3<>"/dev/tcp/127.0.0.1/${DRACHTIO_ADMIN_TCP_PORT:-9022}" || exit 1

# A frame is its length in characters, #, and the text: <id>|authenticate|<secret>|<tags>.
frame="health|authenticate|$DRACHTIO_SECRET|"
printf '%s#%s' "${#frame}" "$frame" >&3
read -r -t 3 -n 64 -u 3 answer
case "$answer" in
  *'|response|health|OK|'*) exit 0 ;;
  *) echo "the server does not take DRACHTIO_SECRET: $answer" && exit 1 ;;
esac
