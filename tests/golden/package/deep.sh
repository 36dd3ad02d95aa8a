# SPDX-License-Identifier: Apache-2.0
mkdir -p a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r
echo 'name: assembly::deep::1.0' >a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/x.yml
echo 'name: assembly::deep::1.0' >a/x.yml
