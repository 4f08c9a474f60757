/**
 * Object classes of RPSL (RFC 2622, RFC 2725, RFC 4012) as RIPE's server knows them, with the two-letter names of its
 * `-T` and `-F` flags. A registry of numbers has objects of eight of them; asking for the others finds nothing.
 */

const OBJECT_CLASSES = [
  'as-block',
  'as-set',
  'aut-num',
  'domain',
  'filter-set',
  'inet6num',
  'inetnum',
  'inet-rtr',
  'irt',
  'key-cert',
  'mntner',
  'organisation',
  'peering-set',
  'person',
  'poem',
  'poetic-form',
  'role',
  'route',
  'route6',
  'route-set',
  'rtr-set',
] as const
export type ObjectClass = (typeof OBJECT_CLASSES)[number]

const SHORT_NAMES: { readonly [short: string]: ObjectClass } = {
  ak: 'as-block',
  as: 'as-set',
  an: 'aut-num',
  dn: 'domain',
  fs: 'filter-set',
  i6: 'inet6num',
  in: 'inetnum',
  ir: 'inet-rtr',
  it: 'irt',
  kc: 'key-cert',
  mt: 'mntner',
  oa: 'organisation',
  ps: 'peering-set',
  pn: 'person',
  po: 'poem',
  pf: 'poetic-form',
  ro: 'role',
  rt: 'route',
  r6: 'route6',
  rs: 'route-set',
  is: 'rtr-set',
}

/** The class that a name, long or short and in any case, means; null where it means none. */
export function objectClass(name: string): ObjectClass | null {
  const lower = name.toLowerCase()
  const long = OBJECT_CLASSES.find((one) => one === lower)
  return long ?? (Object.hasOwn(SHORT_NAMES, lower) ? (SHORT_NAMES[lower] ?? null) : null)
}

/** Two-letter names of attributes, for `-F`. An attribute without one keeps its name. */
export const SHORT_ATTRIBUTES: { readonly [name: string]: string } = {
  'abuse-mailbox': 'am',
  address: 'ad',
  'admin-c': 'ac',
  'as-block': 'ak',
  'as-name': 'aa',
  'aut-num': 'an',
  country: 'cy',
  created: 'cr',
  domain: 'dn',
  'ds-rdata': 'ds',
  'e-mail': 'em',
  inet6num: 'i6',
  inetnum: 'in',
  netname: 'na',
  'nic-hdl': 'nh',
  nserver: 'ns',
  org: 'og',
  'org-name': 'on',
  organisation: 'oa',
  origin: 'or',
  phone: 'ph',
  remarks: 'rm',
  role: 'ro',
  route: 'rt',
  route6: 'r6',
  source: 'so',
  status: 'st',
  'tech-c': 'tc',
}

type TemplateLine = readonly [
  name: string,
  need: 'mandatory' | 'optional' | 'generated',
  count: 'single' | 'multiple',
  key: string,
]

const LAST: readonly TemplateLine[] = [
  ['remarks', 'optional', 'multiple', ' '],
  ['source', 'mandatory', 'single', ' '],
]
const HELD: readonly TemplateLine[] = [
  ['country', 'optional', 'single', ' '],
  ['org', 'optional', 'single', 'inverse key'],
  ['status', 'mandatory', 'single', ' '],
  ['created', 'generated', 'single', ' '],
  ...LAST,
]
const route = (name: string): readonly TemplateLine[] => [
  [name, 'mandatory', 'single', 'primary/lookup key'],
  ['origin', 'mandatory', 'single', 'primary/inverse key'],
  ['org', 'optional', 'single', 'inverse key'],
  ...LAST,
]
const network = (name: string, label: string): readonly TemplateLine[] => [
  [name, 'mandatory', 'single', 'primary/lookup key'],
  [label, 'mandatory', 'single', 'lookup key'],
  ...HELD,
]

/** What objects of this registry look like, one list of attributes for each class that it has. */
export const TEMPLATES: ReadonlyMap<ObjectClass, readonly TemplateLine[]> = new Map<
  ObjectClass,
  readonly TemplateLine[]
>([
  ['as-block', [['as-block', 'mandatory', 'single', 'primary/lookup key'], ...HELD]],
  ['aut-num', network('aut-num', 'as-name')],
  [
    'domain',
    [
      ['domain', 'mandatory', 'single', 'primary/lookup key'],
      ['org', 'optional', 'single', ' '],
      ['nserver', 'mandatory', 'multiple', ' '],
      ['ds-rdata', 'optional', 'multiple', ' '],
      ...LAST,
    ],
  ],
  ['inet6num', network('inet6num', 'netname')],
  ['inetnum', network('inetnum', 'netname')],
  [
    'organisation',
    [
      ['organisation', 'mandatory', 'single', 'primary/lookup key'],
      ['org-name', 'mandatory', 'single', 'lookup key'],
      ['country', 'optional', 'single', ' '],
      ['admin-c', 'optional', 'multiple', ' '],
      ['tech-c', 'optional', 'multiple', ' '],
      ['abuse-c', 'optional', 'single', ' '],
      ...LAST,
    ],
  ],
  [
    'role',
    [
      ['role', 'mandatory', 'single', ' '],
      ['address', 'optional', 'multiple', ' '],
      ['phone', 'optional', 'multiple', ' '],
      ['e-mail', 'optional', 'multiple', ' '],
      ['abuse-mailbox', 'optional', 'single', ' '],
      ['nic-hdl', 'mandatory', 'single', 'primary/lookup key'],
      ...LAST,
    ],
  ],
  ['route', route('route')],
  ['route6', route('route6')],
])

/** The template of a class as `-t` prints it; null where the registry has no objects of it. */
export function templateText(of: ObjectClass): string | null {
  const lines = TEMPLATES.get(of)
  if (lines === undefined) return null
  return lines
    .map(([name, need, count, key]) =>
      `${`${name}:`.padEnd(16)}${`[${need}]`.padEnd(13)}${`[${count}]`.padEnd(13)}[${key}]`.trimEnd(),
    )
    .join('\n')
}
