import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whoisText } from '../src/index.ts'
import { cell, EXAMPLE, HandMadeReader, holder, instant, registration } from './fixture.ts'

const reader = new HandMadeReader(EXAMPLE)

/** The answer without the banner. */
async function ask(line: string, of: HandMadeReader = reader): Promise<string> {
  const text = await whoisText(of, line)
  const end = text.indexOf('\n\n')
  assert.match(text.slice(0, end), /^(%.*\n?)+$/, 'the banner is comments')
  return text.slice(end + 2)
}

/** First lines of the objects in an answer. */
const keys = (answer: string): string[] =>
  answer
    .split('\n\n')
    .filter((part) => part !== '' && !part.startsWith('%') && !part.startsWith('\n'))
    .map((part) => part.split('\n')[0]?.replace(/: +/, ' ') ?? '')
const found = async (line: string): Promise<string[]> => keys(await ask(line))

test('an address: the innermost registration, its holder, and the routes nearest to it', async () => {
  const answer = await ask('203.0.113.1')
  assert.equal(
    answer,
    `% Log position: size 100, as of 2026-11-24T06:13:43Z, proof: http://127.0.0.1:8080/proof/ip/203.0.113.1

% Information related to '203.0.113.0 - 203.0.113.255'

inetnum:        203.0.113.0 - 203.0.113.255
netname:        R-41
country:        BR
org:            H-7
status:         ALLOCATED
created:        2013-05-01T00:00:00Z
remarks:        holding, since log entry 41, procedure import/1
remarks:        imported from STATISTICS
source:         EXAMPLE-REGISTRY

organisation:   H-7
org-name:       Example Networks
country:        BR
abuse-c:        H-7.C1
tech-c:         H-7.C3
remarks:        since log entry 7, procedure identify-holder/1
source:         EXAMPLE-REGISTRY

% Information related to '203.0.113.0/24AS64500'

route:          203.0.113.0/24
origin:         AS64500
org:            H-7
remarks:        declared by the holder of R-41, since log entry 50
source:         EXAMPLE-REGISTRY

% Information related to '203.0.113.0/24AS64501'

route:          203.0.113.0/24
origin:         AS64501
org:            H-7
remarks:        declared by the holder of R-41, since log entry 51
source:         EXAMPLE-REGISTRY


`,
  )
})

test('-x, -l, -L choose among what covers; services without their registration are not shown', async () => {
  const child = ['inetnum 203.0.113.64 - 203.0.113.127']
  const parent = ['inetnum 203.0.113.0 - 203.0.113.255']
  const outer = ['route 203.0.113.0/24', 'route 203.0.113.0/24']
  assert.deepEqual(await found('-r 203.0.113.64/26'), [...child, 'route 203.0.113.64/26'])
  assert.deepEqual(await found('-r 203.0.113.64/27'), [...child, 'route 203.0.113.64/26'])
  assert.deepEqual(await found('-rx 203.0.113.64/26'), [...child, 'route 203.0.113.64/26'])
  assert.match(await ask('-rx 203.0.113.64/27'), /^%ERROR:101: no entries found$/m)
  assert.deepEqual(await found('-rl 203.0.113.64/26'), [...parent, ...outer])
  assert.deepEqual(await found('-rL 203.0.113.64/26'), [
    ...parent,
    ...child,
    ...outer,
    'route 203.0.113.64/26',
  ])
  assert.deepEqual(await found('-r --all-less --select-types=route 203.0.113.64/26'), [
    ...outer,
    'route 203.0.113.64/26',
  ])
})

test('-m is the first level inside, -M all of it, neither the range itself', async () => {
  assert.deepEqual(await found('-rM 203.0.113.0/24'), [
    'inetnum 203.0.113.64 - 203.0.113.127',
    'route 203.0.113.64/26',
  ])
  const all = await found('-rM 203.0.0.0/16')
  assert.equal(all.length, 5)
  assert.deepEqual(await found('-rm 203.0.0.0/16'), [
    'inetnum 203.0.113.0 - 203.0.113.255',
    'route 203.0.113.0/24',
    'route 203.0.113.0/24',
  ])
  assert.match(await ask('-M 0.0.0.0/0'), /^%ERROR:112: unsupported query$/m)
  assert.match(await ask('-m ::/0'), /^%ERROR:112: unsupported query$/m)
})

