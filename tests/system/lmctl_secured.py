# SPDX-License-Identifier: Apache-2.0
"""
lmctl_secured.py URL: how lmctl logs in to a manager that asks who one is, and what it may do then.
There are jack (SLMAdmin), jill (Portal) and kim (ReadOnly), whose passwords begin with their names, and
the client LmClient (SLMAdmin), which others come by, too.
"""

import sys
import time

sys.path.insert(0, sys.path[0] + "/../lib")
from lmctl import Lmctl  # noqa: E402
from sentences import is_, refused, run, test  # noqa: E402

URL, SECRET = sys.argv[1], sys.argv[2]
asked = []


def client():
    c = Lmctl(URL)
    c.asked = asked
    return c


def password(name):
    return name + "-" + SECRET


def logged_in(name):
    c = client()
    c.login_client("LmClient", SECRET, name, password(name))
    return c


CREATE = {
    "assemblyName": "a",
    "descriptorName": "assembly::none::1.0",
    "intendedState": "Active",
}


@test
def without_a_login_it_is_told_to_log_in():
    e = refused(401, "", client().ping_env)
    is_(e.headers["Content-Type"], "application/json")
    c = client()
    c.token = "not.a.token"
    refused(401, "", c.ping_env)


@test
def a_client_logs_in_with_its_secret():
    c = client()
    claims = c.login_client("LmClient", SECRET)
    assert 1000 < claims["exp"] - time.time() <= 1200, claims
    c.ping_env()


@test
def a_user_logs_in_by_a_client():
    c = client()
    is_(c.login_client("LmClient", SECRET, "jack", password("jack"))["username"], "jack")
    c.ping_env()


@test
def a_user_logs_in_as_at_the_user_interface():
    c = client()
    is_(c.login_user("jack", password("jack"))["username"], "jack")
    is_(c.asked[-1], "POST /ui/api/login")
    c.ping_env()


@test
def a_user_logs_in_with_a_key_as_at_zen():
    c = client()
    is_(c.login_zen("jack", password("jack"))["username"], "jack")
    refused(401, "", client().login_zen, "jack", "wrong")
    c.ping_env()


@test
def who_gets_it_wrong_is_not_told_what_was_wrong():
    one = refused(401, "", client().login_user, "jack", "wrong")
    other = refused(401, "", client().login_user, "nobody", "wrong")
    is_(one.detail, other.detail)


@test
def who_may_read_may_not_change():
    kim = logged_in("kim")
    kim.ping_env()
    kim.get_processes()
    refused(403, "", kim.intent, "createAssembly", **CREATE)
    refused(403, "", kim.intent, "deleteAssembly", assemblyName="none")
    refused(403, "", kim.delete, "topology/assemblies/none")


@test
def who_may_create_may_do_no_more():
    jill = logged_in("jill")
    refused(400, "assembly::none::1.0", jill.intent, "createAssembly", **CREATE)
    refused(403, "", jill.intent, "deleteAssembly", assemblyName="none")


@test
def who_may_all_is_heard():
    jack = logged_in("jack")
    refused(400, "Cannot find assembly instance with name", jack.intent, "deleteAssembly",
        assemblyName="none")
    refused(404, "Cannot find assembly instance with id", jack.delete, "topology/assemblies/none")


run(asked)
