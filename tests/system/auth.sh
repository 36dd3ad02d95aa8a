#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Who may what: every role against every privilege, tokens that are none, users that come and go while
# the manager runs, and that no secret gets where others could read it.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
# shellcheck source=tests/lib/box.sh
. "$root/tests/lib/box.sh"
command -v python3 >/dev/null || {
	echo "python3 is missing: tests/depends names the packages"
	exit 77
}
box_enter
export HOME="$PWD/home" XDG_CONFIG_HOME=
mkdir packages home

# A secret has this in it, and nothing else does.
mark=cheval-de-frise
roles='SLMAdmin Portal ReadOnly RootSecAdmin BehaviourScenarioExecute'

# sends TOKEN-FILE METHOD PATH [BODY]: TOKEN-FILE "-" is none; sets $got.  Secrets stand in files, not in argv.
sends() {
	token=$1 method=$2 path=$3
	{
		echo "url = \"$url$path\""
		echo "request = $method"
		[ "$token" = - ] || echo "header = \"Authorization: Bearer $(cat "$token")\""
		[ $# -lt 4 ] || printf 'header = "Content-Type: application/json"\ndata = "%s"\n' \
			"$(printf %s "$4" | sed 's/["\\]/\\&/g')"
	} >request
	got=$(curl -sS -m 20 -K request -o answer -D head -w '%{http_code}')
}

# asks STATUS TOKEN-FILE METHOD PATH [BODY]
asks() {
	want=$1
	shift
	sends "$@"
	[ "$got" = "$want" ] || fail "$method $path with the token $token answers $got, not $want: $(cat answer)"
}

# grants STATUS NAME:SECRET|- FIELD=VALUE...: /oauth/token; the answer is in the file answer.
grants() {
	want=$1 client=$2
	shift 2
	{
		printf 'url = "%s/oauth/token"\nrequest = POST\n' "$url"
		[ "$client" = - ] || echo "user = \"$client\""
		for field; do echo "data-urlencode = \"$field\""; done
	} >request
	got=$(curl -sS -m 20 -K request -o answer -D head -w '%{http_code}')
	[ "$got" = "$want" ] || fail "/oauth/token answers $got, not $want: $(cat answer)"
}

# logs_in STATUS NAME SECRET
logs_in() {
	asks "$1" - POST /ui/api/login "{\"username\": \"$2\", \"password\": \"$3\"}"
}

answer_has() {
	grep -q -- "$1" answer head || fail "the answer does not say '$1': $(cat head answer)"
}

# user ARGUMENT...: lm user, with a secret of its own on standard input
user() {
	verb=$1 who=$2
	shift 2
	echo "$mark-$who" | "$lm" user "$verb" "$who" --state state "$@" >out 2>err || fail "lm user $verb $who"
}

# ---- nobody is there yet ------------------------------------------------------------------------------

ends 1 serve --insecure --packages packages --state other --listen 198.51.100.1:0
grep -q 'insecure lets everybody do everything' err || fail "--insecure off loopback is not explained"
ends 1 serve --insecure --packages packages --state other --listen 0.0.0.0:0
start state '' ''
grep -q 'auth.nobody .*lm user add NAME --role SLMAdmin --state ' log || fail "the first start does not tell how to go on"
asks 401 - GET /api/status
answer_has 'WWW-Authenticate: Bearer'
answer_has 'lm login'
asks 200 - GET /management/health
logs_in 401 admin admin
logs_in 401 Jack jack
logs_in 401 "$mark-typed-as-a-name" admin # must not get into the log
grants 401 LmClient:pass123 grant_type=client_credentials

# ---- every role, every privilege ------------------------------------------------------------------------

# Added while it runs, seen without being told.
for role in $roles; do
	user add "$role" --role "$role"
done
user add nothing
for who in $roles nothing; do
	logs_in 200 "$who" "$mark-$who"
	jq -r .token answer >"token.$who"
	asks 200 "token.$who" GET /api/whoami
	[ "$(jq -r .username answer)" = "$who" ] || fail "whoami says $(cat answer) to $who"
done

