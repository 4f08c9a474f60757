/** What is served: one holder withdrawn or aged, one asker told something else, limits that are not the same for all. */

import { DEFAULT_LIMITS, RateLimiter, sourcePrefix } from '@cadastre/api'
import { nodeCrypto } from '@cadastre/crypto/node'
import { makeReceiptConflict } from '@cadastre/misbehaviour'
import type { Holder } from '@cadastre/records'
import { commitmentOf, requestText } from '@cadastre/signatures'
import { type Attack, convicted, onlyVisible, type Route, shownIn } from '../attack.ts'
import { convictFile } from '../convict.ts'
import { HostileLog } from '../hostile-log.ts'
import { stopped } from '../routes.ts'
import { comparedServices, convictAnswer, rdap, sizeIn, whois } from '../served.ts'
import { ALICES, type AttackWorld, CONTACT, SHA } from '../world.ts'

const PATH = '/ip/203.0.113.0/24'
const LINE = '203.0.113.0/24'
const keysOf = (world: AttackWorld): readonly string[] => [
  ALICES,
  `obj/holder/${world.alice.handle}`,
  `obj/notes/${world.heldAt(ALICES).id}`,
  'obj/registry/REGISTRY',
]

/** An answer about Alice's block, changed on its way out. */
function rdapAnswer(
  change: (text: string, status: number) => { readonly text: string; readonly status: number },
): Route {
  return {
    by: 'faces',
    claim: convicted('answer-differs', 'served'),
    play: async (world) => {
      const { status, text } = await rdap(world, PATH)
      const told = change(text, status)
      const kept = { service: 'rdap', query: PATH, status: told.status } as const
      return convictAnswer(world, kept, told.text, keysOf(world))
    },
  }
}
function whoisAnswer(change: (text: string) => string): Route {
  return {
    by: 'faces',
    claim: convicted('answer-differs', 'served'),
    play: async (world) => {
      const kept = { service: 'whois', query: LINE, status: null } as const
      return convictAnswer(world, kept, change(await whois(world, LINE)), keysOf(world))
    },
  }
}

/** What the comparison of a running registry's services with its record finds, and names by this code. */
function compared(where: string, code: string, hand: Parameters<typeof comparedServices>[2]): Route {
  return { by: 'faces', claim: onlyVisible(where), play: () => comparedServices(where, code, hand) }
}
const EMPTY = Buffer.alloc(0)

