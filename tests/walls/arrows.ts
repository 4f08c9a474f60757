// The arrows between rooms, as rules for dependency-cruiser. The table is section 3 of the design, "The
// house"; each rule's comment quotes it, so that whoever is stopped reads why.

import type { IForbiddenRuleType, IRegularForbiddenRuleType } from 'dependency-cruiser'

interface Room {
  /** Path of the room. */
  readonly room: string
  /** What the design says of it. */
  readonly says: string
  /** Other rooms, or single files of them, that it may import. */
  readonly rooms: readonly string[]
  /** npm packages that it may import; none where absent. */
  readonly packages?: readonly string[]
  /** Modules of Node that it may import (`any` for all but {@link STORE_MODULES}, `all`); none where absent. */
  readonly node?: 'all' | 'any' | readonly string[]
}

const CORE = ['core/numbers', 'core/records', 'core/evidence', 'core/procedures']
/** The ledger's only way to cryptography. `node.ts` and `browser.ts` beside it are for those who start it. */
const CRYPTO_PORT = 'ledger/crypto/src/index.ts'
const LEDGER = [
  'merkle',
  'trie',
  'notes',
  'answers',
  'signatures',
  'replay',
  'why',
  'statistics',
  'misbehaviour',
].map((name) => `ledger/${name}`)
/**
 * What the document room needs beside: the formats of others' seals (X.509, CMS) by a library, RSA, ECDSA on three
 * curves and inflating, none of which is in the ledger's own port. Its `node.ts` alone may import Node.
 */
const DOCUMENTS: Room = {
  room: 'ledger/documents',
  says: 'ledger: may import "core, earlier ledger rooms, one crypto provider behind a small port"; this one has a port of its own, for what authorities sign with',
  rooms: [...CORE, CRYPTO_PORT],
  packages: ['pkijs', 'asn1js'],
  node: ['crypto', 'zlib'],
}
/** Modules of Node that are a store: only for the room that wraps them. */
const STORE_MODULES = ['sqlite']
/** Modules of Node that speak to the network. */
const HTTP_MODULES = ['http', 'https', 'http2', 'net', 'tls', 'dgram']

const coreSays =
  'core: may import "earlier core rooms", must never import "npm packages, `node:`, clock, randomness"'
const ledgerSays =
  'ledger: may import "core, earlier ledger rooms, one crypto provider behind a small port", must never import "stores, registrar, faces, apps"'
const storesSays = 'stores: may import "core, ledger", must never import "registrar, faces, each other"'
const facesSays =
  'faces: may import "core, ledger, the *reader* port", must never import "the writer port, concrete stores, each other"'

const face = (name: string): Room => ({
  room: `faces/${name}`,
  says: facesSays,
  rooms: [...CORE, ...LEDGER, DOCUMENTS.room, 'ledger/crypto', 'stores/reader'],
  packages: ['hono', '@hono/zod-openapi', 'zod'],
  node: 'any',
})

const store = (name: string, packages: readonly string[], node: 'all' | 'any'): Room => ({
  room: `stores/${name}`,
  says: storesSays,
  rooms: [...CORE, ...LEDGER, 'ledger/crypto', 'stores/port'],
  packages,
  node,
})

/** Every room of the design that this project has, and what it may import. */
export const ROOMS: readonly Room[] = [
  ...CORE.map((room, index) => ({ room, says: coreSays, rooms: CORE.slice(0, index) })),
  {
    room: 'ledger/crypto',
    says: ledgerSays,
    rooms: CORE,
    packages: ['@noble/curves', '@noble/hashes'],
    node: ['crypto'],
  },
  ...LEDGER.map((room, index) => ({
    room,
    says: ledgerSays,
    rooms: [...CORE, CRYPTO_PORT, ...LEDGER.slice(0, index)],
  })),
  DOCUMENTS,
  store('port', [], 'any'),
  {
    ...store('reader', [], 'any'),
    says: `${storesSays}; this one is the "*reader* port" of the faces, over any store's reader`,
  },
  store('sqlite', [], 'all'),
  store('postgres', ['pg'], 'any'),
  {
    room: 'registrar',
    says: 'registrar: "the only room that holds the writer"; may import "core, ledger, `stores/port`", must never import "concrete stores, faces, HTTP"',
    rooms: [...CORE, ...LEDGER, DOCUMENTS.room, 'ledger/crypto', 'stores/port'],
    node: 'any', // but HTTP, by a rule of its own
  },
  face('rdap'),
  face('whois'),
  face('tiles'),
  { ...face('api'), says: 'faces: "`api` also registrar"', rooms: [...face('api').rooms, 'registrar'] },
  {
    ...face('notices'),
    says: `${facesSays}; this one keeps its own database of what is to be sent`,
    packages: ['nodemailer'],
    node: 'all',
  },
  {
    room: 'faces/explorer',
    says: 'faces: "`explorer` only generated API types and `ledger/answers`" (with the browser\'s crypto provider, which runs it)',
    rooms: ['ledger/answers', CRYPTO_PORT, 'ledger/crypto/src/browser.ts', 'faces/api/src/generated'],
    packages: ['hono', 'esbuild'], // esbuild bundles the browser's half when the server starts
    node: ['fs', 'fs/promises', 'path', 'url', 'module'],
  },
  {
    room: 'apps/audit',
    says: 'apps: "`audit` (independent verifier: core and ledger only)"',
    rooms: [...CORE, ...LEDGER, DOCUMENTS.room, 'ledger/crypto'],
    packages: ['commander', 'picocolors', 'cli-progress'],
    node: 'any',
  },
  {
    room: 'apps/watch',
    says: 'apps: "`watch`" may import "everything above"; it writes a log of its own, never a registry\'s',
    rooms: [
      ...CORE,
      ...LEDGER,
      'ledger/crypto',
      'stores/port',
      'stores/reader',
      'stores/sqlite',
      'registrar',
      'faces/api',
      'faces/explorer',
      'faces/notices',
      'faces/rdap',
      'faces/whois',
    ],
    packages: ['hono', '@hono/node-server', 'esbuild', 'feed', 'uplot'],
    node: 'any',
  },
  {
    room: 'apps/fees',
    says: 'procedures.md section 0, Fees: a program and a database of their own, which reads no store of the registry',
    rooms: ['core/numbers', 'core/records', 'ledger/crypto', 'ledger/notes'],
    packages: ['commander'],
    node: 'all',
  },
]

