# SPDX-License-Identifier: Apache-2.0
# Scripts and templates that are named and missing, or there and not named.
mkdir -p ours/lifecycle ours/config foreign/Lifecycle/ansible/scripts foreign/Definitions/lm
cat >ours/resource.yml <<'END'
name: resource::server::1.0
infrastructure:
  local:
    container: {image: asterisk}
lifecycle:
  Create:
  Install:
  Configure:
  Start:
  Stop:
    timeout: 10
  Uninstall:
operations:
  addMember: {}
  removeMember: {}
END
cd ours/lifecycle
for name in create strat Stop integrity removemember helper.inc helper; do echo : >$name.sh; done
mv helper.inc.sh helper.inc
: >configure.sh
cd ../..
cat >foreign/Definitions/lm/resource.yaml <<'END'
name: resource::foreign::1.0
infrastructure: {Openstack: {}}
lifecycle:
  Create:
    drivers:
      Openstack: {template: {file: heat.yaml, template-type: HEAT}}
  Install: {}
  Start:
    drivers:
      Openstack: {template: {file: start.yaml, template-type: HEAT}}
default-driver:
  ansible: {selector: {infrastructure-type: ['*']}}
END
echo 'hosts: all' >foreign/Lifecycle/ansible/scripts/Install.yaml
mkdir foreign/Lifecycle/Openstack
echo 'heat_template_version: 2013-05-23' >foreign/Lifecycle/Openstack/heat.yaml
sed -i s/server/packed/ ours/resource.yml
tar cf packed.csar --sort=name ours
sed -i s/packed/server/ ours/resource.yml