export const SERVICES: readonly Attack[] = [
  {
    name: 'withdrawing one holder’s service',
    wants: 'Answer that nobody holds a holder’s numbers, or that somebody else does.',
    routes: [
      rdapAnswer((text, status) => ({ status, text: text.replaceAll('Alice Networks', 'Mallory Holdings') })),
      rdapAnswer((text) => ({
        status: 404,
        text: JSON.stringify({
          ...(JSON.parse(text) as object),
          errorCode: 404,
          title: 'Not Found',
          objectClassName: undefined,
          handle: undefined,
        }),
      })),
      whoisAnswer((text) => text.replaceAll('Alice Networks', 'Mallory Holdings')),
      stopped('there is no switch: the record unchanged, the answers are the same bytes', async (world) => {
        const before = await rdap(world, PATH)
        // Arrears, disputes, complaints, sanctions and holds have no path into an answer but as a note that all can read.
        const body = { step: 'complain', complaint: SHA('c'), instrument: null }
        await world.must('complain/1', body, [world.mallory.signer])
        const after = await rdap(world, PATH)
        const same = withoutPosition(before.text) === withoutPosition(after.text)
        return same ? 'there is no switch: the record unchanged, the answers are the same bytes' : null
      }),
    ],
    advice:
      'Keep the answer and prove it (cadastre audit-services): the file shows it beside the registry’s own proofs.',
  },
  {
    name: 'degrading one holder’s service',
    wants: 'Leave reverse DNS, routes or contacts of one holder out of what is served.',
    routes: [
      rdapAnswer((text, status) => ({
        status,
        text: JSON.stringify({
          ...(JSON.parse(text) as object),
          remarks: [{ description: ['under investigation'] }],
        }),
      })),
      whoisAnswer((text) => text.replace(/^(country|status|netname|inetnum):.*$/im, '$1:        ZZ')),
      compared(
        'audit-services: refused, what is asked about one holder is not answered',
        'refused',
        (path) => ({
          http: (asked) =>
            asked === path ? { status: 503, headers: { 'retry-after': '0' }, body: EMPTY } : null,
        }),
      ),
      compared(
        'audit-services: slower, answers about one holder take longer than others',
        'slower',
        (path) => ({
          http: (asked, _, answer) => (asked === path ? { ...answer, delayMilliseconds: 400 } : null),
        }),
      ),
      compared(
        'audit-services --from: answer-differs, one asker is told something else',
        'answer-differs',
        (path) => ({
          http: (asked, from, answer) =>
            asked === path && from === '127.0.0.2'
              ? { ...answer, body: Buffer.from(answer.body.toString().replaceAll('Alice', 'Malice')) }
              : null,
        }),
      ),
    ],
    advice:
      'Ask from several networks at intervals, and publish what is not answered; read from a mirror meanwhile.',
  },
  {
    name: 'a false contact for one holder',
    wants: 'Answer with somebody else’s address where a holder’s own stands.',
    routes: [
      {
        by: 'faces',
        claim: onlyVisible(
          'the answer beside the holder’s own opening of the commitment in its record: another value',
        ),
        play: async (world) => {
          await world.withContact()
          const path = `/entity/${world.alice.handle}`
          const { text } = await rdap(world, path)
          const told = text.replaceAll(CONTACT.value, 'desk@mallory.example')
          const { identity } = world.object<Holder>('holder', world.alice.handle) ?? { identity: null }
          const keys = [...keysOf(world), `obj/notes/${world.alice.handle}`, `obj/identity/${identity}`]
          // The commitment is in the record, but what opens it is not in the answer: no file convicts.
          const outcome = convictAnswer(world, { service: 'rdap', query: path, status: 200 }, told, keys)
          const opens = commitmentOf(nodeCrypto, CONTACT.opening, CONTACT.field, 'desk@mallory.example')
          const record = JSON.stringify(world.object('holder', world.alice.handle))
          return shownIn(
            'the answer beside the holder’s own opening of the commitment in its record: another value',
            outcome.class === 'succeeded' && told !== text && !record.includes(opens),
          )
        },
      },
    ],
    advice:
      'Look your own contacts up from time to time; show your opening: it fits the commitment in the record, and the answer does not.',
  },
  {
    name: 'ageing one holder’s RPKI or DNS',
    wants: 'Serve one holder’s data from an old position while everybody else’s is fresh.',
    routes: [
      {
        by: 'faces',
        claim: onlyVisible('the answer itself: an older log size than the checkpoint of that moment'),
        play: async (world) => {
          const old = await rdap(world, PATH)
          await world.tick()
          await world.registry.registrar.publishedAll()
          const fresh = await rdap(world, '/ip/198.51.100.0/25')
          const [aged, now] = [sizeIn(old.text), sizeIn(fresh.text)]
          return shownIn(
            'the answer itself: an older log size than the checkpoint of that moment',
            aged !== null && now !== null && aged < now,
          )
        },
      },
    ],
    advice:
      'Compare the log size in answers about you with that in others’ and with the checkpoint; zones and RPKI files, once served, carry it too.',
  },
  {
    name: 'selective rate limits',
    wants: 'Let questions about one holder, or of one asker, run into a limit.',
    routes: [
      stopped('type: the limiter knows the asker’s source prefix and nothing else', async (world) => {
        const limiter = new RateLimiter(DEFAULT_LIMITS)
        const ask = (source: string): number => limiter.take('read', sourcePrefix(source), 0)
        const refusals = (source: string): number =>
          Array.from({ length: DEFAULT_LIMITS.read.burst + 100 }, () => ask(source)).filter(
            (wait) => wait > 0,
          ).length
        const same = refusals('192.0.2.1') === refusals('192.0.2.2') && world.heldAt(ALICES).holder !== null
        return same ? 'type: the limiter knows the asker’s source prefix and nothing else' : null
      }),
      compared(
        'audit-services --from: limits-differ, one source address is told to wait',
        'limits-differ',
        (path) => ({
          http: (asked, from) =>
            asked === path && from === '127.0.0.2'
              ? { status: 429, headers: { 'retry-after': '0' }, body: EMPTY }
              : null,
        }),
      ),
    ],
    advice: 'Ask from several networks: limits are published at /api/limits, and the same for everybody.',
  },
  {
    name: 'two receipts of one number',
    wants: 'Give two holders the same place in the row of receipts.',
    routes: [
      {
        by: 'faces',
        claim: convicted('receipts-contradict', 'receipts'),
        play: async (world) => {
          const log = await HostileLog.of(world.registry)
          const [one, other] = [world.alice, world.bob].map(({ handle }) => {
            const text = requestText(world.registry.request('confirm/1', { holder: handle }))
            return log.signReceipt(log.receiptText(text, log.seq + 1))
          })
          if (one === undefined || other === undefined) throw new Error('two receipts')
          return convictFile(world, makeReceiptConflict(one, other))
        },
      },
    ],
    advice: 'Show your receipts to each other: two of one number, or of one predecessor, convict.',
  },
]

/** An answer but for the position that it names. */
function withoutPosition(text: string): string {
  return text.replace(/As of log size [^"]*/g, '').replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '')
}
