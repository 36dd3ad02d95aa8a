# SPDX-License-Identifier: Apache-2.0
"""
lmctl.py URL FOLDER: what lmctl asks of a manager, and whether it can live with the answers.  FOLDER
has the pipes by which the service's gate tells that it begins, and waits.  Ends with 0 when all is well.
"""

import http.client
import io
import json
import re
import sys
import urllib.parse
import zipfile

sys.path.insert(0, sys.path[0] + "/../lib")
from lmctl import Lmctl  # noqa: E402
from sentences import is_, refused, run, test  # noqa: E402
from simulated_manager import Manager  # noqa: E402

URL, FOLDER = sys.argv[1], sys.argv[2]
lm = Lmctl(URL)


# ---- words of the sentences -------------------------------------------------------------------------


def done(process):
    p = lm.ended(process)
    assert p["status"] == "Completed", f"{p['status']}: {p['statusReason']}"
    return p


def created(name, descriptor="assembly::voice::1.0", **properties):
    done(
        lm.intent(
            "createAssembly",
            assemblyName=name,
            descriptorName=descriptor,
            intendedState="Active",
            properties=properties,
        )
    )
    return lm.get_assembly(name)


def forgotten(name):
    done(lm.delete_assembly(assemblyName=name))


def find(node, name):
    if node["name"] == name:
        return node
    for child in node["children"]:
        found = find(child, name)
        if found is not None:
            return found
    return None


def value(assembly, name):
    for p in assembly["properties"]:
        if p["name"] == name:
            return p["value"]
    return None


def members(name, cluster):
    return len(re.findall(re.escape(f'"{cluster}__') + r'\d+"', json.dumps(lm.get_assembly(name))))


def everything(node):
    yield node
    for child in node["children"]:
        yield from everything(child)


def headers_of(path, method="GET", body=None):
    """The answer's status and headers, whatever it is."""
    url = urllib.parse.urlsplit(URL)
    c = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
    kind = {"Content-Type": "application/json"} if body is not None else {}
    c.request(method, path, body=body, headers=kind)
    answer = c.getresponse()
    answer.read()
    c.close()
    return answer.status, answer.headers


# ---- the connection ---------------------------------------------------------------------------------


@test
def its_ping_is_content():
    lm.ping_env()


@test
def versions_that_write_v1_are_served_alike():
    v1 = Lmctl(URL, prefix="api/v1")
    v1.ping_env()
    is_(v1.get("object-groups"), lm.get("object-groups"))
    is_(v1.get("processes"), [])


@test
def there_is_one_group_of_objects_and_what_may_be_permitted():
    for prefix in ("api", "api/v1"):
        asks = Lmctl(URL, prefix=prefix)
        groups = asks.get("object-groups")
        is_([g["isDefault"] for g in groups], [True])
        is_(asks.get("object-groups/default"), groups[0])
        is_(asks.get("object-groups/" + groups[0]["id"]), groups[0])
        assert all(p["name"] and p["description"] for p in asks.get("object-groups/permission-types"))
        refused(404, "Cannot find object group", asks.get, "object-groups/none")
    is_(lm.get("topology/assemblies", {"objectGroupId": groups[0]["id"]}), [])


@test
def a_project_without_behaviour_tests_finds_none_of_them():
    is_(lm.get("behaviour/assemblyConfigurations", {"projectId": "assembly::voice::1.0"}), [])
    is_(lm.get("behaviour/scenarios", {"projectId": "assembly::voice::1.0"}), [])


# ---- refusals ---------------------------------------------------------------------------------------


@test
def what_is_wrong_is_said_in_a_form_that_it_shows():
    e = refused(404, "Cannot find process with id none", lm.get, "processes/none")
    is_(e.headers["Content-Type"], "application/json")
    said = json.loads(e.body)
    is_(sorted(said), ["details", "localizedMessage", "url"])
    is_(said["details"], {})
    is_(e.headers["X-TraceCtx-TransactionId"], lm.trace)


@test
def every_json_is_of_just_that_type():
    for path in (
        "/api/processes",
        "/api/topology/assemblies",
        "/api/topology/assemblies?name=none",
        "/api/topology/assemblies/none",
        "/api/nowhere",
        "/api/catalog/descriptors",
        "/api/object-groups",
    ):
        is_(headers_of(path)[1]["Content-Type"], "application/json")


