/** What every face says of itself on a mirror: whose log it shows, at which position, and how old that is. */

import type { RegistryInfo } from '@cadastre/reader'
import type { Instant, Profile, Registry } from '@cadastre/records'
import type { MirrorFault } from './follower.ts'

type MirrorPosition = {
  readonly size: number
  readonly at: Instant
  /** When a source last showed the same; null where none has since the start. */
  readonly checked: Instant | null
  readonly fault: MirrorFault | null
}

export type MirrorInfoParts = Pick<
  RegistryInfo,
  'origin' | 'logVkey' | 'receiptVkey' | 'policy' | 'baseUrl' | 'whois' | 'version'
> & {
  readonly registry: () => Registry
  readonly position: () => MirrorPosition
}

/** Name, seat and profile are those of the record; the notice says that this is a mirror. */
export class MirrorInfo implements RegistryInfo {
  readonly origin: string
  readonly logVkey: string
  readonly receiptVkey: string
  readonly policy: string
  readonly baseUrl: string
  readonly whois: RegistryInfo['whois']
  readonly version: string
  readonly noticeTitle = 'Mirror'
  readonly #parts: MirrorInfoParts

  constructor(parts: MirrorInfoParts) {
    this.#parts = parts
    this.origin = parts.origin
    this.logVkey = parts.logVkey
    this.receiptVkey = parts.receiptVkey
    this.policy = parts.policy
    this.baseUrl = parts.baseUrl
    this.whois = parts.whois
    this.version = parts.version
  }

  get name(): string {
    return this.#parts.registry().name
  }
  get seat(): string {
    return this.#parts.registry().seat
  }
  get profile(): Profile {
    return this.#parts.registry().profile
  }

  get demonstration(): string {
    const { size, at, checked, fault } = this.#parts.position()
    const { demonstration } = this.#parts.registry()
    return [
      `This is a mirror of ${this.name} (${this.origin}), not the registry itself: it shows the registry's log at size ${size}, the state of ${at}`,
      checked === null
        ? ', and has not reached a source of it since it started.'
        : `, compared with its sources at ${checked}.`,
      demonstration ? ' That registry is a demonstration.' : '',
      fault === null
        ? ''
        : ` The log beyond this position is at fault (entry ${fault.index}: ${fault.code}), so that this mirror stays here.`,
    ].join('')
  }
}
