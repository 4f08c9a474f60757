// Whether the lock file knows what the manifests say: `npm ci` refuses a clone in which it does not.

import type { Manifest } from './manifests.ts'

interface Locked {
  readonly packages: Readonly<Record<string, Manifest['json'] & { readonly link?: boolean }>>
}

const KINDS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const

/** Rooms and dependencies in which the manifests and the lock file differ. */
export function lockFaults(manifests: readonly Manifest[], { packages }: Locked): string[] {
  return manifests.flatMap(({ path, json }) => {
    const folder = path === 'package.json' ? '' : path.slice(0, -'/package.json'.length)
    const locked = packages[folder]
    if (locked === undefined) return [`${path} is not in package-lock.json: run npm install`]
    return KINDS.flatMap((kind) => {
      const [wanted, known] = [json[kind] ?? {}, locked[kind] ?? {}]
      const names = [...new Set([...Object.keys(wanted), ...Object.keys(known)])]
      return names
        .filter((name) => wanted[name] !== known[name])
        .map((name) => `${path}: ${name}: package-lock.json says another version, or none: run npm install`)
    })
  })
}