test('a range that is no prefix is one inetnum, but one inet6num for each prefix', async () => {
  const one = ['inetnum 198.51.100.0 - 198.51.100.191']
  for (const query of [
    '198.51.100.1',
    '198.51.100.190',
    '198.51.100.0 - 198.51.100.191',
    '-x 198.51.100.0-198.51.100.191',
  ])
    assert.deepEqual(await found(`-r ${query}`), one, query)
  assert.deepEqual(await found('-rM 198.51.100.0/24'), one)
  assert.deepEqual(await found('-rm 198.51.100.0/24'), one)
  assert.match(await ask('-rx 198.51.100.0/25'), /ERROR:101/)
  assert.match(await ask('198.51.100.0 - 198.51.100.200'), /ERROR:101/)

  const parts = ['inet6num 2001:db8:8000::/45', 'inet6num 2001:db8:8008::/46']
  assert.deepEqual(await found('-rT inet6num -m 2001:db8::/32'), parts)
  assert.match(await ask('2001:db8:8000::1'), /^remarks: +part of 2001:db8:8000:: - 2001:db8:800b:ffff:/m)
  assert.deepEqual(await found('-i org h-8 -r -T inet6num'), parts)
})

test('host bits are left out, and that is said; short prefixes are completed', async () => {
  assert.match(await ask('203.0.113.9/24'), /^% Note: host bits were set; this is about 203\.0\.113\.0\/24$/m)
  assert.deepEqual(await found('-r -x 203.0.113/24'), await found('-r -x 203.0.113.0/24'))
})

test('free space says that nobody holds it; numbers of others are not found, with the proof of it', async () => {
  const free = await ask('192.0.2.7')
  assert.match(free, /^% Nobody holds '192\.0\.2\.7': it is free within a pool of this registry\.$/m)
  assert.deepEqual(keys(free), ['inetnum 192.0.2.0 - 192.0.2.255'])
  assert.equal(
    await ask('233.252.0.1'),
    '% Log position: size 100, as of 2026-11-24T06:13:43Z, proof: http://127.0.0.1:8080/proof/ip/233.252.0.1\n\n' +
      '%ERROR:101: no entries found\n%\n% No entries found in source EXAMPLE-REGISTRY.\n\n\n',
  )
})

test('a proof is named only where it is about exactly what was asked', async () => {
  const proofOf = async (line: string): Promise<string | null> =>
    /^% Log position: [^\n]*?, as of [^,\n]*(?:, proof: http:\/\/127\.0\.0\.1:8080\/proof\/(.*))?$/m.exec(
      await ask(line),
    )?.[1] ?? null
  for (const [line, proof] of [
    ['203.0.113.0 - 203.0.113.127', 'ip/203.0.113.0/25'],
    ['203.0.113.0 - 203.0.113.2', null],
    ['AS64505', 'autnum/64505'],
    ['AS64505 - AS64505', 'autnum/64505'],
    ['AS64504 - AS64507', 'autnum/64504-64507'],
    ['AS64504 - AS64506', null],
    ['H-7', 'object/holder/H-7'],
    ['h-999', 'object/holder/H-999'],
    ['H-7.C1', 'object/holder/H-7'],
    ['R-41', null],
    ['R-99999', null],
    ['example', null],
  ] as const)
    assert.equal(await proofOf(line), proof, line)
})

test('AS numbers: with or without "as", the block around, one of a range', async () => {
  const block = 'as-block AS64496 - AS64511'
  for (const query of ['as64500', 'AS64500', '64500'])
    assert.deepEqual(await found(`-r ${query}`), [block, 'aut-num AS64500'])
  assert.deepEqual(await found('-rT aut-num as64505'), ['aut-num AS64505'])
  assert.deepEqual(await found('-r as64505'), ['as-block AS64504 - AS64507', 'aut-num AS64505'])
  assert.match(await ask('as64505'), /^remarks: +one of AS64504 - AS64507$/m)
  assert.deepEqual(await found('-r as64497'), [block])
  assert.deepEqual(await found('-r as64504 - as64507'), ['as-block AS64504 - AS64507'])
  assert.deepEqual(await found('-r AS64505-AS64506'), ['as-block AS64504 - AS64507'])
})