# may ROLES METHOD PATH [BODY]: they may, the others hear 403, and who has no token 401
may() {
	allowed=$1
	shift
	for who in $roles nothing; do
		case " $allowed " in
		*" $who "*)
			sends "token.$who" "$@"
			[ "$got" != 403 ] && [ "$got" != 401 ] || fail "$who may not $1 $2: $(cat answer)"
			;;
		*) asks 403 "token.$who" "$@" ;;
		esac
	done
	asks 401 - "$@"
}

readers='SLMAdmin Portal ReadOnly BehaviourScenarioExecute'
for path in topology/assemblies processes catalog/descriptors status policies deploymentLocations \
	resource-managers resource-manager/infrastructure-keys/shared doctor inventory; do
	may "$readers" GET "/api/$path"
done
may "$readers" POST /api/plan/createAssembly '{}'
may 'SLMAdmin Portal' POST /api/intent/createAssembly '{}'
may 'SLMAdmin Portal' POST /api/v1/intent/createAssembly '{}'
for intent in createOrUpgradeAssembly upgradeAssembly deleteAssembly adoptAssembly changeAssemblyState healAssembly \
	scaleOutAssembly scaleInAssembly retry rollback cancel; do
	may SLMAdmin POST "/api/intent/$intent" '{}'
	may SLMAdmin POST "/api/v1/intent/$intent" '{}'
	asks 403 token.Portal POST "/api/intent/$intent/" '{}'
done
may SLMAdmin POST /api/doctor/repair '{}'
may SLMAdmin POST /api/deploymentLocations '{}'
may SLMAdmin POST /api/resource-managers '{}'
may SLMAdmin POST /api/resource-manager/resource-drivers '{}'
may SLMAdmin POST /api/resource-manager/infrastructure-keys/shared '{}'
may SLMAdmin GET '/api/resource-manager/infrastructure-keys/shared?includePrivateKey=True'
may RootSecAdmin POST /api/credentials '{}'
may RootSecAdmin PUT /api/credentials/nobody '{}'
may RootSecAdmin GET /api/credentials
may RootSecAdmin GET /api/credentials/nobody
may RootSecAdmin DELETE /api/credentials/nobody
may "$roles nothing" GET /api/whoami

asks 201 token.SLMAdmin POST /api/catalog/descriptors '{"name": "assembly::noted::1.0", "composition": {}}'
asks 204 token.SLMAdmin DELETE /api/catalog/descriptors/assembly::noted::1.0
for done in said deleted; do
	grep -q "descriptor.$done name=\"assembly::noted::1.0\" by=SLMAdmin trace=" log || fail "who $done it is not noted"
done

# ---- clients --------------------------------------------------------------------------------------------

asks 400 token.RootSecAdmin POST /api/credentials '{"clientId": "a", "clientSecret": "short"}'
asks 400 token.RootSecAdmin POST /api/credentials '{"clientId": "a", "clientSecret": "long enough", "roles": ["King"]}'
asks 400 token.RootSecAdmin POST /api/credentials '{"clientId": "a b", "clientSecret": "long enough"}'
asks 400 token.RootSecAdmin POST /api/credentials '[]'
asks 400 token.RootSecAdmin POST /api/credentials '{'
asks 404 token.RootSecAdmin PUT /api/credentials/nobody '{"roles": ["Portal"]}'
asks 201 token.RootSecAdmin POST /api/credentials "{\"clientId\": \"ci\", \"clientSecret\": \"$mark-ci\", \
\"authorisedGrantTypes\": [\"client_credentials\"], \"accessTokenValidity\": 600, \"roles\": [\"ReadOnly\"]}"
answer_has '^Location: /api/credentials/ci'
! grep -q "$mark" answer || fail "the secret comes back"
asks 409 token.RootSecAdmin POST /api/credentials "{\"clientId\": \"ci\", \"clientSecret\": \"$mark-ci\"}"
grants 200 "ci:$mark-ci" grant_type=client_credentials scope=all
[ "$(jq -r '"\(.token_type) \(.expires_in) \(.scope) \(has("refresh_token"))"' answer)" = 'bearer 599 all false' ] ||
	fail "a token is $(cat answer)"
jq -r .access_token answer >token.ci
asks 200 token.ci GET /api/status
asks 403 token.ci POST /api/intent/createAssembly '{}'
grants 400 "ci:$mark-ci" grant_type=password username=Portal "password=$mark-Portal"
answer_has unauthorized_client
asks 200 token.RootSecAdmin PUT /api/credentials/ci \
	'{"authorisedGrantTypes": ["password", "refresh_token"], "accessTokenValidity": 1200, "roles": []}'
