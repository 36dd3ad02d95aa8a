# SPDX-License-Identifier: Apache-2.0
# The place where archives are unpacked is no folder.
echo 'name: assembly::a::1.0' >a.yml
tar cf package.csar a.yml
rm a.yml
echo occupied >.store