test('reverse zones by name and with -d', async () => {
  const answer = await ask('-r 113.0.203.in-addr.arpa.')
  assert.deepEqual(keys(answer), ['domain 113.0.203.in-addr.arpa'])
  assert.match(answer, /^nserver: {8}ns1\.example\.net$/m)
  assert.match(answer, /^ds-rdata: {7}4711 13 2 (ab){32}$/m)
  assert.deepEqual(await found('-r 9.113.0.203.in-addr.arpa'), ['domain 113.0.203.in-addr.arpa'])
  assert.match(await ask('-rx 9.113.0.203.in-addr.arpa'), /ERROR:101/)
  assert.ok((await found('-rd 203.0.113.0/24')).includes('domain 113.0.203.in-addr.arpa'))
  assert.ok(!(await found('-r 203.0.113.0/24')).includes('domain 113.0.203.in-addr.arpa'))
})

test('handles: holders, registrations, contacts; parts of names', async () => {
  assert.deepEqual(await found('h-7'), ['organisation H-7'])
  assert.match(await ask('h-8'), /^org-name: {7}H-8$/m)
  assert.match(await ask('imp-x-1'), /^remarks: +imported, not yet claimed by the holder$/m)
  assert.deepEqual(await found('-r r-41'), ['inetnum 203.0.113.0 - 203.0.113.255'])
  assert.deepEqual(await found('-r r-20'), ['inetnum 198.51.100.0 - 198.51.100.191'])
  assert.match(await ask('r-42'), /ERROR:101/)
  assert.match(await ask('r-99999999'), /ERROR:101/)
  assert.deepEqual(await found('example net'), ['organisation H-7'])
  assert.deepEqual(await found('h-7.c3'), ['role Network operations source: FORGED'])
  assert.match(await ask('h-7.c2'), /ERROR:101/, "a natural person's own data as registrant is not shown")
})

test('contacts come with -B alone, a value never begins a line of its own, and -b gives the abuse address', async () => {
  const plain = await ask('203.0.113.1')
  assert.doesNotMatch(plain, /@|Street/)
  const full = await ask('-B 203.0.113.1')
  assert.match(full, /^abuse-mailbox: {2}abuse@example\.net$/m)
  assert.match(full, /^address: {8}1 Example Street\naddress: {8}Exampletown$/m)
  assert.doesNotMatch(full, /person@example\.net|^source: *FORGED/m)
  assert.doesNotMatch(await ask('-Br 203.0.113.1'), /@/)
  assert.match(
    await ask('-b 203.0.113.1'),
    /^inetnum: {8}203\.0\.113\.0 - 203\.0\.113\.255\nabuse-mailbox: {2}abuse@example\.net$/m,
  )
})

test('inverse: routes by origin follow the log, resources by holder', async () => {
  const moving = new HandMadeReader(EXAMPLE)
  const routes = async (query: string): Promise<string[]> => keys(await ask(query, moving))
  assert.deepEqual(await routes('-i origin as64500'), [
    'route 203.0.113.0/24',
    'organisation H-7',
    'route6 2001:db8:8008::/46',
    'organisation H-8',
  ])
  assert.deepEqual(await routes('-r -T route -i origin AS64500'), ['route 203.0.113.0/24'])
  assert.match(await ask('-r -i origin AS64503', moving), /ERROR:101/, 'its registration is gone')
  const cells = { ...EXAMPLE.cells }
  delete cells['ip6/2001:db8:8008::/46']
  const effects = [{ key: 'ip6/2001:db8:8008::/46' }, { key: 'ip4/203.0.113.128/25' }]
  moving.publish({
    ...EXAMPLE,
    size: 102,
    cells: {
      ...cells,
      'ip4/203.0.113.128/25': cell({ routes: [{ under: 'R-41', since: 100, origin: 64500 }] }),
    },
    entries: [...(EXAMPLE.entries ?? []), { t: 'op', outcome: { accepted: true, effects } }, { t: 'state' }],
  })
  assert.deepEqual(await routes('-r -i origin AS64500'), ['route 203.0.113.0/24', 'route 203.0.113.128/25'])
  assert.match(await ask('-i origin AS64500', moving), /^% Log position: size 102/)
  assert.deepEqual(await found('-r -i org h-7'), ['inetnum 203.0.113.0 - 203.0.113.255', 'aut-num AS64500'])
  assert.match(await ask('-i mnt-by MNT-X'), /ERROR:101/)
  assert.match(await ask('-i status ALLOCATED'), /^%ERROR:105: attribute is not searchable$/m)
  assert.match(await ask('-i nonsense X'), /^%ERROR:104: unknown attribute$/m)
})

