# SPDX-License-Identifier: Apache-2.0
"""
lmctl_real.py URL FOLDER [SECRET]: every command of lmctl that has to do with a manager, by lmctl itself, whose
checkout is FOLDER; with a SECRET as the client LmClient, whose it is.  The manager has what lmctl.sh gives it.
"""

import os
import sys

sys.path.insert(0, sys.path[0] + "/../lib")
from lmctl import Lmctl  # noqa: E402
from real import Real  # noqa: E402
from sentences import is_, run, test  # noqa: E402

URL, FOLDER = sys.argv[1], sys.argv[2]
SECRET = sys.argv[3] if len(sys.argv) > 3 else None
lm = Lmctl(URL)  # waits for processes, which lmctl does not
if SECRET is None:
    real = Real(FOLDER, address=URL, secure=False)
else:
    real = Real(FOLDER, address=URL, secure=True, client_id="LmClient", client_secret=SECRET)
    lm.login_client("LmClient", SECRET)


def done(*words):
    """The intent has been carried out."""
    p = lm.ended(real.accepted(*words))
    assert p["status"] == "Completed", f"{p['status']}: {p['statusReason']}"
    return p["intentType"]


def wrote(name, text):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, "w") as f:
        f.write(text)
    return name


CREATE = ("--set", "descriptorName=assembly::voice::1.0", "--set", "intendedState=Active")


# ---- the connection ---------------------------------------------------------------------------------


@test
def ping_env():
    said = real.run("ping", "env", "here")
    is_(said.count("| OK "), 4)
    assert "tests passed" in said, said
    # As where the engine of templates is not installed.
    real.refused("tests failed", "ping", "env", "--include-template-engine")


@test
def get_objectgroup_and_permissiontype():
    is_([g["id"] for g in real.get("objectgroup")["items"]], ["default"])
    is_(real.get("objectgroup", "default")["isDefault"], True)
    is_(len(real.get("permissiontypes")["items"]), 3)


# ---- descriptors ------------------------------------------------------------------------------------


@test
def create_get_update_and_delete_descriptor():
    wrote("mine.yaml", "name: assembly::mine::1.0\ndescription: one\nproperties: {a: {default: x}}\n"
        "composition: {leaf: {type: 'resource::leaf::1.0'}}\n")
    is_(real.run("create", "descriptor", "-f", "mine.yaml"), "Created: assembly::mine::1.0")
    real.refused("status=409", "create", "descriptor", "-f", "mine.yaml", "--og", "default")
    is_(real.get("descriptor", "assembly::mine::1.0")["description"], "one")
    real.run("update", "descriptor", "assembly::mine::1.0", "--set", "description=two")
    is_(real.get("descriptor", "assembly::mine::1.0", "--effective")["description"], "two")
    real.run("update", "descriptor", "-f", "mine.yaml")
    is_(real.get("descriptor", "assembly::mine::1.0")["description"], "one")
    assert "assembly::voice::1.0" in real.run("get", "descriptors")
    is_(real.run("delete", "descriptor", "assembly::mine::1.0"), "Removed: assembly::mine::1.0")
    real.refused("status=404", "delete", "descriptor", "assembly::mine::1.0")
    assert real.run("delete", "descriptor", "-f", "mine.yaml", "--ignore-missing").startswith("(Ignored)")


@test
def a_descriptor_that_is_wrong_is_refused_with_what_is_wrong():
    wrote("bad.yaml", "name: assembly::bad::1.0\ncomposition: {a: {typ: 'resource::leaf::1.0'}}\n")
    real.refused("status=400", "create", "descriptor", "-f", "bad.yaml")


# ---- assemblies and their processes -----------------------------------------------------------------


@test
def create_assembly():
    is_(done("create", "assembly", "--set", "assemblyName=v", *CREATE, "--prop", "word=plain",
        "--prop", "size=5", "--og", "default"), "CreateAssembly")
    real.refused("status=409", "create", "assembly", "--set", "assemblyName=v", *CREATE)
    wrote("leaf.yaml", "assemblyName: leaf\ndescriptorName: assembly::leaf::1.0\nintendedState: Active\n"
        "properties: {}\ntags: {a: b}\n")
    is_(done("create", "assembly", "-f", "leaf.yaml"), "CreateAssembly")


@test
def get_assembly():
    v = real.get("assembly", "v")
    is_(real.get("assembly", "--id", v["id"]), v)
    is_([a["name"] for a in real.get("assembly", "--name-contains", "v")["items"]], ["v"])
    is_([a["name"] for a in real.get("assemblies", "--topN")["items"]], ["leaf", "v"])
    assert v["id"] in real.run("get", "assembly", "v")
    real.refused("No Assembly found", "get", "assembly", "none")
    real.refused("status=404", "get", "assembly", "--id", "none")


