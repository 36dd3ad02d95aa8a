# SPDX-License-Identifier: Apache-2.0
# What cannot be read does not hide what is wrong with the rest.
printf 'name: assembly::good::1.0\nzzz: 1\n' >good.yml
ln -s circle.yml circle.yml
mkfifo pipe
mkdir folder.yml package
truncate -s 2T huge.yml
mkfifo package/pipe.yml
mkdir package/dir.yaml
ln -s ../good.yml package/link.yml
ln -s nowhere.yml package/broken.yml
ln -s .. package/up
echo 'name: assembly::better::1.0' >package/z.yml
