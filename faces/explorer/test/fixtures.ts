/** Answers as `/api/lookup` and `/api/history` give them, with names that want to break out of the page. */

import type {
  ExplorerOptions,
  Frame,
  History,
  HolderAnswer,
  HoldersAnswer,
  Links,
  Lookup,
  LookupResult,
  NumbersAnswer,
  OrdersShown,
  Party,
  Register,
  RegistrationView,
  StatisticsShown,
} from '../src/types.ts'

const AT = '2026-01-03T06:14:05Z'
export const NASTY = '<script>alert("x")</script> & Söhne'

function frame(text: string, canonical: string = text): Frame {
  return { text, canonical, size: 26, at: AT, demonstration: null, paused: null }
}

function links(proof: string): Links {
  return {
    self: '/api/lookup?q=x',
    proof,
    proofAt: `${proof}?size=26`,
    history: '/api/history?key=x',
    rdap: '/rdap/x',
    whois: '/whois?q=x',
  }
}

export const alpha: Party = { handle: 'H-4', name: 'Alpha Networks', kind: 'organisation', country: null }
const nasty: Party = { handle: 'H-6', name: NASTY, kind: 'organisation', country: 'BR' }

export function registration(parts: Partial<RegistrationView>): RegistrationView {
  return {
    id: 'R-10',
    kind: 'holding',
    cell: 'ip4/192.0.2.0/25',
    range: '192.0.2.0 - 192.0.2.127',
    prefixes: ['192.0.2.0/25'],
    holder: nasty,
    status: 'assigned',
    country: 'BR',
    registered: '2026-01-02',
    until: null,
    protected: false,
    provenance: null,
    procedure: 'transfer/1',
    since: 14,
    sinceAt: '2026-01-02T06:14:05Z',
    pending: null,
    heldUntil: null,
    delayedUntil: null,
    annotations: [],
    transit: null,
    orders: [],
    acts: [],
    ...parts,
  }
}

export const pool: RegistrationView = registration({
  id: 'R-0',
  kind: 'pool',
  cell: 'ip4/192.0.2.0/24',
  range: '192.0.2.0 - 192.0.2.255',
  prefixes: ['192.0.2.0/24'],
  holder: null,
  status: 'available',
  country: null,
  registered: null,
  procedure: 'genesis/1',
  since: 0,
})

export function numbers(parts: Partial<NumbersAnswer> = {}): NumbersAnswer {
  const held = registration({})
  return {
    kind: 'numbers',
    query: frame('192.0.2.0/25'),
    space: 'ip4',
    key: 'ip4/192.0.2.0/25',
    standing: 'held',
    chain: [pool, held],
    innermost: held,
    services: [],
    inside: { of: 'ip4/192.0.2.0/25', items: [], after: null, proved: false },
    links: links('/proof/ip/192.0.2.0/25'),
    ...parts,
  }
}

export const holder: HolderAnswer = {
  kind: 'holder',
  query: frame('h-6', 'H-6'),
  holder: nasty,
  identity: 'KEY-0',
  register: { name: 'Register of companies', number: '7' },
  policy: { threshold: 1, keys: [{ alg: 'ed25519', key: 'AAAA', roles: ['full'] }], guardians: [] },
  contacts: [
    {
      role: 'abuse',
      kind: 'group',
      fields: [
        { field: 'email', commitment: 'Y29t', value: 'abuse@example.org' },
        { field: 'tel', commitment: 'dGVs', value: null },
      ],
    },
  ],
  lockedUntil: null,
  coolingSeconds: 3600,
  frozenUntil: null,
  transferableFrom: null,
  evidenceRecovery: true,
  guardianThreshold: null,
  dissolved: null,
  confirmed: null,
  orders: [],
  acts: [],
  representatives: [],
  procedure: 'identify-holder/1',
  since: 6,
  sinceAt: AT,
  holdings: {
    items: [
      {
        block: '192.0.2.0/25',
        key: 'ip4/192.0.2.0/25',
        registration: {
          id: 'R-10',
          kind: 'holding',
          range: '192.0.2.0 - 192.0.2.127',
          holder: nasty,
          status: 'assigned',
        },
      },
    ],
    more: true,
    after: 'ip4/192.0.2.0/25',
    proved: false,
  },
  links: links('/proof/object/holder/H-6'),
}

export function holders(items: readonly Party[], text: string): HoldersAnswer {
  return { kind: 'holders', query: frame(text), items, more: false }
}