@test
def get_process():
    p = real.get("process", "--assembly-name", "v", "--limit", "1")["items"][0]
    assert p["id"] in real.run("get", "process")
    assert "executionPlan" not in real.get("process", p["id"])
    assert "executionPlan" in real.get("process", p["id"], "--deep")
    is_(real.get("processes", "--assembly-id", p["assemblyId"], "--assembly-type", "assembly::voice::1.0",
        "--start-time", "2000-01-01T00:00:00.000+01:00", "--end-time", "2100-01-01", "--status",
        "Completed", "--status", "In Progress", "--intent-type", "CreateAssembly", "--ogid", "default")
        ["items"], [p])
    real.refused("status=404", "get", "process", "none")


@test
def changestate_assembly():
    is_(done("changestate", "assembly", "v", "--state", "Inactive"), "ChangeAssemblyState")
    is_(real.get("assembly", "v")["state"], "Inactive")
    v = real.get("assembly", "v")["id"]
    is_(done("changestate", "assembly", "--id", v, "--intended-state", "Active"), "ChangeAssemblyState")


@test
def scale_resourcecluster():
    v = real.get("assembly", "v")["id"]
    is_(done("scale", "resourcecluster", "pbx", "--assembly-name", "v"), "ScaleOutAssembly")
    is_(done("scale", "resourcecluster", "v__site__pbx", "--assembly-id", v, "--in"), "ScaleInAssembly")
    is_(done("create", "intent", "--set", "intentType=scaleOutAssembly", "--set", "assemblyName=v",
        "--set", "clusterName=pbx"), "ScaleOutAssembly")
    real.refused("status=404", "create", "intent", "--set", "intentType=dance")


@test
def heal_resource_and_assemblycomponent():
    v = real.get("assembly", "v")["id"]
    is_(done("heal", "resource", "v__gate", "--assembly-name", "v"), "HealAssembly")
    is_(done("heal", "assemblycomponent", "site__hub", "--assembly-id", v), "HealAssembly")
    is_(done("heal", "resource", "--metric-key", "v__gate", "--assembly-name", "v"), "HealAssembly")
    real.refused("status=400", "heal", "resource", "--id", "none", "--assembly-name", "v")


@test
def update_assembly_and_retry_rollback_and_cancel_process():
    v = real.get("assembly", "v")["id"]
    is_(done("update", "assembly", "--id", v, "--prop", "size=6"), "UpgradeAssembly")
    p = real.accepted("update", "assembly", "v", "--prop", "word=bad")
    is_(lm.ended(p)["status"], "Failed")
    assert p in real.run("get", "process", "--status", "Failed")
    real.accepted("retry", "process", p)
    is_(lm.ended(p)["status"], "Failed")
    real.accepted("rollback", "process", p)
    lm.ended(lm.get_processes(assemblyName="v", limit=1)[0]["id"])
    real.refused("status=400", "cancel", "process", p)


@test
def delete_assembly_and_adopt_it():
    for name in ("v", "leaf"):
        is_(done("delete", "assembly", name), "DeleteAssembly")
    real.refused("Cannot find assembly instance with name", "delete", "assembly", "v")
    for which in (("v",), ("--id", "none")):
        said = real.run("delete", "assembly", *which, "--ignore-missing")
        assert said.startswith("(Ignored)"), said
    real.refused("'leaf__leaf' is missing", "adopt", "assembly", "-f", "leaf.yaml")
    wrote("there.yaml", "assemblyName: leaf\ndescriptorName: assembly::leaf::1.0\nintendedState: Active\n"
        "resources: {leaf__leaf: {associatedTopology: {}}}\n")
    is_(done("adopt", "assembly", "-f", "there.yaml"), "AdoptAssembly")
    is_(done("delete", "assembly", "leaf"), "DeleteAssembly")


# ---- where things are made, and by whom ---------------------------------------------------------------


@test
def deploymentlocations():
    wrote("edge.yaml", "name: edge\nresourceManager: brent\ninfrastructureType: Other\n"
        "infrastructureSpecificProperties: {a: 1, b: {c: d}}\n")
    is_(real.run("create", "deploymentlocation", "-f", "edge.yaml"), "Created: edge")
    real.refused("status=409", "create", "deploymentlocation", "-f", "edge.yaml", "--og", "default")
    is_(real.get("deploymentlocation", "edge")["infrastructureSpecificProperties"]["b"], {"c": "d"})
    is_([x["name"] for x in real.get("deploymentlocation", "--name-contains", "dg")["items"]], ["edge"])
    real.run("update", "deploymentlocation", "edge", "--set", "description=new")
    is_(real.get("deploymentlocation", "edge")["description"], "new")
    real.run("update", "deploymentlocation", "-f", "edge.yaml")
    assert "edge" in real.run("get", "deploymentlocations")
    is_(real.run("delete", "deploymentlocation", "edge"), "Removed: edge")
    real.refused("status=404", "get", "deploymentlocation", "edge")
    real.run("delete", "deploymentlocation", "edge", "--ignore-missing")


