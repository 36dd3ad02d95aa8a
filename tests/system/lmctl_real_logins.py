# SPDX-License-Identifier: Apache-2.0
"""
lmctl_real_logins.py URL FOLDER SECRET: all the ways in which lmctl itself, whose checkout is FOLDER, logs in.
Who there is says lmctl_secured.py.
"""

import sys

sys.path.insert(0, sys.path[0] + "/../lib")
from real import Real  # noqa: E402
from sentences import is_, run, test  # noqa: E402

URL, FOLDER, SECRET = sys.argv[1:4]
CLIENT = {"address": URL, "secure": True, "client_id": "LmClient", "client_secret": SECRET}
JACK = {"username": "jack", "password": "jack-" + SECRET}
ZEN = URL + "/icp4d-api/v1/authorize"
real = Real(FOLDER, **CLIENT)


def gets_in(name, **tnco):
    real.add(name, **tnco)
    assert "tests passed" in real.run("ping", "env", name)


@test
def as_a_client():
    gets_in("client", **CLIENT)
    host, port = URL.removeprefix("https://").rsplit(":", 1)
    by_port = {k: v for k, v in CLIENT.items() if k != "address"}
    gets_in("port", host=host, port=port, protocol="https", **by_port)


@test
def as_a_user_by_a_client():
    gets_in("user", **CLIENT, **JACK)


@test
def as_a_user_at_the_user_interface():
    gets_in("ui", address=URL, secure=True, auth_address=URL, **JACK)


@test
def as_a_user_of_zen():
    gets_in("zen", address=URL, secure=True, auth_mode="zen", username="jack",
        api_key=JACK["password"], auth_address=ZEN)


@test
def as_a_client_and_as_a_user_of_okta():
    okta = dict(CLIENT, auth_mode="okta", auth_server_id="default", scope="all")
    gets_in("okta", **okta)
    gets_in("okta-user", **okta, **JACK)


@test
def with_a_token_that_it_has():
    real.add("token", address=URL, secure=True, auth_mode="token")
    token = real.run("whoami", "--show-token")
    assert "assembly::voice::1.0" in real.run("get", "descriptors", "-e", "token", "--token", token)


@test
def who_is_wrong_stays_out_and_is_told_why():
    real.add("wrong", **dict(CLIENT, client_secret="wrong"))
    real.refused("status=401", "get", "descriptors", "-e", "wrong")
    real.add("open", address=URL, secure=False)
    real.refused("log in first", "get", "descriptors", "-e", "open")


@test
def who_may_read_may_not_change():
    kim = {"username": "kim", "password": "kim-" + SECRET}
    gets_in("kim", address=URL, secure=True, **kim)
    real.refused("kim may not do this", "delete", "assembly", "none", "-e", "kim")


@test
def login_keeps_a_token():
    said = real.run("login", URL, "--client", "LmClient", "--client-secret", SECRET, "-u", "jack", "-p",
        JACK["password"], "--name", "kept", "-y")
    assert said.startswith("Login success"), said
    is_(real.run("whoami", "--show-user"), "jack")
    real.run("get", "descriptors")
    real.run("login", URL, "-u", "jack", "--api-key", JACK["password"], "--zen", "--auth-address", ZEN,
        "--name", "zen-kept", "-y")
    is_(real.run("whoami", "--show-user"), "jack")


run(real.asked)