const literal = (path: string): string => path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
const inside = (path: string): string => (path.endsWith('.ts') ? `^${literal(path)}$` : `^${literal(path)}/`)
const named = (modules: readonly string[]): string => `^(node:)?(${modules.map(literal).join('|')})$`

/** Files that the rules bind: a room's source; its tests may use the test runner and what they need. */
const source = (room: string): string => `^${literal(room)}/(src|browser)/`

function nodeRule(node: NonNullable<Room['node']>): IRegularForbiddenRuleType['to'] | undefined {
  if (node === 'all') return undefined
  if (node === 'any') return { path: named(STORE_MODULES) }
  return node.length === 0
    ? { dependencyTypes: ['core'] }
    : { dependencyTypes: ['core'], pathNot: named(node) }
}

function rulesOf({ room, says, rooms, packages = [], node = [] }: Room): IForbiddenRuleType[] {
  const npm = packages.map((name) => `node_modules/${literal(name)}/`)
  const allowed = [inside(room), ...rooms.map(inside), ...npm]
  const comment = `design.md section 3, ${says}`
  const shared = { severity: 'error', comment, from: { path: source(room) } } as const
  const ofNode = nodeRule(node)
  return [
    {
      ...shared,
      name: `${room}: rooms and packages`,
      to: { pathNot: allowed, dependencyTypesNot: ['core'] },
    },
    ...(ofNode === undefined ? [] : [{ ...shared, name: `${room}: Node`, to: ofNode }]),
  ]
}

const community: IForbiddenRuleType[] = [
  {
    name: 'community imports no room',
    severity: 'error',
    comment:
      'design.md section 3, community: must never import "**every other room, and nothing imports it**"',
    from: { path: '^community/' },
    to: { path: '^(core|ledger|stores|registrar|faces|apps|testing|tests)/' },
  },
  {
    name: 'nothing imports community',
    severity: 'error',
    comment: 'design.md section 3, community: "**every other room, and nothing imports it**"',
    from: { pathNot: '^community/' },
    to: { path: '^community/' },
  },
]

const everywhere: IForbiddenRuleType[] = [
  {
    name: 'nothing imports fees',
    severity: 'error',
    comment: 'procedures.md section 0, Fees: what somebody owes is no input of anything the registry does',
    from: { pathNot: '^apps/fees/' },
    to: { path: '^apps/fees/' },
  },
  {
    name: 'ledger/documents: Node in its port alone',
    severity: 'error',
    comment: 'design.md section 3, ledger: "one crypto provider behind a small port"',
    from: { path: '^ledger/documents/src/', pathNot: '^ledger/documents/src/node\\.ts$' },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'testing is for tests',
    severity: 'error',
    comment: 'design.md section 3, testing: "imported only by tests"',
    from: { path: ['^(core|ledger|stores|faces|apps)/[^/]+/(src|browser)/', '^registrar/src/'] },
    to: { path: '^(testing|tests)/' },
  },
  {
    name: 'registrar: HTTP',
    severity: 'error',
    comment: 'design.md section 3, registrar: must never import "concrete stores, faces, HTTP"',
    from: { path: '^registrar/src/' },
    to: { path: [named(HTTP_MODULES), 'node_modules/(@hono/|hono/|undici/)'] },
  },
  {
    name: 'imports resolve',
    severity: 'error',
    comment: 'an import that does not resolve is one that no other rule can judge',
    from: {},
    to: { couldNotResolve: true },
  },
]

/** All rules, for `cruise`. */
export const RULES: readonly IForbiddenRuleType[] = [...ROOMS.flatMap(rulesOf), ...community, ...everywhere]