@test
def an_error_has_a_transaction_even_when_nobody_named_one():
    one, other = headers_of("/api/processes/none")[1], headers_of("/api/processes/none")[1]
    assert one["X-TraceCtx-TransactionId"] != other["X-TraceCtx-TransactionId"]


@test
def a_bad_address_is_404_and_a_bad_body_400():
    refused(404, "there is no intent", lm.intent, "danceAssembly", assemblyName="v")
    refused(404, "there is nothing at", lm.get, "nowhere")
    for body in (b"", b"{", b"[]", b"7", b'{"assemblyName": 7}'):
        is_(headers_of("/api/intent/deleteAssembly", "POST", body)[0], 400)


@test
def a_body_says_what_it_is_in_whatever_way_clients_do():
    for kind in ("application/json", "application/json;charset=UTF-8", "Application/JSON; charset=utf-8"):
        e = refused(400, "Cannot find assembly instance with name none", lm.request, "POST",
            "api/intent/deleteAssembly", body=b'{"assemblyName": "none"}', kind=kind)
        is_(e.headers["Content-Type"], "application/json")
    refused(415, "", lm.request, "POST", "api/intent/deleteAssembly", body=b"a: b", kind="text/plain")


@test
def who_names_nobody_hears_the_words_that_it_looks_for():
    missing = "Cannot find assembly instance with name none"
    about = {
        "deleteAssembly": {},
        "changeAssemblyState": {"intendedState": "Active"},
        "healAssembly": {"brokenComponentName": "none__a"},
        "scaleOutAssembly": {"clusterName": "a"},
        "scaleInAssembly": {"clusterName": "a"},
        "upgradeAssembly": {"descriptorName": "assembly::voice::1.0"},
    }
    for name, body in about.items():
        refused(400, missing, lm.intent, name, assemblyName="none", **body)
        refused(
            400, "Cannot find assembly instance with id 17", lm.intent, name, assemblyId="17", **body
        )


@test
def a_delete_of_what_is_gone_is_fine_where_that_is_said():
    is_(lm.delete_assembly(assemblyName="none", ignore_missing=True), None)
    is_(lm.delete_assembly(assemblyId="17", ignore_missing=True), None)
    is_(lm.delete_assembly(assemblyName="none", assemblyId=None, ignore_missing=True), None)


@test
def processes_that_are_not_there_are_the_bodys_mistake():
    for intent in ("retry", "rollback", "cancel"):
        refused(400, "Cannot find process with id 17", lm.intent, intent, processId="17")
        refused(400, "Cannot find process with id 17", lm.intent, intent, process_id="17")
        refused(400, "processId", lm.intent, intent)


# ---- creates ----------------------------------------------------------------------------------------


@test
def a_create_is_accepted_with_the_process_as_its_place():
    answer = lm.send(
        "POST",
        "intent/createAssembly",
        {
            "assemblyName": "voice",
            "descriptorName": "assembly::voice::1.0",
            "intendedState": "Active",
            "properties": {"size": 7, "flag": True, "rate": 0.5, "word": "plain"},
            "objectGroupId": "default",
            "tags": {"a": "b"},
        },
    )
    is_(answer.status, 201)
    assert answer.headers["Location"].endswith("/api/processes/" + answer.id())
    p = done(answer.id())
    is_(p["id"], answer.id())
    is_(p["intentType"], "CreateAssembly")
    is_(p["lifecycleAction"], "Create")
    is_(p["assemblyType"], "assembly::voice::1.0")
    is_(p["transactionId"], lm.trace)


@test
def numbers_and_booleans_have_become_text():
    a = lm.get_assembly("voice")
    is_([value(a, n) for n in ("size", "flag", "rate", "word")], ["7", "true", "0.5", "plain"])
    p = lm.get_processes(assemblyName="voice", limit=1)[0]
    is_(p["assemblyProperties"]["size"], "7")
    is_(p["intent"]["properties"]["flag"], "true")


@test
def a_name_that_is_taken_is_a_conflict():
    refused(
        409,
        "'voice'",
        lm.intent,
        "createAssembly",
        assemblyName="voice",
        descriptorName="assembly::voice::1.0",
        intendedState="Active",
    )


@test
def a_descriptor_that_nobody_knows_is_the_bodys_mistake():
    refused(
        400,
        "assembly::none::1.0",
        lm.intent,
        "createAssembly",
        assemblyName="v2",
        descriptorName="assembly::none::1.0",
        intendedState="Active",
    )
    refused(400, "intendedState", lm.intent, "createAssembly", assemblyName="v2",
        descriptorName="assembly::voice::1.0")


