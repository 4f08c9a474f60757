// Preloaded by every npm script: says plainly what is wrong where the pinned Node is not linked, instead of
// the loader's "unknown file extension". Plain JavaScript, because an older Node reads it.
const [major] = process.versions.node.split('.').map(Number)
if (major < 24) {
  console.error(
    `This project needs Node 24 or later and runs on ${process.version} here. npm installs the pinned Node for ` +
      `Linux on x64 and arm64 (package.json, optionalDependencies); on ${process.platform}-${process.arch} ` +
      'install Node 24 yourself, or run `npm ci` without --omit=optional.',
  )
  process.exit(1)
}
