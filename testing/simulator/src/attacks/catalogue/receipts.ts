/** Between the receipt and the entry: other signatures, other times, a number given out twice. */

import { encodeBase64 } from '@cadastre/crypto'
import { addSeconds } from '@cadastre/records'
import { evidenceText, requestText, signRequest } from '@cadastre/signatures'
import { type Attack, convicted } from '../attack.ts'
import { convictLog } from '../convict.ts'
import { HostileLog } from '../hostile-log.ts'
import { visible, written } from '../routes.ts'
import { handedIn, silence } from '../silence.ts'
import { sayNotified, succession } from '../steps.ts'
import type { AttackWorld } from '../world.ts'

const confirm = (world: AttackWorld) => world.registry.request('confirm/1', { holder: world.alice.handle })

const WITNESSED = { world: { witnesses: { count: 3, needed: 2 } } } as const

export const RECEIPTS: readonly Attack[] = [
  {
    name: 'signatures lost on the way',
    wants: 'Take a holder’s request, lose its signature, and refuse for want of it.',
    routes: [
      {
        by: 'own log',
        claim: convicted('silent', 'cadastre-silence/v1'),
        ...WITNESSED,
        play: async (world) => {
          // Handed in whole at a door, which binds the signatures; logged with others, and refused for want of them.
          const log = await HostileLog.of(world.registry)
          const request = confirm(world)
          const text = requestText(request)
          const note = handedIn(world, text, evidenceText([signRequest(text, world.alice.signer)]))
          log.decide(request, [world.mallory.signer])
          log.commit()
          log.advance(3700)
          world.registry.advance(3800)
          log.act('confirm/1', { holder: world.bob.handle }, [world.bob.signer])
          log.commit()
          return silence(world, log, note)
        },
      },
      visible(
        'the entry: other signatures than those that were handed in',
        async (world) => {
          const log = await HostileLog.of(world.registry)
          // Signed by Alice; logged with somebody else's signature, and refused for want of hers.
          const at = log.decide(confirm(world), [world.mallory.signer])
          log.commit()
          const entry = new TextDecoder().decode(log.entries[at])
          const isClean = (await convictLog(world, log, 'refused-wrongly')).class === 'succeeded'
          const others = !entry.includes(encodeBase64(world.alice.signer.publicKey))
          return isClean && others && entry.includes('"consent-missing"')
        },
        { by: 'own log' },
      ),
    ],
    advice:
      'Hand it in again, at a door that publishes what it was given: the entry shows other signatures than yours.',
  },
  {
    name: 'another time than the receipt’s',
    wants: 'Log that a request came when it had expired, though its receipt says otherwise.',
    routes: [
      {
        by: 'own log',
        claim: convicted('other-time', 'cadastre-silence/v1'),
        play: async (world) => {
          const log = await HostileLog.of(world.registry)
          const request = { ...confirm(world), expires: addSeconds(log.at, 30) }
          const text = requestText(request)
          const receipt = log.signReceipt(log.receiptText(text, log.seq + 1))
          const { seq } = log.receipt(text)
          log.advance(40)
          log.decide(request, [world.alice.signer], 'the truth', { received: { seq, at: log.at } })
          log.commit()
          return silence(world, log, receipt)
        },
      },
    ],
    advice: 'The receipt and the entry, both signed, name two times for one number.',
  },
  {
    name: 'a request that is left to expire',
    wants: 'Give the receipt only when the request has expired.',
    routes: [
      visible(
        'the door’s note: handed in before it expired; the entry refuses it as expired',
        async (world) => {
          const request = { ...confirm(world), expires: addSeconds(world.registry.now, 1800) }
          const text = requestText(request)
          const note = handedIn(world, text, evidenceText([signRequest(text, world.alice.signer)]))
          world.registry.advance(3000)
          const refusal = await world.submit(request, [world.alice.signer])
          return refusal === 'request-expired' && note.includes('cadastre-door/v2')
        },
        WITNESSED,
      ),
    ],
    advice: 'Let a request be good for more than the hour that a door gives the registry.',
  },
  {
    name: 'a veto in the last minute',
    wants: 'Decide a veto that came in time only when the window has ended.',
    routes: [
      visible(
        'the entry: received before the end of the window, decided after it, within its 60 seconds',
        async (world) => {
          const application = await succession(world, 'merger')
          await sayNotified(world, application)
          const due = Date.parse(world.application(application).due ?? '')
          const log = await HostileLog.of(world.registry)
          log.advance((due - Date.parse(log.at)) / 1000 - 10)
          const body = { step: 'veto', application, by: world.alice.handle }
          const veto = world.registry.request('succeed/1', body)
          const request = { ...veto, expires: addSeconds(log.at, 3600) }
          const received = log.receipt(requestText(request))
          log.advance(20)
          log.due('succeed/1', `obj/application/${application}`)
          const at = log.decide(request, [world.alice.signer], 'the truth', { received })
          log.commit()
          const isClean = (await convictLog(world, log, 'decision-late')).class === 'succeeded'
          return isClean && new TextDecoder().decode(log.entries[at]).includes('"application-closed"')
        },
        { by: 'own log' },
      ),
    ],
    advice: 'Veto a minute earlier: an automatic procedure has sixty seconds, and an audit counts them.',
  },
  {
    name: 'a refusal that blames the software',
    wants: 'Refuse as if the procedure’s code had failed, or the entry were too large.',
    routes: [
      written('refused-wrongly', 'decision', (log, world) => {
        log.act('confirm/1', { holder: world.alice.handle }, [world.alice.signer], {
          refuses: ['procedure-fault'],
        })
      }),
      written('refused-wrongly', 'decision', (log, world) => {
        log.act('confirm/1', { holder: world.alice.handle }, [world.alice.signer], {
          refuses: ['entry-too-large'],
        })
      }),
      written('refused-wrongly', 'decision', (log, world) => {
        log.act('confirm/1', { holder: world.alice.handle }, [world.alice.signer], {
          refuses: ['signature-invalid'],
        })
      }),
      written('refused-wrongly', 'decision', (log, world) => {
        log.act('confirm/1', { holder: world.alice.handle }, [world.alice.signer], {
          refuses: ['already-accepted'],
        })
      }),
    ],
    advice: 'The same code runs in every audit: what did not fail there did not fail here.',
  },
  {
    name: 'an old request under an old date',
    wants: 'Execute a request again that has expired, dated back to when it had not.',
    routes: [
      written('decision-late', 'entries', (log, world) => {
        const request = confirm(world)
        log.decide(request, [world.alice.signer])
        log.commit()
        const before = log.at
        log.advance(3 * 86_400)
        const { seq } = log.receipt(requestText(request))
        log.decide(request, [world.alice.signer], { accepts: [] }, { received: { seq, at: before } })
      }),
      written('accepted-wrongly', 'decision', (log, world) => {
        const request = confirm(world)
        log.decide(request, [world.alice.signer])
        log.commit()
        log.advance(3 * 86_400)
        log.decide(request, [world.alice.signer], { accepts: [] })
      }),
      written('request-repeated', 'entries', (log, world) => {
        const request = confirm(world)
        log.decide(request, [world.alice.signer])
        log.commit()
        log.advance(3 * 3600)
        const { seq } = log.receipt(requestText(request))
        log.decide(request, [world.alice.signer], { accepts: [] }, { received: { seq, at: request.expires } })
      }),
    ],
    advice: 'Times of receipts and entries are a minute apart at most, and never go back.',
  },
]
