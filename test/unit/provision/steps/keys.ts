/** A key that gpg made, and the fingerprint that gpg prints for it. */
export const TEST_KEY = `-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawsu/xYJKwYBBAHaRw8BAQdAUbHsTOWZkA7TmUYzvvx1SjExRHcQELqpz7oZ
ZPktUKS0JkxvbmdzaG9yZSB0ZXN0IDxub2JvZHlAbG9uZ3Nob3JlLnRlc3Q+iI8E
ExYIADgWIQSH1XxLhYkxI944JjYXvqDuzdTsYgUCawsu/wIbAwULCQgHAgYVCgkI
CwIEFgIDAQIeAQIXgAAKCRAXvqDuzdTsYibaAPY/iUn7Q9oYDBqVbj+rCnG7cAIS
xVA0rD8g4hxQsELgAP40qM5nU8RQkuCzwW0CynAnFGOPP14gOm8uRDJGUhqGDw==
=BzBn
-----END PGP PUBLIC KEY BLOCK-----
`;
export const TEST_FINGERPRINT = "87D57C4B85893123DE38263617BEA0EECDD4EC62";

/** The first packet of Docker's key, which the fingerprint is made of. */
export const DOCKERS_KEY = `-----BEGIN PGP PUBLIC KEY BLOCK-----

mQINBFit2ioBEADhWpZ8/wvZ6hUTiXOwQHXMAlaFHcPH9hAtr4F1y2+OYdbtMuth
lqqwp028AqyY+PRfVMtSYMbjuQuu5byyKR01BbqYhuS3jtqQmljZ/bJvXqnmiVXh
38UuLa+z077PxyxQhu5BbqntTPQMfiyqEiU+BKbq2WmANUKQf+1AmZY/IruOXbnq
L4C1+gJ8vfmXQt99npCaxEjaNRVYfOS8QcixNzHUYnb6emjlANyEVlZzeqo7XKl7
UrwV5inawTSzWNvtjEjj4nJL8NsLwscpLPQUhTQ+7BbQXAwAmeHCUTQIvvWXqw0N
cmhh4HgeQscQHYgOJjjDVfoY5MucvglbIgCqfzAHW9jxmRL4qbMZj+b1XoePEtht
ku4bIQN1X5P07fNWzlgaRL5Z4POXDDZTlIQ/El58j9kp4bnWRCJW0lya+f8ocodo
vZZ+Doi+fy4D5ZGrL4XEcIQP/Lv5uFyf+kQtl/94VFYVJOleAv8W92KdgDkhTcTD
G7c0tIkVEKNUq48b3aQ64NOZQW7fVjfoKwEZdOqPE72Pa45jrZzvUFxSpdiNk2tZ
XYukHjlxxEgBdC/J3cMMNRE1F4NCA3ApfV1Y7/hTeOnmDuDYwr9/obA8t016Yljj
q5rdkywPf4JF8mXUW5eCN1vAFHxeg9ZWemhBtQmGxXnw9M+z6hWwc6ahmwARAQAB
-----END PGP PUBLIC KEY BLOCK-----
`;
