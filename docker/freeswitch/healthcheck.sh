#!/bin/bash
# Healthy: the server has a password of somebody's own, and its SIP profile runs. Bash alone, so that the password stands on
# no command line.
case "$FREESWITCH_SECRET" in
  '' | ClueCon | 'JambonzR0ck$') echo 'FREESWITCH_SECRET is a default that anyone knows: set one of your own' && exit 1 ;;
esac
exec 3<>"/dev/tcp/${FREESWITCH_INSIDE_HOST:-127.0.0.1}/${FREESWITCH_PORT:-8021}" || exit 1

printf 'auth %s\n\napi sofia status profile drachtio_mrf\n\n' "$FREESWITCH_SECRET" >&3
while read -r -t 3 -u 3 line; do
  case "$line" in
    'Reply-Text: -ERR'*) echo 'the server does not take FREESWITCH_SECRET' && exit 1 ;;
    'RTP-IP'*) exit 0 ;;
    'Invalid Profile!'*) echo 'the SIP profile drachtio_mrf does not run' && exit 1 ;;
  esac
done
echo 'the server did not answer' && exit 1
