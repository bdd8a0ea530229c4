// The first import of every tool that a fresh clone starts with: an old Node is told apart before it stumbles over
// something newer. No syntax and no import here that an old Node lacks.
const OLDEST_MAJOR = 20;
const OLDEST_MINOR = 19;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < OLDEST_MAJOR || (major === OLDEST_MAJOR && minor < OLDEST_MINOR)) {
  console.error(
    `Node ${process.versions.node} is too old: this needs Node ${OLDEST_MAJOR}.${OLDEST_MINOR} or newer (https://nodejs.org).`,
  );
  process.exit(1);
}