const history: History = {
  key: 'ip4/192.0.2.0/25',
  size: 26,
  at: AT,
  before: 10,
  items: [
    {
      index: 14,
      at: '2026-01-02T06:14:05Z',
      procedure: 'transfer/1',
      by: 'request',
      seq: 6,
      outcome: 'accepted',
      refusals: [],
      otherChanges: 1,
      entry: '/api/log/entries/14',
      changes: [
        {
          key: 'ip4/192.0.2.0/24',
          subject: '192.0.2.0/24',
          summary: 'Gone.',
          prev: null,
          members: [],
          registrations: [{ id: 'R-10', change: 'ended', before: state(alpha), after: null }],
        },
        {
          key: 'ip4/192.0.2.0/25',
          subject: '192.0.2.0/25',
          summary: 'Here.',
          prev: null,
          members: ['routes'],
          registrations: [{ id: 'R-14', change: 'recorded', before: null, after: state(nasty) }],
        },
      ],
    },
  ],
}

function state(holder: Party): { holder: Party; kind: string; status: string; range: string } {
  return { holder, kind: 'holding', status: 'assigned', range: '192.0.2.0 - 192.0.2.255' }
}

const empty = { size: 26, at: AT, items: [], before: null }

export const register: Register = {
  size: 26,
  at: AT,
  name: 'Example Registry',
  origin: 'registry.example/log',
  seat: 'XX',
  profile: 'community',
  state: 'open',
  paused: null,
  pauses: [],
  witnesses: null,
  terms: [],
  succession: { successor: null, handOver: null, predecessor: null },
  peers: [],
}

const nothing = { executed: 0, noticed: 0, share: null }
const never = { medianSeconds: null }
/** No order yet: every figure is zero, and is shown. */
export const ordersShown: OrdersShown = {
  served: 0,
  counted: 0,
  effects: { hold: 0, transferTo: 0 },
  outcomes: { executed: 0, returned: 0 },
  authorities: [],
  returned: {},
  noticeBeforeEffect: { all: nothing, takes: nothing },
  times: {
    servedToReceived: never,
    receivedToVerified: never,
    verifiedToNotified: never,
    verifiedToExecuted: never,
  },
  activeHolds: [],
  seals: { now: 0, ever: 0, overdue: 0 },
  reversed: 0,
  objections: { made: 0, upheld: 0 },
  conflicts: 0,
}

const noStatistics: StatisticsShown = {
  size: 26,
  from: null,
  until: null,
  procedures: [],
  ops: { all: 0, decided: 0, recorded: 0, staffDecided: 0, staffRecorded: 0, due: 0, founding: 0 },
  steps: { n: 0 },
  accuracy: { holders: 8, imported: 4, withinYear: 2, longerAgo: 1, never: 1 },
  staff: { procedures: [] },
  open: { procedures: [], staffProcedures: [] },
  months: [],
  inversions: 0,
  late: 0,
  adverse: { bases: {}, lacking: 0 },
  flags: [],
  sanctions: [],
  orders: ordersShown,
  notComputed: [],
}

/** The face over fixed answers, by what is typed. */
export function options(
  answers: { readonly [text: string]: Lookup },
  parts: Partial<ExplorerOptions> = {},
): ExplorerOptions {
  return {
    info: {
      name: 'Example Registry',
      origin: 'registry.example/log',
      demonstration: null,
      whois: { host: '127.0.0.1', port: 4343 },
      version: '0.1.0',
    },
    lookup: async (text): Promise<LookupResult> => {
      const value = answers[text]
      return value === undefined
        ? { ok: false, error: { kind: 'not-understood', value: text, expected: 'something else' } }
        : { ok: true, value }
    },
    history: async () => history,
    extract: async (text) => ({
      ok: false,
      error: { kind: 'not-found', value: text, expected: 'something else' },
    }),
    why: async (index) => ({ kind: 'none', detail: `No decision ${index} here.` }),
    pause: () => null,
    queues: async (name) => (name === null ? { size: 26, at: AT, paused: null, queues: [] } : null),
    applications: async () => ({
      size: 26,
      at: AT,
      paused: null,
      found: 0,
      states: [],
      items: [],
      after: null,
    }),
    serviceLevel: async () => ({ from: 0, through: 0, decisions: [], examinations: [], notices: [] }),
    register: async () => register,
    transits: async () => empty,
    incidents: async () => empty,
    complaints: async () => empty,
    orders: async () => ({ ...empty, served: 0, sealed: 0, found: 0 }),
    authorities: async () => ({ ...empty, roots: [] }),
    statistics: async () => ({ kind: 'ready', value: noStatistics }),
    procedures: new Map([['transfer', '# Transfer (`transfer/1`)\n\nBoth parties sign.\n']]),
    examples: [{ query: '192.0.2.7', says: 'an address' }],
    failed: (error) => {
      throw error
    },
    ...parts,
  }
}