@test
def a_name_is_one_word_that_begins_with_a_letter():
    for name in ("a b", "a__b", "a/b", "1a"):
        refused(400, "cannot be the name of an instance", lm.intent, "createAssembly",
            assemblyName=name, descriptorName="assembly::leaf::1.0", intendedState="Active")
    refused(400, '"assemblyName" is missing', lm.intent, "createAssembly", assemblyName="",
        descriptorName="assembly::leaf::1.0", intendedState="Active")


@test
def a_create_or_upgrade_is_the_one_that_fits():
    both = {"descriptorName": "assembly::site::1.0", "intendedState": "Active", "tags": {}}
    p = done(lm.intent("createOrUpgradeAssembly", assemblyName="s", properties={"word": "a"}, **both))
    is_(p["intentType"], "CreateAssembly")
    p = done(lm.intent("createOrUpgradeAssembly", assemblyName="s", properties={"word": "b"}, **both))
    is_(p["intentType"], "UpgradeAssembly")
    is_(value(lm.get_assembly("s"), "word"), "b")
    forgotten("s")


# ---- topology ---------------------------------------------------------------------------------------


@test
def a_name_gives_a_list_of_one_or_none():
    is_(lm.get("topology/assemblies", {"name": "none"}), [])
    found = lm.get("topology/assemblies", {"name": "voice"})
    is_([a["name"] for a in found], ["voice"])
    is_(lm.get("topology/assemblies", {"name": found[0]["id"]}), [])
    is_(lm.get(f"topology/assemblies/{found[0]['id']}"), found[0])
    refused(404, "Cannot find assembly instance with id 17", lm.get, "topology/assemblies/17")
    # Its library puts a slash before the question.
    is_(lm.get("topology/assemblies/", {"name": "voice"}), found)


@test
def a_part_of_a_name_gives_an_object():
    found = lm.get("topology/assemblies", {"nameContains": "oic"})
    is_(found["partial"], False)
    is_([a["name"] for a in found["assemblies"]], ["voice"])
    last = found["assemblies"][0]["lastTransition"]
    is_(sorted(last), ["endDateTime", "id", "intentType", "startDateTime", "status"])
    is_((last["intentType"], last["status"]), ("CreateAssembly", "Completed"))
    is_(lm.get_assemblies_containing("none"), [])


@test
def without_a_name_there_is_a_list_with_the_columns_of_its_table():
    created("young", "assembly::site::1.0")
    found = lm.get("topology/assemblies")
    is_([a["name"] for a in found], ["young", "voice"])
    for a in found:
        for column in ("id", "name", "descriptorName", "state"):
            assert isinstance(a[column], str), column
    forgotten("young")


@test
def every_assembly_is_of_the_same_shape_and_every_value_text_or_nothing():
    for node in everything(lm.get_assembly("voice")):
        assert node["type"] in ("Assembly", "Component"), node["type"]
        for p in node["properties"]:
            is_(sorted(p), ["name", "value"])
            assert p["value"] is None or isinstance(p["value"], str), p
        for text in ("id", "name", "state", "descriptorName", "lastModifiedAt"):
            assert isinstance(node[text], str), (node["name"], text)
        if node["type"] == "Assembly":
            assert isinstance(node["createdAt"], str)
            for r in node["relationships"]:
                assert all(isinstance(r[k], str) for k in ("name", "sourceId", "targetId")), r
                assert isinstance(r["properties"], list)
            assert isinstance(node["references"], list)
        else:
            assert isinstance(node["metricKey"], str)


@test
def a_relationship_stands_with_the_assembly_that_declares_it():
    voice = lm.get_assembly("voice")
    is_(voice["relationships"], [])
    bonds = find(voice, "voice__site")["relationships"]
    is_([b["name"] for b in bonds], ["voice__site__line__hub_1__pbx_1"])
    is_(bonds[0]["sourceId"], find(voice, "voice__site__hub")["id"])
    is_(bonds[0]["targetId"], find(voice, "voice__site__pbx__1")["id"])