test('the errors of RIPE', async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['-s NOWHERE 203.0.113.1', /^%ERROR:102: unknown source\n%\n% "NOWHERE" is not a known source\.$/m],
    ['-T inetnum,nonsense 203.0.113.1', /^%ERROR:103: unknown object type 'nonsense'$/m],
    ['', /^%ERROR:106: no search key specified$/m],
    ['-r', /^%ERROR:106: no search key specified$/m],
    ['x'.repeat(1025), /^%ERROR:107: input line too long$/m],
    ['203.0.113.1\u0000', /^%ERROR:108: bad character in input$/m],
    ['-b -K 203.0.113.1', /^%ERROR:109: invalid combination of flags passed$/m],
    ['-t route -t route6', /^%ERROR:110: multiple use of flag$/m],
    ['-y 203.0.113.1', /^% Invalid option: -y\n%\n%ERROR:111: invalid option supplied$/m],
    ['-T', /^%ERROR:111: invalid option supplied$/m],
    ['--nonsense 203.0.113.1', /^%ERROR:111: invalid option supplied$/m],
    ['-g EXAMPLE:3:1-LAST', /^%ERROR:111: invalid option supplied$/m],
    ['!gas64500', /^%ERROR:114: unsupported query$/m],
    ['--list-versions 203.0.113.1', /^%ERROR:114: unsupported query$/m],
    ['-T aut-num 203.0.113.1', /^%ERROR:115: invalid search key$/m],
    ['203.0.113.9 - 203.0.113.1', /^%ERROR:115: invalid search key$/m],
    ['a '.repeat(61), /^%ERROR:118: too many arguments supplied$/m],
    ['-l -L 203.0.113.1', /^%ERROR:901: duplicate IP flags passed$/m],
  ]
  for (const [line, expected] of cases) {
    const answer = await ask(line)
    assert.match(answer, expected, line)
    assert.match(answer, /[^\n]\n\n\n$/, `${line}: two blank lines end a reply`)
  }
  assert.match(await ask('-L as64500'), /^%WARNING:902: useless IP flag passed$/m)
  assert.deepEqual(await found('-rL as64500'), await found('-r as64500'))
})

test('flags in clusters with the argument glued on, long forms, a client tag before everything', async () => {
  const expected = ['inetnum 203.0.113.0 - 203.0.113.255']
  for (const flags of [
    '-BrTinetnum',
    '-rBT inetnum',
    '--no-referenced --select-types inetnum',
    '-V Md5.5.17 -r -T in',
    '-VMd5.5.17 -rTinetnum,inet6num',
    '-a -c -C -R -Z utf-8 -s EXAMPLE-REGISTRY,example-registry -rT inetnum',
  ])
    assert.deepEqual(await found(`${flags} 203.0.113.1`), expected, flags)
  assert.equal(
    (await ask('-KTroute,route6 203.0.113.64/26')).split('\n\n').slice(1, 2).join(),
    'route:          203.0.113.64/26\norigin:         AS64502',
  )
  assert.match(
    await ask('-F 203.0.113.1'),
    /^\*in: 203\.0\.113\.0 - 203\.0\.113\.255\n\*na: R-41\n\*cy: BR$/m,
  )
  assert.doesNotMatch(await ask('-G 203.0.113.1'), /Information related/)
})

test('lists and templates', async () => {
  assert.equal(await ask('-q sources'), 'EXAMPLE-REGISTRY:3:X:0-100\n\n\n')
  assert.equal(await ask('-q version'), '% Cadastre 0.1.0\n\n\n')
  assert.match(await ask('-q types'), /^inetnum$/m)
  assert.match(
    await ask('-t inetnum'),
    /^inetnum: {8}\[mandatory\] {2}\[single\] {5}\[primary\/lookup key\]$/m,
  )
  assert.match(await ask('-v route6'), /^origin: /m)
  assert.match(await ask('-t poem'), /ERROR:103/)
  assert.match(await ask('help'), /^% -M, --all-more /m)
})

