// Manifests pin exactly, every outside dependency has its reason, and no file tells of the machine it was made on.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { lockFaults } from './lock.ts'
import { type Manifest, machineTraces, manifestFaults, unexplained } from './manifests.ts'
import { phantoms } from './phantoms.ts'
import { allSources, ROOT, trackedTexts } from './source.ts'

const manifests: Manifest[] = globSync(
  [
    'package.json',
    'registrar/package.json',
    '{core,ledger,stores,faces,apps,community,testing}/*/package.json',
  ],
  { cwd: ROOT },
).map((path) => ({ path, json: JSON.parse(readFileSync(join(ROOT, path), 'utf8')) }))

test('versions are exact, packages private, the licence is one', () => {
  assert.ok(manifests.length >= 20)
  assert.deepEqual(manifests.flatMap(manifestFaults), [])
  const good = { private: true, license: 'Apache-2.0', type: 'module' }
  for (const version of [
    '^1.2.3',
    '~1.2.3',
    '1.x',
    '*',
    'latest',
    '>=1.0.0',
    'git+ssh://example.org/x',
    'file:../x',
  ]) {
    assert.equal(
      manifestFaults({ path: 'x', json: { ...good, dependencies: { x: version } } }).length,
      1,
      version,
    )
  }
  assert.equal(manifestFaults({ path: 'x', json: {} }).length, 3)
})

test('core has no outside dependency', () => {
  for (const { path, json } of manifests.filter((manifest) => manifest.path.startsWith('core/'))) {
    const outside = Object.keys({ ...json.dependencies, ...json.optionalDependencies })
    assert.deepEqual(
      outside.filter((name) => !name.startsWith('@cadastre/')),
      [],
      path,
    )
  }
})

test('docs/dependencies.md gives the reason for every outside dependency', () => {
  assert.deepEqual(unexplained(manifests, readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8')), [])
  const planted = { path: 'x', json: { dependencies: { 'left-pad': '1.0.0', '@cadastre/numbers': '0.1.0' } } }
  assert.deepEqual(unexplained([planted], 'Only `right-pad` here.'), ['left-pad'])
})

test('every import is of a package that the room itself names', () => {
  assert.deepEqual(phantoms(manifests, allSources()), [])
  const json = { name: '@cadastre/a', dependencies: { b: '1.0.0' }, devDependencies: { c: '1.0.0' } }
  const house = [
    { path: 'package.json', json: { devDependencies: { d: '1.0.0' } } },
    { path: 'core/a/package.json', json },
  ]
  const wrong = (path: string, text: string): number => phantoms(house, [{ path, text }]).length
  for (const text of [
    "import 'c'",
    "import type { x } from 'c/x'",
    "export * from 'd'",
    "type X = import('@c/d/e').X",
  ])
    assert.equal(wrong('core/a/src/x.ts', text), 1, text)
  assert.equal(wrong('core/a/test/x.test.ts', "await import('e')"), 1)
  assert.equal(wrong('tests/x.test.ts', "import 'b'"), 1)
  const honest = "import 'b/x'; import 'node:fs'; import './y.ts'; import '@cadastre/a'"
  assert.equal(wrong('core/a/src/x.ts', honest), 0)
  assert.equal(wrong('core/a/test/x.test.ts', `${honest}; import 'c'; import 'd'`), 0)
  assert.equal(wrong('tests/x.test.ts', "import '@cadastre/a'; import 'd'"), 0)
})

test('the lock file says what the manifests say', () => {
  assert.deepEqual(
    lockFaults(manifests, JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))),
    [],
  )
  const house = [{ path: 'core/a/package.json', json: { dependencies: { b: '1.0.0' } } }]
  const faults = (dependencies: Record<string, string>): number =>
    lockFaults(house, { packages: { 'core/a': { dependencies } } }).length
  assert.deepEqual(
    [faults({ b: '1.0.0' }), faults({ b: '1.0.1' }), faults({}), faults({ b: '1.0.0', c: '1.0.0' })],
    [0, 1, 1, 1],
  )
  assert.equal(lockFaults(house, { packages: {} }).length, 1)
})

test('no file names the host of a package registry or a path of one machine', () => {
  assert.deepEqual(trackedTexts().flatMap(machineTraces), [])
  const host = ['registry', 'npmjs', 'org'].join('.')
  const home = ['', 'home', 'someone', 'checkout', 'x.ts'].join('/')
  for (const text of [`"resolved": "https://${host}/x/-/x.tgz"`, `open('${home}')`, `cd ${home}`]) {
    assert.equal(machineTraces({ path: 'planted', text }).length, 1, text)
  }
  assert.deepEqual(machineTraces({ path: 'planted', text: 'https://example.org/root/x/ and ./work/x' }), [])
})
