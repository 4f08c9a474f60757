/**
 * Windows that somebody may veto: notices that a holder has ended are filed, examined by the attestors, told to the
 * holder by the notices service, vetoed or not. Much of what is logged as an attempt is none that counts.
 */

import type { Application, Call, Holder, JsonObject } from '@cadastre/records'
import type { Chance } from './workload-chance.ts'
import {
  ATTESTORS,
  commitmentOf,
  NOTIFIER,
  signerOf,
  type Wish,
  type WorkloadRegistry,
} from './workload-registry.ts'
import { applicationsOf, holdersOf, signersFor } from './workload-view.ts'

export function windowWish(registry: WorkloadRegistry, chance: Chance): Wish | null {
  const open = applicationsOf(registry).filter(({ procedure }) => procedure === 'dissolve/1')
  const examining = open.filter(({ state }) => state === 'examining')
  const owed = open.filter(({ state }) => state === 'to-notify')
  switch (chance.weighted({ file: examining.length < 3 ? 2 : 0, attest: 8, notify: 5, veto: 1 })) {
    case 'file':
      return filed(registry, chance)
    case 'attest': {
      const application = chance.pick(examining)
      return application === undefined ? null : attested(registry, application)
    }
    case 'notify': {
      const application = chance.chance(0.8) ? chance.pick(owed) : chance.pick(open)
      return application === undefined ? null : notified(registry, application, chance)
    }
    case 'veto': {
      const application = chance.pick(open)
      const by = application?.examination?.affected[0] ?? 'H-1'
      const body = { step: 'veto', application: application?.handle ?? 'A-1', by }
      const signers = signersFor(registry, by, 'technical')
      return { procedure: 'dissolve/1', body, replaces: [], by: signers, hostile: null }
    }
  }
}

function filed(registry: WorkloadRegistry, chance: Chance): Wish | null {
  const holder = chance.pick(holdersOf(registry))
  if (holder === undefined) return null
  const filer = signerOf(`office ${chance.below(3)}`)
  const body = {
    step: 'notice',
    holder: holder.handle,
    notice: commitmentOf(`notice ${registry.index}`),
    key: filer.key,
    attestor: ATTESTORS[1] ?? '',
  }
  return { procedure: 'dissolve/1', body, replaces: [], by: [filer], hostile: null }
}

/** What an attestor says of an application: of one in six, that it is not so. */
function attestation({ handle, examination }: Application, staff: string): JsonObject {
  const answer = Number(handle.slice('A-'.length)) % 6 === 0 ? 'no' : 'yes'
  const answers = Object.fromEntries((examination?.questions ?? []).map((question) => [question, answer]))
  const evidence = commitmentOf('evidence')
  return { application: handle, staff, answers, evidence, nonce: evidence }
}

/** The next step of the first attestor who has one to do. */
function attested(registry: WorkloadRegistry, application: Application): Wish | null {
  const calls = application.examination?.calls.filter(({ missed }) => !missed) ?? []
  const call =
    calls.find(({ commitment }) => commitment === null) ?? calls.find((one) => one.answers === null)
  return call === undefined ? null : attestWish(registry, application, call)
}

function attestWish(registry: WorkloadRegistry, application: Application, call: Call): Wish {
  const said = attestation(application, call.staff)
  const body =
    call.commitment === null
      ? {
          step: 'commit',
          application: application.handle,
          staff: call.staff,
          commitment: registry.state.memberHash(said),
        }
      : { step: 'reveal', ...said }
  return { procedure: 'attest/1', body, replaces: [], by: [signerOf(call.staff)], hostile: null }
}

function notified(registry: WorkloadRegistry, application: Application, chance: Chance): Wish {
  const { handle, notice, examination } = application
  const holder = examination?.affected[0] ?? null
  const known = holdersOf(registry).find((one) => one.handle === holder)
  const address = known === undefined ? undefined : addressOf(known)
  const mail = chance.chance(address === undefined ? 0.1 : 0.7)
  const attempt = {
    entry: chance.chance(0.85) ? (notice?.since ?? 0) : registry.index - 1,
    application: handle,
    holder: chance.chance(0.9) ? holder : null,
    channel: mail ? 'mail' : 'public',
    to: mail ? (chance.chance(0.8) ? (address ?? commitmentOf('nobody')) : commitmentOf('a stranger')) : null,
    message: commitmentOf(`message ${registry.index}`),
    at: registry.at,
    reply: mail
      ? chance.pick(['delivered', 'temporary', 'unknown'])
      : chance.pick(['no-address', 'no-channel']),
    code: mail ? 250 : null,
  } as const
  const body = { staff: NOTIFIER, attempts: [attempt] }
  return { procedure: 'record-notice/1', body, replaces: [], by: [signerOf(NOTIFIER)], hostile: null }
}

function addressOf({ contacts }: Holder): string | undefined {
  return contacts.flatMap(({ fields }) => fields['email'] ?? [])[0]
}