@test
def a_reference_tells_whom_it_leads_to():
    caller = created("caller", "assembly::caller::1.0")
    voice = lm.get_assembly("voice")
    is_(len(caller["references"]), 1)
    r = caller["references"][0]
    is_((r["id"], r["name"], r["type"]), (voice["id"], "voice", "assembly::voice::^1.0"))
    refused(409, "referenced by 'caller'", lm.delete_assembly, assemblyName="voice")
    refused(409, "referenced by 'caller'", lm.delete, "topology/assemblies/" + voice["id"])
    forgotten("caller")


@test
def more_than_fifty_are_cut_and_that_is_told():
    names = [f"many-{i}" for i in range(51)]
    all_of = [
        lm.intent("createAssembly", assemblyName=n, descriptorName="assembly::leaf::1.0",
            intendedState="Active") for n in names
    ]
    for p in all_of:
        done(p)
    found = lm.get("topology/assemblies", {"nameContains": "many-"})
    is_((len(found["assemblies"]), found["partial"]), (50, True))
    is_(len(lm.get("topology/assemblies")), 52)
    for p in [lm.delete_assembly(assemblyName=n) for n in names]:
        done(p)


# ---- processes --------------------------------------------------------------------------------------


@test
def a_process_is_had_with_and_without_its_depths():
    newest = lm.get_processes(assemblyName="voice", limit=1)[0]["id"]
    shallow, deep = lm.get_process(newest), lm.get_process(newest, deep=True)
    for depth in ("previousInstance", "desiredInstance", "executionPlan"):
        assert depth not in shallow and depth in deep, depth
        deep.pop(depth)
    is_(shallow, deep)
    is_(lm.get(f"processes/{newest}", {"shallow": "true"}), shallow)
    assert "executionPlan" in lm.get(f"processes/{newest}")
    refused(404, "17", lm.get_process, "17")


@test
def every_row_of_its_table_can_be_made():
    rows = [lm.process_row(p) for p in lm.get_processes()]
    assert len(rows) == 50, len(rows)
    assert all(isinstance(column, str) for row in rows for column in row)


@test
def a_time_has_a_zone_and_what_has_not_ended_has_no_end():
    p = lm.get_processes(assemblyName="voice", limit=1)[0]
    for t in ("startTime", "endTime"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)", p[t]), p[t]


@test
def processes_are_found_by_all_that_it_can_ask_for():
    voice = lm.get_assembly("voice")
    names = lambda **q: {p["assemblyName"] for p in lm.get_processes(limit=1000, **q)}
    is_(names(assemblyId=voice["id"]), {"voice"})
    is_(names(assemblyName="v*e"), {"voice"})
    is_(names(assemblyName="V*"), set())
    is_(names(assemblyName="*a*"), {"caller"} | {f"many-{i}" for i in range(51)})
    is_(names(assemblyType="assembly::caller::1.0"), {"caller"})
    is_(names(processStatuses="Failed,Cancelled"), set())
    is_(names(processStatuses="In Progress,Completed", assemblyName="voice"), {"voice"})
    is_(names(intentTypes="UpgradeAssembly,HealAssembly"), {"s"})
    is_(names(intentTypes="DeleteAssembly", assemblyName="c*"), {"caller"})
    is_(names(objectGroupId="default", assemblyName="s"), {"s"})
    refused(400, "processStatuses", lm.get_processes, processStatuses="Fine")
    refused(400, "intentTypes", lm.get_processes, intentTypes="createAssembly")
    refused(400, "limit", lm.get_processes, limit=0)


@test
def processes_are_found_by_their_times():
    p = lm.get_processes(assemblyName="voice", limit=1)[0]
    ids = lambda **q: {x["id"] for x in lm.get_processes(assemblyName="voice", **q)}
    early, late = "2000-01-01T00:00:00.000+01:00", "2100-01-01"
    is_(ids(startDateTime=early, endDateTime=late), {p["id"]})
    is_(ids(startDateTime=late), set())
    is_(ids(endDateTime=early), set())
    is_(ids(startDateTime=p["startTime"]), set())  # after it, that is
    is_(ids(endDateTime=p["endTime"]), set())
    # Who does not encode the sign of a zone means it all the same.
    plain = lm.request("GET", "api/processes?startDateTime=2000-01-01T00:00:00.000+01:00")
    assert len(plain.json()) == 50
    refused(400, "startDateTime", lm.get_processes, startDateTime="yesterday")


@test
def the_newest_comes_first():
    starts = [p["startTime"] for p in lm.get_processes(limit=1000)]
    is_(starts, sorted(starts, reverse=True))