asks 403 token.ci GET /api/status # what is taken away is gone with the next call
grants 400 "ci:$mark-ci" grant_type=client_credentials
grants 200 "ci:$mark-ci" grant_type=password username=Portal "password=$mark-Portal"
[ "$(jq -r .expires_in answer)" = 1199 ] || fail "a token is $(cat answer)"
jq -r .access_token answer >token.a
jq -r .refresh_token answer >token.r
asks 401 token.r GET /api/status # good for another token, and nothing else
grants 400 "ci:$mark-ci" grant_type=refresh_token "refresh_token=$(cat token.a)"
grants 400 - grant_type=refresh_token "refresh_token=$(cat token.r)" # is the client's
grants 401 "ci:wrong-$mark" grant_type=refresh_token "refresh_token=$(cat token.r)"
grants 200 "ci:$mark-ci" grant_type=refresh_token "refresh_token=$(cat token.r)"
jq -r .access_token answer >token.a
jq -r .refresh_token answer >token.r2
grants 200 "ci:$mark-ci" grant_type=refresh_token "refresh_token=$(cat token.r2)"
jq -r .refresh_token answer >token.r3
grants 400 "ci:$mark-ci" grant_type=refresh_token "refresh_token=$(cat token.r)" # but is good no more
answer_has 'used before'
grants 400 "ci:$mark-ci" grant_type=refresh_token "refresh_token=$(cat token.r3)" # nor what came of it
grep -q 'auth.reused name=Portal from=127.0.0.1' log || fail "a token that is used again is not noted"
grep -q 'auth.renewed name=Portal client=ci from=127.0.0.1' log || fail "who gets another token is not noted"
asks 200 token.a GET /api/whoami
[ "$(jq -r .username answer)" = Portal ] || fail "a user that comes by a client is $(cat answer)"
grants 200 - grant_type=password username=Portal "password=$mark-Portal" client_id=ci "client_secret=$mark-ci"
jq -r .refresh_token answer >token.r
grants 401 - grant_type=client_credentials
grants 401 "Portal:$mark-Portal" grant_type=client_credentials # a user is no client
logs_in 401 ci "$mark-ci"                                      # and a client no user
grants 400 "ci:$mark-ci" grant_type=implicit
answer_has unsupported_grant_type
grants 400 "ci:$mark-ci"
asks 400 - POST /ui/api/login
answer_has 'line 1'
asks 400 - POST /ui/api/login '{"username": 7, "password": []}'
asks 400 - POST /ui/api/login '{"username": "x", "password": "x", "username": "y"}'
asks 400 - POST /ui/api/login "{\"username\": \"x\", \"password\": \"$(printf '%300s' '' | tr ' ' x)\"}"
asks 415 - POST /oauth/token '{"grant_type": "client_credentials"}'

asks 200 token.RootSecAdmin GET /api/credentials
[ "$(jq -r '.[].clientId' answer)" = ci ] || fail "the clients are $(cat answer)"
asks 200 token.RootSecAdmin GET /api/credentials/ci
[ "$(jq -c '[.clientId, .accessTokenValidity, has("clientSecret")]' answer)" = '["ci",1200,false]' ] ||
	fail "a client is $(cat answer)"
! grep -q argon2 answer || fail "a hash comes out"
asks 404 token.RootSecAdmin GET /api/credentials/Portal
asks 404 token.RootSecAdmin DELETE /api/credentials/Portal
asks 404 token.RootSecAdmin DELETE /api/credentials/nobody
asks 201 token.RootSecAdmin POST /api/credentials "{\"clientId\": \"gone\", \"clientSecret\": \"$mark-gone\", \
\"authorisedGrantTypes\": [\"client_credentials\", \"password\"], \"roles\": [\"ReadOnly\"]}"
grants 200 "gone:$mark-gone" grant_type=client_credentials
jq -r .access_token answer >token.gone
grants 200 "gone:$mark-gone" grant_type=password username=Portal "password=$mark-Portal"
jq -r .access_token answer >token.byit
asks 200 token.gone GET /api/status
asks 200 token.byit GET /api/status
asks 204 token.RootSecAdmin DELETE /api/credentials/gone
asks 401 token.gone GET /api/status
asks 401 token.byit GET /api/status # came by it
grants 401 "gone:$mark-gone" grant_type=client_credentials
grep -q 'auth.credentials client=gone change=removed by=RootSecAdmin ' log || fail "who removed a client is not noted"
grep -q 'auth.account name=gone kind=client change="removed"' log || fail "a removed account is not noted"

