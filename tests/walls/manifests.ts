// What the package manifests and the texts of the project must and must not say.

import type { Source } from './source.ts'

export interface Manifest {
  readonly path: string
  readonly json: {
    readonly name?: string
    readonly private?: boolean
    readonly license?: string
    readonly type?: string
    readonly dependencies?: Readonly<Record<string, string>>
    readonly devDependencies?: Readonly<Record<string, string>>
    readonly optionalDependencies?: Readonly<Record<string, string>>
    readonly peerDependencies?: Readonly<Record<string, string>>
  }
}

const EXACT = /^(npm:(@[a-z0-9-]+\/)?[a-z0-9._-]+@)?\d+\.\d+\.\d+(-[0-9a-z.-]+)?$/

const allDependencies = ({ json }: Manifest): [string, string][] =>
  Object.entries({
    ...json.dependencies,
    ...json.devDependencies,
    ...json.optionalDependencies,
    ...json.peerDependencies,
  })

/** What is wrong with a manifest: loose versions, another licence, publishable by accident. */
export function manifestFaults(manifest: Manifest): string[] {
  const { path, json } = manifest
  const faults = allDependencies(manifest)
    .filter(([, version]) => !EXACT.test(version))
    .map(([name, version]) => `${path}: ${name}: ${version} is not an exact version`)
  if (json.license !== 'Apache-2.0') faults.push(`${path}: the licence is Apache-2.0`)
  if (json.private !== true) faults.push(`${path}: not private`)
  if (json.type !== 'module') faults.push(`${path}: not a module`)
  return faults
}

/** Outside dependencies that `docs/dependencies.md` does not name, each in backquotes. */
export function unexplained(manifests: readonly Manifest[], page: string): string[] {
  const names = manifests.flatMap(allDependencies).map(([name]) => name)
  const outside = [...new Set(names)].filter((name) => !name.startsWith('@cadastre/'))
  return outside.filter((name) => !page.includes(`\`${name}\``)).sort()
}

/** Written in parts, so that this file does not contain what it forbids. */
const REGISTRY_HOSTS = [
  ['registry', 'npmjs', 'org'],
  ['registry', 'yarnpkg', 'com'],
  ['registry', 'npmmirror', 'com'],
  ['npm', 'pkg', 'github', 'com'],
  ['deb', 'debian', 'org'],
  ['security', 'debian', 'org'],
  ['proxy', 'golang', 'org'],
  ['files', 'pythonhosted', 'org'],
  ['pypi', 'org'],
  ['index', 'crates', 'io'],
].map((labels) => labels.join('.'))

/** A path that exists on one machine only: a home, a checkout's own place. */
const MACHINE_PATH = /(?<![\w.:/@*-])\/(?:work|root|Users|home\/[a-z])[/\w.-]*\//

/** Lines that name a package registry's host or a path of somebody's machine. */
export function machineTraces({ path, text }: Source): string[] {
  return text.split('\n').flatMap((line, index) => {
    const host = REGISTRY_HOSTS.find((name) => line.includes(name))
    const found = host ?? MACHINE_PATH.exec(line)?.[0]
    return found === undefined ? [] : [`${path}:${index + 1}: ${found}`]
  })
}