# ---- changes ----------------------------------------------------------------------------------------


@test
def an_upgrade_changes_what_it_names_and_no_more():
    lm_id = lm.get_assembly("voice")["id"]
    p = done(lm.intent("upgradeAssembly", assemblyId=lm_id, properties={"size": 8}))
    is_(p["intentType"], "UpgradeAssembly")
    a = lm.get_assembly("voice")
    is_([value(a, n) for n in ("size", "flag", "rate", "word")], ["8", "true", "0.5", "plain"])
    p = done(lm.intent("upgradeAssembly", assemblyName="voice",
        descriptorName="assembly::voice::1.0", properties={}))
    is_(value(lm.get_assembly("voice"), "size"), "8")


@test
def a_state_is_changed_down_and_up():
    done(lm.intent("changeAssemblyState", assemblyName="voice", intendedState="Inactive"))
    is_(lm.get_assembly("voice")["state"], "Inactive")
    done(lm.intent("changeAssemblyState", assemblyName="voice", intendedState="Active"))
    is_(lm.get_assembly("voice")["state"], "Active")
    refused(400, "intendedState", lm.intent, "changeAssemblyState", assemblyName="voice",
        intendedState="Broken")


@test
def a_cluster_is_scaled_by_every_name_it_has():
    for assembly, cluster in (
        ("voice", "voice__site__pbx"),
        ("voice", "site__pbx"),
        ("voice", "pbx"),
        ("voice__site", "pbx"),
    ):
        p = done(lm.intent("scaleOutAssembly", assemblyName=assembly, clusterName=cluster))
        is_((p["intentType"], p["assemblyName"]), ("ScaleOutAssembly", "voice"))
        is_(members("voice", "voice__site__pbx"), 2)
        p = done(lm.intent("scaleInAssembly", assemblyName=assembly, clusterName=cluster))
        is_(p["intentType"], "ScaleInAssembly")
        is_(members("voice", "voice__site__pbx"), 1)
    refused(400, "minimum", lm.intent, "scaleInAssembly", assemblyName="voice", clusterName="pbx")
    refused(400, "no cluster 'none'", lm.intent, "scaleOutAssembly", assemblyName="voice",
        clusterName="none")


@test
def a_component_is_healed_by_every_name_it_has():
    hub = find(lm.get_assembly("voice"), "voice__site__hub")
    for which in (
        {"brokenComponentName": "voice__site__hub"},
        {"brokenComponentName": "site__hub"},
        {"brokenComponentId": hub["id"]},
        {"brokenComponentMetricKey": "voice__site__hub"},
        {"brokenComponentMetricKey": hub["metricKey"]},
    ):
        p = done(lm.intent("healAssembly", assemblyName="voice", **which))
        is_((p["intentType"], p["lifecycleAction"]), ("HealAssembly", "Heal"))
        is_({k: v for k, v in p["intent"].items() if k.startswith("broken")}, which)
    refused(400, "none", lm.intent, "healAssembly", assemblyName="voice", brokenComponentName="none")
    refused(400, "which component", lm.intent, "healAssembly", assemblyName="voice")


def orphans():
    found = lm.get("doctor")["findings"]
    return {f["subject"] for f in found if f["code"] == "orphan"}


@test
def what_is_forgotten_stays_outside_and_an_adoption_takes_it_over():
    here = created("here", "assembly::site::1.0")
    is_(lm.get("topology/assemblies/" + here["id"])["name"], "here")
    is_(lm.delete("topology/assemblies/" + here["id"]).status, 204)
    refused(404, "Cannot find", lm.get, "topology/assemblies/" + here["id"])
    is_(lm.get("topology/assemblies", {"name": "here"}), [])
    is_(orphans(), {"here__hub"})
    p = done(
        lm.intent(
            "adoptAssembly",
            assemblyName="here",
            descriptorName="assembly::site::1.0",
            intendedState="Active",
            properties={},
            clusters={"pbx": 1},
            resources={
                "here__hub": {
                    "id": find(here, "here__hub")["id"],
                    "associatedTopology": {"server": {"id": "17", "type": "Openstack"}},
                },
                "here__pbx__1": {"id": find(here, "here__pbx__1")["id"]},
            },
            objectGroupId="default",
        )
    )
    is_(p["intentType"], "AdoptAssembly")
    again = lm.get_assembly("here")
    is_(find(again, "here__hub")["id"], find(here, "here__hub")["id"])
    assert again["id"] != here["id"]
    is_(orphans(), set())
    forgotten("here")