# As lmctl asks in its modes zen and okta.
asks 200 - POST /ui/api/login "{\"username\": \"Portal\", \"api_key\": \"$mark-Portal\"}"
asks 401 - POST /ui/api/login '{"username": "Portal", "api_key": "a wrong one"}'
printf 'url = "%s/oauth2/default/v1/token"\nuser = "ci:%s-ci"\n' "$url" "$mark" >request
for field in grant_type=password scope=all username=Portal "password=$mark-Portal"; do
	echo "data-urlencode = \"$field\""
done >>request
[ "$(curl -sS -K request -o answer -w '%{http_code}')" = 200 ] || fail "okta's road answers $(cat answer)"

# ---- tokens that are none -----------------------------------------------------------------------------

# forge HOW: on standard output, made of the token of the admin
forge() {
	python3 - "$1" token.SLMAdmin state/auth.key <<-'END'
		import base64, hashlib, hmac, json, sys
		how, token, key = sys.argv[1], open(sys.argv[2]).read().strip(), open(sys.argv[3], "rb").read()
		text = lambda b: base64.urlsafe_b64encode(b).rstrip(b"=").decode()
		data = lambda s: base64.urlsafe_b64decode(s + "=" * (-len(s) % 4))
		head, body, proof = token.split(".")
		claims = json.loads(data(body))
		header = {"alg": "HS256", "typ": "JWT"}
		assert isinstance(claims["exp"], int) and claims["exp"] == claims["iat"] + 1200, claims
		assert claims["username"] == claims["sub"] == "SLMAdmin" and claims["roles"] == ["SLMAdmin"], claims
		assert json.loads(data(head)) == header, head
		changes = {"same": {}, "expired": {"exp": claims["iat"] - 1}, "nobody": {"sub": "nobody"},
		           "other": {"sub": "Portal"}, "unstamped": {"stamp": ""}, "text": {"exp": "2999"}}
		claims.update(changes.get(how, {}))
		if how == "none":
		    header["alg"] = "none"
		if how == "foreign":
		    key = b"k" * 32
		said = text(json.dumps(header, separators=(",", ":")).encode()) + "." + \
		    text(json.dumps(claims, separators=(",", ":")).encode())
		proof = text(hmac.new(key, said.encode(), hashlib.sha256).digest())
		print(said + "." + {"none": "", "stripped": "", "stolen": token.split(".")[2]}.get(how, proof))
	END
}

forge same >token.forged
asks 200 token.forged GET /api/status # or what follows would say nothing
for how in expired nobody other unstamped text none foreign stripped stolen; do
	forge $how >token.forged
	[ "$how" != stolen ] || sed -i 's/\.[^.]*\././' token.forged
	asks 401 token.forged GET /api/status
done
for text in '' x 'a.b.c' "$(printf '%5000s' '' | tr ' ' A)"; do
	echo "$text" >token.forged
	asks 401 token.forged GET /api/status
done
"$lm" token --writer somebody --state state >token.writer
asks 401 token.writer GET /api/status # may report metrics, and that alone
asks 401 token.SLMAdmin POST /api/metrics '[]'
asks 200 token.writer POST /api/metrics '[]'

# ---- those who listen -----------------------------------------------------------------------------------

# follows USER: the events, in the background, until the manager has enough of him
follows() {
	printf 'url = "%s/api/events?follow=true"\nheader = "Authorization: Bearer %s"\n' "$url" \
		"$(cat "token.$1")" >"request.$1"
	curl -sS -N -K "request.$1" >"events.$1" &
}

follows Portal
portal=$!
follows SLMAdmin
admin=$!

# ---- those who go ---------------------------------------------------------------------------------------

