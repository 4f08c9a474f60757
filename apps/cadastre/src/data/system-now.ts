import { type Instant, instantFromSeconds } from '@cadastre/records'

/** UTC now, whole seconds. The one place of the application that reads the clock for acts. */
export function systemNow(): Instant {
  return instantFromSeconds(Math.floor(Date.now() / 1000))
}