test('an answer that is cut short says so at its end', async () => {
  const cells = Object.fromEntries(
    Array.from({ length: 1500 }, (_, index) => {
      const first = `10.${index >> 8}.${index & 255}.0`
      const last = `10.${index >> 8}.${index & 255}.255`
      return [`ip4/${first}/24`, cell({ registrations: [registration({ id: `R-${index}`, first, last })] })]
    }),
  )
  const wide = new HandMadeReader({ cells })
  const answer = await ask('-rGM 10.0.0.0/8', wide)
  assert.equal(keys(answer).length, 1000)
  assert.match(
    answer,
    /%ERROR:112: unsupported query\n%\n% The answer above is INCOMPLETE: it ends after 1000 objects\./,
  )
  wide.keeps = false
  assert.match(await ask('-rGM 10.0.0.0/8', wide), /the log has moved on too far/)
})

test('a hostile name stays one value, and no answer refers to a server', async () => {
  const name = 'Example\r\n\r\n%ERROR:101: x\nReferralServer: whois://127.0.0.1:43\u2028inetnum: 0.0.0.0'
  const hostile = new HandMadeReader({ cells: {}, holders: [holder({ handle: 'H-9', name })] })
  const answer = await ask('h-9', hostile)
  assert.deepEqual(keys(answer), ['organisation H-9'])
  assert.doesNotMatch(answer, /^ReferralServer|^%ERROR|^inetnum/im)
})

test('a demonstration says so first', async () => {
  const demonstration = 'Published statistics, for demonstration.\nNot that registry.'
  const text = await whoisText(new HandMadeReader({ cells: {}, info: { demonstration } }), '192.0.2.1')
  assert.match(text, /^% Published statistics, for demonstration\.\n% Not that registry\.$/m)
})

test('a child whose term is over is not shown', async () => {
  const lease = registration({
    id: 'R-5',
    kind: 'lease',
    first: '203.0.113.0',
    last: '203.0.113.127',
    until: instant('2026-11-24T06:13:43Z'),
  })
  const over = new HandMadeReader({
    ...EXAMPLE,
    cells: { ...EXAMPLE.cells, 'ip4/203.0.113.0/25': cell({ registrations: [lease] }) },
  })
  assert.deepEqual(keys(await ask('-rT inetnum 203.0.113.1', over)), ['inetnum 203.0.113.0 - 203.0.113.255'])
})

test('a child whose term is over has ended in lists and by its id too, and its services with it', async () => {
  const term = { kind: 'lease', holder: 'H-7', until: instant('2026-11-24T06:13:43Z') } as const
  const range = { first: '203.0.113.0', last: '203.0.113.127' }
  const lease = registration({ id: 'R-5', ...term, ...range })
  const over = new HandMadeReader({
    holders: [holder({ handle: 'H-7' })],
    cells: {
      'ip4/203.0.113.0/24': cell({
        registrations: [registration({ id: 'R-4', first: '203.0.113.0', last: '203.0.113.255' })],
      }),
      'ip4/203.0.113.0/25': cell({
        registrations: [lease],
        routes: [
          { under: 'R-4', since: 9, origin: 64500 },
          { under: 'R-5', since: 9, origin: 64501 },
        ],
        rdns: { under: 'R-5', since: 9, ns: ['ns1.example.net'], ds: [] },
      }),
    },
    entries: Array.from({ length: 6 }, () => ({
      t: 'op',
      outcome: { accepted: true, effects: [{ key: 'ip4/203.0.113.0/25' }] },
    })),
  })
  assert.deepEqual(keys(await ask('-r -i org H-7', over)), [])
  assert.deepEqual(keys(await ask('-r R-5', over)), [])
  // What was declared under the holding that covers it is in force again, what was under the lease is not.
  assert.deepEqual(keys(await ask('-r -d -M 203.0.113.0/24', over)), ['route 203.0.113.0/25'])
  assert.match(await ask('-r -i origin AS64500', over), /^origin: +AS64500$/m)
  assert.match(await ask('-r -i origin AS64501', over), /^%ERROR:101/m)
})

