# SPDX-License-Identifier: Apache-2.0
# A package of lmctl's has its scripts for this machine in Lifecycle/local, beside those for other drivers.
mkdir -p theirs/Definitions/lm theirs/Lifecycle/local theirs/Lifecycle/ansible/scripts
cat >theirs/Definitions/lm/resource.yaml <<'END'
name: resource::theirs::1.0
infrastructure:
  local:
    container: {image: asterisk}
lifecycle: [Install, Start, Stop, Uninstall]
END
echo : >theirs/Lifecycle/local/start.sh
echo : >theirs/Lifecycle/local/strat.sh
echo 'hosts: all' >theirs/Lifecycle/ansible/scripts/Install.yaml
