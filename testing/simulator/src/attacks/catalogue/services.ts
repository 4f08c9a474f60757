/** What is served: one holder withdrawn or aged, one asker told something else, limits that are not the same for all. */

import { DEFAULT_LIMITS, RateLimiter, sourcePrefix } from '@cadastre/api'
import { makeReceiptConflict } from '@cadastre/misbehaviour'
import { requestText } from '@cadastre/signatures'
import { type Attack, convicted, onlyVisible, type Route, shownIn } from '../attack.ts'
import { convictFile } from '../convict.ts'
import { HostileLog } from '../hostile-log.ts'
import { stopped } from '../routes.ts'
import { convictAnswer, rdap, sizeIn, whois } from '../served.ts'
import { ALICES, type AttackWorld, SHA } from '../world.ts'

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
      'Keep the answer and prove it (cadastre audit services): the file shows it beside the registry’s own proofs.',
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
      {
        by: 'faces',
        claim: onlyVisible(
          'audit services: questions about one holder answered slowly or not at all, from every asker',
        ),
        play: async (world) => {
          const told = await rdap(world, '/ip/198.51.100.0/25')
          return shownIn(
            'audit services: questions about one holder answered slowly or not at all, from every asker',
            told.status === 200 && sizeIn(told.text) !== null,
          )
        },
      },
    ],
    advice:
      'Ask from several networks at intervals, and publish what is not answered; read from a mirror meanwhile.',
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
      {
        by: 'faces',
        claim: onlyVisible('audit services --from, several source addresses: limits-differ'),
        play: async (world) =>
          shownIn(
            'audit services --from, several source addresses: limits-differ',
            (await rdap(world, PATH)).status === 200,
          ),
      },
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
