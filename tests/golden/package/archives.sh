# SPDX-License-Identifier: Apache-2.0
# What is wrong with archives; each is refused as a whole.
mkdir package
printf 'name: assembly::good::1.0\nzzz: 1\n' >package/good.yml
tar cf a-good.csar package
tar cf a-good-second.tar.gz --transform 's|good|better|' -C package good.yml
echo 'name: assembly::no::1.0' >fake.zip
tar czf - package | head -c 100 >cut.tgz
cat /dev/null >nothing.tar
tar cPf names.tar --transform 's|package/good|../../evil|' package/good.yml
tar rPf names.tar --transform 's|package/good|/etc/evil|' package/good.yml
ln -s /etc package/link
ln package/good.yml package/hard.yml
tar cf links.tar --sort=name package
rm package/link package/hard.yml
tar cf twice.tar package/good.yml
tar rf twice.tar package/good.yml
tar rf twice.tar --transform 's|good|GOOD|' package/good.yml
echo 'name: assembly::second::1.0' >Case.yml
tar cf case.tar --transform 's|package/good|case|' Case.yml package/good.yml
rm Case.yml
truncate -s 15M package/zeros
tar czf bomb.tgz package
truncate -s 17M package/zeros
tar czf large.tgz package
rm package/zeros
truncate -s 65M too-large.zip
tar cf scripts.tar --transform 's|good.yml|README.md|' package/good.yml
tar cf outer.tar a-good.csar
base64 -d >encrypted.zip <<'END'
UEsDBAoACQAAAHkVdV38OAReIwAAABcAAAAFAAAAYS55bWwT4dXJad2UeNupeDOg5b36A+/ALCVH
TdNt7qMnT/AGt5dCkVBLBwj8OAReIwAAABcAAABQSwECHgMKAAkAAAB5FXVd/DgEXiMAAAAXAAAA
BQAAAAAAAAABAAAApIEAAAAAYS55bWxQSwUGAAAAAAEAAQAzAAAAVgAAAAAA
END
rm -r package