@test
def infrastructurekeys():
    real.run("create", "infrastructurekey", "--set", "name=k", "--set", "publicKey=P", "--set", "privateKey=S")
    real.run("update", "infrastructurekey", "k", "--set", "description=new")
    assert "k" in real.run("get", "infrastructurekeys")
    k = real.get("infrastructurekey", "k")
    is_((k["description"], k["publicKey"], "privateKey" in k), ("new", "P", False))
    is_(real.run("delete", "infrastructurekey", "k"), "Removed: k")
    real.run("delete", "infrastructurekey", "k", "--ignore-missing")


@test
def resourcedrivers():
    driver = real.run("create", "resourcedriver", "--set", "type=made", "--set",
        "baseUri=http://127.0.0.1:9").split()[-1]
    is_(real.get("resourcedriver", driver), real.get("resourcedriver", "--type", "made"))
    is_(real.run("delete", "resourcedriver", "--type", "made"), "Removed: " + driver)
    real.run("delete", "resourcedriver", driver, "--ignore-missing")
    real.refused("status=404", "get", "resourcedriver", "--type", "made")
    real.refused("certificate", "create", "resourcedriver", "--set", "type=made", "--set",
        "baseUri=https://127.0.0.1:9")


@test
def resourcemanagers():
    said = real.run("update", "resourcemanager", "brent", "--set", "type=Brent", "--print-report")
    assert "Operation: UPDATE" in said and "resource::leaf::1.0" in said, said
    is_(real.get("resourcemanager", "brent")["name"], "brent")
    real.run("get", "resourcemanagers")
    real.run("delete", "resourcemanager", "none", "--ignore-missing")


# ---- projects -----------------------------------------------------------------------------------------


def project(name, mark):
    """An assembly of one resource, with scripts for this machine and for another driver."""
    wrote(f"{name}/lmproject.yml", f"schema: '2.0'\nname: {name}\nversion: '1.0'\npackaging: tgz\n"
        "type: Assembly\ncontains:\n- {name: part, type: Resource, resource-manager: lm, directory: part}\n")
    wrote(f"{name}/Descriptor/assembly.yml", f"description: {mark}\ncomposition:\n"
        "  part: {type: '$lmctl:/contains:part:descriptor_name'}\n")
    for folder in ("Configurations", "Runtime", "Tests"):
        os.makedirs(f"{name}/Behaviour/{folder}", exist_ok=True)
    part = f"{name}/Contains/part"
    wrote(f"{part}/Definitions/lm/resource.yaml", f"description: {mark}\n"
        "properties: {said: {read-only: true}}\nlifecycle: [Install, Start, Uninstall]\n"
        "infrastructure: {local: {container: {image: box}}}\n")
    wrote(f"{part}/Lifecycle/local/start.sh", f'echo said={mark} >>"$LM_OUTPUT"\n')
    wrote(f"{part}/Lifecycle/ansible/scripts/Install.yaml", "---\n")
    wrote(f"{part}/Lifecycle/ansible/config/inventory", "[x]\n")
    return name


@test
def project_push():
    real.run("project", "build", "--project", project("svc", "one"))
    real.run("project", "push", "--project", "svc", "here")
    is_(real.get("descriptor", "assembly::svc::1.0")["composition"]["part"]["type"], "resource::part-svc::1.0")
    made = ("--set", "descriptorName=assembly::svc::1.0", "--set", "intendedState=Active")
    is_(done("create", "assembly", "--set", "assemblyName=svc", *made), "CreateAssembly")
    part = real.get("assembly", "svc")["children"][0]
    is_(part["properties"], [{"name": "said", "value": "one"}])
    real.run("project", "push", "--project", project("svc", "two"))
    for name in ("assembly::svc::1.0", "resource::part-svc::1.0"):
        is_(real.get("descriptor", name)["description"], "two")
    is_(done("delete", "assembly", "svc"), "DeleteAssembly")


@test
def create_update_and_delete_resourcepkg():
    pkg, name = "svc/_lmctl/content/Contains/part/part-svc.zip", "resource::part-svc::1.0"
    real.run("delete", "descriptor", "assembly::svc::1.0")
    is_(real.run("delete", "resourcepkg", name), "Removed package for: " + name)
    real.run("delete", "resourcepkg", name, "--ignore-missing")
    is_(real.run("create", "resourcepkg", "-f", pkg, "--og", "default"), "Created from package: " + name)
    real.refused("status=409", "create", "resourcepkg", "-f", pkg)
    is_(real.run("update", "resourcepkg", name, "-f", pkg), "Updated package for: " + name)
    real.run("delete", "resourcepkg", name)
    real.refused("status=404", "get", "descriptor", name)


@test
def behaviour_tests_are_none():
    is_(real.get("behaviourprojects")["items"], [])
    is_(real.get("scenarios", "--project", "assembly::voice::1.0")["items"], [])
    is_(real.get("assemblyconfigs", "--project", "assembly::voice::1.0")["items"], [])
    real.refused("status=404", "execute", "scenario", "none")


run(real.asked)