test('numbers on their way here from another registry are told apart from those that moved there', async () => {
  const mark = (procedure: string): HandMadeReader =>
    new HandMadeReader({
      cells: {
        'ip4/198.51.100.0/24': cell({
          registrations: [
            registration({
              id: 'R-9',
              kind: 'moved-out',
              first: '198.51.100.0',
              last: '198.51.100.255',
              procedure,
              provenance: 'east.example/log',
            }),
          ],
        }),
      },
    })
  assert.match(
    await ask('198.51.100.7', mark('move-in/1')),
    /remarks: +on its way here from another registry/,
  )
  assert.match(await ask('198.51.100.7', mark('move-out/1')), /remarks: +moved to another registry/)
})

test('what stands on numbers by order of an authority is a remark; a hold that has ended is none', async () => {
  const noted = (until: string): HandMadeReader =>
    new HandMadeReader({
      ...EXAMPLE,
      notes: {
        'R-41': {
          orders: [
            { order: 'O-9', effect: 'hold', range: '203.0.113.0/25', holds: true, until: instant(until) },
          ],
          annotations: [],
        },
      },
    })
  const remark = /^remarks: +Order O-9 holds 203\.0\.113\.0\/25: it cannot be moved away, until /m
  assert.match(await ask('203.0.113.1', noted('2027-01-01T00:00:00Z')), remark)
  assert.doesNotMatch(await ask('203.0.113.1', noted('2026-11-24T06:13:43Z')), /O-9/)
})

test('a stayed order, a claim, a succession and a move to another registry are remarks, the acts with their page', async () => {
  const [at, due] = ['2026-11-01T00:00:00Z', '2027-01-01T00:00:00Z'].map(instant)
  const registrations = [{ key: 'ip4/203.0.113.0/24', id: 'R-41' }]
  const reader = new HandMadeReader({
    ...EXAMPLE,
    notes: { 'R-41': { pending: 'T-52', orders: [], annotations: [] } },
    objects: {
      'obj/order/O-9': {
        handle: 'O-9',
        state: 'stayed',
        detail: { effect: 'hold' },
        scope: [{ key: 'ip4/203.0.113.0/24', id: 'R-41', range: '203.0.113.0/25' }],
        holder: 'H-7',
        until: null,
        executed: at,
        stayed: { by: 'O-12', from: 'executed', until: null },
      },
      'obj/order/O-10': {
        handle: 'O-10',
        state: 'executed',
        detail: { effect: 'appointRepresentative', m: 1, keys: [] },
        scope: [],
        holder: 'H-7',
        until: due,
        executed: at,
        stayed: null,
      },
      'obj/application/A-11': {
        handle: 'A-11',
        procedure: 'succeed/1',
        state: 'noticed',
        due,
        body: { predecessor: 'H-7', successor: 'H-8', registrations },
      },
      'obj/transit/T-52': {
        handle: 'T-52',
        state: 'sourceInitialized',
        recipient: { origin: 'other.example/log', holder: 'H-3' },
        range: '203.0.113.0/24',
        opened: at,
      },
    },
  })
  const reply = await ask('203.0.113.1', reader)
  const base = reader.info.baseUrl
  const lines = reply.split('\n').map((line) => line.replace(/^remarks: +/, ''))
  for (const said of [
    'Order O-9 (hold) on 203.0.113.0/25 is stayed by order O-12: it has no effect meanwhile.',
    `H-8 is to take the place of H-7 by law (A-11): its window ends ${due}, and until then it can be vetoed. See ${base}/?q=A-11`,
    `On its way to other.example/log: 203.0.113.0/24, state sourceInitialized (T-52, since ${at}). Until it is final this registry answers for these numbers. See ${base}/?q=T-52`,
  ])
    assert.ok(lines.includes(said), said)
  // What stands on the whole record of a holder stands in its own object.
  const appointed = `Order O-10 appoints a representative of H-7, whose keys act for it, until ${due}; its own keys come back when that ends.`
  assert.ok(lines.includes(appointed))
  assert.doesNotMatch(await ask('-r 203.0.113.1', reader), /O-10/)
})