user suspend Portal
asks 401 token.Portal GET /api/status
logs_in 401 Portal "$mark-Portal"
grants 400 "ci:$mark-ci" grant_type=refresh_token "refresh_token=$(cat token.r)"
answer_has 'taken back'
grep -q 'auth.account name=Portal kind=user change="suspended" roles=Portal' log || fail "who is suspended is not noted"
user resume Portal
asks 200 token.Portal GET /api/status
echo "$mark-other" | "$lm" user passwd Portal --state state 2>/dev/null || fail "lm user passwd"
asks 401 token.Portal GET /api/status
logs_in 401 Portal "$mark-Portal"
logs_in 200 Portal "$mark-other"
grep -q 'auth.account name=Portal kind=user change="password"' log || fail "another password is not noted"
user remove ReadOnly
asks 401 token.ReadOnly GET /api/status
user add ReadOnly --role ReadOnly
asks 401 token.ReadOnly GET /api/status # is another one
cp state/users.json kept
echo '{' >state/users.json
asks 200 token.SLMAdmin GET /api/status # what cannot be read changes nobody
grep -q 'auth.users .*is not JSON' log || fail "a spoilt file is not told of"
cat kept >state/users.json
for refused in 'add nobody --role King' 'add Portal --role Portal' 'remove nobody' 'passwd nobody' 'suspend ci' \
	'add a/b --role Portal'; do
	# shellcheck disable=SC2086 # words
	! echo "$mark-nobody" | "$lm" user $refused --state state >out 2>err || fail "lm user $refused succeeds"
done
! echo short | "$lm" user add short --state state 2>err || fail "a short password is taken"
"$lm" client add made --role ReadOnly --generate --state state >made 2>err || fail "lm client add"
grants 200 "made:$(cat made)" grant_type=client_credentials
ends 0 user list --state state
says '^SLMAdmin  *active  *SLMAdmin$'
ends 0 client list --state state
says '^made  *active  *ReadOnly  *client_credentials$'

# ---- the command line -------------------------------------------------------------------------------------

ends 1 status
grep -q 'lm login' err || fail "who is not logged in is not told how"
echo "wrong-$mark" | "$lm" login SLMAdmin 2>err && fail "a wrong password logs in"
grep -q 'wrong' err || fail "a wrong password is not called so"
echo "$mark-SLMAdmin" | "$lm" login SLMAdmin 2>err || fail "lm login"
ends 0 status
ends 0 whoami
says '^name:  *SLMAdmin$'
[ "$(stat -c %a home/.config/lm/tokens)" = 600 ] || fail "others can read the tokens"
LM_SERVER=http://localhost:${url##*:} ends 1 status # a token is for the manager that gave it
LM_TOKEN=$(cat token.ci) ends 1 status
chmod 644 home/.config/lm/tokens
ends 1 status
grep -q 'chmod 600' err || fail "tokens that others can read are used"
chmod 600 home/.config/lm/tokens
# The token has ended: another one comes by itself.
jq '.[].until = 1 | .[].token = "ended"' home/.config/lm/tokens >home/ended
cat home/ended >home/.config/lm/tokens
ends 0 status
! grep -q '"ended"' home/.config/lm/tokens || fail "the new token is not kept"
ends 0 logout
ends 1 whoami
"$lm" login --client made <made 2>err || fail "lm login --client"
ends 0 status
ends 0 logout

# types STATUS ANSWER...: lm user add typed, on a terminal; what it shows is in the file shown. The answers
# are as in printf.
types() {
	python3 - "$lm" "$@" <<-'END' || fail "what is typed on a terminal: $(cat shown)"
		import os, pty, sys
		lm, want, answers = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
		pid, fd = pty.fork()
		if pid == 0:
		    os.execv(lm, [lm, "user", "add", "typed", "--state", "state"])
		shown = b""
		try:
		    while data := os.read(fd, 4096):
		        shown += data
		        if data.endswith(b": ") and answers:
		            os.write(fd, answers.pop(0).encode().decode("unicode_escape").encode())
		except OSError:  # the terminal has gone with the program
		    pass
		open("shown", "wb").write(shown)
		sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != want)
	END
	! grep -q "$mark" shown || fail "what is typed is shown: $(cat shown)"
}

types 1 "$mark-typed\\n" "$mark-tiped\\n"
types 1 "$mark-typed\\x03"
types 0 "$mark-tiped\\x7f\\x7f\\x7f\\x7fyped\\n" "$mark-typed\\r"
logs_in 200 typed "$mark-typed"

