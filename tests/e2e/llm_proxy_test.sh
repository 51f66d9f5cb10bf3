#!/usr/bin/env bash
# A model behind a company's proxy and the company's own CA: by setting and by environment, with a login, and when they are wrong.
source "${BASH_SOURCE%/*}/lib.sh"
need flake8; need openssl
unset CURL_CA_BUNDLE SSL_CERT_FILE SSL_CERT_DIR http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
PROXY_PID=
stop_proxy() { [ -z "$PROXY_PID" ] || { kill "$PROXY_PID"; wait "$PROXY_PID"; } 2>/dev/null || true; PROXY_PID=; }
trap 'status=$?; stop_proxy; (exit $status); cleanup' EXIT
import_reply
# The company's CA, and a server's certificate by it for a host that no name server knows.
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=a company" -keyout "$WORK/ca.key" -out "$WORK/ca.pem" \
  -addext basicConstraints=critical,CA:TRUE 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj "/CN=models.corp.example" -keyout "$WORK/server.key" -out "$WORK/server.csr" 2>/dev/null
printf 'subjectAltName=DNS:models.corp.example\n' > "$WORK/san"
openssl x509 -req -in "$WORK/server.csr" -CA "$WORK/ca.pem" -CAkey "$WORK/ca.key" -CAcreateserial -days 2 -extfile "$WORK/san" \
  -out "$WORK/server.pem" 2>/dev/null

wait_for() { for _ in $(seq 200); do [ -s "$1" ] && return; sleep 0.05; done; die "nothing wrote $1"; }
/usr/bin/python3 "$RFSN_TEST_SOURCE/tests/support/llm_server.py" --port-file "$WORK/port" --log "$WORK/requests" --tls "$WORK/server.pem" "$WORK/server.key" \
  good:"$WORK/good" >/dev/null 2>"$WORK/server" &
SERVER_PID=$!
wait_for "$WORK/port"
proxy() { # OPTIONS...: a proxy before that server
  stop_proxy
  rm -f "$WORK/proxy.port"; : > "$WORK/proxied"
  /usr/bin/python3 "$RFSN_TEST_SOURCE/tests/support/proxy.py" --port-file "$WORK/proxy.port" --log "$WORK/proxied" --to "$(cat "$WORK/port")" "$@" 2>"$WORK/proxy.err" &
  PROXY_PID=$!
  wait_for "$WORK/proxy.port"; PROXY=127.0.0.1:$(cat "$WORK/proxy.port")
}
asked() { [ ! -e "$WORK/requests" ] || wc -l < "$WORK/requests"; }

new_repo r
printf '[flake8]\n' > .flake8; git add .flake8; git commit -qm base
printf 'import os\n\n\ndef f():\n    return 2\n' > a.py; git add a.py
run 0 git-rfsn init
mkdir -p "$HOME/.config/git-rfsn"
config() { printf 'llm:\n  base_url: https://models.corp.example/v1\n  model: m\n  cache: false\n  attempts: 1\n%s' "$1" > "$HOME/.config/git-rfsn/config.yaml"; }
export RFSN_LLM_KEY=k-of-this-test
config ""; run 0 git-rfsn llm enable
again() { # what was proven before would answer, and a server that failed is left in peace for a while
  find .git/rfsn "$HOME/.local/state/git-rfsn" -name '*.db*' -delete 2>/dev/null || true
}

# Without the proxy the host is unknown, and the reason is said.
again; run 3 git-rfsn propose; has "$ERR" "models.corp.example"

# By the environment, as every tool takes it; the company's CA by setting. Only the tunnel is seen by the proxy.
proxy; config "  ca_file: $WORK/ca.pem
"
again; https_proxy=http://$PROXY run 0 git-rfsn propose; has "$ERR" "proven"
has "$(cat "$WORK/proxied")" "CONNECT models.corp.example:443"; same "$(asked)" 1
has "$(head -n 1 "$WORK/requests")" '"path": "/v1/chat/completions"'
# no_proxy names the host: it is not used then.
: > "$WORK/proxied"; again; https_proxy=http://$PROXY no_proxy=models.corp.example run 3 git-rfsn propose; same "$(cat "$WORK/proxied")" ""

# By setting; the CA by the variable that OpenSSL knows.
config "  proxy: http://$PROXY
"
again; SSL_CERT_FILE=$WORK/ca.pem run 0 git-rfsn propose; has "$(cat "$WORK/proxied")" "CONNECT models.corp.example:443"
# A CA that nobody named: no request, and the setting that helps.
again; before=$(asked); run 3 git-rfsn propose; has "$ERR" "llm.ca_file"; same "$(asked)" "$before"

# A login: given to the proxy, shown to nobody.
secret="pr0xy-$(printf 'z9%.0s' $(seq 12))"
proxy --login "me:$secret"
config "  ca_file: $WORK/ca.pem
"
again; https_proxy=http://$PROXY run 3 git-rfsn propose; has "$ERR" "proxy"
again; RFSN_LOG=debug https_proxy=http://me:$secret@$PROXY run 0 git-rfsn propose
hasnt "$OUT$ERR" "$secret"; has "$(cat "$WORK/proxied")" "Basic $(printf 'me:%s' "$secret" | base64 -w 0)"
again; RFSN_LOG=debug https_proxy=http://me:wrong-$secret@$PROXY run 3 git-rfsn propose; hasnt "$OUT$ERR" "$secret"
if grep -rqF "$secret" "$HOME" .git; then die "the proxy's password was written down: $(grep -rlF "$secret" "$HOME" .git)"; fi
stop_proxy
# A proxy that is not there.
again; https_proxy=http://$PROXY run 3 git-rfsn propose; has "$ERR" "127.0.0.1 port ${PROXY##*:}"

# No repository chooses a proxy or a CA.
for line in 'proxy: http://127.0.0.1:1' 'ca_file: /tmp/ca.pem'; do
  printf 'llm:\n  %s\n' "$line" > .rfsn.yaml; git add .rfsn.yaml
  run 2 git-rfsn check; has "$ERR" "may not be set by a repository"
done