# ---- processes that do not go well -----------------------------------------------------------------------


@test
def what_failed_is_tried_again_or_taken_back():
    named = Lmctl(URL)
    named.trace = "order-67"
    p = lm.ended(named.intent("upgradeAssembly", assemblyName="voice", properties={"word": "bad"}))
    is_(p["status"], "Failed")
    assert "voice__gate" in p["statusReason"], p["statusReason"]
    is_([x["id"] for x in lm.get_processes(processStatuses="Failed")], [p["id"]])
    again = lm.send("POST", "intent/retry", {"processId": p["id"]})
    is_(again.status, 201)
    is_(lm.ended(p["id"])["status"], "Failed")
    back = done(lm.send("POST", "intent/rollback", {"process_id": p["id"]}).id())
    is_(back["status"], "Completed")
    is_(value(lm.get_assembly("voice"), "word"), "plain")
    refused(400, "cannot be tried again", lm.intent, "retry", processId=back["id"])
    refused(400, "cannot be cancelled", lm.intent, "cancel", processId=back["id"])


@test
def what_runs_is_seen_running_and_nothing_else_begins_meanwhile():
    process = lm.intent("upgradeAssembly", assemblyName="voice", properties={"word": "wait"})
    with open(f"{FOLDER}/begun") as begun:
        begun.readline()
    p = lm.get_process(process)
    is_(p["status"], "In Progress")
    assert "endTime" not in p
    lm.process_row(p)
    is_([x["id"] for x in lm.get_processes(processStatuses="In Progress")], [process])
    voice = lm.get_assemblies_containing("voice")[0]
    is_(voice["lastTransition"]["status"], "In Progress")
    refused(409, "busy", lm.intent, "changeAssemblyState", assemblyName="voice", intendedState="Active")
    refused(409, "busy", lm.delete, "topology/assemblies/" + voice["id"])
    is_(lm.send("POST", "intent/cancel", {"processId": process}).status, 201)
    with open(f"{FOLDER}/gate", "w") as gate:
        gate.write("\n")
    is_(lm.ended(process)["status"], "Cancelled")
    done(lm.send("POST", "intent/rollback", {"processId": process}).id())


@test
def a_transaction_is_in_the_process_and_each_of_its_steps():
    named = Lmctl(URL)
    named.trace = "order-66"
    process = named.intent("healAssembly", assemblyName="voice", brokenComponentName="site__hub")
    done(process)
    p = named.get_process(process, deep=True)
    is_(p["transactionId"], "order-66")
    asked = [s for s in p["executionPlan"] if s["id"] is not None]
    assert asked, "no step was asked of a driver"
    is_({s["transactionId"] for s in asked}, {"order-66"})


# ---- descriptors ------------------------------------------------------------------------------------


@test
def a_descriptor_is_had_under_its_name_as_it_stands():
    a = lm.get_descriptor("assembly::voice::1.0")
    is_(a.headers["Content-Type"], "application/yaml")
    assert "name: assembly::voice::1.0" in a.body.decode(), a.body
    assert a.body.decode().count("name: assembly::") == 1, a.body
    is_(lm.get_descriptor("assembly%3A%3Avoice%3A%3A1.0").body, a.body)
    refused(404, "assembly::none::1.0", lm.get_descriptor, "assembly::none::1.0")
    listed = lm.get("catalog/descriptors")
    assert {"name", "description", "links"} <= set(listed[0]), listed[0]


@test
def a_descriptor_is_made_changed_and_taken_away():
    text = "name: assembly::mine::1.0\ncomposition:\n  leaf: {type: 'resource::leaf::1.0'}\n"
    refused(404, "assembly::mine::1.0", lm.put_yaml, "PUT", "catalog/descriptors/assembly::mine::1.0", text)
    is_(lm.put_yaml("POST", "catalog/descriptors", text).status, 201)
    refused(409, "assembly::mine::1.0", lm.put_yaml, "POST", "catalog/descriptors", text)
    is_(lm.put_yaml("PUT", "catalog/descriptors/assembly::mine::1.0", text + "description: x\n").status, 200)
    assert b"description: x" in lm.get_descriptor("assembly::mine::1.0").body
    created("mine", "assembly::mine::1.0")
    forgotten("mine")
    is_(lm.delete("catalog/descriptors/assembly::mine::1.0").status, 204)
    refused(404, "", lm.delete, "catalog/descriptors/assembly::mine::1.0")
    e = refused(400, "", lm.put_yaml, "POST", "catalog/descriptors", "name: assembly::bad::1.0\nfoo: [\n")
    is_(e.headers["Content-Type"], "application/json")