wait $portal || fail "who was suspended is cut off, not told that it is over"
kill -0 $admin || fail "who may go on is at his end"
kill $admin
wait $admin 2>/dev/null || :

# ---- many at once -----------------------------------------------------------------------------------------

# crowd NAME: a hundred log in at once; one line for each with what he heard
crowd() {
	for _ in $(seq 100); do
		printf 'url = "%s/api/login"\noutput = /dev/null\n' "$url"
	done >crowd
	printf 'header = "Content-Type: application/json"\ndata = "{\\"username\\": \\"%s\\", \\"password\\": \\"%s\\"}"\n' \
		"$1" "$mark-$1" >>crowd
	curl -sS --parallel --parallel-max 100 -K crowd -w '%{http_code}\n' 2>/dev/null || :
}

crowd SLMAdmin >heard
[ "$(sort -u heard | tr '\n' ' ')" = '200 503 ' ] || fail "a crowd hears $(sort heard | uniq -c)"
[ "$(grep -c 200 heard)" -ge 64 ] || fail "a crowd hears $(sort heard | uniq -c)"

# ---- guessing ---------------------------------------------------------------------------------------------

tries=0
until grep -q '^HTTP/1.1 429' head; do
	sends - POST /api/login '{"username": "SLMAdmin", "password": "a guess"}'
	tries=$((tries + 1))
	[ $tries -lt 30 ] || fail "one may guess for ever"
done
answer_has '^Retry-After: [0-9]'
logs_in 429 SLMAdmin "$mark-SLMAdmin" # a right one has to wait as well
asks 200 token.SLMAdmin GET /api/status
grep -q 'auth.slowed attempts=1 last_from=127.0.0.1' log || fail "who has to wait is not noted"
grep -q 'auth.refused name=SLMAdmin from=127.0.0.1' log || fail "who guesses is not noted"

# ---- secrets ------------------------------------------------------------------------------------------------

mkfifo typed
"$lm" login SLMAdmin <typed 2>/dev/null &
login=$!
exec 4>typed
cat /proc/[0-9]*/cmdline >argv 2>/dev/null || :
! grep -aq "$mark" argv || fail "a secret is in the command line of a program"
exec 4>&-
wait $login || :
! grep -q "$mark" log || fail "a secret is in the log"
! grep -qF "$(cut -d. -f3 token.SLMAdmin)" log || fail "a token is in the log"
! grep -rq "$mark" state || fail "a secret is in the state folder as it was typed"
[ -z "$(find state -type f -perm /077)" ] || fail "others can read $(find state -type f -perm /077)"
grep -q 'argon2id' state/users.json || fail "users.json has no hash"

# ---- it starts again, and tokens are still good -----------------------------------------------------------

crowd typed >heard & # in the middle of their logins
crowd=$!
until grep -q 'auth.login name=typed' log && [ "$(grep -c 'auth.login name=typed' log)" -ge 3 ]; do
	kill -0 $crowd || fail "nobody logs in"
done
stop
wait $crowd
start state '' ''
! grep -q auth.nobody log || fail "it says that nobody is there"
asks 200 token.SLMAdmin GET /api/status
stop
rm state/auth.key # takes all of them back
start state '' --tls
LM_SERVER=https://${url#http://}
ends 3 status
grep -q 'name it with --cacert' err || fail "a certificate of nobody's is not explained"
echo "$mark-SLMAdmin" | "$lm" login SLMAdmin --cacert state/tls.crt 2>err || fail "lm login --cacert"
ends 0 status # it is known from the login
LM_TOKEN=$(cat token.SLMAdmin) ends 1 status
grep -q 'log in' err || fail "a token of before another key is good"
stop
chmod 644 state/users.json
ends 1 serve --packages packages --state state --listen 127.0.0.1:0
grep -q 'chmod 600' err || fail "users.json may be read by all"
chmod 600 state/users.json
start state
asks 200 - GET /api/status
asks 200 - GET /api/whoami
printf 'url = "%s/api/status"\nheader = "Host: evil.example"\n' "$url" >request
[ "$(curl -s -K request -o answer -w '%{http_code}')" = 403 ] || fail "a page of another host may ask"
stop
echo "who may, may; who may not, is told"
