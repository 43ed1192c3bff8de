// What both stories share: checks that stop at the first surprise, and a way to wait for something live.

export function check(is_right, what) {
  if (!is_right) throw new Error(`not as expected: ${what}`);
  console.log(`ok ${what}`);
}

export function within(seconds, promise, what) {
  const late = new Promise((_, refuse) =>
    setTimeout(() => refuse(new Error(`waited too long for ${what}`)), seconds * 1000).unref(),
  );
  return Promise.race([promise, late]);
}

// A PNG of two by two pixels.
export const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==",
  "base64",
);

export const { ECHO_URL: URL_OF_ECHO, ECHO_TOKEN: TOKEN, ECHO_FRIEND: FRIEND, ECHO_FRIEND_TOKEN: FRIEND_TOKEN } =
  process.env;
