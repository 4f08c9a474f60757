// The Debian packages that tests need: installed where that is possible, named where it is not.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

interface DebianPackage {
  readonly name: string
  /** Shell command that succeeds where the package, or its equal, is present. */
  readonly probe: string
  readonly why: string
}

const list: { readonly packages: readonly DebianPackage[] } = JSON.parse(
  readFileSync(new URL('./debian-packages.json', import.meta.url), 'utf8'),
)

const absent = (): DebianPackage[] =>
  list.packages.filter(({ probe }) => spawnSync('sh', ['-c', probe], { stdio: 'ignore' }).status !== 0)

const succeeds = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0

const canInstall = (): boolean =>
  process.getuid?.() === 0 && spawnSync('sh', ['-c', 'command -v apt-get'], { stdio: 'ignore' }).status === 0

/**
 * Makes the packages of `debian-packages.json` present, as root on a machine with apt-get; elsewhere changes
 * nothing. Returns the names of those still absent.
 */
export function provideDebianPackages(): string[] {
  const wanted = absent()
  if (wanted.length === 0) return []
  if (!canInstall()) return wanted.map(({ name }) => name)
  const names = wanted.map(({ name }) => name)
  console.log(`== Debian packages: installing ${names.join(' ')}`)
  // Another apt-get may hold the lock for a while on a machine that has just started.
  const lock = ['-o', 'DPkg::Lock::Timeout=300']
  const installed =
    succeeds('apt-get', ['-qq', ...lock, 'update']) &&
    succeeds('apt-get', ['-qq', ...lock, 'install', '-y', '--no-install-recommends', ...names])
  if (!installed) console.error('== apt-get failed; its own message is above')
  return absent().map(({ name }) => name)
}

/** Says which packages are absent and what is therefore not tested. */
export function reportLeftOut(names: readonly string[]): void {
  for (const { name, why } of list.packages) {
    if (names.includes(name)) console.error(`== left out, for want of Debian's ${name}: ${why}`)
  }
}
