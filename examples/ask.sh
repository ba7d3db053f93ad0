#!/usr/bin/env bash
# Asks with curl and reads on by itself after a cut: a client that resumes, in a few lines of shell.
#   examples/ask.sh "Count to 60"
set -uo pipefail
url=${CHATWAIT_URL:-http://127.0.0.1:3000}
last="" type=""

# Prints the text of each whole event, and remembers its id. What a cut left half is not an event yet: it comes again.
read_events() {
  local line id="" data=""
  while IFS= read -r line; do
    case $line in
    "id: "*) id=${line#id: } ;;
    "event: "*) type=${line#event: } ;;
    "data: "*) data=${line#data: } ;;
    "")
      [ -n "$id" ] || continue
      if [ "$type" = token ]; then data=${data#*'"text":"'} && printf '%b' "${data%'"}'}"; fi
      last=$id id=""
      ;;
    esac
  done
}

question=$(printf '%s' "${1:-Say good morning}" | sed 's/["\\]/\\&/g')
read_events < <(curl -sN ${CUT_AFTER:+--max-time "$CUT_AFTER"} "$url/chat/streaming" \
  -H 'Content-Type: application/json' -d "{\"message\": \"$question\"}")
[ -n "$last" ] || { echo "No answer from $url" >&2 && exit 1; }
until [ "$type" = done ] || [ "$type" = error ]; do
  read_events < <(curl -sN "$url/chat/streaming" -H "Last-Event-ID: $last" || sleep 1)
done
echo
[ "$type" = done ]
