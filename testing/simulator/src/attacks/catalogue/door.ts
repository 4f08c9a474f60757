/** Ignoring, delaying and preferring: refusal at the door, forgotten receipts, the order of the queue, fees. */

import { encodeBase64 } from '@cadastre/crypto'
import { requestText } from '@cadastre/signatures'
import { type Attack, convicted } from '../attack.ts'
import { HostileLog } from '../hostile-log.ts'
import { stopped, visible, written } from '../routes.ts'
import { handedIn, silence } from '../silence.ts'
import { ALICES, type AttackWorld, SHA } from '../world.ts'

const WITNESSED = { witnesses: { count: 3, needed: 2 } } as const

const confirm = (world: AttackWorld) => world.registry.request('confirm/1', { holder: world.alice.handle })

export const DOOR: readonly Attack[] = [
  {
    name: 'refusal at the door',
    wants: 'Not take what one holder asks for.',
    routes: [
      {
        by: 'own log',
        claim: convicted('silent', 'cadastre-silence/v1'),
        world: WITNESSED,
        play: async (world) => {
          const note = handedIn(world, requestText(confirm(world)), null)
          const log = await HostileLog.of(world.registry)
          log.advance(7200)
          world.registry.advance(7300)
          log.act('confirm/1', { holder: world.bob.handle }, [world.bob.signer])
          log.commit()
          return silence(world, log, note)
        },
      },
    ],
    advice:
      'Hand the request in at any witness or mirror (cadastre hand-in); after an hour prove-silence makes the file.',
  },
  {
    name: 'forgetting a receipt',
    wants: 'Give a receipt, and never decide.',
    routes: [
      {
        by: 'own log',
        claim: convicted('silent', 'cadastre-silence/v1'),
        play: async (world) => {
          const log = await HostileLog.of(world.registry)
          const text = requestText(confirm(world))
          const receipt = log.signReceipt(log.receiptText(text, log.seq + 1))
          log.receipt(text)
          log.advance(61)
          log.act('confirm/1', { holder: world.bob.handle }, [world.bob.signer])
          log.commit()
          return silence(world, log, receipt)
        },
      },
      written('receipt-ignored', 'entries', (log, world) => {
        log.receipt(requestText(confirm(world)))
        log.act('confirm/1', { holder: world.bob.handle }, [world.bob.signer])
        log.commit()
        log.advance(40 * 86_400)
        log.act('confirm/1', { holder: world.bob.handle }, [world.bob.signer])
      }),
    ],
    advice: 'Keep the receipt: prove-silence makes the file from it and the public log.',
  },
  {
    name: 'a receipt’s number for another request',
    wants: 'Decide something else under the number of a receipt that was handed out.',
    routes: [
      {
        by: 'own log',
        claim: convicted('other-request', 'cadastre-silence/v1'),
        play: async (world) => {
          const log = await HostileLog.of(world.registry)
          const receipt = log.signReceipt(log.receiptText(requestText(confirm(world)), log.seq + 1))
          log.act('confirm/1', { holder: world.bob.handle }, [world.bob.signer])
          log.commit()
          return silence(world, log, receipt)
        },
      },
    ],
    advice: 'Keep the receipt: prove-silence shows that its number was used for another request.',
  },
  {
    name: 'reordering the queue',
    wants: 'Decide a friend’s request before one that came earlier.',
    routes: [
      written('receipt-out-of-order', 'entries', (log, world) => {
        const first = confirm(world)
        const second = world.registry.request('confirm/1', { holder: world.mallory.handle })
        const earlier = log.receipt(requestText(first))
        const later = log.receipt(requestText(second))
        log.decide(second, [world.mallory.signer], 'the truth', { received: later })
        log.decide(first, [world.alice.signer], 'the truth', { received: earlier })
      }),
      stopped('out-of-turn', async (world) => {
        // Two examinations wait for CL-1; the friend's came second and is looked at first.
        const first = await complaintOf(world, world.alice)
        const second = await complaintOf(world, world.mallory)
        const clerk = world.clerks[0]
        if (clerk === undefined || first === second) throw new Error('two applications')
        const commitment = SHA('answers')
        return world.ask(
          'attest/1',
          { step: 'commit', application: second, staff: clerk.handle, commitment },
          [clerk.signer],
        )
      }),
    ],
    advice: 'Receipts are numbered in one row: an audit finds the first that is out of it.',
  },
  {
    name: 'refusing without ground',
    wants: 'Refuse what the procedure would accept, or for a reason that no page names.',
    routes: [
      written('refused-wrongly', 'decision', (log, world) => {
        log.act('confirm/1', { holder: world.alice.handle }, [world.alice.signer], {
          refuses: ['consent-missing'],
        })
      }),
      written('refused-wrongly', 'decision', (log, world) => {
        log.act('confirm/1', { holder: world.alice.handle }, [world.alice.signer], {
          refuses: ['conduct-unbecoming'],
        })
      }),
      written('refusal-differs', 'decision', (log, world) => {
        log.act('confirm/1', { holder: world.alice.handle }, [world.bob.signer], { refuses: ['act-blocked'] })
      }),
    ],
    advice: '/why decides your request again, offline; the file shows the decision that was owed.',
  },
  {
    name: 'delaying one holder',
    wants: 'Decide one holder’s requests late, or hold its acts up by notes and claims.',
    routes: [
      written('decision-late', 'entries', (log, world) => {
        const request = confirm(world)
        const received = log.receipt(requestText(request))
        log.advance(61)
        log.decide(request, [world.alice.signer], 'the truth', { received })
      }),
      written('receipt-after-decision', 'entries', (log, world) => {
        // Said to have come later than it was decided, so that no deadline was missed.
        const request = confirm(world)
        const { seq } = log.receipt(requestText(request))
        const later = new Date(Date.parse(log.at) + 3_600_000).toISOString().replace('.000', '')
        log.decide(request, [world.alice.signer], 'the truth', {
          received: { seq, at: later as typeof log.at },
        })
      }),
      visible(
        'the receipt: the time it says beside the holder’s own clock, and the published service level',
        async (world) => {
          const result = await world.registry.submit(confirm(world), [world.alice.signer])
          return result.ok && result.receipt.includes(world.registry.now)
        },
      ),
    ],
    advice:
      'Compare the receipt’s time with your own clock; hand in at a second door, whose time is not the registry’s.',
  },
  {
    name: 'a deadline in the distance',
    wants: 'Give one holder a receipt whose deadline is years away.',
    routes: [
      {
        by: 'own log',
        claim: convicted('late', 'cadastre-silence/v1'),
        play: async (world) => {
          const log = await HostileLog.of(world.registry)
          const request = confirm(world)
          const received = log.receipt(requestText(request))
          const honest = log.receiptText(requestText(request), received.seq)
          const receipt = log.signReceipt(honest)
          log.advance(3600)
          log.decide(request, [world.alice.signer], 'the truth', { received })
          log.commit()
          return silence(world, log, receipt)
        },
      },
      written('decision-late', 'entries', (log, world) => {
        const request = confirm(world)
        const received = log.receipt(requestText(request))
        log.advance(3600)
        log.decide(request, [world.alice.signer], 'the truth', { received })
      }),
    ],
    advice:
      'An audit counts from the time received and the procedure’s own deadline, whatever the receipt says.',
  },
  {
    name: 'a receipt dated before the one before it',
    wants: 'Date a friend’s request before a pause, or before other terms, though it came after them.',
    routes: [
      written('receipt-out-of-order', 'entries', (log, world) => {
        log.act('confirm/1', { holder: world.alice.handle }, [world.alice.signer])
        const request = world.registry.request('confirm/1', { holder: world.mallory.handle })
        const { seq } = log.receipt(requestText(request))
        const before = new Date(Date.parse(log.at) - 50_000).toISOString().replace('.000', '')
        log.decide(request, [world.mallory.signer], 'the truth', {
          received: { seq, at: before as typeof log.at },
        })
      }),
    ],
    advice: 'Receipts are dated in the order of their numbers.',
  },
  {
    name: 'deciding without a receipt',
    wants: 'Slip a friend’s request in before all others, as if it had never been received.',
    routes: [
      written('receipt-missing', 'entries', (log, world) => {
        log.act('confirm/1', { holder: world.mallory.handle }, [world.mallory.signer], 'the truth', {
          received: null,
        })
      }),
    ],
    advice: 'Only founding acts have no receipt; an audit finds the entry.',
  },
  {
    name: 'asking a fee where none may be asked',
    wants: 'Let a holder’s act wait for a payment.',
    routes: [
      written('refused-wrongly', 'decision', (log, world) => {
        log.act('confirm/1', { holder: world.alice.handle }, [world.alice.signer], {
          refuses: ['fee-note-missing'],
        })
      }),
      stopped('desk: body-malformed', (world) => {
        const fee = { step: 'fee', application: 'A-1' }
        return world.ask('transfer/1', fee, [world.cashier], [world.naming(ALICES)])
      }),
      stopped('terms-do-not-fit', (world) => {
        const parameters = {
          coolingSeconds: 0,
          maxCoolingSeconds: 2_592_000,
          floorIp4: 32,
          floorIp6: 128,
          actFee: true,
        }
        return world.ask('adopt-procedure/1', adoption('transfer/1', parameters), [world.adopter])
      }),
    ],
    advice: 'No code but the one of allocate is valid for a fee; /why shows the decision that was owed.',
  },
]

const adoption = (procedure: string, parameters: Readonly<Record<string, number | boolean>>) => ({
  step: 'adopt',
  staff: 'ADOPTER',
  procedure,
  page: 'The same as before.\n',
  parameters,
  vectors: SHA('vectors'),
  impact: { size: 1, acts: 0, otherwise: 0, holders: 0 },
})

/** A notice that only waits for its examination: it calls CL-1 and another. */
async function complaintOf(world: AttackWorld, by: AttackWorld['alice']): Promise<string> {
  const body = {
    step: 'notice',
    holder: by.handle,
    notice: SHA(`a notice about ${by.handle}`),
    key: encodeBase64(world.bob.signer.publicKey),
    attestor: 'CL-1',
  }
  return world.made('application', 'dissolve/1', body, [world.bob.signer])
}