def package(name, version="1.0", description=""):
    """What 'lmctl project build' makes of a resource: folders stand in it, too."""
    text = (
        f"name: resource::{name}::{version}\ndescription: '{description}'\n"
        "default-driver: {ansible: {selector: {infrastructure-type: ['*']}}}\n"
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as z:
        for folder in ("Definitions/", "Definitions/lm/", "Lifecycle/", "Lifecycle/ansible/",
                "Lifecycle/ansible/config/", "Lifecycle/ansible/scripts/"):
            z.writestr(zipfile.ZipInfo(folder), b"")
        z.writestr("Definitions/lm/resource.yaml", text)
        z.writestr("Lifecycle/ansible/scripts/Install.yaml", "---\n")
    return content.getvalue()


@test
def a_project_is_pushed():
    """The statuses are compared exactly."""
    name = "resource::pushed::1.0"
    packages = "resource-manager/resource-packages"
    for what in (f"catalog/descriptors/{name}", f"{packages}/{name}"):
        refused(404, name, lm.delete, what)
    answer = lm.put_file("POST", packages, "pushed.zip", package("pushed"))
    is_((answer.status, answer.id()), (201, name))
    brent = lm.get("resource-managers/brent")
    answer = lm.send("PUT", "resource-managers/brent", brent)
    is_(answer.status, 200)
    assert name in answer.json()["resourceTypes"], answer.json()
    assert name.encode() in lm.get_descriptor(name).body
    is_(lm.put_file("PUT", f"{packages}/{name}", "pushed.zip", package("pushed")).status, 200)
    is_(lm.delete(f"{packages}/{name}").status, 204)
    refused(404, name, lm.get_descriptor, name)


@test
def a_project_has_scripts_for_this_machine_too():
    name, packages = "resource::ours::1.0", "resource-manager/resource-packages"
    text = (
        f"name: {name}\nproperties: {{said: {{read-only: true}}}}\nlifecycle: [Install, Start, Uninstall]\n"
        "infrastructure: {local: {container: {image: box}}}\n"
    )
    start = 'echo "said=$(cat /package/Lifecycle/local/word)" >>"$LM_OUTPUT"\n'

    def packed(*files):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as z:
            for path, written in (("Definitions/lm/resource.yaml", text), *files):
                z.writestr(path, written)
        return content.getvalue()

    word = ("Lifecycle/local/word", "hello")
    refused(400, "Lifecycle/local/start.sh", lm.put_file, "POST", packages, "ours.zip", packed(word))
    whole = packed(word, ("Lifecycle/local/start.sh", start))
    is_(lm.put_file("POST", packages, "ours.zip", whole).status, 201)
    descriptor = f"name: assembly::ours::1.0\ncomposition:\n  part: {{type: '{name}'}}\n"
    is_(lm.put_yaml("POST", "catalog/descriptors", descriptor).status, 201)
    is_(value(find(created("ours", "assembly::ours::1.0"), "ours__part"), "said"), "hello")
    forgotten("ours")
    is_(lm.delete("catalog/descriptors/assembly::ours::1.0").status, 204)
    is_(lm.delete(f"{packages}/{name}").status, 204)


@test
def a_project_is_pushed_again_though_assemblies_and_instances_are_made_of_it():
    """Its parts are taken away first, the descriptor before the package, and then handed in anew."""
    name, packages = "resource::again::1.0", "resource-manager/resource-packages"
    lm.put_file("POST", packages, "again.zip", package("again"))
    text = f"name: assembly::again::1.0\ncomposition:\n  part: {{type: '{name}'}}\n"
    is_(lm.put_yaml("POST", "catalog/descriptors", text).status, 201)
    again = created("again", "assembly::again::1.0")
    is_(lm.delete(f"catalog/descriptors/{name}").status, 204)
    refused(404, name, lm.delete, f"{packages}/{name}")
    changed = package("again", description="changed")
    is_(lm.put_file("POST", packages, "again.zip", changed).status, 201)
    is_(lm.get_descriptor("assembly::again::1.0").status, 200)
    is_(lm.put_yaml("PUT", "catalog/descriptors/assembly::again::1.0", text).status, 200)
    is_(lm.send("PUT", "resource-managers/brent", lm.get("resource-managers/brent")).status, 200)
    assert b"changed" in lm.get_descriptor(name).body
    is_(lm.get_assembly("again")["id"], again["id"])
    forgotten("again")
    is_(lm.delete("catalog/descriptors/assembly::again::1.0").status, 204)
    is_(lm.delete(f"{packages}/{name}").status, 204)


# ---- where things are made, and by whom ---------------------------------------------------------------


@test
def a_location_is_its_own_id():
    made = lm.create(
        "deploymentLocations",
        {
            "name": "core",
            "description": "",
            "resourceManager": "brent",
            "infrastructureType": "Openstack",
            "infrastructureSpecificProperties": {"os_api_url": "http://10.0.0.1/v3"},
        },
    )
    is_(made["id"], "core")
    there = lm.get("deploymentLocations/core")
    is_((there["id"], there["name"]), ("core", "core"))
    is_([x["name"] for x in lm.get("deploymentLocations", {"name": "or"})], ["core"])
    there["description"] = "a cloud"  # a patch: what it was shown goes back
    is_(lm.send("PUT", "deploymentLocations/core", there).status, 200)
    is_(lm.get("deploymentLocations/core")["description"], "a cloud")
    is_(lm.delete("deploymentLocations/core").status, 204)
    refused(404, "core", lm.delete, "deploymentLocations/core")


@test
def a_key_is_kept_and_its_private_half_told_to_who_asks():
    keys = "resource-manager/infrastructure-keys/shared"
    obj = {"name": "k", "description": "", "publicKey": "ssh-rsa A", "privateKey": "hush"}
    is_(lm.create(keys, obj, "name")["name"], "k")
    is_(["privateKey" in k for k in lm.get(keys, {"includePrivateKey": False})], [False])
    is_("privateKey" in lm.get(keys + "/k"), False)
    is_(lm.get(keys + "/k", {"includePrivateKey": True})["privateKey"], "hush")
    assert lm.send("PUT", keys + "/k", dict(obj, description="new")).status in (200, 204)
    is_(lm.get(keys + "/k")["description"], "new")
    is_(lm.delete(keys + "/k").status, 204)
    refused(404, "k", lm.get, keys + "/k")


@test
def drivers_are_registered_in_three_ways():
    for kind, by in (
        ("resource-drivers", {"type": "ansible"}),
        ("lifecycle-drivers", {"type": "ansible"}),
        ("vim-drivers", {"infrastructureType": "Openstack"}),
    ):
        path = "resource-manager/" + kind
        made = lm.create(path, dict(by, baseUri="http://127.0.0.1:9"))
        is_(lm.get(f"{path}/{made['id']}")["baseUri"], "http://127.0.0.1:9")
        is_(lm.get(path, by)["id"], made["id"])
        is_(lm.delete(f"{path}/{made['id']}").status, 204)
        refused(404, "", lm.delete, f"{path}/{made['id']}")
        refused(404, "", lm.get, path, by)


@test
def a_resource_manager_is_told_to_look_again():
    brent = lm.get("resource-managers/brent")
    assert isinstance(brent["name"], str) and isinstance(brent["url"], str)
    answer = lm.send("PUT", "resource-managers/brent", brent)
    is_(answer.status, 200)
    is_(answer.json()["resourceManagerOperation"], "UPDATE")
    with Manager(FOLDER + "/arm") as arm:
        is_(lm.send("POST", "resource-managers", {"name": "arm", "type": "ansible-rm",
            "url": arm.url}).json()["resourceManagerOperation"], "ADD")
    is_(lm.delete("resource-managers/arm").status, 204)


# ---- the end ----------------------------------------------------------------------------------------


@test
def a_delete_leaves_the_history():
    voice = lm.get_assembly("voice")
    p = done(lm.delete_assembly(assemblyId=voice["id"]))
    is_((p["intentType"], p["assemblyName"], p["assemblyId"]), ("DeleteAssembly", "voice", voice["id"]))
    is_(lm.get("topology/assemblies"), [])
    is_(lm.get_processes(assemblyName="voice", limit=1)[0]["id"], p["id"])


run(lm.asked)
