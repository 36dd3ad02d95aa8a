# SPDX-License-Identifier: Apache-2.0
# One second of a dial tone, 425 Hz, as 8000 bytes of G.711 mu-law
function mulaw(sample, sign, exponent, mantissa, limit) {
	sign = sample < 0 ? 128 : 0
	if (sample < 0)
		sample = -sample
	sample += 132
	exponent = 7
	for (limit = 16384; exponent > 0 && sample < limit; limit /= 2)
		exponent--
	mantissa = int(sample / 2 ^ (exponent + 3)) % 16
	return 255 - (sign + exponent * 16 + mantissa)
}
BEGIN {
	# 425 Hz at 8000 samples per second repeats after 17 waves, 320 samples
	for (i = 0; i < 320; i++)
		wave = wave sprintf("\\%03o", mulaw(int(8000 * sin(6.283185307 * 17 * i / 320))))
	for (i = 0; i < 25; i++)
		printf "%s", wave
}
