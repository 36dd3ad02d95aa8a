# SPDX-License-Identifier: Apache-2.0
mkdir -p a/lifecycle b c
echo 'name: assembly::x::1.0' >a/lifecycle/x.yml
echo hello >c/README.md
